// The course of a case over virtual time: how groups fared, every counter against its limit, and the moments to look at.

/** Values over time: one for each `step` ms, the largest that was seen in it. */
export interface Series {
  /** Unique in a timeline, e.g. `sessions`, `replies 4xx`, `flow.service.peerMaxConnections`. */
  readonly id: string;
  readonly title: string;
  readonly kind: 'sessions' | 'replies' | 'counter' | 'group';
  readonly unit: string;
  /** Counters: the setting that limits them, and its value; absent where there is no limit. */
  readonly setting?: string;
  readonly limit?: number;
  readonly values: readonly number[];
}

/** A moment: the first time in its step that a limit was hit. */
export interface Moment {
  /** Virtual ms since the beginning. */
  readonly at: number;
  /** Of the series whose limit was hit. */
  readonly series: string;
  /** As the finding says it. */
  readonly text: string;
  /** Id of a session of that moment, in the journal that is kept. */
  readonly session: string;
}

/** Least, median and most, and two high percentiles. */
export interface Percentiles {
  readonly count: number;
  readonly least: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly most: number;
}

export interface GroupCourse {
  readonly name: string;
  readonly kind: 'citizen' | 'bot';
  readonly clients: number;
  /** Have arrived so far. */
  readonly begun: number;
  /** Got to the end of their talk. */
  readonly served: number;
  /** Were refused for good, or gave up. */
  readonly gaveUp: number;
  /** Are between two tries, or in one. */
  readonly waiting: number;
  /** Connections. */
  readonly tries: number;
  /** Connections that never saw a 220. */
  readonly turnedAway: number;
  /** ms from the first try until served, of those served. */
  readonly waits: Percentiles;
}

export interface PopulationOutcome {
  readonly expected: string;
  readonly found: string;
  readonly held: boolean;
}

export interface Timeline {
  /** Virtual ms that have passed, and at which it will end. */
  readonly now: number;
  readonly until: number;
  /** Wall clock of the beginning, ms since 1970. */
  readonly began: number;
  /** Real ms it has taken. */
  readonly took: number;
  /** Timers fired. */
  readonly timers: number;
  /** ms of a step of the series; it doubles as the course grows longer, so that there are at most 1,000. */
  readonly step: number;
  readonly groups: readonly GroupCourse[];
  readonly series: readonly Series[];
  readonly moments: readonly Moment[];
  /** Sessions in all, and how many of them are kept with all their events. */
  readonly sessions: number;
  readonly kept: number;
  readonly expectations: readonly PopulationOutcome[];
  /** Why it ended before its time. */
  readonly stopped?: string;
}

/** How fast a simulated case goes on: `paused`, or so many virtual ms a real ms; absent: as fast as it can. */
export type Pace = { readonly state: 'paused' } | { readonly state: 'running'; readonly speed?: number };
