// Answers DNS questions from a zone, notes each, and lets a question that meets TIMEOUT run out of time.
import type { DnsQuestion } from '../contract/facts.ts';
import type { World } from '../world/world.ts';
import type { AskedResolver, Rows } from './resolver.ts';
import {
  type Fault,
  plainName,
  type RecordType,
  recordTypes,
  type Zone,
  type ZoneName,
  type ZoneRecord,
} from './zone.ts';

/** CNAMEs followed for one question; more is a loop and answers SERVFAIL, as resolvers do. */
const longestChain = 8;

const codes = {
  NXDOMAIN: 'ENOTFOUND',
  NODATA: 'ENODATA',
  SERVFAIL: 'ESERVFAIL',
  REFUSED: 'EREFUSED',
  TIMEOUT: 'ETIMEOUT',
} as const satisfies Record<Fault | 'NODATA', string>;

export interface ZoneAsking {
  readonly world: Pick<World, 'elapsed' | 'after'>;
  /** Settings `dns.timeout`, s: how long a question may stay unanswered. */
  readonly timeout: number;
}

/** A resolver over the zone and nothing else; make one for each purpose, so that its questions are that purpose's evidence. */
export function zoneResolver(zone: Zone, { world, timeout }: ZoneAsking): AskedResolver {
  const questions: DnsQuestion[] = [];
  const resolve = async (name: string, type: string): Promise<Rows> => {
    const began = world.elapsed();
    const answer = lookUp(zone, name, type.toUpperCase());
    if (answer === 'TIMEOUT') await new Promise<void>((done) => world.after(timeout * 1000, done));
    const ms = Math.round((world.elapsed() - began) * 10) / 10;
    if (typeof answer === 'string') {
      questions.push({ name, type, answer, ms });
      throw told(`${answer} for ${name} ${type}`, codes[answer]);
    }
    questions.push({ name, type, answer: answer.map(readable), ms });
    return rows(answer);
  };
  return { resolve, questions };
}

/** That a name is not there is said as often as that it is: an error without a stack, which costs more than the answer. */
function told(text: string, code: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(text), { code });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** The records of a question, CNAMEs followed; or what came instead. */
export function lookUp(zone: Zone, name: string, type: string): readonly ZoneRecord[] | Fault | 'NODATA' {
  let asked = plainName(name);
  for (let step = 0; step <= longestChain; step += 1) {
    const entry = entryFor(zone, asked);
    if (entry === undefined) return zone.parents.has(asked) ? 'NODATA' : 'NXDOMAIN';
    const fault = (isType(type) ? entry.faults.get(type) : undefined) ?? entry.faults.get('*');
    if (fault !== undefined) return fault;
    const records = entry.records.filter((record) => record.type === type);
    if (records.length > 0) return records;
    const alias = entry.records.find((record) => record.type === 'CNAME');
    if (alias === undefined) return entry.records.length > 0 || zone.parents.has(asked) ? 'NODATA' : 'NXDOMAIN';
    asked = alias.text;
  }
  return 'SERVFAIL';
}

/** The name itself, or the wildcard of the closest name above it that exists (RFC 4592 section 3.3.1). */
function entryFor({ names, parents }: Zone, name: string): ZoneName | undefined {
  const own = names.get(name);
  if (own !== undefined || parents.has(name)) return own;
  for (let dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
    const above = name.slice(dot + 1);
    const wildcard = names.get(`*.${above}`);
    if (wildcard !== undefined) return wildcard;
    if (names.has(above) || parents.has(above)) return undefined;
  }
  return undefined;
}

function isType(text: string): text is RecordType {
  return (recordTypes as readonly string[]).includes(text);
}

function readable({ text, preference }: ZoneRecord): string {
  return preference === undefined ? text : `${preference} ${text === '' ? '.' : text}`;
}

/** As `dns.promises.resolve` gives them. */
function rows(records: readonly ZoneRecord[]): Rows {
  const [first] = records;
  if (first?.strings !== undefined) return records.map(({ strings }) => [...(strings ?? [])]);
  if (first?.preference === undefined) return records.map(({ text }) => text);
  return records.map(({ text, preference = 0 }) => ({ priority: preference, exchange: text }));
}
