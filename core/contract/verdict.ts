// Findings, actions and verdicts: how an answer comes about.
import type { DnsQuestion, Stage } from './facts.ts';
import type { SenderAnswer, Work } from './senderAnswers.ts';
import type { Basis } from './settings/leaf.ts';

/** What settings say a finding leads to, weakest to strongest. */
export const actions = [
  'ignore',
  'record',
  'mark',
  'delay',
  'defer',
  'refuse',
  'discard',
  'quarantine',
  'drop',
] as const;
export type Action = (typeof actions)[number];

/** A number that was counted against a limit. */
export interface Counter {
  readonly name: string;
  readonly value: number;
  /** 0 and `unlimited` both mean: no limit; as the setting has it. */
  readonly limit: number | 'unlimited';
  /**
   * Of what is counted within a window, once the limit is reached: ms until one more is within the limit again, if nobody else
   * comes. Absent for what is counted at once: there nobody knows when one of them ends.
   */
  readonly relief?: number;
}

/** The access rule that decided, or stood for the decision. */
export interface RuleEvidence {
  readonly layer: 'listener' | 'service' | 'global' | 'last';
  readonly action: 'allow' | 'deny';
  /** Path of the rule in the settings, e.g. `access.deny.0`. */
  readonly path: string;
  readonly ipSet?: string;
  readonly priority?: number;
}

/** A check's answer with its evidence; never a decision. */
export interface Finding {
  /** Name of the check in stages.ts, e.g. `failed-logins`. */
  readonly check: string;
  /** One line a person reads, e.g. `6th failed login, 5 allowed`. */
  readonly text: string;
  /** What the settings make of it. */
  readonly action: Action;
  /** Key of the reasons table when the action answers the client. */
  readonly reason?: string;
  /** True when the client is dropped without a word. */
  readonly silent?: boolean;
  /** Path of the setting that decides, e.g. `errors.maxAuthErrors`, and the value it had. */
  readonly setting?: string;
  readonly value?: unknown;
  readonly counter?: Counter;
  readonly counters?: readonly Counter[];
  readonly rule?: RuleEvidence;
  readonly rules?: readonly RuleEvidence[];
  readonly dns?: readonly DnsQuestion[];
  /** What was found out about the sender, in full; its questions stand in `dns`. */
  readonly answer?: SenderAnswer;
  /** How the work on the message went, where a worker had it. */
  readonly work?: Work;
  /** Further evidence as label and value. */
  readonly evidence?: Readonly<Record<string, string>>;
  /** True when the finding exempts from the check (authenticated, exempt network). */
  readonly spare?: boolean;
  /** Duration by the world's clock, ms; absent when under a tenth of a millisecond. */
  readonly ms?: number;
}

/** The one decision of a stage. */
export interface Verdict {
  readonly stage: Stage;
  /** `accept` when no finding did more than delay. With `discard` and `quarantine` the reason is the stage's positive one. */
  readonly action: 'accept' | Action;
  /** Key of the reasons table. */
  readonly reason: string;
  /** Private: a sentence for the person, e.g. `too many failed logins in one session`. */
  readonly because: string;
  /** All findings in table order; the deciding one is at `decider`. */
  readonly findings: readonly Finding[];
  readonly decider?: number;
  /** The reply text's and limit's basis, for the badge. */
  readonly basis: Basis;
  readonly rfc?: string;
  /** How the session ends with this verdict, if it does. */
  readonly closes?: 'reply' | 'silent';
  readonly ms?: number;
}
