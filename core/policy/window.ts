// A sliding window over points in time: how many within the last so many milliseconds, in bounded memory.

/** Up to this many points are kept one by one, and counted exactly. */
const exact = 512;
/** Beyond it, the points of this part of the interval are kept as one. */
const grain = 1 / 1024;

/**
 * Adding is O(1) amortised. About 1,600 entries are kept however many are added: beyond 512, the points of a 1024th of
 * the interval leave the window together, none of them early.
 */
export class SlidingWindow {
  #times: number[] = [];
  #counts: number[] = [];
  #head = 0;
  #total = 0;

  /** Adds a point and gives the number of points in the last `interval` ms, this one included. */
  add(now: number, interval: number): number {
    this.#expire(now, interval);
    const last = this.#times.length - 1;
    if (last >= this.#head && now < (this.#times[last] ?? 0)) {
      this.#counts[last] = (this.#counts[last] ?? 0) + 1;
    } else {
      const isDense = this.entries >= exact;
      this.#times.push(isDense ? now + interval * grain : now);
      this.#counts.push(1);
    }
    this.#total += 1;
    return this.#total;
  }

  /** Takes back one point that was added at `at`; nothing when it has left already. */
  remove(at: number): void {
    let found = -1;
    for (let index = this.#times.length - 1; index >= this.#head && (this.#times[index] ?? 0) >= at; index -= 1) {
      if ((this.#counts[index] ?? 0) > 0) found = index;
      if (found === index && this.#times[index] === at) break;
    }
    if (found < 0) return;
    this.#counts[found] = (this.#counts[found] ?? 0) - 1;
    this.#total -= 1;
  }

  /** Points in the last `interval` ms; a point `interval` ms old is out. */
  size(now: number, interval: number): number {
    this.#expire(now, interval);
    return this.#total;
  }

  /** Entries kept: what memory grows with. */
  get entries(): number {
    return this.#times.length - this.#head;
  }

  #expire(now: number, interval: number): void {
    while (this.#head < this.#times.length && now - (this.#times[this.#head] ?? 0) >= interval) {
      this.#total -= this.#counts[this.#head] ?? 0;
      this.#head += 1;
    }
    if (this.#head > 32 && this.#head * 2 >= this.#times.length) {
      this.#times = this.#times.slice(this.#head);
      this.#counts = this.#counts.slice(this.#head);
      this.#head = 0;
    }
  }
}
