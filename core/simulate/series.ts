// Values over virtual time in steps that double, so that a course of any length has at most 1,000 of them.

export const MOST_STEPS = 1000;

/** How the values of a step become one: the largest, their sum, or the largest of a level that holds until it is set anew. */
export type Fold = 'most' | 'sum' | 'level';

/** Steps of equal length since the beginning, and all rows of values over them. */
export class Steps {
  #step: number;
  readonly #rows: Row[] = [];

  /** `first`: ms of a step to begin with. */
  constructor(first: number) {
    this.#step = first;
  }

  /** ms of a step now. */
  get step(): number {
    return this.#step;
  }

  row(fold: Fold): Row {
    const row = new Row(fold);
    this.#rows.push(row);
    return row;
  }

  /** The step of a moment (ms since the beginning); steps double until it is within the last. */
  index(at: number): number {
    while (at >= this.#step * MOST_STEPS) {
      this.#step *= 2;
      for (const row of this.#rows) row.halve();
    }
    return Math.floor(at / this.#step);
  }
}

/** One value for each step. */
export class Row {
  readonly #fold: Fold;
  readonly #values = new Float64Array(MOST_STEPS);
  #level = 0;
  /** The last step the level was carried to. */
  #carried = -1;

  constructor(fold: Fold) {
    this.#fold = fold;
  }

  /** Notes a value in a step, which must be the last one so far or later. */
  note(index: number, value: number): void {
    if (this.#fold === 'sum') return void (this.#values[index] = (this.#values[index] ?? 0) + value);
    if (this.#fold === 'level') {
      if (index > this.#carried) this.#carry(index);
      this.#level = value;
    }
    if (value > (this.#values[index] ?? 0)) this.#values[index] = value;
  }

  /** Values of all steps up to this one. */
  upTo(index: number): number[] {
    if (this.#fold === 'level' && index > this.#carried) this.#carry(index);
    return Array.from(this.#values.subarray(0, index + 1));
  }

  #carry(index: number): void {
    this.#values.fill(this.#level, this.#carried + 1, index + 1);
    this.#carried = index;
  }

  /** Makes one step of two. */
  halve(): void {
    const values = this.#values;
    for (let index = 0; index < MOST_STEPS; index += 1) {
      const [first, second] = [values[2 * index] ?? 0, values[2 * index + 1] ?? 0];
      values[index] = this.#fold === 'sum' ? first + second : Math.max(first, second);
    }
    this.#carried = Math.floor(this.#carried / 2);
  }
}
