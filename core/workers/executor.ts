// Who does the work behind the desk: threads of their own, or this one.
import type { Settings } from '../contract/settings/settings.ts';
import type { Found, MessageTask } from '../message/examine.ts';

export interface Executor {
  /** Rejects when the work failed. When `signal` is aborted, nobody waits for it any more, and whoever is at it is ended. */
  run(task: MessageTask, signal: AbortSignal): Promise<Found>;
  /** Counts for work that begins from now on; what is under way is done first. */
  resize(settings: Settings['workers']): void;
  /** Work will come. */
  expect?(): void;
  /** Workers there are. */
  readonly running: number;
  /** Nothing of it is left when it resolves. */
  close(): Promise<void>;
}
