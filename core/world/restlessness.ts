// Tells when nothing is left to do before time may go on, and names what never comes to rest.
import type { Clock } from '@sinonjs/fake-timers';
import { createHook } from 'node:async_hooks';

/** What never rests. `place`: the file and line that asked for the last of it, where it is known. */
export interface Restless {
  readonly what: string;
  readonly place?: string;
}

/** Timers that asked for no wait and were each set by what the one before it did, after which they are said never to end. */
const CHAIN = 100_000;
/** Turns of the event loop, one after the other without a rest, after which the same is said. */
const TURNS = 1_000_000;

const turn = setImmediate;

/**
 * Quiet is proved, not guessed: a turn of the event loop runs all that is ready, and what is left to run later in it is
 * an Immediate, which Node counts. Work in other threads (asynchronous crypto, zlib, fs, dns) is invisible to that, so it
 * is refused while a clock is driven (see seal.ts).
 */
const isQuiet = () => !process.getActiveResourcesInfo().includes('Immediate');

const watched = new WeakMap<Clock, Restlessness>();

export class Restlessness {
  /** Of the timer that fired last, and of all it has led to since: how many in a row before it did not wait. */
  #chain = 0;
  #place: string | undefined;

  /** One for each clock: from here on it hears of every timer that is set. */
  static of(clock: Clock): Restlessness {
    const known = watched.get(clock) ?? new Restlessness(clock);
    watched.set(clock, known);
    known.next();
    return known;
  }

  private constructor(clock: Clock) {
    const { setTimeout: set, setInterval: repeat } = clock;
    // Node waits a millisecond at least.
    clock.setInterval = (fire: () => void, ms = 1, ...all: unknown[]) => repeat(fire, Math.max(1, ms), ...all);
    clock.setTimeout = (fire: (...all: unknown[]) => void, ms = 0, ...all: unknown[]) =>
      ms >= 1
        ? set(fire, ms, ...all)
        : set(
            this.link(() => fire(...all)),
            1,
          );
  }

  /** What a timer that is asked not to wait does when it fires. */
  link(fire: () => void): () => void {
    const chain = this.#chain + 1;
    if (chain === CHAIN) this.#place = placeOf(new Error().stack);
    return () => {
      this.#chain = chain;
      fire();
    };
  }

  /** Another timer fires: what happens now is because of it. */
  next(): void {
    this.#chain = 0;
  }

  /** Timers that led to each other without a wait, when there are too many of them. */
  get chained(): Restless | undefined {
    if (this.#chain < CHAIN) return undefined;
    return told(`${CHAIN} timers that do not wait set each other`, this.#place);
  }

  /** Lets turns of the event loop pass until nothing is left in them. */
  async quiet(): Promise<Restless | undefined> {
    for (let turns = 0; turns < TURNS; turns += 1) {
      await new Promise<void>((resolve) => void turn(resolve));
      if (isQuiet()) return undefined;
    }
    return told(`the event loop had something left to do after ${TURNS} turns`, await placeOfNext());
  }
}

const told = (what: string, place: string | undefined): Restless => ({ what, ...(place !== undefined && { place }) });

/** Where the next Immediate is asked for. */
async function placeOfNext(): Promise<string | undefined> {
  let place: string | undefined;
  const hook = createHook({
    init: (_id, type) => {
      if (type === 'Immediate') place ??= placeOf(new Error().stack);
    },
  }).enable();
  for (let turns = 0; turns < 3; turns += 1) await new Promise<void>((resolve) => void turn(resolve));
  hook.disable();
  return place;
}

const machinery = /core\/world\/(?:restlessness|virtualClock|virtualThread|simulated\w*)\.ts|fake-timers/;

/** The first place in a stack that is not part of the machinery, from the folder of the product, its tests or a library on. */
function placeOf(stack = ''): string | undefined {
  const lines = stack.split('\n').filter((line) => !machinery.test(line));
  return lines.map((line) => /\b((?:core|test|node_modules)\/[^\s()]*?\.[cm]?[jt]s:\d+)/.exec(line)?.[1]).find(Boolean);
}
