// What a case shows: the talk's differences and what is true afterwards, weighed into one outcome.
import type { Event } from '../contract/event.ts';
import {
  expectedOutcome,
  type Expected,
  type Outcome,
  type Preset,
  type Scenario,
  type ScenarioCase,
} from '../contract/scenario.ts';
import type { Finding, Verdict } from '../contract/verdict.ts';
import type { MemoryJournal } from '../journal/memory.ts';
import { segmentsOf, shown, unescape } from './bytes.ts';
import type { Difference } from './clientSetup.ts';

export type After = NonNullable<Scenario['after']>;
type Count = NonNullable<After['stored']>;

/** Something that is not as it should be afterwards. */
export interface Miss {
  readonly expected: string;
  readonly heard: string;
}

export interface Seen {
  readonly journal: MemoryJournal;
  /** How many clients got to each mark. */
  readonly marks: ReadonlyMap<string, number>;
  /** Sessions that were open although their clients had left. */
  readonly left: number;
  /** What a new client from 127.0.0.1 heard; absent when it was not asked. */
  readonly greeting?: string;
}

const fits = (value: number, count: Count) =>
  typeof count === 'number' ? value === count : value >= (count.least ?? 0) && value <= (count.most ?? Infinity);

function countText(count: Count): string {
  if (typeof count === 'number') return String(count);
  const { least, most } = count;
  if (least !== undefined && most !== undefined) return `${least} to ${most}`;
  return most === undefined ? `at least ${least ?? 0}` : `at most ${most}`;
}

const plural = (value: number, what: string) => `${value} ${what}${value === 1 ? '' : 's'}`;

function verdictsOf(events: readonly Event[]): Verdict[] {
  return events.flatMap((event) => (event.kind === 'reply' || event.kind === 'verdict' ? [event.verdict] : []));
}

/** Compares what is true after the talk with what should be. */
export function misses(after: After, seen: Seen): Miss[] {
  const { journal, marks } = seen;
  const verdicts = journal.sessions.flatMap((session) => verdictsOf(session.events));
  const findings = verdicts.flatMap((verdict) => verdict.findings);
  const found: Miss[] = [];
  const miss = (expected: string, heard: string) => void found.push({ expected, heard });
  const stored = journal.messages.length;
  if (after.stored !== undefined && !fits(stored, after.stored))
    miss(`${countText(after.stored)} stored`, `${plural(stored, 'message')} stored`);
  for (const [mark, count] of Object.entries(after.marks ?? {})) {
    const reached = marks.get(mark) ?? 0;
    if (!fits(reached, count)) miss(`${countText(count)} clients at "${mark}"`, `${plural(reached, 'client')} there`);
  }
  if (after.verdict) verdictMiss(after.verdict, verdicts, miss);
  if (after.finding) findingMiss(after.finding, findings, miss);
  for (const question of after.questions ?? []) {
    const asked = findings.flatMap((finding) => (finding.dns ?? []).map(({ name, type }) => `${name} ${type}`));
    if (!asked.some((each) => each.toLowerCase() === question.toLowerCase()))
      miss(`DNS asked for ${question}`, asked.length === 0 ? 'no question' : [...new Set(asked)].join(', '));
  }
  const holds = (text: string) => journal.messages.some(({ bytes }) => Buffer.from(bytes).includes(unescape(text)));
  if (after.contains !== undefined && !holds(after.contains))
    miss(`a stored message with ${after.contains}`, 'none has it');
  if (after.lacks !== undefined && holds(after.lacks)) miss(`no stored message with ${after.lacks}`, 'one has it');
  if (after.equals !== undefined) exactMiss(Buffer.concat(segmentsOf(after.equals)), journal, miss);
  for (const { bytes } of journal.messages)
    if (after.octets !== undefined && !fits(bytes.length, after.octets))
      miss(`${countText(after.octets)} octets stored`, `a message of ${bytes.length}`);
  if (after.closed) closeMiss(after.closed, journal, miss);
  if (seen.left > 0) miss('every session ended with its client', `${plural(seen.left, 'session')} left open`);
  if (seen.greeting !== undefined && !seen.greeting.startsWith('220'))
    miss('a new client from 127.0.0.1 greeted', seen.greeting);
  for (const session of journal.sessions)
    for (const event of session.events)
      if (event.kind === 'fault') miss('no fault in the receiver', `session ${session.id}: ${event.error}`);
  return found;
}

type Say = (expected: string, heard: string) => void;

function exactMiss(wanted: Buffer, { messages }: MemoryJournal, miss: Say): void {
  const all = messages.map(({ bytes }) => Buffer.from(bytes));
  if (all.some((bytes) => bytes.equals(wanted))) return;
  miss(`a stored message that is exactly ${shown(wanted)}`, all.map(shown).slice(0, 3).join('; ') || 'none');
}

function closeMiss(wanted: NonNullable<After['closed']>, { sessions }: MemoryJournal, miss: Say): void {
  const reasons = sessions.flatMap(({ events }) =>
    events.flatMap((event) => (event.kind === 'close' ? [event.reason] : [])),
  );
  const number = reasons.filter((reason) => reason === wanted.reason).length;
  const count = wanted.count ?? { least: 1 };
  if (fits(number, count)) return;
  const others = [...new Set(reasons)].join(', ');
  miss(
    `${countText(count)} sessions closed for ${wanted.reason}`,
    `${number}${others === '' ? '' : `; all: ${others}`}`,
  );
}

function verdictMiss(wanted: NonNullable<After['verdict']>, verdicts: readonly Verdict[], miss: Say): void {
  const same = ({ reason, stage }: Verdict) =>
    (wanted.reason === undefined || reason === wanted.reason) && (wanted.stage === undefined || stage === wanted.stage);
  const number = verdicts.filter(same).length;
  const count = wanted.count ?? { least: 1 };
  if (fits(number, count)) return;
  const name = [wanted.reason, wanted.stage && `at ${wanted.stage}`].filter(Boolean).join(' ');
  const others = [
    ...new Set(
      verdicts.filter(({ action }) => action !== 'accept').map(({ reason, stage }) => `${reason} at ${stage}`),
    ),
  ];
  miss(
    `${countText(count)} verdicts ${name}`,
    `${number}${others.length > 0 ? `; others: ${others.slice(0, 5).join(', ')}` : ''}`,
  );
}

function findingMiss(wanted: NonNullable<After['finding']>, findings: readonly Finding[], miss: Say): void {
  const { check, text } = wanted;
  const of = findings.filter((finding) => finding.check === check);
  if (of.some((finding) => text === undefined || finding.text.includes(text))) return;
  miss(
    `a finding of ${check}${text === undefined ? '' : ` with "${text}"`}`,
    of.length === 0
      ? 'none'
      : of
          .slice(0, 3)
          .map((finding) => finding.text)
          .join('; '),
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
  /** The last thing the first client heard. */
  readonly last: string;
  readonly journal: MemoryJournal;
}

/** What the receiver refused or deferred last, else what it found by a knob; empty for none of these. */
function defence({ sessions }: MemoryJournal, knobs: readonly string[]): string {
  const decisions = sessions.flatMap(({ events }) =>
    events.filter((event) => event.kind === 'reply' || event.kind === 'verdict'),
  );
  const against = decisions.filter(({ verdict }) => verdict.action !== 'accept');
  // A refusal with a finding behind it says more than an error of the protocol, or the 421 that follows it.
  const last = against.findLast(({ verdict }) => verdict.decider !== undefined) ?? against.at(-1);
  if (!last) return noticed(decisions, knobs) ?? '';
  const { findings, decider, because } = last.verdict;
  const finding = findings[decider ?? 0];
  const said = last.kind === 'reply' ? String(last.code) : 'silence';
  return `${said}, ${finding === undefined ? because : `${finding.check}: ${finding.text}`}`;
}

type Decision = Extract<Event, { kind: 'reply' | 'verdict' }>;

/** The last finding of a check that one of the knobs steers. */
function noticed(decisions: readonly Decision[], knobs: readonly string[]): string | undefined {
  const findings = decisions.flatMap(({ verdict }) => verdict.findings);
  const found = findings.findLast(({ setting }) => setting !== undefined && knobs.includes(setting));
  return found && `${found.check}: ${found.text}`;
}

/** How the last session ended that did not end with QUIT. */
function ending({ sessions }: MemoryJournal): string | undefined {
  const ends = sessions.flatMap(({ events }) => events.filter((event) => event.kind === 'close'));
  const last = ends.findLast(({ reason }) => reason !== 'quit' && reason !== 'shutdown');
  return last && `${last.reason}: ${last.detail}`;
}

/** The outcome of a case that was played to its end. */
export function weigh({ scenario, variant, preset, differences, misses: missed, last, journal }: Evidence): Weighed {
  const point = differences.find(({ kind }) => kind === 'expect');
  const way = differences.find(({ kind }) => kind === 'hear');
  const told = (one: Difference) =>
    `client ${one.client}, step ${one.step}: expected ${one.expected}, heard ${one.heard}`;
  const miss = missed[0];
  if (scenario.kind === 'attack' && way !== undefined && point === undefined)
    return { outcome: 'inconclusive', why: `the attack did not get to its point: ${told(way)}` };
  const first = point ?? way;
  if (first === undefined && miss === undefined) {
    if (scenario.kind === 'citizen') return { outcome: 'held', why: `served; last heard: ${last}` };
    const how = defence(journal, scenario.knobs);
    if (how !== '') return { outcome: 'held', why: `held by ${how}` };
    const end = ending(journal);
    return {
      outcome: 'held',
      why: `held; last heard: ${last}${end === undefined ? '' : `; the session ended: ${end}`}`,
    };
  }
  const difference = first ? told(first) : `afterwards: expected ${miss?.expected}, found ${miss?.heard}`;
  if (scenario.kind === 'citizen') return { outcome: 'breached', why: `turned away: ${difference}` };
  const gained = gainOf(variant?.presets ?? scenario.presets, preset);
  return gained === undefined
    ? { outcome: 'breached', why: difference }
    : { outcome: 'breached', why: `${gained} (${difference})`, gained };
}

/** The sentence of the preset where it expects a breach; for a person's own settings that of any preset that does. */
function gainOf(presets: Scenario['presets'], preset: Preset | undefined): string | undefined {
  const entries = Object.values(presets).filter((entry): entry is Expected => entry !== undefined);
  const own =
    preset === undefined ? entries : [presets[preset]].filter((entry): entry is Expected => entry !== undefined);
  return own.map((entry) => expectedOutcome(entry).gained).find((gained) => gained !== undefined);
}
