// The moments at which limits were hit: the first of each series in each step, bounded.
import type { Moment } from '../contract/timeline.ts';

/** With more than so many, only the first in twice as long a time stays. */
const MOST = 2000;

export class Moments {
  #step: number;
  #list: Moment[] = [];
  /** The step of the last one of each series. */
  readonly #last = new Map<string, number>();

  /** `step`: ms in which one of each series is enough. */
  constructor(step: number) {
    this.#step = step;
  }

  /** Whether this was the first of its series in its step, and is kept. */
  note(moment: Moment): boolean {
    const step = Math.floor(moment.at / this.#step);
    if (this.#last.get(moment.series) === step) return false;
    this.#last.set(moment.series, step);
    this.#list.push(moment);
    if (this.#list.length > MOST) this.widen(this.#step * 2);
    return true;
  }

  /** Makes steps longer, if they are shorter than this. */
  widen(step: number): void {
    if (step <= this.#step) return;
    this.#step = step;
    const all = this.#list;
    this.#list = [];
    this.#last.clear();
    for (const moment of all) this.note(moment);
  }

  /** In the order in which they came. */
  all(): readonly Moment[] {
    return this.#list.slice();
  }
}
