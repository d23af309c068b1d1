// The virtual clock: time stands still while there is something to do, and jumps to the next timer when there is not.
import { createClock, type Clock } from '@sinonjs/fake-timers';
import { simulatedEpoch } from '../contract/scenarioWorld.ts';
import { Heap } from './heap.ts';
import { type Restless, Restlessness } from './restlessness.ts';
import type { Timer } from './world.ts';

/** So many cancelled timers may wait among the others, and as many more as there are others. */
const CANCELLED = 1000;

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

/** A timer of ours; a cancelled one has nothing to fire. */
interface Own {
  /** ms since 1970. */
  readonly at: number;
  readonly order: number;
  /** When it was set, ms since 1970. */
  readonly since: number;
  fire: (() => void) | undefined;
}

export class VirtualClock {
  /** Holds the time, and the timers of libraries. */
  readonly #clock: Clock;
  readonly #start: number;
  readonly #restlessness: Restlessness;
  readonly #own = new Heap<Own>((a, b) => (a.at === b.at ? a.order < b.order : a.at < b.at));
  #order = 0;
  #cancelled = 0;
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
    const since = this.#clock.now;
    const at = since + (ms > 0 ? Math.ceil(ms) : 1);
    const own: Own = { at, order: this.#order++, since, fire: ms > 0 ? fire : this.#restlessness.link(fire) };
    this.#own.push(own);
    return { cancel: () => this.#cancel(own) };
  }

  #cancel(own: Own): void {
    if (own.fire === undefined) return;
    own.fire = undefined;
    this.#cancelled += 1;
    if (this.#cancelled <= CANCELLED + this.#own.size - this.#cancelled) return;
    this.#own.retain(({ fire }) => fire !== undefined);
    this.#cancelled = 0;
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
      const at = Math.min(this.#first()?.at ?? Infinity, dueOf(this.#clock)?.callAt ?? Infinity);
      if (at === Infinity) return { why: 'nothing-left' };
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
      this.#next();
    }
  }

  /** Ours that is due first. */
  #first(): Own | undefined {
    let { first } = this.#own;
    while (first !== undefined && first.fire === undefined) {
      this.#own.pop();
      this.#cancelled -= 1;
      ({ first } = this.#own);
    }
    return first;
  }

  /** Goes to the timer that is due first, and fires it: of those of the same moment the one that was set before, ours if both were set at the same. */
  #next(): void {
    const own = this.#first();
    const other = dueOf(this.#clock);
    const isOurs =
      other === undefined || (own && (own.at === other.callAt ? own.since <= other.createdAt : own.at < other.callAt));
    if (!isOurs) return void this.#clock.next();
    if (own === undefined) return;
    this.#own.pop();
    const { fire } = own;
    own.fire = undefined;
    this.#clock.now = own.at;
    fire?.();
  }
}

/** A timer of the library. */
interface Due {
  readonly callAt: number;
  readonly createdAt: number;
}

/** The library keeps its timers in a heap and does not tell which is due first; its version is pinned, and a test holds this. */
function dueOf(clock: Clock): Due | undefined {
  return (clock as unknown as { readonly timerHeap?: { peek(): Due | undefined } }).timerHeap?.peek();
}
