// Segments: the files into which message bytes are written once, one behind the other; files of removed messages are used again.
import {
  closeSync,
  existsSync,
  fdatasyncSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writevSync,
} from 'node:fs';
import { join } from 'node:path';

/** Where some bytes of a message stand: segment number, offset, length. */
export type Extent = readonly [segment: number, offset: number, length: number];

/** A place appends can be taken back to. */
export interface Mark {
  readonly segment: number;
  readonly end: number;
}

/** A segment that has reached this size is followed by a new one, octets. */
const FULL = 64 * 1024 * 1024;

/**
 * Files of segments nobody holds any more are kept for the next ones, at most that many: a sync that changes neither
 * length nor blocks of a file waits for nothing but its bytes. They go when the workspace is closed, opened or cleared.
 */
const SPARE = 2;

const fileOf = (folder: string, segment: number) => join(folder, `${String(segment).padStart(8, '0')}.mail`);
const spareOf = (folder: string, segment: number) => join(folder, `${String(segment).padStart(8, '0')}.spare`);

export class Segments {
  readonly #folder: string;
  /** How many extents of committed messages, and of messages under way, stand in each segment. */
  readonly #held = new Map<number, number>();
  readonly #readers = new Map<number, number>();
  #segment = 0;
  #fd = -1;
  /** End of what was written, and of the file. */
  #end = 0;
  #reach = 0;
  /** Something was written since the last sync. */
  #unsynced = false;
  #isDistrusted = false;
  /** Numbers of segments whose files wait to be used again. */
  readonly #spare: number[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * Opens the newest segment and cuts off what no message row tells of: bytes that were written but never committed.
   * Returns what is damaged: segments that are missing or shorter than their messages.
   */
  open(stored: Iterable<readonly Extent[]>): string[] {
    const problems: string[] = [];
    mkdirSync(this.#folder, { recursive: true });
    const ends = new Map<number, number>();
    for (const extents of stored) {
      for (const [segment, offset, length] of extents) {
        ends.set(segment, Math.max(ends.get(segment) ?? 0, offset + length));
        this.#held.set(segment, (this.#held.get(segment) ?? 0) + 1);
      }
    }
    for (const [segment, end] of ends) {
      const file = fileOf(this.#folder, segment);
      const size = existsSync(file) ? statSync(file).size : undefined;
      if (size === undefined) problems.push(`${file} is missing: the messages in it cannot be shown`);
      else if (size < end) problems.push(`${file} ends after ${size} of ${end} bytes: some messages in it are cut off`);
    }
    const numbers = readdirSync(this.#folder).flatMap((name) => {
      const match = /^(\d{8})\.mail$/.exec(name);
      if (/^\d{8}\.spare$/.test(name)) rmSync(join(this.#folder, name), { force: true });
      return match ? [Number(match[1])] : [];
    });
    const newest = Math.max(1, ...numbers, ...ends.keys());
    for (const number of numbers)
      if (!this.#held.has(number) && number !== newest) rmSync(fileOf(this.#folder, number));
    this.#use(newest, ends.get(newest) ?? 0);
    return problems;
  }

  #use(segment: number, end: number): void {
    this.#leave();
    const file = fileOf(this.#folder, segment);
    const fresh = !existsSync(file);
    this.#fd = openSync(file, fresh ? 'wx+' : 'r+');
    this.#segment = segment;
    this.#reach = fstatSync(this.#fd).size;
    if (this.#reach > end) {
      ftruncateSync(this.#fd, end);
      this.#reach = end;
    }
    this.#end = end;
    if (fresh) syncFolder(this.#folder);
  }

  #leave(): void {
    if (this.#fd < 0) return;
    // What was not synced yet is not forgotten with the file it stands in.
    if (this.#unsynced) this.sync();
    this.#closeFiles();
  }

  /** Begins the next segment, in a file that is already there if one is. */
  #begin(): void {
    const segment = this.#segment + 1;
    const spare = this.#spare.pop();
    if (spare === undefined) return this.#use(segment, 0);
    this.#leave();
    const file = fileOf(this.#folder, segment);
    renameSync(spareOf(this.#folder, spare), file);
    this.#fd = openSync(file, 'r+');
    this.#segment = segment;
    this.#reach = fstatSync(this.#fd).size;
    this.#end = 0;
    syncFolder(this.#folder);
  }

  /** Appends in one write, and holds what it appended; throws the system's error (ENOSPC, EFBIG, EIO) and then nothing is kept. */
  append(pieces: readonly Uint8Array[]): Extent[] {
    if (this.#end >= FULL) this.#begin();
    const start = this.#end;
    const extents: Extent[] = [];
    let at = start;
    for (const piece of pieces) {
      extents.push([this.#segment, at, piece.length]);
      at += piece.length;
    }
    try {
      writeAll(this.#fd, pieces, start);
    } catch (error) {
      this.#cut({ segment: this.#segment, end: start });
      throw error;
    }
    this.#end = at;
    this.#unsynced = true;
    this.#reach = Math.max(this.#reach, at);
    this.#held.set(this.#segment, (this.#held.get(this.#segment) ?? 0) + extents.length);
    return extents;
  }

  /** Where the next append goes; what `cut` goes back to. */
  mark(): Mark {
    return { segment: this.#segment, end: this.#end };
  }

  /** Throws when the system cannot say that the bytes are on disk; what was appended since `mark` must then be cut. */
  sync(): void {
    if (!this.#unsynced) return;
    try {
      fdatasyncSync(this.#fd);
    } catch (error) {
      this.#isDistrusted = true;
      throw error;
    }
    this.#unsynced = false;
  }

  /** A sync has failed: what was written since the last one may be gone, whatever a later sync says. */
  get isDistrusted(): boolean {
    return this.#isDistrusted;
  }

  /** After a failed sync a segment's pages cannot be trusted: the next append begins a new one. */
  abandon(): void {
    this.#unsynced = false;
    this.#isDistrusted = false;
    this.#begin();
  }

  /** Ends the hold of these extents; a segment that nothing holds any more is removed. */
  release(extents: readonly Extent[]): void {
    for (const [segment] of extents) {
      const left = (this.#held.get(segment) ?? 1) - 1;
      if (left > 0) {
        this.#held.set(segment, left);
        continue;
      }
      this.#held.delete(segment);
      if (segment === this.#segment) this.#begin();
      this.#remove(segment);
    }
  }

  /** Takes back what was appended since the mark: these extents. */
  cut(mark: Mark, extents: readonly Extent[]): void {
    for (const [segment] of extents) this.#held.set(segment, (this.#held.get(segment) ?? 1) - 1);
    this.#cut(mark);
  }

  #cut(mark: Mark): void {
    const end = mark.segment === this.#segment ? mark.end : 0;
    this.#end = end;
    try {
      ftruncateSync(this.#fd, end);
      this.#reach = end;
    } catch {
      this.#reach = fstatSync(this.#fd).size;
    }
  }

  #remove(segment: number): void {
    const reader = this.#readers.get(segment);
    if (reader !== undefined) closeSync(reader);
    this.#readers.delete(segment);
    const file = fileOf(this.#folder, segment);
    // A file that is not full saves little; the size of one that has gone is nobody's.
    const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
    if (size < FULL || this.#spare.length >= SPARE) return rmSync(file, { force: true });
    renameSync(file, spareOf(this.#folder, segment));
    this.#spare.push(segment);
  }

  /** Removes what is left of removed messages, in files that wait to be used again and behind the end of the newest. */
  forgetSpare(): void {
    if (this.#fd >= 0) this.#trim();
    for (const segment of this.#spare.splice(0)) rmSync(spareOf(this.#folder, segment), { force: true });
  }

  /** Puts bytes back where they stand, of which a crash may have lost some; durable when this returns. Before `open`. */
  restore(pieces: readonly { readonly extents: readonly Extent[]; readonly bytes: Buffer }[]): void {
    const files = new Map<number, number>();
    mkdirSync(this.#folder, { recursive: true });
    for (const { extents, bytes } of pieces) {
      let at = 0;
      for (const [segment, offset, length] of extents) {
        const file = fileOf(this.#folder, segment);
        const fd = files.get(segment) ?? openSync(file, existsSync(file) ? 'r+' : 'wx+');
        files.set(segment, fd);
        writeAll(fd, [bytes.subarray(at, at + length)], offset);
        at += length;
      }
    }
    for (const fd of files.values()) {
      fdatasyncSync(fd);
      closeSync(fd);
    }
    syncFolder(this.#folder);
  }

  /** Reads a message's bytes; throws when its segment is missing or ends too early. */
  read(extents: readonly Extent[]): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(extents.reduce((sum, [, , length]) => sum + length, 0));
    let at = 0;
    for (const [segment, offset, length] of extents) {
      let done = 0;
      while (done < length) {
        const got = readSync(this.#reader(segment), bytes, at + done, length - done, offset + done);
        if (got === 0) throw new Error(`${fileOf(this.#folder, segment)} ends before the message does`);
        done += got;
      }
      at += length;
    }
    return bytes;
  }

  #reader(segment: number): number {
    if (segment === this.#segment) return this.#fd;
    let fd = this.#readers.get(segment);
    if (fd === undefined) {
      fd = openSync(fileOf(this.#folder, segment), 'r');
      this.#readers.set(segment, fd);
    }
    return fd;
  }

  /** A segment ends where its messages end. */
  #trim(): void {
    if (this.#reach > this.#end) ftruncateSync(this.#fd, this.#end);
    this.#reach = this.#end;
  }

  #closeFiles(): void {
    if (this.#fd >= 0) {
      this.#trim();
      closeSync(this.#fd);
    }
    for (const fd of this.#readers.values()) closeSync(fd);
    this.#readers.clear();
    this.#fd = -1;
  }

  /** Closes the files. */
  close(): void {
    this.#closeFiles();
    this.forgetSpare();
  }
}

/** Writes all of the pieces there; throws the system's error. */
export function writeAll(fd: number, pieces: readonly Uint8Array[], position: number): void {
  let rest = pieces.filter((piece) => piece.length > 0);
  let at = position;
  while (rest.length > 0) {
    let wrote = writevSync(fd, rest.slice(0, 1024), at);
    if (wrote === 0) throw Object.assign(new Error('nothing was written'), { code: 'EIO' });
    at += wrote;
    const left: Uint8Array[] = [];
    for (const piece of rest) {
      if (wrote >= piece.length) wrote -= piece.length;
      else {
        left.push(wrote > 0 ? piece.subarray(wrote) : piece);
        wrote = 0;
      }
    }
    rest = left;
  }
}

/** Makes a new file's name as durable as its bytes; where folders cannot be synced (Windows) there is nothing to do. */
export function syncFolder(folder: string): void {
  try {
    const fd = openSync(folder, 'r');
    try {
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  } catch {
    return;
  }
}
