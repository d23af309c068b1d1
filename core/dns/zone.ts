// The zone: records and faults as lines of text, read into names.
import { above, arpaName, isName, plainName } from './names.ts';
import { isType, readRecord, type RecordType, recordTypes, samples, type ZoneRecord } from './records.ts';
import { printable } from './strings.ts';
import { readTrouble, type Trouble, type Troubles, troubleWords } from './trouble.ts';

/** A line that was not understood; it is left out of the zone. */
export interface ZoneError {
  /** Counted from 1. */
  readonly line: number;
  /** What is wrong and how to put it right. */
  readonly message: string;
}

export interface ZoneName {
  readonly records: ZoneRecord[];
  /** By type; `*` for questions of every type. */
  readonly troubles: Map<RecordType | '*', Troubles>;
  /** The first line that speaks of it. */
  readonly line: number;
}

export interface Zone {
  readonly names: ReadonlyMap<string, ZoneName>;
  /** Names that exist only because names below them do (RFC 8020). */
  readonly parents: ReadonlySet<string>;
  /** Names with an SOA, and its line: they and all below them belong to the zone alone. */
  readonly apexes: ReadonlyMap<string, number>;
}

export interface ParsedZone {
  readonly zone: Zone;
  readonly errors: readonly ZoneError[];
}

/** Mistakes told of one zone; of more only the number. */
const MOST_ERRORS = 200;

/**
 * Reads a zone: one record a line, `name type data`, with `# comment` or `; comment` lines and `# comment` behind data.
 * TTL and class IN are read over, names may end in a dot, `192.0.2.1 PTR host` stands for its in-addr.arpa name.
 * Data may be a fault or a number of records or seconds (see trouble.ts), of that type, or of every type when it is `*`.
 */
export function parseZone(text: string): ParsedZone {
  const names = new Map<string, ZoneName>();
  const errors: ZoneError[] = [];
  let more = 0;
  for (const { line, content } of zoneLines(text)) {
    const message = addLine(content, line, names);
    if (message === undefined) continue;
    if (errors.length < MOST_ERRORS) errors.push({ line, message });
    else more += 1;
  }
  const last = errors.at(-1);
  if (more > 0 && last) errors.push({ line: last.line, message: `and ${more} more lines that cannot be read` });
  return { zone: { names, parents: parentsOf(names), apexes: apexesOf(names) }, errors };
}

/** The lines with something on them, comments and blanks taken off. */
export function* zoneLines(text: string): Generator<{ readonly line: number; readonly content: string }> {
  let line = 0;
  for (const raw of text.split(/\r\n|\n|\r/)) {
    line += 1;
    const content = withoutComment(raw).trim();
    if (content !== '') yield { line, content };
  }
}

const empty: ParsedZone = parseZone('');
const read = new WeakMap<{ readonly zone: string }, ParsedZone>();

/** The zone of the settings group `dns`, read once for each group. */
export function zoneOf(dns: { readonly zone: string }): ParsedZone {
  if (dns.zone === '') return empty;
  let parsed = read.get(dns);
  if (parsed === undefined) read.set(dns, (parsed = parseZone(dns.zone)));
  return parsed;
}

/** `#` begins a comment at the start of a line or after a blank, outside quotes; `;` at the start of a line. */
function withoutComment(line: string): string {
  if (/^\s*;/.test(line)) return '';
  if (!line.includes('#')) return line;
  let isQuoted = false;
  for (let index = 0; index < line.length; index += 1) {
    const character = line[index];
    if (character === '\\') index += 1;
    else if (character === '"') isQuoted = !isQuoted;
    else if (character === '#' && !isQuoted && (index === 0 || /\s/.test(line[index - 1] ?? '')))
      return line.slice(0, index);
  }
  return line;
}

/** Name, type and data; in between a TTL such as 3600 or 1h, and the class, in either order. */
const form = /^(\S+)\s+(?:\d[\dsmhdw]*\s+)?(?:IN\s+)?(?:\d[\dsmhdw]*\s+)?(\S+)\s*(.*)$/is;

/** Adds the record or trouble of a line without comment, or says what is wrong. */
export function addLine(content: string, line: number, names: Map<string, ZoneName>): string | undefined {
  const match = form.exec(content);
  if (!match) return 'expected name, type and data, e.g. example.com TXT v=spf1 -all';
  const [, rawName = '', rawType = '', data = ''] = match;
  const upper = rawType.toUpperCase();
  const type = upper === 'ANY' ? '*' : upper;
  if (type !== '*' && !isType(type) && readTrouble('*', `${upper} ${data}`.trim(), line) !== undefined)
    return `${upper} stands behind a type, or behind * for every type: ${printable(rawName)} * ${upper}`;
  if (type !== '*' && !isType(type))
    return `unknown type ${printable(rawType)}: expected one of ${recordTypes.join(', ')}, or * for a fault of every type`;
  const address = type === 'PTR' || type === '*' ? arpaName(rawName) : undefined;
  const name = address ?? plainName(rawName);
  if (!isName(name))
    return `${printable(rawName)} is no domain name: labels have 1 to 63 characters, the whole at most 253`;
  if (data === '') return `no data: expected ${type === '*' ? `one of ${troubleWords}` : samples[type]}`;
  const entry: ZoneName = names.get(name) ?? { records: [], troubles: new Map(), line };
  const trouble = readTrouble(type, data, line);
  if (typeof trouble === 'string') return trouble;
  const message =
    trouble === undefined ? addRecord(entry, { name, type, data, line }) : addTrouble(entry, type, trouble);
  if (message === undefined) names.set(name, entry);
  return message;
}

function addTrouble(entry: ZoneName, type: RecordType | '*', trouble: Trouble): string | undefined {
  const troubles = entry.troubles.get(type) ?? {};
  const before = trouble.kind === 'slow' ? troubles.slow : troubles.answer;
  if (before) return `line ${before.line} has the name answer in another way already: one of the two must go`;
  if (trouble.kind === 'slow') troubles.slow = trouble;
  else troubles.answer = trouble;
  entry.troubles.set(type, troubles);
  return undefined;
}

interface Written {
  readonly name: string;
  readonly type: RecordType | '*';
  readonly data: string;
  readonly line: number;
}

function addRecord(entry: ZoneName, { name, type, data, line }: Written): string | undefined {
  if (type === '*') return `type * takes a fault: one of ${troubleWords}`;
  const record = readRecord(type, data);
  if (record === undefined) {
    const fault = /^[A-Z]+$/.test(data) ? `, or a fault: ${troubleWords}` : '';
    return `${printable(data)} is no ${type} data: expected ${samples[type]}${fault}`;
  }
  const [first] = entry.records;
  // RFC 1034 section 3.6.2: a name with a CNAME has nothing else.
  if (first !== undefined && (type === 'CNAME' || first.type === 'CNAME')) {
    if (first.type !== 'CNAME') return `${name} has another record, on line ${first.line}; a CNAME stands alone`;
    return type === 'CNAME'
      ? `${name} has a CNAME already, on line ${first.line}`
      : `${name} has a CNAME, on line ${first.line}; it stands alone`;
  }
  const soa = type === 'SOA' ? entry.records.find((each) => each.type === 'SOA') : undefined;
  if (soa) return `${name} has an SOA already, on line ${soa.line}`;
  entry.records.push({ ...record, line });
  return undefined;
}

function parentsOf(names: ReadonlyMap<string, ZoneName>): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const [name, entry] of names) if (entry.records.length > 0) for (const each of above(name)) parents.add(each);
  return parents;
}

function apexesOf(names: ReadonlyMap<string, ZoneName>): ReadonlyMap<string, number> {
  const apexes = new Map<string, number>();
  for (const [name, { records }] of names) {
    const soa = records.find(({ type }) => type === 'SOA');
    if (soa) apexes.set(name, soa.line);
  }
  return apexes;
}
