// Answers DNS questions from a zone, notes each, and asks others for what the zone leaves to them.
import type { DnsQuestion } from '../contract/facts.ts';
import type { World } from '../world/world.ts';
import { plainName } from './names.ts';
import { type Failure, lookUp, type Said } from './lookUp.ts';
import { type RecordData, shownRows } from './records.ts';
import type { AskedResolver, Rows } from './resolver.ts';
import { printable } from './strings.ts';
import type { Zone } from './zone.ts';

const codes = {
  NXDOMAIN: 'ENOTFOUND',
  NODATA: 'ENODATA',
  SERVFAIL: 'ESERVFAIL',
  REFUSED: 'EREFUSED',
  TIMEOUT: 'ETIMEOUT',
  TRUNCATED: 'ETRUNCATED',
  // Resolvers give up on it with a failure of the server.
  LOOP: 'ESERVFAIL',
} as const satisfies Record<Failure, string>;

/** What others answered. */
export type Told = { readonly by: string } & (
  { readonly rows: Rows; readonly shown: readonly string[] } | { readonly failure: Failure }
);

/** Asks others about a name the zone does not have; settles within `ms`, and does not reject. */
export type AskOthers = (question: { readonly name: string; readonly type: string }, ms: number) => Promise<Told>;

export interface ZoneAsking {
  readonly world: Pick<World, 'elapsed' | 'after'>;
  /** Settings `dns.timeout`, s: how long a question may stay unanswered. */
  readonly timeout: number;
  /** Nobody unless given: then names that are not in the zone do not exist. */
  readonly others?: AskOthers | undefined;
}

/** Characters of a name that was asked for: more than one can have. */
const LONGEST_NAME = 300;

/** A resolver over the zone; make one for each purpose, so that its questions are that purpose's evidence. */
export function zoneResolver(zone: Zone, { world, timeout, others }: ZoneAsking): AskedResolver {
  const questions: DnsQuestion[] = [];
  let lasting = true;
  const resolve = async (asked: string, given: string): Promise<Rows> => {
    const began = world.elapsed();
    const type = given.toUpperCase();
    const said = lookUp(zone, asked, type);
    const held = secondsOf(said, timeout);
    if (held > 0) await new Promise<void>((done) => void world.after(held * 1000, done));
    const answer = said.slow > timeout ? 'TIMEOUT' : said.answer;
    const name = printable(asked, LONGEST_NAME);
    const question = { name, type: printable(given) };
    const ms = () => Math.round((world.elapsed() - began) * 10) / 10;
    if (answer !== 'TIMEOUT' && said.outside !== undefined && others) {
      const { by, ...told } = await others({ name: said.outside, type }, timeout * 1000 - (world.elapsed() - began));
      lasting = false;
      const shown = 'failure' in told ? told.failure : shownRows(told.shown);
      questions.push({ ...question, answer: shown, ms: ms(), by });
      if ('failure' in told) throw failed(`${told.failure} for ${name} ${type}, by ${by}`, codes[told.failure]);
      return copied(told.rows);
    }
    if (typeof answer === 'string') {
      questions.push({ ...question, answer, ms: ms() });
      throw failed(`${answer} for ${name} ${type}`, codes[answer]);
    }
    questions.push({ ...question, answer: shownRows(answer.map(({ shown }) => shown)), ms: ms() });
    return rows(answer);
  };
  return {
    resolve,
    questions,
    get lasting() {
      return lasting;
    },
  };
}

/** As the zone has them: names in lower case. What is kept stays as it is, whatever the one who asked does with its rows. */
function copied(rows: Rows): Rows {
  const copy = (row: Rows[number]) => {
    if (typeof row === 'string') return plainName(row);
    return Array.isArray(row) ? [...row] : { priority: row.priority, exchange: plainName(row.exchange) };
  };
  return (rows as Rows[number][]).map(copy) as Rows;
}

/** s until the zone's answer, or until it is not waited for any longer. */
function secondsOf({ answer, slow }: Said, timeout: number): number {
  return answer === 'TIMEOUT' ? timeout : Math.min(slow, timeout);
}

/** That a name is not there is said as often as that it is: an error without a stack, which costs more than the answer. */
function failed(text: string, code: string): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  const error = Object.assign(new Error(text), { code });
  Error.stackTraceLimit = stackTraceLimit;
  return error;
}

/** As `dns.promises.resolve` gives them. */
function rows(records: readonly RecordData[]): Rows {
  const [first] = records;
  if (first?.strings !== undefined) return records.map(({ strings }) => [...(strings ?? [])]);
  if (first?.preference === undefined) return records.map(({ text }) => text);
  return records.map(({ text, preference = 0 }) => ({ priority: preference, exchange: text }));
}
