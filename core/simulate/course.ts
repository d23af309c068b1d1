// The course of a case with groups: what its clients did and what the receiver recorded, folded as it happens.
import type { Event } from '../contract/event.ts';
import type { Society } from '../contract/scenarioPopulation.ts';
import { msOf } from '../contract/span.ts';
import type { Timeline } from '../contract/timeline.ts';

/** The clock of a case, and what is known of it besides. */
export interface CourseClock {
  /** Virtual ms since the beginning of the case. */
  elapsed(): number;
  /** Wall clock, ms since 1970, virtual. */
  now(): number;
  /** Real ms since the case began. */
  took(): number;
  /** Timers fired since the case began. */
  fired(): number;
}

/** One connection of a client: made by {@link Course.tried}, handed back when it has ended. */
export interface Try {
  readonly group: number;
}

export interface CourseOptions {
  readonly society: Society;
  readonly clock: CourseClock;
  /** Called with a session whose events should be kept: something in the timeline leads to it. */
  readonly keep?: (session: string) => void;
}

/** Groups are named by their place in the society, from 0. Everything is told in the order in which it happens. */
export class Course {
  constructor(_options: CourseOptions) {}

  /** A client of the group is about to try for the first time. */
  arrived(_group: number): void {}

  /** A client connects, for the `nth` time (from 1), from this address and port: no other try has both at the same time. */
  tried(group: number, _nth: number, _peer: { readonly address: string; readonly port: number }): Try {
    return { group };
  }

  /** A try has ended. `isOrderly`: it got to the end of its talk. */
  ended(_one: Try, _isOrderly: boolean): void {}

  /** A client has got to the end of its talk, so many ms after its first try; nothing follows for it. */
  served(_group: number, _waited: number): void {}

  /** A client will not try again: refused for good, too long, or it never does. */
  gaveUp(_group: number): void {}

  /** Every event of every session, as it is recorded. The journal of the case calls this (see caseJournal.ts). */
  event(_session: string, _event: Event): void {}

  /** Of all sessions that were opened, so many are kept. The journal of the case calls this. */
  journalled(_sessions: number, _kept: number): void {}

  /** The course so far. `stopped`: why it ended before its time. */
  timeline(_stopped?: string): Timeline {
    throw new Error('not folded yet');
  }
}

export const untilOf = ({ until }: Society): number => msOf(until);
