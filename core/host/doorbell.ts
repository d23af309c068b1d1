// The doorbell: tells every window which revisions have grown, at most 20 times a second.
import type { Changed } from '../contract/calls.ts';
import type { Timer, World } from '../world/world.ts';

/** Least time between two pushes, ms. */
const PAUSE = 50;

export class Doorbell {
  #revisions: Changed = { sessions: 0, messages: 0, receiver: 0, settings: 0, scenarios: 0, log: 0 };
  #timer: Timer | undefined;
  readonly #world: World;
  readonly #listeners = new Set<(revisions: Changed) => void>();

  constructor(world: World) {
    this.#world = world;
  }

  get revisions(): Changed {
    return this.#revisions;
  }

  /** Raises a revision by one, or to a given number, and rings soon. */
  ring(what: keyof Changed, to?: number): void {
    const next = to ?? this.#revisions[what] + 1;
    if (next === this.#revisions[what]) return;
    this.#revisions = { ...this.#revisions, [what]: next };
    this.#timer ??= this.#world.after(PAUSE, () => {
      this.#timer = undefined;
      for (const listen of this.#listeners) listen(this.#revisions);
    });
  }

  /** Returns the function that stops listening. */
  listen(listener: (revisions: Changed) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  close(): void {
    this.#timer?.cancel();
    this.#listeners.clear();
  }
}
