// Checks that wait for something outside, and what is decided when it does not come in time.
import type { Stage } from '../contract/facts.ts';
import type { Verdict } from '../contract/verdict.ts';
import { spoken } from '../policy/decide.ts';

/** Checks that wait. */
export interface Asking {
  /** Since when, ms of the world's monotonic clock. */
  readonly since: number;
  /** Decides without them: 421. Their answer comes too late and is ignored. */
  giveUp(because: string): void;
}

/** The verdict of a stage whose checks wait, or 421 when `asker.asking` is given up before. */
export function awaited(
  asker: { asking: Asking | undefined },
  verdict: Promise<Verdict>,
  { stage, since }: { readonly stage: Stage; readonly since: number },
): Promise<Verdict> {
  return new Promise((resolve, reject) => {
    const asking: Asking = {
      since,
      giveUp: (because) => {
        over();
        resolve(spoken('lookup-deadline', stage, because));
      },
    };
    const over = () => {
      if (asker.asking === asking) asker.asking = undefined;
    };
    asker.asking = asking;
    verdict.finally(over).then(resolve, reject);
  });
}
