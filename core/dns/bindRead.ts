// Reads zone files of BIND (RFC 1035 section 5) into lines of a zone; what a zone cannot hold is told with its line.
import { entriesOf, type Entry, type Word } from './bindTokens.ts';
import { isName, plainName } from './names.ts';
import { isType, type RecordType, recordTypes } from './records.ts';
import { escapeAt, octetsOf, printable, quoted } from './strings.ts';
import { faults } from './trouble.ts';
import { addLine, type ZoneError, type ZoneName, zoneLines } from './zone.ts';

export interface ImportedZone {
  /** One record a line. */
  readonly zone: string;
  readonly records: number;
  readonly problems: readonly ZoneError[];
}

/** Problems told of one file; of more only the number. */
const MOST_PROBLEMS = 200;

/** What is wrong with an entry. */
class Mistake extends Error {}

/**
 * `origin` is what relative names are completed with until the file says $ORIGIN; empty: then they are problems.
 * TTLs are read over, as a zone has none. Records that stand twice are taken once.
 */
export function readBind(text: string, origin = ''): ImportedZone {
  const reader = new BindReader(origin);
  const problems: ZoneError[] = [];
  let more = 0;
  for (const entry of entriesOf(text)) {
    const message = reader.take(entry);
    if (message === undefined) continue;
    if (problems.length < MOST_PROBLEMS) problems.push({ line: entry.line, message });
    else more += 1;
  }
  const last = problems.at(-1);
  if (more > 0 && last) problems.push({ line: last.line, message: `and ${more} more entries that cannot be taken` });
  return { zone: reader.lines.map((line) => `${line}\n`).join(''), records: reader.lines.length, problems };
}

class BindReader {
  readonly lines: string[] = [];
  readonly #names = new Map<string, ZoneName>();
  readonly #seen = new Set<string>();
  /** With its final dot; empty when there is none. */
  #origin: string;
  #owner: string | undefined;

  constructor(origin: string) {
    this.#origin = origin === '' || origin.endsWith('.') ? origin : `${origin}.`;
  }

  /** What is wrong with the entry, if anything is. */
  take({ words, isIndented, mistake }: Entry): string | undefined {
    if (mistake !== undefined) return mistake;
    try {
      const [first] = words;
      if (first?.raw.startsWith('$') === true && !first.isQuoted && !isIndented)
        this.#direct(first.raw, words.slice(1));
      else this.#record(words, isIndented);
      return undefined;
    } catch (error) {
      if (error instanceof Mistake) return error.message;
      throw error;
    }
  }

  #direct(word: string, [value, more]: readonly Word[]): void {
    switch (word.toUpperCase()) {
      case '$ORIGIN':
        if (value === undefined || more) throw new Mistake('$ORIGIN takes one name, e.g. $ORIGIN example.com.');
        this.#origin = this.#absolute(value.raw);
        return;
      case '$TTL':
        if (value === undefined || more || seconds(value.raw) === undefined)
          throw new Mistake('$TTL takes a time, e.g. $TTL 3600 or $TTL 1h30m');
        return;
      case '$INCLUDE':
        throw new Mistake('other files are not read: put what the file of $INCLUDE says in its place');
      default:
        throw new Mistake(`${printable(word)} is not taken: write its records out, one by one`);
    }
  }

  #record(words: readonly Word[], isIndented: boolean): void {
    const rest = [...words];
    if (!isIndented) {
      this.#owner = undefined;
      this.#owner = this.#absolute(rest.shift()?.raw ?? '');
    }
    if (this.#owner === undefined) throw new Mistake('begins with a blank, and there is no name before it to be about');
    const type = typeFrom(rest);
    if (rest.length === 0) throw new Mistake(`there is no data for type ${type}`);
    const name = plain(this.#owner);
    const data = this.#data(type, rest);
    const line = `${name} ${type} ${data}`;
    if (this.#seen.has(line)) return;
    this.#add(line, name);
    this.#seen.add(line);
    this.lines.push(line);
  }

  /** The line as a zone reads it must be the record that was meant. */
  #add(line: string, name: string): void {
    const [read, another] = zoneLines(line);
    const before = this.#names.get(name)?.records.length ?? 0;
    if (read?.content !== line || another) throw new Mistake('a zone cannot hold this name or data');
    const message = addLine(line, this.lines.length + 1, this.#names);
    if (message !== undefined) throw new Mistake(message.replace(/, on line (\d+)/, ' before'));
    if (this.#names.get(name)?.records.length !== before + 1) throw new Mistake('a zone cannot hold this name');
  }

  /** The data of a type as a zone has it. */
  #data(type: RecordType, words: readonly Word[]): string {
    const [first, second] = words.map(({ raw }) => raw);
    const exactly = (count: number) => {
      if (words.length !== count) throw new Mistake(`${type} takes ${count === 1 ? 'one word' : `${count} words`}`);
    };
    switch (type) {
      case 'A':
      case 'AAAA':
        exactly(1);
        return first ?? '';
      case 'CNAME':
      case 'NS':
      case 'PTR':
        exactly(1);
        return this.#target(first ?? '');
      case 'MX': {
        exactly(2);
        return `${first ?? ''} ${second === '.' ? '.' : this.#target(second ?? '')}`;
      }
      case 'SOA': {
        exactly(7);
        const [host = '', mailbox = '', serial = '', ...times] = words.map(({ raw }) => raw);
        const numbers = times.map((each) => seconds(each) ?? printable(each));
        return [this.#absolute(host), this.#absolute(mailbox), serial, ...numbers].join(' ');
      }
      case 'SPF':
      case 'TXT':
        return words.map(({ raw }) => quoted(stringOf(raw))).join(' ');
    }
  }

  /** A name in data; one that looks like a fault of the zone keeps its dot. */
  #target(raw: string): string {
    const name = plain(this.#absolute(raw));
    return faults.some((each) => each === name.toUpperCase()) ? `${name}.` : name;
  }

  /** A name with its final dot, as written otherwise. */
  #absolute(raw: string): string {
    if (raw === '@' || !/(?<!\\)(?:\\\\)*\.$/.test(raw)) {
      if (this.#origin === '')
        throw new Mistake(`${printable(raw)} is relative, and nothing says to what: begin with $ORIGIN example.com.`);
      if (raw === '@') return this.#origin;
      return this.#origin === '.' ? `${raw}.` : `${raw}.${this.#origin}`;
    }
    return raw;
  }
}

/** Takes TTL and class off, in either order, and the type. */
function typeFrom(words: Word[]): RecordType {
  for (let part = 0; part < 2; part += 1) {
    const word = words[0]?.raw.toUpperCase() ?? '';
    if (word === 'CH' || word === 'HS' || word === 'CS' || /^CLASS\d+$/.test(word))
      throw new Mistake(`class ${word} is not taken, only IN`);
    if (word === 'IN' || seconds(word) !== undefined) words.shift();
  }
  const word = words.shift()?.raw ?? '';
  if (word === '') throw new Mistake('there is no type: expected name, type and data');
  const type = word.toUpperCase();
  if (!isType(type)) throw new Mistake(`type ${printable(type)} is left out: a zone holds ${recordTypes.join(', ')}`);
  return type;
}

const units: Readonly<Record<string, number>> = { S: 1, M: 60, H: 3600, D: 86_400, W: 604_800 };

/** A time such as 3600 or 1h30m, s; undefined when it is none. */
function seconds(text: string): number | undefined {
  if (/^\d{1,10}$/.test(text)) return Number(text);
  if (text.length > 50 || !/^(?:\d+[smhdw])+$/i.test(text)) return undefined;
  let all = 0;
  for (const [, number, unit = ''] of text.toUpperCase().matchAll(/(\d+)([SMHDW])/g))
    all += Number(number) * (units[unit] ?? 0);
  return all;
}

/** A word with its escapes read, as octets. */
function stringOf(raw: string): string {
  const text = unescaped(raw);
  if (text.length > 255) throw new Mistake(`a string has ${text.length} octets: 255 are the most, so write several`);
  return text;
}

function unescaped(raw: string): string {
  let text = '';
  for (let at = 0; at < raw.length;) {
    const stop = raw.indexOf('\\', at);
    text += octetsOf(raw.slice(at, stop < 0 ? raw.length : stop));
    if (stop < 0) break;
    const escaped = escapeAt(raw, stop);
    if (escaped === undefined) throw new Mistake('a backslash takes a character, or three digits up to 255');
    text += escaped.character;
    at = escaped.end;
  }
  return text;
}

/** A name as a zone has it. */
function plain(absolute: string): string {
  if (absolute === '.') throw new Mistake('the root is no name of a zone');
  if (/\\(?:\.|046)/.test(absolute.replace(/\\\\/g, '')))
    throw new Mistake(`${printable(absolute)} has a dot within a label, which a zone cannot hold`);
  const name = plainName(unescaped(absolute));
  if (!isName(name))
    throw new Mistake(
      `${printable(absolute)} is no domain name: labels have 1 to 63 characters, the whole at most 253`,
    );
  return name;
}
