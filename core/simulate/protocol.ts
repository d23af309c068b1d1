// What the pool and its workers say to each other.
import type { Event } from '../contract/event.ts';
import type { WorldName } from '../contract/scenarioWorld.ts';
import type { CaseTask, Played } from './run.ts';

export type ToWorker =
  | { readonly kind: 'play'; readonly index: number; readonly task: CaseTask }
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
