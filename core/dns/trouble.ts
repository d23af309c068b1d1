// What a question may meet in a zone instead of records, or on the way to them.
import { type RecordData, type RecordType, shownText } from './records.ts';

/** What a question may meet instead of records; TRUNCATED is an answer that is cut off by TCP as well, LOOP one of CNAMEs. */
export const faults = ['NXDOMAIN', 'NODATA', 'SERVFAIL', 'REFUSED', 'TIMEOUT', 'TRUNCATED', 'LOOP'] as const;
export type Fault = (typeof faults)[number];

/** Most records of an answer that is made huge; more than one by TCP can hold (RFC 1035 section 4.2.2). */
const HUGEST = 10_000;
/** Longest that an answer can be held back, s. */
const SLOWEST = 3600;

/** One line's trouble, of one type or every type of a name. */
export type Trouble =
  | { readonly kind: 'fault'; readonly fault: Fault; readonly line: number }
  | { readonly kind: 'huge'; readonly records: number; readonly line: number }
  | { readonly kind: 'slow'; readonly seconds: number; readonly line: number };

/** What a name has of one type, or of every type. */
export interface Troubles {
  /** Instead of records, or more of them. */
  answer?: Exclude<Trouble, { kind: 'slow' }>;
  /** Before any answer. */
  slow?: Extract<Trouble, { kind: 'slow' }>;
}

export const troubleWords = `${faults.join(', ')}, HUGE n, SLOW s`;

/** A trouble; undefined when the data is none, a text when it is a wrong one. */
export function readTrouble(type: RecordType | '*', data: string, line: number): Trouble | string | undefined {
  const [word = '', number, ...rest] = data.toUpperCase().split(/\s+/);
  const fault = faults.find((each) => each === word);
  if (fault !== undefined && number === undefined) return { kind: 'fault', fault, line };
  if ((word !== 'HUGE' && word !== 'SLOW') || rest.length > 0) return undefined;
  if (word === 'SLOW') {
    const seconds = Number(number);
    if (number === undefined || !/^\d{1,4}(\.\d{1,3})?$/.test(number) || seconds > SLOWEST || seconds === 0)
      return `SLOW takes the seconds before the answer, above 0 and up to ${SLOWEST}, e.g. SLOW 3 or SLOW 0.5`;
    return { kind: 'slow', seconds, line };
  }
  const records = Number(number);
  if (number === undefined || !/^\d{1,5}$/.test(number) || records > HUGEST || records === 0)
    return `HUGE takes the number of records, 1 to ${HUGEST}, e.g. HUGE 500`;
  if (type === 'CNAME' || type === 'SOA')
    return `a name has one ${type}: HUGE is for A, AAAA, MX, NS, PTR, SPF and TXT`;
  return { kind: 'huge', records, line };
}

/** As many records of a type as are wanted: those there are, filled up with made-up ones of addresses and names for tests. */
export function filledUp<Kept extends RecordData>(
  type: RecordType,
  own: readonly Kept[],
  wanted: number,
): readonly (Kept | RecordData)[] {
  const all: (Kept | RecordData)[] = own.slice(0, wanted);
  for (let index = 0; all.length < wanted; index += 1) all.push(madeUp(type, index));
  return all;
}

/** 198.18.0.0/15 is for measurements (RFC 2544), 2001:db8::/32 for documentation (RFC 3849), .invalid for nobody (RFC 6761). */
function madeUp(type: RecordType, index: number): RecordData {
  const record = (text: string): RecordData => ({ type, text, shown: shownText(text) });
  switch (type) {
    case 'A':
      return record(`198.18.${index >> 8}.${index & 255}`);
    case 'AAAA':
      return record(`2001:db8:ffff::${(index + 1).toString(16)}`);
    case 'MX': {
      const text = `mx${index}.huge.invalid`;
      return { type, text, preference: 100, shown: `100 ${text}` };
    }
    case 'CNAME':
    case 'NS':
    case 'PTR':
    case 'SOA':
      return record(`host${index}.huge.invalid`);
    case 'SPF':
    case 'TXT':
      return { ...record(`filler ${index}`), strings: [`filler ${index}`] };
  }
}
