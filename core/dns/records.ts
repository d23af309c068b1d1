// The records a zone may hold: their data as written, as it is compared, and as it is shown.
import { parseIp } from '../contract/settings/network.ts';
import { isName, plainName } from './names.ts';
import { printable, readStrings } from './strings.ts';

/** Record types a zone may hold. */
export const recordTypes = ['A', 'AAAA', 'CNAME', 'MX', 'NS', 'PTR', 'SOA', 'SPF', 'TXT'] as const;
export type RecordType = (typeof recordTypes)[number];

export interface RecordData {
  readonly type: RecordType;
  /** The data as text, names in lower case without a final dot. */
  readonly text: string;
  /** As evidence has it: one printable line of bounded length. */
  readonly shown: string;
  /** TXT and SPF: the strings, one character for each octet. */
  readonly strings?: readonly string[];
  /** MX. */
  readonly preference?: number;
}

export interface ZoneRecord extends RecordData {
  /** Counted from 1. */
  readonly line: number;
}

/** Characters of a record that evidence keeps, and how many records. */
const LONGEST = 1000;
const MOST = 50;

export const shownText = (text: string) => printable(text, LONGEST);

/** The first records of an answer, and how many more there are. */
export function shownRows(rows: readonly string[]): readonly string[] {
  return rows.length <= MOST ? rows : [...rows.slice(0, MOST), `… and ${rows.length - MOST} more`];
}

export function isType(text: string): text is RecordType {
  return (recordTypes as readonly string[]).includes(text);
}

/** What the data of a type looks like, for those who wrote something else. */
export const samples: Readonly<Record<RecordType, string>> = {
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

/** Largest number of an SOA (RFC 1035 section 3.3.13). */
const LARGEST = 4_294_967_295;

/** Undefined when the data is not of the type. */
export function readRecord(type: RecordType, data: string): RecordData | undefined {
  switch (type) {
    case 'A':
      return !data.includes(':') && parseIp(data)?.family === 4 ? plain(type, data) : undefined;
    case 'AAAA':
      return data.includes(':') && !data.includes('%') && parseIp(data) ? plain(type, data.toLowerCase()) : undefined;
    case 'CNAME':
    case 'NS':
    case 'PTR':
      return isName(plainName(data)) ? plain(type, plainName(data)) : undefined;
    case 'MX': {
      const [, preference = '', host = ''] = /^(\d{1,5})\s+(\S+)$/.exec(data) ?? [];
      const exchange = host === '.' ? '' : plainName(host);
      if (preference === '' || Number(preference) > 65_535 || (exchange !== '' && !isName(exchange))) return undefined;
      const shown = shownText(`${Number(preference)} ${exchange === '' ? '.' : exchange}`);
      return { type, text: exchange, preference: Number(preference), shown };
    }
    case 'SOA': {
      const words = data.split(/\s+/);
      const numbers = words.slice(2);
      const isWhole = numbers.length === 5 && numbers.every((each) => /^\d{1,10}$/.test(each) && +each <= LARGEST);
      // Mailboxes may have an escaped dot: their names are kept as they are written, but for case and the final dot.
      const [host = '', mailbox = ''] = words.map((word) => (word === '.' ? word : plainName(word)));
      return isWhole ? plain(type, [host, mailbox, ...numbers.map(Number)].join(' ')) : undefined;
    }
    case 'SPF':
    case 'TXT': {
      const strings = readStrings(data);
      return strings === undefined ? undefined : { ...plain(type, strings.join('')), strings };
    }
  }
}

function plain(type: RecordType, text: string): RecordData {
  return { type, text, shown: shownText(text) };
}
