// Messages under way in the writer thread: gathered in memory until they are committed, the large ones spilled to a segment.
import type { Failure } from './protocol.ts';
import type { Extent, Segments } from './segments.ts';

/** A message larger than this is written to its segment piece by piece as it comes, octets. */
const SPILL = 1024 * 1024;
/** So is the largest when all messages under way hold more than this in memory, octets. */
const HELD = 32 * 1024 * 1024;
/** Buffers kept for the next message, octets. */
const POOLED = 16 * 1024 * 1024;
const SMALLEST = 4096;

/** Gives out buffers of powers of two from 4 KB to 1 MB, and takes them back. */
class Pool {
  readonly #free = new Map<number, Buffer[]>();
  #octets = 0;

  take(least: number): Buffer {
    let size = SMALLEST;
    while (size < least) size *= 2;
    const buffer = this.#free.get(size)?.pop();
    if (buffer === undefined) return Buffer.allocUnsafeSlow(size);
    this.#octets -= size;
    return buffer;
  }

  give(buffer: Buffer): void {
    if (this.#octets + buffer.length > POOLED) return;
    this.#octets += buffer.length;
    const free = this.#free.get(buffer.length);
    if (free) free.push(buffer);
    else this.#free.set(buffer.length, [buffer]);
  }
}

/** A message whose bytes have begun to come. */
export interface Receiving {
  buffer: Buffer | undefined;
  used: number;
  size: number;
  extents: Extent[];
  failure?: Failure;
}

export class Messages {
  readonly #open = new Map<number, Receiving>();
  readonly #pool = new Pool();
  readonly #segments: Segments;
  readonly #settle: (octets: number) => void;
  #held = 0;

  /** `settle` is told of octets that no longer wait in memory. */
  constructor(segments: Segments, settle: (octets: number) => void) {
    this.#segments = segments;
    this.#settle = settle;
  }

  get underWay(): number {
    return this.#open.size;
  }

  /** Takes a chunk over. A message that cannot be spilled fails when it is committed. */
  chunk(number: number, bytes: Uint8Array): void {
    const message = this.#of(number);
    message.size += bytes.length;
    if (message.failure) return this.#settle(bytes.length);
    this.#add(message, bytes);
    this.#held += bytes.length;
    if (message.used >= SPILL) this.#spill(message);
    else if (this.#held > HELD) this.relieve();
  }

  #add(message: Receiving, bytes: Uint8Array): void {
    const needed = message.used + bytes.length;
    const old = message.buffer;
    if (old === undefined || old.length < needed) {
      const next = this.#pool.take(needed);
      if (old) {
        next.set(old.subarray(0, message.used));
        this.#pool.give(old);
      }
      message.buffer = next;
    }
    message.buffer?.set(bytes, message.used);
    message.used = needed;
  }

  #of(number: number): Receiving {
    let message = this.#open.get(number);
    if (message === undefined) {
      message = { buffer: undefined, used: 0, size: 0, extents: [] };
      this.#open.set(number, message);
    }
    return message;
  }

  /** Writes what is held in memory, until less than half of the bound is. */
  relieve(): void {
    const largest = [...this.#open.values()].sort((a, b) => b.used - a.used);
    for (const message of largest) {
      if (this.#held <= HELD / 2) return;
      this.#spill(message);
    }
  }

  #spill(message: Receiving): void {
    if (message.used === 0) return;
    try {
      message.extents.push(...this.#segments.append(this.bytesOf(message)));
    } catch (error) {
      message.failure = failureOf(error);
    }
    this.#empty(message);
  }

  /** The segment of spilled bytes cannot be trusted: the messages they belong to fail when they are committed. */
  distrust(failure: Failure): void {
    for (const message of this.#open.values()) if (message.extents.length > 0) message.failure ??= failure;
  }

  /** What of the message is still in memory. */
  bytesOf(message: Receiving): Uint8Array[] {
    return message.buffer === undefined ? [] : [message.buffer.subarray(0, message.used)];
  }

  #empty(message: Receiving): void {
    if (message.buffer) this.#pool.give(message.buffer);
    this.#held -= message.used;
    this.#settle(message.used);
    message.buffer = undefined;
    message.used = 0;
  }

  /** The message is about to be committed: no chunk follows. */
  take(number: number): Receiving {
    const message = this.#of(number);
    this.#open.delete(number);
    return message;
  }

  /** The message's bytes are on disk. */
  done(message: Receiving): void {
    this.#empty(message);
  }

  /** Forgets the message and what was spilled of it. */
  forget(message: Receiving): void {
    this.#empty(message);
    this.#segments.release(message.extents);
    message.extents = [];
  }
}

/** Codes of SQLite that say the disk is full or broken, as the system would have put it. */
const sqliteCodes: Readonly<Record<number, string>> = { 8: 'EROFS', 10: 'EIO', 11: 'EIO', 13: 'ENOSPC', 26: 'EIO' };

/** An error as code and text, whoever threw it. */
export function failureOf(error: unknown): Failure {
  const { code, errcode, message } = error as { code?: string; errcode?: number; message?: string };
  const sqlite = errcode === undefined ? undefined : (sqliteCodes[errcode & 0xff] ?? 'EIO');
  return { code: sqlite ?? code ?? 'EIO', message: message ?? String(error) };
}
