// Counters by key in memory that stays bounded: the one longest silent is forgotten first, one that is banned only when all are.
import { Oldest } from './oldest.ts';
import { SlidingWindow } from './window.ts';

/** Most keys that one memory holds, counted and banned together. */
export const mostRemembered = 50_000;

/** Times are ms of a monotonic clock. */
export interface BanEnd {
  readonly until: number;
  /** What was counted when it began. */
  readonly count: number;
}

/** A key is counted or banned, never both. Every step is O(1). */
export class Remembered {
  readonly #counted = new Oldest<SlidingWindow>();
  readonly #banned = new Oldest<BanEnd>();

  /** Adds a point to the key's window, which is begun if there is none. `interval`: length of the windows, ms. */
  add(key: string, now: number, interval: number): SlidingWindow {
    this.#forget(now, interval);
    const known = this.#counted.get(key);
    if (known === undefined && this.size >= mostRemembered) this.#evict();
    const window = known ?? new SlidingWindow();
    this.#counted.set(key, window);
    window.add(now, interval);
    return window;
  }

  /** Without counting anything; undefined when nothing is counted of the key. */
  counted(key: string): SlidingWindow | undefined {
    return this.#counted.get(key);
  }

  /** Counting begins anew when it is over. */
  ban(key: string, end: BanEnd): void {
    this.#counted.delete(key);
    if (this.#banned.get(key) === undefined && this.size >= mostRemembered) this.#evict();
    this.#banned.set(key, end);
  }

  /** Undefined when the key is not banned, or no longer. */
  banned(key: string, now: number): BanEnd | undefined {
    const end = this.#banned.get(key);
    if (end === undefined || end.until > now) return end;
    this.#banned.delete(key);
    return undefined;
  }

  /** Keys remembered: what memory grows with. */
  get size(): number {
    return this.#counted.size + this.#banned.size;
  }

  /** Two steps for each that comes: what is forgotten keeps pace with what is remembered. */
  #forget(now: number, interval: number): void {
    for (let step = 0; step < 2; step += 1) {
      const silent = this.#counted.oldest;
      if (silent !== undefined && silent.value.size(now, interval) === 0) this.#counted.delete(silent.key);
      const first = this.#banned.oldest;
      if (first !== undefined && first.value.until <= now) this.#banned.delete(first.key);
    }
  }

  #evict(): void {
    const from = this.#counted.size > 0 ? this.#counted : this.#banned;
    if (from.oldest !== undefined) from.delete(from.oldest.key);
  }
}
