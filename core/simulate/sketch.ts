// Percentiles of any number of values in bounded memory: counts in buckets that grow by 1 %.
import type { Percentiles } from '../contract/timeline.ts';

const GROWTH = 1.01;
const LOG = Math.log(GROWTH);
/** Beyond 1 ms up to more than a leap year of ms. */
const BUCKETS = 2500;

/** Least, most and count are exact; a percentile is within 1 % of the value whose rank it is. */
export class Sketch {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #least = 0;
  #most = 0;

  /** `value`: 0 or more. */
  add(value: number): void {
    const bucket = value < 1 ? 0 : Math.min(BUCKETS - 1, 1 + Math.floor(Math.log(value) / LOG));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#least = this.#count === 0 ? value : Math.min(this.#least, value);
    this.#most = Math.max(this.#most, value);
    this.#count += 1;
  }

  percentiles(): Percentiles {
    const at = (part: number) => this.#at(part);
    return {
      count: this.#count,
      least: this.#least,
      p50: at(0.5),
      p90: at(0.9),
      p99: at(0.99),
      most: this.#most,
    };
  }

  /** The value that this part of all are not above. */
  #at(part: number): number {
    let left = Math.ceil(part * this.#count);
    for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
      left -= this.#counts[bucket] ?? 0;
      if (left > 0) continue;
      const middle = bucket === 0 ? 0 : Math.exp((bucket - 0.5) * LOG);
      return Math.min(this.#most, Math.max(this.#least, Math.round(middle)));
    }
    return this.#most;
  }
}
