// The workers as a session sees them: a message goes in, what was found out about it comes back, whatever happens to the worker.
import type { MessageAnswer } from '../contract/senderAnswers.ts';
import type { WorkersState } from '../contract/senderCalls.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { MessageTask } from '../message/examine.ts';
import type { Collected } from './collected.ts';

export interface Workers {
  /**
   * Never rejects: what goes wrong is told by `work`. The task's chunks are the worker's from here on. When `leaves` is
   * aborted, nobody needs the answer: a message that waits is worked on no more, one that a worker has is.
   */
  examine(task: MessageTask, leaves?: AbortSignal): Promise<MessageAnswer>;
  /** What a message that is coming is collected in; all of them share their room. */
  collect(): Collected;
  /** What is answered for a message that is not given to a worker. */
  turnAway(error: string): MessageAnswer;
  /** Counts at once: workers are added, and ended when they have done their work. */
  apply(settings: Settings['workers']): void;
  /** Messages will need them: the fewest may be started, in the background. */
  expect(): void;
  state(): WorkersState;
  /** Ends them; whatever waits comes back as crashed. */
  close(): Promise<void>;
}
