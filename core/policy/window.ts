// Windows over points in time, sliding or fixed: how many within an interval, how long until it is fewer, in bounded memory.
import type { WindowKind } from '../contract/settings/flow.ts';

/** Times are ms of a monotonic clock. The interval comes with each question, so that a changed setting counts at once. */
export interface Window {
  readonly kind: WindowKind;
  /** Adds a point and gives the number of points in the window, this one included. */
  add(now: number, interval: number): number;
  /** Takes back one point that was added at `at`; nothing when it has left already. */
  remove(at: number): void;
  size(now: number, interval: number): number;
  /** ms, rounded up, until at most `left` of the points are still in the window, if none is added; 0 when it is so already. */
  relief(now: number, span: { readonly interval: number; readonly left: number }): number;
  /** Entries kept: what memory grows with. */
  readonly entries: number;
}

export function windowOf(kind: WindowKind): Window {
  return kind === 'fixed' ? new FixedWindow() : new SlidingWindow();
}

/** Up to this many points are kept one by one, and counted exactly. */
const exact = 512;
/** Beyond it, the points of this part of the interval are kept as one. */
const grain = 1 / 1024;

/** Nothing is ever pushed onto it: most windows of a flood from everywhere never hold a second point. */
const none: number[] = [];

/**
 * The points of the last `interval` ms; a point `interval` ms old is out. Adding is O(1) amortised. About 1,600 entries are
 * kept however many are added: beyond 512, the points of a 1024th of the interval leave the window together, none early.
 */
export class SlidingWindow implements Window {
  #times = none;
  /** Points of each entry; absent while each is one. */
  #counts: number[] | undefined;
  #head = 0;
  #total = 0;
  /** How far ahead of its points the time of an entry may lie, ms. */
  #step = 0;

  get kind() {
    return 'sliding' as const;
  }

  add(now: number, interval: number): number {
    this.#expire(now, interval);
    this.#total += 1;
    const times = this.#times;
    const last = times.length - 1;
    if (last < 0) {
      this.#times = [now];
      return 1;
    }
    if (this.#counts !== undefined && last >= this.#head && now < (times[last] ?? 0)) {
      this.#counts[last] = (this.#counts[last] ?? 0) + 1;
      return this.#total;
    }
    const isDense = this.entries >= exact;
    if (isDense) {
      this.#counts ??= times.map(() => 1);
      this.#step = interval * grain;
    }
    times.push(isDense ? now + this.#step : now);
    this.#counts?.push(1);
    return this.#total;
  }

  remove(at: number): void {
    const times = this.#times;
    const counts = this.#counts;
    let found = -1;
    for (let index = times.length - 1; index >= this.#head && (times[index] ?? 0) >= at; index -= 1) {
      if ((counts?.[index] ?? 1) > 0 && (times[index] ?? 0) <= at + this.#step) found = index;
      if (found === index && times[index] === at) break;
    }
    if (found < 0) return;
    this.#total -= 1;
    if (counts) counts[found] = (counts[found] ?? 0) - 1;
    else if (times.length === 1) this.#times = none;
    else times.splice(found, 1);
  }

  size(now: number, interval: number): number {
    this.#expire(now, interval);
    return this.#total;
  }

  relief(now: number, { interval, left }: { readonly interval: number; readonly left: number }): number {
    this.#expire(now, interval);
    const more = this.#total - left;
    if (more <= 0) return 0;
    const leaving = more <= left ? this.#fromOldest(more) : this.#fromNewest(left);
    return Math.ceil(Math.max(0, (this.#times[leaving] ?? now) + interval - now));
  }

  get entries(): number {
    return this.#times.length - this.#head;
  }

  /** The entry that holds the point of this number, the oldest being the first. */
  #fromOldest(number: number): number {
    if (this.#counts === undefined) return this.#head + number - 1;
    let index = this.#head;
    for (let passed = this.#counts[index] ?? 0; passed < number; passed += this.#counts[index] ?? number) index += 1;
    return index;
  }

  /** The entry in front of the newest `left` points. */
  #fromNewest(left: number): number {
    const newest = this.#times.length - 1;
    if (this.#counts === undefined) return newest - left;
    let index = newest;
    for (let passed = this.#counts[index] ?? 0; passed <= left; passed += this.#counts[index] ?? left + 1) index -= 1;
    return index;
  }

  #expire(now: number, interval: number): void {
    const times = this.#times;
    while (this.#head < times.length && now - (times[this.#head] ?? 0) >= interval) {
      this.#total -= this.#counts?.[this.#head] ?? 1;
      this.#head += 1;
    }
    if (this.#head === 0) return;
    if (this.#head === times.length) {
      this.#times = none;
      this.#counts = undefined;
      this.#head = 0;
    } else if (this.#head > 32 && this.#head * 2 >= times.length) {
      this.#times = times.slice(this.#head);
      this.#counts = this.#counts?.slice(this.#head);
      this.#head = 0;
    }
  }
}

/**
 * Begins with the first point behind the end of the window before, as Postfix has it (anvil.c): not aligned to any clock,
 * each of the counted with a beginning of its own. `interval` ms after it all points leave together.
 */
class FixedWindow implements Window {
  #start = 0;
  #total = 0;

  get kind() {
    return 'fixed' as const;
  }

  add(now: number, interval: number): number {
    if (this.size(now, interval) === 0) this.#start = now;
    this.#total += 1;
    return this.#total;
  }

  remove(at: number): void {
    if (this.#total > 0 && at >= this.#start) this.#total -= 1;
  }

  size(now: number, interval: number): number {
    if (now - this.#start >= interval) this.#total = 0;
    return this.#total;
  }

  relief(now: number, { interval, left }: { readonly interval: number; readonly left: number }): number {
    return this.size(now, interval) <= left ? 0 : Math.ceil(this.#start + interval - now);
  }

  get entries(): number {
    return this.#total > 0 ? 1 : 0;
  }
}
