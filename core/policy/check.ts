// What a check is: one question about the facts at one stage, answered with findings.
import type { Facts, SpfAnswer, Stage, Stress } from '../contract/facts.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Finding } from '../contract/verdict.ts';

/** What a check may look at; everything outside comes in as a function. */
export interface PolicyContext {
  readonly settings: Settings;
  readonly facts: Facts;
  /** The world's monotonic clock, ms. */
  elapsed(): number;
  /** Resolves after that many ms. */
  readonly pause: (ms: number) => Promise<void>;
  /** Undefined while the receiver is not under stress. */
  readonly stress: () => Stress | undefined;
  /** Asks SPF about an identity (RFC 7208); DNS is the zone's alone. At once when the answer is remembered. */
  spf(identity: 'helo' | 'mailfrom'): SpfAnswer | Promise<SpfAnswer>;
}

/** A row of the stages table. */
export interface Check {
  /** Kebab-case, as findings name it. */
  readonly name: string;
  /** A few words for the window, e.g. `failed logins`. */
  readonly title: string;
  /** Group of the settings it reads. */
  readonly group: string;
  /** Undefined when there is nothing to say; synchronous wherever nothing is asked outside. */
  run(context: PolicyContext): CheckAnswer | Promise<CheckAnswer>;
}

export type CheckAnswer = Finding | readonly Finding[] | undefined;

export type StageTable = Readonly<Record<Stage, readonly Check[]>>;
