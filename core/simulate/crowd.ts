// Many clients at once: when each begins, how many may be connecting, and where they wait for each other.
import type { World } from '../world/world.ts';

/** Where clients meet: each waits until all that have not ended have come as far. */
export class Meeting {
  #present: number;
  #reached = new Map<number, number>();
  #waiting = new Map<number, (() => void)[]>();

  /** `clients` are expected; each must `leave` when it ends. */
  constructor(clients: number) {
    this.#present = clients;
  }

  /** Resolves when everybody present has arrived at point number `point` (from 1) or a later one. */
  arrive(point: number): Promise<void> {
    this.#reached.set(point, (this.#reached.get(point) ?? 0) + 1);
    return new Promise((resolve) => {
      this.#waiting.set(point, [...(this.#waiting.get(point) ?? []), resolve]);
      this.#open();
    });
  }

  /** A client has ended; it had arrived at `points` points. */
  leave(points: number): void {
    this.#present -= 1;
    for (let point = 1; point <= points; point += 1) this.#reached.set(point, (this.#reached.get(point) ?? 0) - 1);
    this.#open();
  }

  #open(): void {
    for (const [point, waiting] of this.#waiting) {
      if ((this.#reached.get(point) ?? 0) < this.#present) continue;
      this.#waiting.delete(point);
      for (const go of waiting) go();
    }
  }
}

/** At most `most` at a time pass; the others wait in line. */
export function gate(most: number): <T>(work: () => Promise<T>) => Promise<T> {
  let inside = 0;
  const line: (() => void)[] = [];
  return async (work) => {
    if (inside >= most) await new Promise<void>((resolve) => void line.push(resolve));
    else inside += 1;
    try {
      return await work();
    } finally {
      const next = line.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}

export interface Pace {
  /** ms between the beginnings of two clients; 0 = all at once. */
  readonly every: number;
  /** Each begins when the one before it has ended. */
  readonly oneByOne: boolean;
}

/** Plays all at the given pace; resolves when all have ended. */
export async function playAll(plays: readonly (() => Promise<void>)[], pace: Pace, world: World): Promise<void> {
  const wait = () => new Promise<void>((resolve) => void world.after(pace.every, resolve));
  const running: Promise<void>[] = [];
  for (const [index, play] of plays.entries()) {
    if (index > 0 && pace.every > 0) await wait();
    const playing = play();
    running.push(playing);
    if (pace.oneByOne) await playing;
  }
  await Promise.all(running);
}
