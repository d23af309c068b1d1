// The octets of a message that a worker will read: copied once as they come, in pieces that can be handed to another thread.

/** Octets that all messages together may hold which come, or wait for a worker. */
export const mostHeld = 512 * 1024 * 1024;

/** Octets of the first pieces of a message, and of all others: most messages are small. */
const pieces = [8 * 1024, 64 * 1024];
const largest = 256 * 1024;

/** The room that messages share. */
export class Room {
  readonly most: number;
  #held = 0;

  constructor(most = mostHeld) {
    this.most = most;
  }

  get held(): number {
    return this.#held;
  }

  take(octets: number): boolean {
    if (this.#held + octets > this.most) return false;
    this.#held += octets;
    return true;
  }

  give(octets: number): void {
    this.#held -= octets;
  }
}

type Piece = Uint8Array<ArrayBuffer>;

export class Collected {
  readonly #room: Room;
  #whole: Piece[] = [];
  #last: Piece | undefined;
  /** Octets of the last piece that are the message's. */
  #used = 0;
  #held = 0;
  #state: 'open' | 'no room' | 'handed over' | 'released' = 'open';

  constructor(room: Room) {
    this.#room = room;
  }

  /** Copies them; nothing is kept any more of a message for which there is no room. */
  take(chunk: Uint8Array): void {
    let from = 0;
    while (this.#state === 'open' && from < chunk.length) {
      const piece = this.#last ?? this.#piece();
      if (piece === undefined) return;
      const octets = Math.min(piece.length - this.#used, chunk.length - from);
      piece.set(chunk.subarray(from, from + octets), this.#used);
      this.#used += octets;
      from += octets;
      if (this.#used === piece.length) {
        this.#whole.push(piece);
        this.#last = undefined;
      }
    }
  }

  /** Those of the whole message, each with a buffer of its own; undefined when there was no room for it. Released when the work is done. */
  handOver(): readonly Piece[] | undefined {
    if (this.#state !== 'open') return undefined;
    this.#state = 'handed over';
    const whole = this.#whole;
    if (this.#last !== undefined) whole.push(new Uint8Array(this.#last.buffer.transfer(this.#used)));
    this.#whole = [];
    this.#last = undefined;
    return whole;
  }

  /** The message will not be looked at: its room is free, unless a worker has it. */
  abandon(): void {
    if (this.#state !== 'handed over') this.release();
  }

  release(): void {
    if (this.#state === 'released') return;
    this.#state = 'released';
    this.#forget();
  }

  #forget(): void {
    this.#whole = [];
    this.#last = undefined;
    this.#room.give(this.#held);
    this.#held = 0;
  }

  #piece(): Piece | undefined {
    const octets = pieces[this.#whole.length] ?? largest;
    if (!this.#room.take(octets)) {
      this.#state = 'no room';
      this.#forget();
      return undefined;
    }
    this.#held += octets;
    this.#used = 0;
    // Its content is overwritten before anybody reads it.
    return (this.#last = new Uint8Array(Buffer.allocUnsafeSlow(octets).buffer));
  }
}
