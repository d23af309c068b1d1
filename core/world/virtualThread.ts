// Makes a thread's time virtual for every library in it: to be called before any of them is imported, and never undone.
import FakeTimers, { type Clock } from '@sinonjs/fake-timers';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { type Chance, seededChance } from './chance.ts';
import { EPOCH, VirtualClock } from './virtualClock.ts';
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
}

/** Thrown by what cannot be waited for in virtual time. */
export class NeedsRealTime extends Error {
  override readonly name = 'NeedsRealTime';
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

/** Asynchronous work of other threads, invisible to a clock that jumps when this thread has nothing left to do. */
const elsewhere: Readonly<Record<string, readonly string[]>> = {
  'node:crypto': [
    'scrypt',
    'pbkdf2',
    'hkdf',
    'generateKeyPair',
    'generateKey',
    'generatePrime',
    'checkPrime',
    'randomFill',
  ],
  'node:zlib': [
    'deflate',
    'inflate',
    'gzip',
    'gunzip',
    'deflateRaw',
    'inflateRaw',
    'brotliCompress',
    'brotliDecompress',
    'unzip',
  ],
  'node:dns': ['lookup', 'resolve', 'resolve4', 'resolve6', 'resolveMx', 'resolveTxt', 'resolvePtr', 'reverse'],
  'node:dns/promises': [
    'lookup',
    'resolve',
    'resolve4',
    'resolve6',
    'resolveMx',
    'resolveTxt',
    'resolvePtr',
    'reverse',
  ],
  'node:fs': [
    'readFile',
    'writeFile',
    'open',
    'stat',
    'mkdir',
    'unlink',
    'rename',
    'appendFile',
    'access',
    'readdir',
    'createReadStream',
    'createWriteStream',
  ],
  'node:fs/promises': [
    'readFile',
    'writeFile',
    'open',
    'stat',
    'mkdir',
    'unlink',
    'rename',
    'appendFile',
    'access',
    'readdir',
    'mkdtemp',
    'rm',
  ],
  'node:worker_threads': ['Worker'],
  'node:child_process': ['spawn', 'exec', 'execFile', 'fork'],
  'node:net': ['connect', 'createConnection', 'createServer'],
};

/** Once for each thread. */
export function virtualThread(): VirtualThread {
  const fake: Clock = FakeTimers.install({
    now: EPOCH,
    toFake: ['setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'Date', 'performance', 'hrtime'],
    shouldClearNativeTimers: true,
    loopLimit: Number.MAX_SAFE_INTEGER,
  });
  let chance: Chance = seededChance('');
  let isSealed = false;
  for (const [name, members] of Object.entries(elsewhere)) sealMembers(name, members, () => isSealed);
  sealSubtle(() => isSealed);
  seedChance(() => chance);
  socketTimeouts();
  (require('node:os') as Members).hostname = () => 'gatehouse.invalid';
  syncBuiltinESMExports();
  return {
    real,
    renew(seed) {
      fake.reset();
      fake.setSystemTime(EPOCH);
      chance = seededChance(seed);
      return new VirtualClock(fake);
    },
    seal: () => void (isSealed = true),
    unseal: () => void (isSealed = false),
  };
}

function sealMembers(name: string, members: readonly string[], isSealed: () => boolean): void {
  const module = require(name) as Members;
  for (const member of members) {
    const real = module[member] as ((...all: readonly unknown[]) => unknown) | undefined;
    if (real === undefined) continue;
    module[member] = new Proxy(real, {
      apply: (target, self, all) => {
        if (isSealed()) throw needsRealTime(`${name.slice(5)}.${member}`);
        return Reflect.apply(target, self, all) as unknown;
      },
      construct: (target, all) => {
        if (isSealed()) throw needsRealTime(`${name.slice(5)}.${member}`);
        return Reflect.construct(target, all) as object;
      },
    });
  }
}

const needsRealTime = (what: string) =>
  new NeedsRealTime(`${what} works in another thread and needs real time; virtual time does not wait for it`);

/** Every operation of web crypto works in another thread. */
function sealSubtle(isSealed: () => boolean): void {
  const { subtle } = globalThis.crypto;
  const prototype = Object.getPrototypeOf(subtle) as Members;
  for (const name of [
    'digest',
    'sign',
    'verify',
    'encrypt',
    'decrypt',
    'generateKey',
    'importKey',
    'exportKey',
    'deriveBits',
    'deriveKey',
  ]) {
    const real = prototype[name] as (...all: readonly unknown[]) => unknown;
    prototype[name] = function sealed(this: unknown, ...all: readonly unknown[]) {
      if (isSealed()) throw needsRealTime(`crypto.subtle.${name}`);
      return Reflect.apply(real, this, all);
    };
  }
}

/** Chance that libraries draw: message ids, boundaries, session ids. OpenSSL keeps its own. */
function seedChance(chance: () => Chance): void {
  const crypto = require('node:crypto') as Members;
  const octets = (count: number) => Buffer.from(chance().octets(count));
  crypto.randomBytes = (count: number, done?: (error: null, bytes: Buffer) => void) => {
    const bytes = octets(count);
    if (done === undefined) return bytes;
    process.nextTick(done, null, bytes);
    return undefined;
  };
  crypto.randomFillSync = (target: Uint8Array, from = 0, count = target.length - from) => {
    target.set(octets(count), from);
    return target;
  };
  crypto.randomInt = (low: number, high?: number) =>
    high === undefined ? chance().below(low) : low + chance().below(high - low);
  crypto.randomUUID = () => {
    const bytes = octets(16);
    bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
    return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
  };
  Math.random = () => chance().fraction();
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
