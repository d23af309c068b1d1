// A world on real sockets whose clock moves only when it is told to.
import { realWorld } from '../../core/world/real.ts';
import type { World } from '../../core/world/world.ts';
import { until } from '../smtp/playground.ts';

export interface HeldClock {
  readonly world: World;
  /** Moves the clock on and fires what falls due, in order. */
  pass(seconds: number): void;
  /** Resolves when a timer for that many seconds from now is held. */
  timer(seconds: number): Promise<void>;
}

export function heldClock(): HeldClock {
  let now = 0;
  const held = new Set<{ readonly due: number; readonly fire: () => void }>();
  const next = (end: number) => [...held].filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0];
  return {
    world: {
      ...realWorld,
      elapsed: () => now,
      after: (ms, fire) => {
        const timer = { due: now + ms, fire };
        held.add(timer);
        return { cancel: () => void held.delete(timer) };
      },
    },
    pass: (seconds) => {
      const end = now + seconds * 1000;
      for (let timer = next(end); timer; timer = next(end)) {
        held.delete(timer);
        now = timer.due;
        timer.fire();
      }
      now = end;
    },
    timer: (seconds) => until(() => [...held].some(({ due }) => due === now + seconds * 1000)),
  };
}
