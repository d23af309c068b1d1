// The virtual clock: time stands still while there is something to do, and jumps to the next timer when there is not.
import { createClock, type Clock } from '@sinonjs/fake-timers';
import { simulatedEpoch } from '../contract/scenarioWorld.ts';
import type { Timer } from './world.ts';

export const EPOCH = simulatedEpoch;

/** The longest one timer of Node can wait, ms; longer waits are made of several. */
const LONGEST = 2 ** 31 - 1;

/** Timers fired without the clock moving after which the clock is said never to rest. */
const RESTLESS = 200_000;
/** Turns of the event loop, one after the other without a rest, after which the same is said. */
const TURNS = 1_000_000;

/** Why a drive ended. */
export type Stopped =
  /** What it was driven for has happened. */
  | { readonly why: 'done' }
  /** No timer is left and nothing is under way: nothing will ever happen again. */
  | { readonly why: 'nothing-left' }
  /** A bound of the drive was reached. */
  | { readonly why: 'time' | 'events' | 'wall' | 'cancelled' }
  /** Something keeps the clock from moving. `place`: the file and line that set the last timer, where it is known. */
  | { readonly why: 'restless'; readonly what: string; readonly place?: string };

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

const turn = setImmediate;
const realNow = performance.now.bind(performance);

/**
 * Quiet is proved, not guessed: a turn of the event loop runs all that is ready, and what is left to run later in it is
 * an Immediate, which Node counts. Work in other threads (asynchronous crypto, zlib, fs, dns) is invisible to that, so it
 * is refused while a clock is driven (see virtualThread.ts).
 */
const isQuiet = () => !process.getActiveResourcesInfo().includes('Immediate');

export class VirtualClock {
  readonly #clock: Clock;
  readonly #start: number;
  #fired = 0;
  /** Where timers are set, noted only when the clock does not rest. */
  #place: string | undefined;
  #isSearching = false;

  /** `clock`: the one installed over the timers of this thread; without it, one of its own. */
  constructor(clock: Clock = createClock(EPOCH)) {
    this.#clock = clock;
    this.#start = clock.now;
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

  /** Timers that are waiting. */
  get waiting(): number {
    return this.#clock.countTimers();
  }

  after(ms: number, fire: () => void): Timer {
    if (this.#isSearching) this.#place ??= placeOf(new Error().stack);
    if (ms <= LONGEST) {
      const timer = this.#clock.setTimeout(fire, Math.max(0, ms));
      return { cancel: () => this.#clock.clearTimeout(timer) };
    }
    let current = this.after(LONGEST, () => (current = this.after(ms - LONGEST, fire)));
    return { cancel: () => current.cancel() };
  }

  /** Lets everything happen that can, in the order of the timers, until it is done or a bound is reached. Never rejects. */
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
    let still = { at: this.#clock.now, fired: this.#fired };
    this.#isSearching = false;
    for (;;) {
      const stopped = await this.#quiet();
      if (stopped) return stopped;
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
      this.#clock.next();
      this.#fired += 1;
      if (this.#clock.now > still.at) still = { at: this.#clock.now, fired: this.#fired };
      const fired = this.#fired - still.fired;
      this.#isSearching = fired > RESTLESS - 100;
      if (fired > RESTLESS) return this.#restless(`${RESTLESS} timers fired without a millisecond between them`);
    }
  }

  /** Lets turns of the event loop pass until nothing is left in them. */
  async #quiet(): Promise<Stopped | undefined> {
    for (let turns = 0; turns < TURNS; turns += 1) {
      await new Promise<void>((resolve) => void turn(resolve));
      if (isQuiet()) return undefined;
    }
    return this.#restless(`the event loop had something left to do after ${TURNS} turns`);
  }

  #restless(what: string): Stopped {
    return { why: 'restless', what, ...(this.#place === undefined ? {} : { place: this.#place }) };
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

/** The first file of ours (or of a library) in a stack, behind this one. */
function placeOf(stack: string | undefined): string | undefined {
  const line = stack
    ?.split('\n')
    .find((each) => /\.[cm]?[jt]s:\d+/.test(each) && !/virtualClock|simulated|virtualThread/.test(each));
  return /(?:.*\/)?((?:core|node_modules)\/.*?\.[cm]?[jt]s:\d+)/.exec(line ?? '')?.[1];
}
