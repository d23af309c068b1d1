// How much of the workers' time was work: a share for each of the last seconds.

/** Seconds that are remembered. */
export const secondsKept = 60;

/** One second: ms of work in it, and ms of work there could have been. */
interface Second {
  number: number;
  worked: number;
  most: number;
}

export class Use {
  readonly #seconds: Second[] = Array.from({ length: secondsKept + 1 }, () => ({ number: -1, worked: 0, most: 0 }));
  #at: number;
  #working = 0;
  #most: number;

  /** `at`: ms of the world's monotonic clock, as everywhere here. */
  constructor(at: number, most: number) {
    this.#at = at;
    this.#most = most;
  }

  /** From here on so many are at work, of so many that could be. */
  change(at: number, working: number, most: number): void {
    this.#count(at);
    this.#working = working;
    this.#most = most;
  }

  /** 0 to 1 for each of the last 60 whole seconds, the oldest first. */
  shares(at: number): number[] {
    this.#count(at);
    const now = Math.floor(at / 1000);
    return Array.from({ length: secondsKept }, (_, index) => {
      const number = now - secondsKept + index;
      const second = this.#seconds[number % this.#seconds.length];
      if (number < 0 || second?.number !== number || second.most === 0) return 0;
      return Math.min(1, Math.round((second.worked / second.most) * 1000) / 1000);
    });
  }

  #count(to: number): void {
    // What is older is forgotten anyway.
    let from = Math.max(this.#at, to - (secondsKept + 1) * 1000);
    while (from < to) {
      const number = Math.floor(from / 1000);
      const until = Math.min(to, (number + 1) * 1000);
      const second = this.#second(number);
      second.worked += (until - from) * this.#working;
      second.most += (until - from) * this.#most;
      from = until;
    }
    this.#at = Math.max(this.#at, to);
  }

  #second(number: number): Second {
    const second = this.#seconds[number % this.#seconds.length] as Second;
    if (second.number !== number) Object.assign(second, { number, worked: 0, most: 0 });
    return second;
  }
}
