// The virtual clock: time stands still while there is something to do, and jumps to the next timer when there is not.
import { createClock, type Clock } from '@sinonjs/fake-timers';
import { simulatedEpoch } from '../contract/scenarioWorld.ts';
import { type Restless, Restlessness } from './restlessness.ts';
import type { Timer } from './world.ts';

/** The longest one timer of Node can wait, ms; longer waits are made of several. */
const LONGEST = 2 ** 31 - 1;

/** Why a drive ended. */
export type Stopped =
  /** What it was driven for has happened. */
  | { readonly why: 'done' }
  /** No timer is left and nothing is under way: nothing will ever happen again. */
  | { readonly why: 'nothing-left' }
  /** A bound of the drive was reached. */
  | { readonly why: 'time' | 'events' | 'wall' | 'cancelled' }
  /** Something is always left to do. */
  | ({ readonly why: 'restless' } & Restless);

export interface DriveOptions {
  /** Looked at whenever everything is quiet. */
  readonly done: () => boolean;
  /** Virtual ms since the clock was made, beyond which it does not go. */
  readonly until?: number;
  /** Most timers fired. */
  readonly events?: number;
  /** Most real ms; what the clock was held does not count. */
  readonly wall?: number;
  readonly signal?: AbortSignal | undefined;
  /** Asked before each jump, with the virtual ms that will have passed: a promise holds the clock until it resolves. */
  readonly hold?: (to: number) => Promise<void> | undefined;
}

const realNow = performance.now.bind(performance);

export class VirtualClock {
  readonly #clock: Clock;
  readonly #start: number;
  readonly #restlessness: Restlessness;
  #fired = 0;

  /** `clock`: the one installed over the timers of this thread; without it, one of its own. */
  constructor(clock: Clock = createClock(simulatedEpoch)) {
    this.#clock = clock;
    this.#start = clock.now;
    this.#restlessness = Restlessness.of(clock);
  }

  /** Wall clock, ms since 1970. */
  now(): number {
    return this.#clock.now;
  }

  /** ms since the clock was made. */
  elapsed(): number {
    return this.#clock.now - this.#start;
  }

  /** Timers fired so far. */
  get fired(): number {
    return this.#fired;
  }

  /** As Node's timers, one waits a millisecond at least, and whole ones; but for as long as it is asked. */
  after(ms: number, fire: () => void): Timer {
    if (ms <= LONGEST) {
      const timer = this.#clock.setTimeout(fire, Math.ceil(ms));
      return { cancel: () => this.#clock.clearTimeout(timer) };
    }
    let current = this.after(LONGEST, () => (current = this.after(ms - LONGEST, fire)));
    return { cancel: () => current.cancel() };
  }

  /** Lets everything happen that can, in the order of the timers, until it is done or a bound is reached. Rejects with what a timer throws. */
  async drive({
    done,
    until = Infinity,
    events = Infinity,
    wall = Infinity,
    signal,
    hold,
  }: DriveOptions): Promise<Stopped> {
    let deadline = realNow() + wall;
    const most = this.#fired + events;
    const isCancelled = () => signal?.aborted === true;
    for (;;) {
      const restless = (await this.#restlessness.quiet()) ?? this.#restlessness.chained;
      if (restless) return { why: 'restless', ...restless };
      if (done()) return { why: 'done' };
      if (isCancelled()) return { why: 'cancelled' };
      const at = this.#next();
      if (at === undefined) return { why: 'nothing-left' };
      if (at - this.#start > until) return { why: 'time' };
      if (this.#fired >= most) return { why: 'events' };
      if ((this.#fired & 63) === 0 && realNow() > deadline) return { why: 'wall' };
      const held = hold?.(at - this.#start);
      if (held !== undefined) {
        const since = realNow();
        await held;
        deadline += realNow() - since;
        // What held it may have changed what is next.
        if (isCancelled()) return { why: 'cancelled' };
      }
      this.#fired += 1;
      this.#restlessness.next();
      this.#clock.next();
    }
  }

  /** When the next timer is due. */
  #next(): number | undefined {
    return this.#clock.countTimers() === 0 ? undefined : dueOf(this.#clock);
  }
}

/** The library keeps its timers in a heap and does not tell when the first is due; its version is pinned, and a test holds this. */
function dueOf(clock: Clock): number {
  const { timerHeap } = clock as Clock & {
    readonly timerHeap: { peek(): { readonly callAt: number } | undefined };
  };
  return timerHeap.peek()?.callAt ?? clock.now;
}
