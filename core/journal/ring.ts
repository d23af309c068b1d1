// The ring: shared memory through which the main thread hands records to the writer thread, at the cost of one copy.

/** Words of the control block. Positions count octets modulo 2^32; the size of the ring is a power of two. */
const HEAD = 0;
const TAIL = 1;
const ASLEEP = 2;
const BELL = 3;
/** Set by the main side when it waits for room; the writer tells it when there is some. */
const WANTED = 4;
/** Message octets the writer has written to a segment or given up, modulo 2^32. */
const SETTLED = 5;
/** Never changes: waiting for it is resting. */
const RESTING = 6;

/** Each record begins at a multiple of this: length, type, two numbers. */
const HEADER = 16;
/** Marks the unused rest of the ring before its start is used again. */
const SKIP = 0;

export interface RingMemory {
  readonly control: SharedArrayBuffer;
  readonly bytes: SharedArrayBuffer;
}

/** `size` is a power of two, octets. */
export function ringMemory(size: number): RingMemory {
  return { control: new SharedArrayBuffer(64), bytes: new SharedArrayBuffer(size) };
}

const padded = (octets: number) => (octets + HEADER - 1) & ~(HEADER - 1);

/** The main thread's end. */
export class RingIn {
  readonly #control: Int32Array;
  readonly #words: Uint32Array;
  readonly #bytes: Buffer;
  readonly #size: number;
  #head = 0;

  constructor(memory: RingMemory) {
    this.#control = new Int32Array(memory.control);
    this.#words = new Uint32Array(memory.bytes);
    this.#bytes = Buffer.from(memory.bytes);
    this.#size = memory.bytes.byteLength;
  }

  /** The largest payload one record takes, octets; a string counts threefold. */
  get most(): number {
    return this.#size / 8;
  }

  /** Copies a record in; false when there is no room. `type` is 1..255, `a` and `b` are unsigned 32-bit numbers. */
  put(type: number, a: number, b: number, payload: Uint8Array | string): boolean {
    const text = typeof payload === 'string';
    const room = padded(HEADER + (text ? payload.length * 3 : payload.length));
    const used = (this.#head - Atomics.load(this.#control, TAIL)) >>> 0;
    let at = this.#head & (this.#size - 1);
    const rest = this.#size - at;
    const skip = rest < room ? rest : 0;
    if (used + skip + room > this.#size) return false;
    if (skip > 0) {
      this.#words[at >>> 2] = skip;
      this.#words[(at >>> 2) + 1] = SKIP;
      at = 0;
    }
    const length = text ? this.#bytes.write(payload, at + HEADER, 'utf8') : this.#copy(payload, at + HEADER);
    const word = at >>> 2;
    this.#words[word] = HEADER + length;
    this.#words[word + 1] = type;
    this.#words[word + 2] = a;
    this.#words[word + 3] = b;
    this.#head = (this.#head + skip + padded(HEADER + length)) >>> 0;
    Atomics.store(this.#control, HEAD, this.#head | 0);
    return true;
  }

  #copy(payload: Uint8Array, at: number): number {
    this.#bytes.set(payload, at);
    return payload.length;
  }

  /** Wakes the writer when it sleeps; once, however long it takes to get up. */
  wake(): void {
    if (Atomics.exchange(this.#control, ASLEEP, 0) === 0) return;
    Atomics.add(this.#control, BELL, 1);
    Atomics.notify(this.#control, BELL);
  }

  /** Message octets settled so far, modulo 2^32. */
  settled(): number {
    return Atomics.load(this.#control, SETTLED) >>> 0;
  }

  /** Asks to be told when there is room again. */
  want(): void {
    Atomics.store(this.#control, WANTED, 1);
  }
}

/** What the writer does with a record; `bytes` is valid during the call only. */
export type TakeRecord = (type: number, a: number, b: number, bytes: Buffer) => void;

/** The writer thread's end. */
export class RingOut {
  readonly #control: Int32Array;
  readonly #words: Uint32Array;
  readonly #bytes: Buffer;
  readonly #size: number;
  #tail = 0;

  constructor(memory: RingMemory) {
    this.#control = new Int32Array(memory.control);
    this.#words = new Uint32Array(memory.bytes);
    this.#bytes = Buffer.from(memory.bytes);
    this.#size = memory.bytes.byteLength;
  }

  /** Takes all records that are there; returns how many. */
  drain(take: TakeRecord): number {
    let count = 0;
    const head = Atomics.load(this.#control, HEAD) >>> 0;
    while (this.#tail !== head) {
      const at = this.#tail & (this.#size - 1);
      const word = at >>> 2;
      const length = this.#words[word] ?? 0;
      const type = this.#words[word + 1] ?? SKIP;
      if (type !== SKIP) {
        count += 1;
        take(
          type,
          this.#words[word + 2] ?? 0,
          this.#words[word + 3] ?? 0,
          this.#bytes.subarray(at + HEADER, at + length),
        );
      }
      this.#tail = (this.#tail + padded(length)) >>> 0;
      Atomics.store(this.#control, TAIL, this.#tail | 0);
    }
    return count;
  }

  get empty(): boolean {
    return Atomics.load(this.#control, HEAD) >>> 0 === this.#tail;
  }

  /**
   * Sleeps until woken, or for `ms`; `ready` is asked once more after the main side can see that we sleep.
   * Returns whether the time ran out.
   */
  sleep(ready: () => boolean, ms?: number): boolean {
    const bell = Atomics.load(this.#control, BELL);
    Atomics.store(this.#control, ASLEEP, 1);
    const isOver = !ready() && Atomics.wait(this.#control, BELL, bell, ms) === 'timed-out';
    Atomics.store(this.#control, ASLEEP, 0);
    return isOver;
  }

  /** Sleeps for `ms` without being woken. */
  rest(ms: number): void {
    Atomics.wait(this.#control, RESTING, 0, ms);
  }

  settle(octets: number): void {
    Atomics.add(this.#control, SETTLED, octets);
  }

  /** Whether the main side waits for room; asking clears it. */
  wanted(): boolean {
    return Atomics.exchange(this.#control, WANTED, 0) === 1;
  }

  /** Whether the main side waits for room. */
  get isWanted(): boolean {
    return Atomics.load(this.#control, WANTED) === 1;
  }
}
