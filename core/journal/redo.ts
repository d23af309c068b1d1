// The redo log: one file of records, each durable after one write and one sync, from which the database can be brought up to date.
import { closeSync, fdatasyncSync, ftruncateSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { crc32 } from 'node:zlib';
import { syncFolder, writeAll } from './segments.ts';

/** A record's header: mark, sequence (two words, low first), octets of entries, octets of bodies, checksum of all of it. */
const HEADER = 24;
const MARK = 0x5245444f;

/** An entry's header within a record: octets of its payload, type, two numbers. */
const ENTRY = 16;

/** Room made ahead by small records, octets: a sync that changes neither length nor blocks is four times faster (measured). */
const AHEAD = 1024 * 1024;
const zeros = Buffer.alloc(AHEAD);

/** An entry as it came through the ring. */
export interface Entry {
  readonly type: number;
  readonly a: number;
  readonly b: number;
  readonly payload: Buffer;
}

export interface RedoRecord {
  readonly sequence: number;
  readonly entries: readonly Entry[];
  /** The bytes of messages, one behind the other. */
  readonly bodies: Buffer;
}

/** The entries of the next record while they are gathered. */
export class Staged {
  #bytes = Buffer.allocUnsafeSlow(256 * 1024);
  #used = 0;

  get octets(): number {
    return this.#used;
  }

  add(type: number, a: number, b: number, payload: Uint8Array | string): void {
    const most = ENTRY + (typeof payload === 'string' ? payload.length * 3 : payload.length);
    if (this.#used + most > this.#bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#used + most));
      this.#bytes.copy(larger, 0, 0, this.#used);
      this.#bytes = larger;
    }
    const at = this.#used;
    let length = payload.length;
    if (typeof payload === 'string') length = this.#bytes.write(payload, at + ENTRY, 'utf8');
    else this.#bytes.set(payload, at + ENTRY);
    this.#bytes.writeUInt32LE(length, at);
    this.#bytes.writeUInt32LE(type, at + 4);
    this.#bytes.writeUInt32LE(a, at + 8);
    this.#bytes.writeUInt32LE(b, at + 12);
    this.#used = at + ENTRY + length;
  }

  bytes(): Buffer {
    return this.#bytes.subarray(0, this.#used);
  }

  /** Takes back what was added since there were so many octets. */
  cut(octets = 0): void {
    this.#used = octets;
  }
}

export class Redo {
  readonly #file: string;
  #fd = -1;
  #end = 0;
  #reach = 0;
  #broken = false;

  /** The file is made when it is first needed; what an earlier process left in it must have been replayed before. */
  constructor(file: string) {
    this.#file = file;
  }

  /** Whether records can still be written; false once the disk has refused one. */
  get isSound(): boolean {
    return !this.#broken;
  }

  /** Octets of the records since the last reset. */
  get size(): number {
    return this.#end;
  }

  /** Writes a record; it is durable after `sync`. Throws the system's error, and then takes nothing any more. */
  append(sequence: number, entries: Buffer, bodies: readonly Uint8Array[] = []): void {
    const header = Buffer.allocUnsafe(HEADER);
    const octets = bodies.reduce((sum, body) => sum + body.length, 0);
    header.writeUInt32LE(MARK, 0);
    header.writeUInt32LE(sequence % 0x1_0000_0000, 4);
    header.writeUInt32LE(Math.floor(sequence / 0x1_0000_0000), 8);
    header.writeUInt32LE(entries.length, 12);
    header.writeUInt32LE(octets, 16);
    header.writeUInt32LE(checksum([header.subarray(0, 20), entries, ...bodies]), 20);
    this.#guarded(() => {
      if (this.#fd < 0) this.#create();
      const to = this.#end + HEADER + entries.length + octets;
      if (to > this.#reach && to - this.#end < AHEAD / 4) {
        writeAll(this.#fd, [zeros], this.#reach);
        this.#reach += AHEAD;
      }
      writeAll(this.#fd, [header, entries, ...bodies], this.#end);
      this.#reach = Math.max(this.#reach, to);
    });
    this.#end += HEADER + entries.length + octets;
  }

  sync(): void {
    if (this.#fd >= 0) this.#guarded(() => fdatasyncSync(this.#fd));
  }

  #create(): void {
    this.#fd = openSync(this.#file, 'w+');
    syncFolder(dirname(this.#file));
  }

  /** After a failed write or sync nobody knows what stands in the file: it is left as it is until the next start. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#broken = true;
      throw error;
    }
  }

  /** Makes the record that begins there unreadable: what it tells of was refused. */
  spoil(at: number): void {
    try {
      writeSync(this.#fd, zeros, 0, HEADER, at);
      fdatasyncSync(this.#fd);
    } catch {
      return;
    }
  }

  /** Takes nothing any more; what stands in the file stays there. */
  giveUp(): void {
    this.#broken = true;
  }

  /** Everything so far is durable elsewhere: the file is written anew from its start, in the room it has. */
  reset(): void {
    this.#end = 0;
  }

  /** As `reset`, and what stood in the file is gone from it. Throws the system's error. */
  empty(): void {
    this.reset();
    if (this.#fd >= 0) ftruncateSync(this.#fd, 0);
    this.#reach = 0;
  }

  /** Removes the file, unless what it holds may be wanted after all. */
  close(): void {
    if (this.#fd >= 0) closeSync(this.#fd);
    this.#fd = -1;
    if (!this.#broken) rmSync(this.#file, { force: true });
  }
}

const checksum = (pieces: readonly Uint8Array[]) => pieces.reduce((sum, piece) => crc32(piece, sum), 0);

/**
 * The records an earlier process left, in order. They end where a header, a checksum or the sequence does not fit:
 * records behind that were never acknowledged, or are from before the file was last written anew.
 */
export function readRedo(file: string): RedoRecord[] {
  const bytes = contentOf(file);
  const records: RedoRecord[] = [];
  for (let at = 0; at + HEADER <= bytes.length && bytes.readUInt32LE(at) === MARK;) {
    const sequence = bytes.readUInt32LE(at + 4) + bytes.readUInt32LE(at + 8) * 0x1_0000_0000;
    const middle = at + HEADER + bytes.readUInt32LE(at + 12);
    const end = middle + bytes.readUInt32LE(at + 16);
    const before = records.at(-1)?.sequence;
    if (end > bytes.length || (before !== undefined && sequence !== before + 1)) break;
    const whole = [bytes.subarray(at, at + 20), bytes.subarray(at + HEADER, end)];
    if (checksum(whole) !== bytes.readUInt32LE(at + 20)) break;
    const entries = [...entriesIn(bytes.subarray(at + HEADER, middle))];
    records.push({ sequence, entries, bodies: bytes.subarray(middle, end) });
    at = end;
  }
  return records;
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return Buffer.alloc(0);
    throw error;
  }
}

function* entriesIn(bytes: Buffer): Generator<Entry> {
  for (let at = 0; at < bytes.length;) {
    const end = at + ENTRY + bytes.readUInt32LE(at);
    const [type, a, b] = [bytes.readUInt32LE(at + 4), bytes.readUInt32LE(at + 8), bytes.readUInt32LE(at + 12)];
    yield { type, a, b, payload: bytes.subarray(at + ENTRY, end) };
    at = end;
  }
}
