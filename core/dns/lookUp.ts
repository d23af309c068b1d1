// What a zone says to a question: records with CNAMEs followed, what comes instead, or that it has nothing to say.
import { above, plainName } from './names.ts';
import { isType, type RecordData, type RecordType } from './records.ts';
import { type Fault, filledUp } from './trouble.ts';
import type { Zone, ZoneName } from './zone.ts';

/** CNAMEs followed for one question; more is a loop, as for resolvers. */
const longestChain = 8;

/** What a question meets instead of records. */
export type Failure = Fault;

/** Why a zone says what it says. */
export type Reason =
  | { readonly kind: 'records'; readonly lines: readonly number[] }
  | { readonly kind: 'trouble'; readonly line: number }
  /** More CNAMEs than are followed. */
  | { readonly kind: 'chain' }
  /** The name is there, from this line on, without such records. */
  | { readonly kind: 'other'; readonly line: number }
  /** There are only names below it. */
  | { readonly kind: 'parent' }
  /** Nothing is there. */
  | { readonly kind: 'nothing' };

export interface Said {
  readonly answer: readonly RecordData[] | Failure;
  readonly reason: Reason;
  /** s before it is said. */
  readonly slow: number;
  /** Lines of the CNAMEs that were followed, and the last name. */
  readonly followed: readonly number[];
  readonly last: string;
  /** The name that the zone leaves to others: it knows nothing of it, and has no SOA at or above it. */
  readonly outside?: string;
}

/** Never throws, whatever is asked. */
export function lookUp(zone: Zone, name: string, type: string): Said {
  let last = plainName(name);
  let slow = 0;
  const followed: number[] = [];
  const kind = isType(type) ? type : undefined;
  const say = (answer: Said['answer'], reason: Reason): Said => ({ answer, reason, slow, followed, last });
  while (followed.length <= longestChain) {
    const entry = entryFor(zone, last);
    if (entry === undefined) return missing(zone, say);
    const { answer, slow: held } = troublesOf(entry, kind);
    slow += held?.seconds ?? 0;
    if (answer?.kind === 'fault') return say(answer.fault, { kind: 'trouble', line: answer.line });
    const records = entry.records.filter((record) => record.type === type);
    if (answer?.kind === 'huge' && kind !== undefined)
      return say(filledUp(kind, records, answer.records), { kind: 'trouble', line: answer.line });
    if (records.length > 0) return say(records, { kind: 'records', lines: records.map(({ line }) => line) });
    const [alias] = entry.records;
    if (alias === undefined) return missing(zone, say);
    if (alias.type !== 'CNAME') return say('NODATA', { kind: 'other', line: entry.line });
    followed.push(alias.line);
    last = alias.text;
  }
  return say('LOOP', { kind: 'chain' });
}

/** Nothing is known of the last name but what stands above and below it. */
function missing(zone: Zone, say: (answer: Failure, reason: Reason) => Said): Said {
  const said = say('NXDOMAIN', { kind: 'nothing' });
  const { last } = said;
  const isParent = zone.parents.has(last);
  const own = isParent ? say('NODATA', { kind: 'parent' }) : said;
  return apexOf(zone, last) === undefined ? { ...own, outside: last } : own;
}

/** The name with an SOA that is this one or the closest above it. */
export function apexOf({ apexes }: Zone, name: string): string | undefined {
  if (apexes.size === 0) return undefined;
  if (apexes.has(name)) return name;
  for (const each of above(name)) if (apexes.has(each)) return each;
  return undefined;
}

/** Those of the type go before those of every type; no CNAME and no SOA is made huge. */
function troublesOf({ troubles }: ZoneName, type: RecordType | undefined) {
  if (troubles.size === 0) return {};
  const own = type === undefined ? undefined : troubles.get(type);
  const every = troubles.get('*');
  const isSingle = type === undefined || type === 'CNAME' || type === 'SOA';
  const general = isSingle && every?.answer?.kind === 'huge' ? undefined : every?.answer;
  return { answer: own?.answer ?? general, slow: own?.slow ?? every?.slow };
}

/** The name itself, or the wildcard of the closest name above it that exists (RFC 4592 section 3.3.1). */
function entryFor({ names, parents }: Zone, name: string): ZoneName | undefined {
  const own = names.get(name);
  if (own !== undefined || parents.has(name)) return own;
  for (const each of above(name)) {
    const wildcard = names.get(`*.${each}`);
    if (wildcard !== undefined) return wildcard;
    if (names.has(each) || parents.has(each)) return undefined;
  }
  return undefined;
}
