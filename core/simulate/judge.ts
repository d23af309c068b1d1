// What a case shows: the talk's differences, what is true afterwards and of its population, weighed into one outcome.
import {
  expectedOutcome,
  type Expected,
  type Outcome,
  type Preset,
  type Scenario,
  type ScenarioCase,
} from '../contract/scenario.ts';
import type { PopulationOutcome } from '../contract/timeline.ts';
import { segmentsOf, shown } from './bytes.ts';
import type { CaseJournal } from './caseJournal.ts';
import type { Difference } from './clientSetup.ts';
import { type After, type Count, fits, type Tally } from './tally.ts';
import type { Witness } from './witness.ts';

/** Something that is not as it should be afterwards. */
export interface Miss {
  readonly expected: string;
  readonly heard: string;
}

export interface Seen {
  readonly journal: Pick<CaseJournal, 'tally' | 'messages'>;
  /** How many clients got to each mark. */
  readonly marks: ReadonlyMap<string, number>;
  /** Sessions that were open although their clients had left. */
  readonly left: number;
  /** What a new client from 127.0.0.1 heard; absent when it was not asked. */
  readonly greeting?: string;
}

function countText(count: Count): string {
  if (typeof count === 'number') return String(count);
  const { least, most } = count;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return most === undefined ? `at least ${least ?? 0}` : `at most ${most}`;
}

const plural = (value: number, what: string) => `${value} ${what}${value === 1 ? '' : 's'}`;

/** Compares what is true after the talk with what should be. */
export function misses(after: After, { journal, marks, left, greeting }: Seen): Miss[] {
  const { tally } = journal;
  const found: Miss[] = [];
  const miss = (expected: string, heard: string) => void found.push({ expected, heard });
  if (after.stored !== undefined && !fits(tally.stored, after.stored))
    miss(`${countText(after.stored)} stored`, `${plural(tally.stored, 'message')} stored`);
  for (const [mark, count] of Object.entries(after.marks ?? {})) {
    const reached = marks.get(mark) ?? 0;
    if (!fits(reached, count)) miss(`${countText(count)} clients at "${mark}"`, `${plural(reached, 'client')} there`);
  }
  if (after.verdict) verdictMiss(after.verdict, tally, miss);
  if (after.finding) findingMiss(after.finding, tally, miss);
  senderMisses(after, tally, miss);
  for (const question of after.questions ?? []) {
    const asked = [...tally.questions];
    if (!asked.some((each) => each.toLowerCase() === question.toLowerCase()))
      miss(`DNS asked for ${question}`, asked.length === 0 ? 'no question' : asked.join(', '));
  }
  if (after.contains !== undefined && !tally.has.contains)
    miss(`a stored message with ${after.contains}`, 'none has it');
  if (after.lacks !== undefined && tally.has.lacks) miss(`no stored message with ${after.lacks}`, 'one has it');
  if (after.equals !== undefined && !tally.has.equals)
    exactMiss(Buffer.concat(segmentsOf(after.equals)), journal, miss);
  if (after.octets !== undefined)
    for (const size of tally.oddSizes) miss(`${countText(after.octets)} octets stored`, `a message of ${size}`);
  if (after.closed) closeMiss(after.closed, tally, miss);
  if (left > 0) miss('every session ended with its client', `${plural(left, 'session')} left open`);
  if (greeting !== undefined && !greeting.startsWith('220')) miss('a new client from 127.0.0.1 greeted', greeting);
  for (const { session, error } of tally.faults) miss('no fault in the receiver', `session ${session}: ${error}`);
  return found;
}

type Say = (expected: string, heard: string) => void;

/** What was found out about senders, and what became of their mail. */
function senderMisses(after: After, tally: Tally, miss: Say): void {
  if (after.quarantined !== undefined && !fits(tally.quarantined, after.quarantined))
    miss(`${countText(after.quarantined)} kept apart`, plural(tally.quarantined, 'message'));
  if (after.discarded !== undefined && !fits(tally.discarded, after.discarded))
    miss(`${countText(after.discarded)} discarded`, plural(tally.discarded, 'message'));
  const { contains, lacks } = after.handedOn ?? {};
  if (contains !== undefined && !tally.has.handedContains) miss(`a message handed on with ${contains}`, 'none has it');
  if (lacks !== undefined && tally.has.handedLacks) miss(`no message handed on with ${lacks}`, 'one has it');
  const [trace = 'no message stored'] = tally.traces;
  for (const text of tally.missingTrace) miss(`trace fields with "${text}"`, trace);
  for (const text of tally.oddTrace) miss(`trace fields without "${text}"`, trace);
  if (after.answer !== undefined && !tally.isAnswered)
    miss(`an answer with ${JSON.stringify(after.answer)}`, [...tally.answers].join(', ') || 'none');
}

function exactMiss(wanted: Buffer, { messages }: Seen['journal'], miss: Say): void {
  const some = messages.slice(0, 3).map(({ bytes }) => shown(Buffer.from(bytes)));
  miss(`a stored message that is exactly ${shown(wanted)}`, some.join('; ') || 'none');
}

function closeMiss(wanted: NonNullable<After['closed']>, { closed }: Tally, miss: Say): void {
  const number = closed.get(wanted.reason) ?? 0;
  const count = wanted.count ?? { least: 1 };
  if (fits(number, count)) return;
  const others = [...closed.keys()].join(', ');
  miss(
    `${countText(count)} sessions closed for ${wanted.reason}`,
    `${number}${others === '' ? '' : `; all: ${others}`}`,
  );
}

function verdictMiss(wanted: NonNullable<After['verdict']>, { verdicts }: Tally, miss: Say): void {
  const all = [...verdicts.values()];
  const number = all
    .filter(
      ({ reason, stage }) =>
        (wanted.reason === undefined || reason === wanted.reason) &&
        (wanted.stage === undefined || stage === wanted.stage),
    )
    .reduce((sum, { count }) => sum + count, 0);
  const count = wanted.count ?? { least: 1 };
  if (fits(number, count)) return;
  const name = [wanted.reason, wanted.stage && `at ${wanted.stage}`].filter(Boolean).join(' ');
  const others = all.filter(({ isAgainst }) => isAgainst).map(({ reason, stage }) => `${reason} at ${stage}`);
  miss(
    `${countText(count)} verdicts ${name}`,
    `${number}${others.length > 0 ? `; others: ${others.slice(0, 5).join(', ')}` : ''}`,
  );
}

function findingMiss({ check, text, least }: NonNullable<After['finding']>, { said, isSaid }: Tally, miss: Say): void {
  if (isSaid) return;
  miss(
    `a finding of ${check}${text === undefined ? '' : ` with "${text}"`}${least === undefined ? '' : `, ${least} or stronger`}`,
    said.length === 0 ? 'none' : said.join('; '),
  );
}

export interface Weighed {
  readonly outcome: Outcome;
  readonly why: string;
  readonly gained?: string;
}

export interface Evidence {
  readonly scenario: Scenario;
  readonly variant: ScenarioCase | undefined;
  /** Undefined for a person's own settings. */
  readonly preset: Preset | undefined;
  readonly differences: readonly Difference[];
  readonly misses: readonly Miss[];
  /** What was expected of the population as a whole. */
  readonly expectations?: readonly PopulationOutcome[];
  /** The last thing the first client heard. */
  readonly last: string;
  readonly witness: Witness;
}

/** The outcome of a case that was played to its end. */
export function weigh(evidence: Evidence): Weighed {
  const { scenario, variant, preset, differences, misses: missed, expectations = [] } = evidence;
  const point = differences.find(({ kind }) => kind === 'expect');
  const way = differences.find(({ kind }) => kind === 'hear');
  const told = (one: Difference) =>
    `client ${one.client}, step ${one.step}: expected ${one.expected}, heard ${one.heard}`;
  if (scenario.kind === 'attack' && way !== undefined && point === undefined)
    return { outcome: 'inconclusive', why: `the attack did not get to its point: ${told(way)}` };
  const first = point ?? way;
  const failed = expectations.find(({ held }) => !held);
  const miss = missed[0];
  if (first === undefined && failed === undefined && miss === undefined)
    return { outcome: 'held', why: reasonOf(evidence) };
  const difference = first
    ? told(first)
    : failed
      ? `expected ${failed.expected}, found ${failed.found}`
      : `afterwards: expected ${miss?.expected}, found ${miss?.heard}`;
  if (scenario.kind === 'citizen')
    return { outcome: 'breached', why: first || !failed ? `turned away: ${difference}` : difference };
  const gained = gainOf(variant?.presets ?? scenario.presets, preset);
  return gained === undefined
    ? { outcome: 'breached', why: difference }
    : { outcome: 'breached', why: `${gained} (${difference})`, gained };
}

/** Why it held: what was found of the population, or what the receiver did. */
function reasonOf({ scenario, expectations = [], last, witness }: Evidence): string {
  const found = expectations.map((one) => `; ${one.expected}: ${one.found}`).join('');
  if (scenario.kind === 'citizen') return found === '' ? `served; last heard: ${last}` : `served${found}`;
  const { defence, ending } = witness;
  if (defence !== '') return `held by ${defence}${found}`;
  return `held; last heard: ${last}${ending === undefined ? '' : `; the session ended: ${ending}`}${found}`;
}

/** The sentence of the preset where it expects a breach; for a person's own settings that of any preset that does. */
function gainOf(presets: Scenario['presets'], preset: Preset | undefined): string | undefined {
  const entries = Object.values(presets).filter((entry): entry is Expected => entry !== undefined);
  const own =
    preset === undefined ? entries : [presets[preset]].filter((entry): entry is Expected => entry !== undefined);
  return own.map((entry) => expectedOutcome(entry).gained).find((gained) => gained !== undefined);
}
