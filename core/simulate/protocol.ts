// What the pool and its workers say to each other.
import type { Event } from '../contract/event.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { Pace, Timeline } from '../contract/timeline.ts';
import type { CaseTask, Played } from './run.ts';

/** How time is to go on: as {@link Pace} says, to the next timer and no further, or to a virtual moment (ms since the beginning). */
export type PaceWish = Pace | { readonly state: 'step' } | { readonly state: 'to'; readonly at: number };

export type ToWorker =
  | { readonly kind: 'play'; readonly index: number; readonly task: CaseTask }
  /** Holds or moves the time of the simulated case that is being played; nothing when it has ended. */
  | { readonly kind: 'pace'; readonly index: number; readonly pace: PaceWish }
  /** Ends what is being played; each case is still answered with its result. */
  | { readonly kind: 'cancel' }
  /** Nothing more will come. */
  | { readonly kind: 'end' };

export interface SessionEvents {
  readonly session: string;
  readonly events: readonly Event[];
}

export type FromWorker =
  | { readonly kind: 'events'; readonly index: number; readonly sessions: readonly SessionEvents[] }
  /** Of a case with groups: at most five times a real second, whenever it pauses, and at its end. */
  | { readonly kind: 'course'; readonly index: number; readonly timeline: Timeline; readonly pace: Pace }
  | { readonly kind: 'played'; readonly index: number; readonly played: Played };

/** A helper that plays cases beside this thread. */
export interface CaseWorker {
  post(message: ToWorker): void;
  /** Called for each message, in order. */
  onMessage(take: (message: FromWorker) => void): void;
  /** Called once, when it has ended, with what ended it before its time. */
  onEnd(take: (error: Error | undefined) => void): void;
}

/** Starts a helper whose time is that of the world: one for simulated cases plays one after the other. */
export type SpawnWorker = (world: WorldName) => CaseWorker;
