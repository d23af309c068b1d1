// Checks and logins that wait for something outside, and what is decided when it does not come in time.
import type { Stage } from '../contract/facts.ts';
import type { Verdict } from '../contract/verdict.ts';

/** Checks that wait. */
export interface Asking {
  /** Since when, ms of the world's monotonic clock; later by what a worker took. */
  since: number;
  readonly stage: Stage;
  /** Decides without them. Their answer comes too late and is ignored. */
  giveUp(instead: Verdict): void;
}

/** What is waited for, the verdict of a stage for one; or another verdict when `asker.asking` is given up before. */
export function awaited<T>(
  asker: { asking: Asking | undefined },
  answer: Promise<T>,
  { stage, since }: { readonly stage: Stage; readonly since: number },
): Promise<T | Verdict> {
  return new Promise((resolve, reject) => {
    const asking: Asking = {
      since,
      stage,
      giveUp: (instead) => {
        over();
        resolve(instead);
      },
    };
    const over = () => {
      if (asker.asking === asking) asker.asking = undefined;
    };
    asker.asking = asking;
    answer.finally(over).then(resolve, reject);
  });
}
