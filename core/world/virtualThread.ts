// Makes a thread's time virtual for every library in it: to be called before any of them is imported, and never undone.
import FakeTimers, { type Clock } from '@sinonjs/fake-timers';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { setFlagsFromString } from 'node:v8';
import { scheduler, setTimeout as delay } from 'node:timers/promises';
import { simulatedEpoch } from '../contract/scenarioWorld.ts';
import { type Chance, seededChance } from './chance.ts';
import { type NeedsRealTime, sealThread } from './seal.ts';
import { seedThread } from './threadChance.ts';
import { VirtualClock } from './virtualClock.ts';
import type { World } from './world.ts';

/** Time outside, which goes on while a virtual clock is held. */
export type RealTime = Pick<World, 'elapsed' | 'after'>;

/** A thread whose clock, timers and chance are ours. */
export interface VirtualThread {
  readonly real: RealTime;
  /** Begins anew: a clock at its beginning, with no timers, and the chance of a seed. */
  renew(seed: string): VirtualClock;
  /** While sealed, what would need real time throws, and says what it was. */
  seal(): void;
  unseal(): void;
  /** What first needed real time since the thread was sealed. */
  readonly broken: NeedsRealTime | undefined;
}

/** The system's own, taken before they are replaced. */
const { setTimeout: waitReal, clearTimeout: cancelReal } = globalThis;
const realNow = performance.now.bind(performance);
const real: RealTime = {
  elapsed: realNow,
  after: (ms, fire) => {
    const timer = waitReal(fire, ms);
    return { cancel: () => cancelReal(timer) };
  },
};

type Members = Record<string, unknown>;
const require = createRequire(import.meta.url);

/**
 * V8 puts objects among the old at once when those of their kind lived long before. Here the first sessions are kept and a
 * hundred thousand are not: each of these would stay until the next full collection, with all it leads to (a fifth of the time).
 */
const youngFirst = () => setFlagsFromString('--no-allocation-site-pretenuring');

/** Once for each thread. */
export function virtualThread(): VirtualThread {
  youngFirst();
  const fake: Clock = FakeTimers.install({
    now: simulatedEpoch,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance', 'hrtime', 'Intl'],
    shouldClearNativeTimers: true,
    loopLimit: Number.MAX_SAFE_INTEGER,
  });
  let chance: Chance = seededChance('');
  const seal = sealThread();
  seedThread(() => chance);
  waits();
  socketTimeouts();
  (require('node:os') as Members).hostname = () => 'gatehouse.invalid';
  process.uptime = () => (fake.now - simulatedEpoch) / 1000;
  syncBuiltinESMExports();
  return {
    real,
    renew(seed) {
      fake.reset();
      fake.setSystemTime(simulatedEpoch);
      chance = seededChance(seed);
      return new VirtualClock(fake);
    },
    seal: () => seal.close(),
    unseal: () => seal.open(),
    get broken() {
      return seal.broken;
    },
  };
}

/** Waits that Node makes of timers of its own, which the fake ones do not reach. */
function waits(): void {
  scheduler.wait = (ms, options) => delay(ms, undefined, options);
  AbortSignal.timeout = (ms) => {
    const aborting = new AbortController();
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError');
    setTimeout(() => aborting.abort(reason), ms);
    return aborting.signal;
  };
}

/** A TLS socket's idle timer is Node's own and would escape: here it is a timer as any other. */
function socketTimeouts(): void {
  interface Timed {
    readonly destroyed: boolean;
    timeout?: number;
    emit(event: 'timeout'): boolean;
    once(event: 'timeout', listener: () => void): unknown;
    off(event: 'timeout', listener: () => void): unknown;
  }
  const timers = new WeakMap<Timed, ReturnType<typeof setTimeout>>();
  const arm = (socket: Timed) => {
    clearTimeout(timers.get(socket));
    if (socket.destroyed || (socket.timeout ?? 0) <= 0) return;
    timers.set(
      socket,
      setTimeout(() => void (socket.destroyed || socket.emit('timeout')), socket.timeout),
    );
  };
  const { prototype } = (require('node:net') as { readonly Socket: { readonly prototype: Members } }).Socket;
  prototype.setTimeout = function setTimeout_(this: Timed, ms: number, callback?: () => void) {
    this.timeout = ms;
    arm(this);
    if (callback) {
      if (ms > 0) this.once('timeout', callback);
      else this.off('timeout', callback);
    }
    return this;
  };
  prototype._unrefTimer = function unrefTimer(this: Timed) {
    arm(this);
  };
}
