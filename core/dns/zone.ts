// The simulated zone: reads its text, and answers questions from it, faults included.
import { parseIp } from '../contract/settings/network.ts';

/** Record types a zone may hold. */
export const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SPF', 'TXT'] as const;
export type RecordType = (typeof recordTypes)[number];

/** What a question may meet instead of records. */
export const faults = ['NXDOMAIN', 'SERVFAIL', 'REFUSED', 'TIMEOUT'] as const;
export type Fault = (typeof faults)[number];

export interface ZoneRecord {
  readonly type: RecordType;
  /** The data as text, names in lower case without a final dot. */
  readonly text: string;
  /** TXT and SPF: the strings; MX: see `preference`. */
  readonly strings?: readonly string[];
  readonly preference?: number;
}

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
  readonly faults: Map<RecordType | '*', Fault>;
  /** Line on which the name's CNAME stands. */
  alias?: number;
  /** Line on which its first other record stands. */
  other?: number;
}

export interface Zone {
  readonly names: ReadonlyMap<string, ZoneName>;
  /** Names that exist only because names below them do (RFC 8020). */
  readonly parents: ReadonlySet<string>;
}

export interface ParsedZone {
  readonly zone: Zone;
  readonly errors: readonly ZoneError[];
}

/**
 * Reads a zone: one record a line, `name type data`, with `# comment` or `; comment` lines and `# comment` behind data.
 * TTL and class IN are read over, names may end in a dot, `192.0.2.1 PTR host` stands for its in-addr.arpa name.
 * Data NXDOMAIN, SERVFAIL, REFUSED or TIMEOUT is a fault for that type, for every type when the type is `*`.
 */
export function parseZone(text: string): ParsedZone {
  const names = new Map<string, ZoneName>();
  const errors: ZoneError[] = [];
  for (const [index, raw] of text.split(/\r\n|\n|\r/).entries()) {
    const line = index + 1;
    const content = withoutComment(raw).trim();
    if (content === '') continue;
    const message = readLine(content, line, names);
    if (message !== undefined) errors.push({ line, message });
  }
  return { zone: { names, parents: parentsOf(names) }, errors };
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

/** Adds the record, or says what is wrong. */
function readLine(content: string, line: number, names: Map<string, ZoneName>): string | undefined {
  const match = /^(\S+)\s+(?:\d+\s+)?(?:IN\s+)?(?:\d+\s+)?(\S+)\s*(.*)$/is.exec(content);
  if (!match) return 'expected name, type and data, e.g. example.com TXT v=spf1 -all';
  const [, rawName = '', rawType = '', data = ''] = match;
  const type = rawType.toUpperCase();
  const isEvery = type === '*' || type === 'ANY';
  if (!isEvery && !isType(type))
    return `unknown type ${rawType}: expected one of ${recordTypes.join(', ')}, or * for a fault of every type`;
  const name = type === 'PTR' ? (arpaName(rawName) ?? plainName(rawName)) : plainName(rawName);
  if (!isName(name)) return `${rawName} is no domain name: labels have 1 to 63 characters, the whole at most 253`;
  if (data === '') return `no data: expected ${isEvery ? 'one of ' + faults.join(', ') : samples[type]}`;
  const fault = faults.find((each) => each === data.toUpperCase());
  const entry: ZoneName = names.get(name) ?? { records: [], faults: new Map() };
  if (fault !== undefined) entry.faults.set(isEvery ? '*' : type, fault);
  else if (isEvery) return `type ${rawType} takes a fault: one of ${faults.join(', ')}`;
  else {
    const record = readRecord(type, data);
    if (record === undefined) return `${data} is no ${type} data: expected ${samples[type]}`;
    if (type === 'CNAME' && entry.alias !== undefined) return `${name} has a CNAME already, on line ${entry.alias}`;
    // RFC 1034 section 3.6.2: a name with a CNAME has nothing else.
    if (type === 'CNAME' && entry.other !== undefined)
      return `${name} has another record, on line ${entry.other}; a CNAME stands alone`;
    if (type !== 'CNAME' && entry.alias !== undefined)
      return `${name} has a CNAME, on line ${entry.alias}; it stands alone`;
    if (type === 'CNAME') entry.alias = line;
    else entry.other ??= line;
    entry.records.push(record);
  }
  names.set(name, entry);
  return undefined;
}

const samples: Readonly<Record<RecordType, string>> = {
  A: 'an IPv4 address such as 192.0.2.1',
  AAAA: 'an IPv6 address such as 2001:db8::1',
  CNAME: 'a domain name',
  MX: 'a preference and a host such as 10 mail.example.com, or 0 . for no mail at all (RFC 7505)',
  NS: 'a domain name',
  PTR: 'a domain name',
  SOA: 'two names and five numbers: host, mailbox, serial, refresh, retry, expire, minimum',
  SPF: 'text such as v=spf1 ip4:192.0.2.1 -all, or quoted strings of at most 255 characters',
  TXT: 'text such as v=spf1 ip4:192.0.2.1 -all, or quoted strings of at most 255 characters',
};

function readRecord(type: RecordType, data: string): ZoneRecord | undefined {
  switch (type) {
    case 'A':
      return !data.includes(':') && parseIp(data)?.family === 4 ? { type, text: data } : undefined;
    case 'AAAA':
      return data.includes(':') && !data.includes('%') && parseIp(data)
        ? { type, text: data.toLowerCase() }
        : undefined;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return isName(plainName(data)) ? { type, text: plainName(data) } : undefined;
    case 'MX': {
      const [, preference = '', host = ''] = /^(\d{1,5})\s+(\S+)$/.exec(data) ?? [];
      const exchange = host === '.' ? '' : plainName(host);
      if (preference === '' || Number(preference) > 65_535 || (exchange !== '' && !isName(exchange))) return undefined;
      return { type, text: exchange, preference: Number(preference) };
    }
    case 'SOA':
      return /^\S+\s+\S+(\s+\d+){5}$/.test(data) ? { type, text: data } : undefined;
    case 'SPF':
    case 'TXT': {
      const strings = readStrings(data);
      return strings === undefined ? undefined : { type, text: strings.join(''), strings };
    }
  }
}

/** Quoted strings with \" \\ and \DDD (RFC 1035 section 5.1); text without quotes is one string, cut where it must be. */
function readStrings(data: string): readonly string[] | undefined {
  if (!data.startsWith('"')) return data.match(/[\s\S]{1,255}/g) ?? undefined;
  if (!/^"(?:[^"\\]|\\.)*"(?:\s+"(?:[^"\\]|\\.)*")*$/s.test(data)) return undefined;
  const strings = [...data.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].map(([, inner = '']) =>
    inner.replace(/\\(\d{3}|.)/gs, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number(code) & 255) : code,
    ),
  );
  return strings.every((each) => each.length <= 255) ? strings : undefined;
}

/** The name PTR records of an address have (RFC 1035 section 3.5, RFC 3596 section 2.5); undefined when the text is no address. */
function arpaName(text: string): string | undefined {
  const ip = parseIp(text);
  if (ip === undefined) return undefined;
  if (ip.family === 4) {
    const octets = [0n, 8n, 16n, 24n].map((shift) => String((ip.value >> shift) & 255n));
    return `${octets.join('.')}.in-addr.arpa`;
  }
  const nibbles = ip.value.toString(16).padStart(32, '0');
  return `${[...nibbles].reverse().join('.')}.ip6.arpa`;
}

/** Lower case, without the final dot. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}

function isName(name: string): boolean {
  return (
    name.length <= 253 && name !== '' && name.split('.').every((label) => /^[\x21-\x2d\x2f-\x7e]{1,63}$/.test(label))
  );
}

function isType(text: string): text is RecordType {
  return (recordTypes as readonly string[]).includes(text);
}

function parentsOf(names: ReadonlyMap<string, ZoneName>): ReadonlySet<string> {
  const parents = new Set<string>();
  for (const [name, entry] of names) {
    if (entry.records.length === 0) continue;
    for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) parents.add(name.slice(dot + 1));
  }
  return parents;
}
