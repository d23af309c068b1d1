// Holds the clock of a simulated case: paused, one visible event at a time, up to a moment, or at a speed; what happens stays the same.
import type { Pace } from '../contract/timeline.ts';
import { assertNever } from '../contract/never.ts';
import type { RealTime } from '../world/virtualThread.ts';
import type { PaceWish } from './protocol.ts';

/** What is shorter than this, ms, is not waited for: it could not be seen. */
const UNSEEN = 4;
/** How long a wait lasts at most before those who watch are told how far it is, ms. */
const GLANCE = 200;
/** So far behind its speed, ms, a case goes on from where it is instead of catching up. */
const BEHIND = 250;
/** A step ends with its moment, or within it after so many events: ten thousand may come in the same millisecond. */
const STEP_EVENTS = 500;
/** Timers after which a step ends although nothing was recorded. */
const STEP_TIMERS = 100_000;

export interface PacingOptions {
  readonly real: RealTime;
  /** How it begins; as fast as it can unless said. */
  readonly begin?: Pace | undefined;
  /** The clock stands still now until it is told otherwise, or has been waited for a while: a moment to look. */
  readonly onLook?: (() => void) | undefined;
}

type Mode =
  | { readonly kind: 'paused' }
  | { readonly kind: 'running'; readonly speed?: number | undefined }
  | { readonly kind: 'step'; readonly recorded: number; timers: number }
  | { readonly kind: 'to'; readonly at: number }
  /** Over: nothing holds it any more. */
  | { readonly kind: 'released' };

/** Where virtual and real time stood when a speed began. */
interface Anchor {
  readonly virtual: number;
  readonly real: number;
}

/** Only ever delays a jump of the clock: the order of what happens, and its virtual times, are those of an unheld run. */
export class Pacing {
  readonly #options: PacingOptions;
  #mode: Mode;
  #anchor: Anchor | undefined;
  #recorded = 0;
  /** Virtual ms of the last jump that was let go, and what wakes the one that waits. */
  #at = 0;
  #waitsFor: number | undefined;
  #stood = 0;
  #wake: (() => void) | undefined;

  constructor(options: PacingOptions) {
    this.#options = options;
    this.#mode = modeOf(options.begin ?? { state: 'running' });
  }

  get pace(): Pace {
    const mode = this.#mode;
    if (mode.kind === 'paused') return { state: 'paused' };
    const speed = mode.kind === 'running' ? mode.speed : undefined;
    return { state: 'running', ...(speed === undefined ? {} : { speed }) };
  }

  /** The virtual moment that is shown, ms: between two jumps it goes on at its speed. */
  get now(): number {
    const { speed } = this.#mode.kind === 'running' ? this.#mode : {};
    if (this.#waitsFor === undefined || this.#anchor === undefined || speed === undefined) return this.#at;
    const passed = this.#anchor.virtual + (this.#options.real.elapsed() - this.#anchor.real) * speed;
    return Math.min(this.#waitsFor, Math.max(this.#at, passed));
  }

  /** Real ms it stood still because it was paused. */
  get stood(): number {
    return this.#stood;
  }

  /** To be told of every event: a step ends behind one. */
  recorded(): void {
    this.#recorded += 1;
  }

  take(wish: PaceWish): void {
    if (this.#mode.kind === 'released') return;
    this.#at = this.now;
    this.#anchor = undefined;
    this.#mode =
      wish.state === 'step'
        ? { kind: 'step', recorded: this.#recorded, timers: 0 }
        : wish.state === 'to'
          ? { kind: 'to', at: wish.at }
          : modeOf(wish);
    this.#wake?.();
  }

  /** It was played or cancelled: whoever is held goes on, and nobody is held again. */
  release(): void {
    this.#mode = { kind: 'released' };
    this.#wake?.();
  }

  /** For `Bounds.hold`: asked before each jump of the clock. */
  readonly hold = (to: number): Promise<void> | undefined => {
    if (this.#delay(to) > 0) return this.#wait(to);
    this.#at = to;
    return undefined;
  };

  async #wait(to: number): Promise<void> {
    this.#waitsFor = to;
    for (let delay = this.#delay(to); delay > 0; delay = this.#delay(to)) {
      this.#options.onLook?.();
      const { after, elapsed } = this.#options.real;
      const since = elapsed();
      await new Promise<void>((resolve) => {
        const timer = delay === Infinity ? undefined : after(Math.min(delay, GLANCE), () => this.#wake?.());
        this.#wake = () => {
          timer?.cancel();
          this.#wake = undefined;
          resolve();
        };
      });
      if (delay === Infinity) this.#stood += elapsed() - since;
    }
    this.#waitsFor = undefined;
    this.#at = to;
  }

  /** Real ms until a jump may be made; infinite when it waits to be told. */
  #delay(to: number): number {
    const mode = this.#mode;
    switch (mode.kind) {
      case 'paused':
        return Infinity;
      case 'released':
        return 0;
      case 'step':
        mode.timers += 1;
        if (mode.timers > STEP_TIMERS || this.#recorded >= mode.recorded + STEP_EVENTS) return this.#pause();
        return this.#recorded > mode.recorded && to > this.#at ? this.#pause() : 0;
      case 'to':
        return to > mode.at ? this.#pauseAt(mode.at) : 0;
      case 'running':
        return mode.speed === undefined ? 0 : this.#behind(to, mode.speed);
      default:
        return assertNever(mode);
    }
  }

  #pause(): number {
    this.#mode = { kind: 'paused' };
    return Infinity;
  }

  /** Nothing happens from the last jump up to here: the clock that is shown stands where it was sent. */
  #pauseAt(at: number): number {
    this.#at = Math.max(this.#at, at);
    return this.#pause();
  }

  #behind(to: number, speed: number): number {
    const real = this.#options.real.elapsed();
    this.#anchor ??= { virtual: this.#at, real };
    const delay = (to - this.#anchor.virtual) / speed - (real - this.#anchor.real);
    if (delay < -BEHIND) this.#anchor = { virtual: to, real };
    return delay < UNSEEN ? 0 : delay;
  }
}

const modeOf = (pace: Pace): Mode =>
  pace.state === 'paused' ? { kind: 'paused' } : { kind: 'running', speed: pace.speed };
