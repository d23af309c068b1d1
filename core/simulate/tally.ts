// Counts what a case is judged by afterwards, as it happens, so that nothing of it must be kept.
import type { Event } from '../contract/event.ts';
import type { Scenario } from '../contract/scenario.ts';
import { actions, type Finding, type Verdict } from '../contract/verdict.ts';
import type { Envelope } from '../journal/journal.ts';
import { segmentsOf, unescape } from './bytes.ts';

export type After = NonNullable<Scenario['after']>;

/** Things that are only told, not counted, are told up to so many. */
const MOST_TOLD = 20;

export class Tally {
  /** Messages stored. */
  stored = 0;
  events = 0;
  /** Verdicts, by reason and stage. */
  readonly verdicts = new Map<
    string,
    { readonly reason: string; readonly stage: string; isAgainst: boolean; count: number }
  >();
  readonly closed = new Map<string, number>();
  /** Bugs of the receiver, the first of them. */
  readonly faults: { readonly session: string; readonly error: string }[] = [];
  /** DNS questions that were asked: those that must be, and some others. */
  readonly questions = new Set<string>();
  /** What findings of the check that is asked for said: some of them, and whether one said what is wanted. */
  readonly said: string[] = [];
  isSaid = false;
  /** Whether some message has the bytes of `contains`, those of `lacks`, or is exactly those of `equals`; as it is kept, and as it is handed on. */
  readonly has = { contains: false, lacks: false, equals: false, handedContains: false, handedLacks: false };
  /** Stored apart from other mail, and thrown away although answered with 250. */
  quarantined = 0;
  discarded = 0;
  /** Texts of `trace` that no message's trace fields had yet, those of `lacksTrace` that some had, and some fields to tell. */
  readonly missingTrace: Set<string>;
  readonly oddTrace = new Set<string>();
  readonly traces: string[] = [];
  /** Whether a finding had the answer that is wanted, and the results of others of that kind. */
  isAnswered = false;
  readonly answers = new Set<string>();
  /** Octets of messages that are not as many as they should be. */
  readonly oddSizes: number[] = [];
  readonly #after: After;
  readonly #asked: ReadonlySet<string>;
  readonly #equals: Buffer | undefined;

  constructor(after: After = {}) {
    this.#after = after;
    this.missingTrace = new Set([after.trace ?? []].flat());
    this.#asked = new Set((after.questions ?? []).map((question) => question.toLowerCase()));
    this.#equals = after.equals === undefined ? undefined : Buffer.concat(segmentsOf(after.equals));
  }

  event(session: string, event: Event): void {
    this.events += 1;
    if (event.kind === 'reply' || event.kind === 'verdict') this.#verdict(event.verdict);
    else if (event.kind === 'close') this.closed.set(event.reason, (this.closed.get(event.reason) ?? 0) + 1);
    else if (event.kind === 'discarded') this.discarded += 1;
    else if (event.kind === 'stored' && event.quarantine !== undefined) this.quarantined += 1;
    else if (event.kind === 'fault' && this.faults.length < MOST_TOLD)
      this.faults.push({ session, error: event.error });
  }

  message(bytes: Uint8Array, envelope: Pick<Envelope, 'trace' | 'removed'> = { trace: '' }): void {
    this.stored += 1;
    this.#trace(envelope.trace);
    this.#handedOn(bytes, envelope);
    const { contains, lacks, octets } = this.#after;
    if (contains === undefined && lacks === undefined && octets === undefined && this.#equals === undefined) return;
    const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    if (contains !== undefined) this.has.contains ||= all.includes(unescape(contains));
    if (lacks !== undefined) this.has.lacks ||= all.includes(unescape(lacks));
    if (this.#equals !== undefined) this.has.equals ||= all.equals(this.#equals);
    if (octets !== undefined && !fits(bytes.length, octets) && this.oddSizes.length < MOST_TOLD)
      this.oddSizes.push(bytes.length);
  }

  #handedOn(bytes: Uint8Array, { trace, removed = [] }: Pick<Envelope, 'trace' | 'removed'>): void {
    const { contains, lacks } = this.#after.handedOn ?? {};
    if (contains === undefined && lacks === undefined) return;
    let from = 0;
    const kept = removed.map(({ start, end }) => {
      const part = bytes.subarray(from, start);
      from = end;
      return part;
    });
    const all = Buffer.concat([Buffer.from(trace), ...kept, bytes.subarray(from)]);
    if (contains !== undefined) this.has.handedContains ||= all.includes(unescape(contains));
    if (lacks !== undefined) this.has.handedLacks ||= all.includes(unescape(lacks));
  }

  #trace(trace: string): void {
    const { trace: wanted, lacksTrace = [] } = this.#after;
    if (wanted === undefined && lacksTrace.length === 0) return;
    const unfolded = trace.replace(/\r\n[ \t]+/g, ' ');
    // All that is wanted must stand in one message: what was missing of the best one is told.
    const missing = [wanted ?? []].flat().filter((text) => !unfolded.includes(text));
    if (this.traces.length === 0 || missing.length < this.missingTrace.size) {
      this.missingTrace.clear();
      for (const text of missing) this.missingTrace.add(text);
    }
    for (const text of [lacksTrace].flat()) if (unfolded.includes(text)) this.oddTrace.add(text);
    if (this.traces.length < 3) this.traces.push(unfolded.trim().replaceAll('\r\n', ' | '));
  }

  #verdict({ reason, stage, action, findings }: Verdict): void {
    const key = `${reason} ${stage}`;
    const known = this.verdicts.get(key);
    if (known === undefined) this.verdicts.set(key, { reason, stage, isAgainst: action !== 'accept', count: 1 });
    else {
      known.count += 1;
      known.isAgainst ||= action !== 'accept';
    }
    if (this.#after.finding !== undefined || this.#after.answer !== undefined || this.#asked.size > 0)
      for (const finding of findings) this.#finding(finding);
  }

  #finding({ check, text, action, answer, dns = [] }: Finding): void {
    const { finding: wanted, answer: answered } = this.#after;
    if (answered !== undefined && answer !== undefined) {
      this.isAnswered ||= isWithin(answer, answered);
      if (this.answers.size < MOST_TOLD) this.answers.add(`${answer.kind}: ${'result' in answer ? answer.result : ''}`);
    }
    if (check === wanted?.check) {
      const isStrong = wanted.least === undefined || actions.indexOf(action) >= actions.indexOf(wanted.least);
      this.isSaid ||= isStrong && (wanted.text === undefined || text.includes(wanted.text));
      if (this.said.length < 3) this.said.push(wanted.least === undefined ? text : `${action}: ${text}`);
    }
    for (const { name, type } of dns) {
      const question = `${name} ${type}`;
      if (this.questions.size < MOST_TOLD || this.#asked.has(question.toLowerCase())) this.questions.add(question);
    }
  }
}

export type Count = NonNullable<After['stored']>;

export const fits = (value: number, count: Count): boolean =>
  typeof count === 'number' ? value === count : value >= (count.least ?? 0) && value <= (count.most ?? Infinity);

/** Whether a value has what is wanted of it: the named members of a mapping, each wanted entry of a list in some place. */
export function isWithin(value: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted))
    return Array.isArray(value)
      ? wanted.every((one) => value.some((each) => isWithin(each, one)))
      : wanted.some((one) => isWithin(value, one));
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(wanted).every(([key, one]) => isWithin((value as Record<string, unknown>)[key], one));
}
