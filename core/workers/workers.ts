// The workers as a session sees them: a message goes in, what was found out about it comes back, whatever happens to the worker.
import type { MessageAnswer } from '../contract/senderAnswers.ts';
import type { WorkersState } from '../contract/senderCalls.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { MessageTask } from '../message/examine.ts';
import type { Collected } from './collected.ts';

export interface Workers {
  /** Never rejects: what goes wrong is told by `work`. The task's chunks are the worker's from here on. */
  examine(task: MessageTask): Promise<MessageAnswer>;
  /** What a message that is coming is collected in; all of them share their room. */
  collect(): Collected;
  /** What is answered for a message that is not given to a worker. */
  turnAway(error: string): MessageAnswer;
  /** Counts at once: workers are added, and ended when they have done their work. */
  apply(settings: Settings['workers']): void;
  state(): WorkersState;
  /** Ends them; whatever waits comes back as crashed. */
  close(): Promise<void>;
}
