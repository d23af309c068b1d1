// The main thread's way to the writer: records through the ring, or behind it in order when it is full.
import type { World } from '../world/world.ts';
import { MORE, record } from './protocol.ts';
import type { RingIn } from './ring.ts';

/** Message octets not yet written above which clients are told to wait, and below which they may go on. */
const BEHIND = 64 * 1024 * 1024;
const AGAIN = 48 * 1024 * 1024;
/** The writer is woken for message octets at least this often, so that it keeps up with a large message. */
const NUDGE = 1024 * 1024;
/** Events reach the writer after this long, ms, and the disk after that long. */
const HAND_OVER = 100;
const SYNC = 1000;

interface Waiting {
  readonly type: number;
  readonly a: number;
  readonly b: number;
  readonly payload: Uint8Array | string;
}

const nothing = new Uint8Array(0);

export class Sending {
  readonly #ring: RingIn;
  readonly #world: World;
  readonly #queue: Waiting[] = [];
  #sent = 0;
  #nudged = 0;
  #drained: (() => void)[] = [];
  #through: (() => void)[] = [];
  #unsynced = false;
  readonly #dirty: Set<() => void> = new Set();

  constructor(ring: RingIn, world: World) {
    this.#ring = ring;
    this.#world = world;
  }

  /** Hands a record over; what does not fit now follows later, in order. */
  put(type: number, a: number, b: number, payload: Uint8Array | string = nothing): void {
    const octets = typeof payload === 'string' ? payload.length * 3 : payload.length;
    if (octets > this.#ring.most) this.#split(type, a, b, payload);
    else if (this.#queue.length > 0 || !this.#ring.put(type, a, b, payload)) this.#later({ type, a, b, payload });
  }

  #split(type: number, a: number, b: number, payload: Uint8Array | string): void {
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    const most = this.#ring.most;
    for (let at = 0; at < bytes.length; at += most) {
      const last = at + most >= bytes.length;
      // Chunks of a message are parts anyway; of other records only the last part carries the plain type.
      this.put(last || type === record.chunk ? type : type | MORE, a, b, bytes.subarray(at, at + most));
    }
  }

  #later(waiting: Waiting): void {
    // A chunk belongs to the caller again when write returns.
    const payload = typeof waiting.payload === 'string' ? waiting.payload : Uint8Array.from(waiting.payload);
    this.#queue.push({ ...waiting, payload });
    this.#ring.want();
    this.#ring.wake();
  }

  /** Message octets; false when the writer is behind. */
  chunk(message: number, bytes: Uint8Array): boolean {
    this.put(record.chunk, message, 0, bytes);
    this.#sent = (this.#sent + bytes.length) >>> 0;
    this.#nudged += bytes.length;
    if (this.#nudged >= NUDGE) {
      this.#nudged = 0;
      this.#ring.wake();
    }
    return this.#behind() <= BEHIND;
  }

  #behind(): number {
    return (this.#sent - this.#ring.settled()) >>> 0;
  }

  drained(): Promise<void> {
    if (this.#behind() <= AGAIN) return Promise.resolve();
    return new Promise((resolve) => {
      this.#drained.push(resolve);
      this.#ring.want();
      this.#ring.wake();
    });
  }

  wake(): void {
    this.#ring.wake();
  }

  /** Resolves when all records so far are in the ring. */
  through(): Promise<void> {
    return this.#queue.length === 0 ? Promise.resolve() : new Promise((resolve) => void this.#through.push(resolve));
  }

  /** The writer says there is room. */
  room(): void {
    let moved = 0;
    for (const { type, a, b, payload } of this.#queue) {
      if (!this.#ring.put(type, a, b, payload)) break;
      moved += 1;
    }
    this.#queue.splice(0, moved);
    if (this.#queue.length === 0) for (const resolve of this.#through.splice(0)) resolve();
    if (this.#behind() <= AGAIN) for (const resolve of this.#drained.splice(0)) resolve();
    if (this.#queue.length > 0 || this.#drained.length > 0) this.#ring.want();
    if (moved > 0 || this.#drained.length > 0) this.#ring.wake();
  }

  /** Calls `flush` soon, once. */
  soon(flush: () => void): void {
    if (this.#dirty.size === 0) this.#world.after(HAND_OVER, () => this.flush());
    this.#dirty.add(flush);
  }

  /** Hands over the events of all sessions. */
  flush(): void {
    for (const flush of this.#dirty) flush();
    this.#dirty.clear();
    this.#ring.wake();
    this.#syncSoon();
  }

  #syncSoon(): void {
    if (this.#unsynced) return;
    this.#unsynced = true;
    this.#world.after(SYNC, () => {
      this.#unsynced = false;
      this.put(record.sync, 0, 0);
      this.#ring.wake();
    });
  }

  /** Frees those who wait: the writer has gone. */
  release(): void {
    for (const resolve of [...this.#drained.splice(0), ...this.#through.splice(0)]) resolve();
  }
}
