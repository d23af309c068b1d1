// One direction of a simulated connection: how long octets are under way, in which segments they come, and whether they do.
import type { SimulatedConnection } from './simulatedConnection.ts';

/** What a network is like; each member has the network's own value unless said. */
export interface Conditions {
  /** ms one way. */
  readonly latency?: number | undefined;
  /** Octets a second each way. */
  readonly bandwidth?: number | undefined;
  /** Octets of a segment; a longer write comes in several. 1,460 unless said where there is a bandwidth, else all at once. */
  readonly segment?: number | undefined;
  /** The connection breaks behind so many octets of one side. */
  readonly loss?: Loss | undefined;
}

export interface Loss {
  readonly of: 'client' | 'server';
  /** Octets that still get through. */
  readonly after: number;
  /** Both sides are told (RST), or nobody is: what is sent vanishes. */
  readonly how: 'reset' | 'silence';
}

/** Most octets under way and not yet read; then the sender waits, as with TCP's window (RFC 9293 section 3.8.6). */
const WINDOW = 65_536;
/** Octets of a segment where their time on the line counts: else a window would come all at once after a long silence (RFC 9293 section 3.7.1). */
const ETHERNET = 1460;

/** Lets something happen after so many ms, in the order in which it was asked for. */
export type Deliver = (ms: number, happen: () => void) => void;

/** Waiting to be sent: octets with the sender's callback, or the end. */
type Item = { octets: Buffer; readonly taken: () => void } | 'end';

/** What both directions of a connection have in common. */
interface Line {
  readonly conditions: Conditions;
  readonly deliver: Deliver;
  readonly clock: { elapsed(): number };
  /** One of the two breaks. */
  readonly broken: () => void;
}

export class Path {
  readonly #line: Line;
  readonly #breakAt: number;
  #to: SimulatedConnection | undefined;
  #waiting: Item[] = [];
  #unread = 0;
  #sent = 0;
  /** When the last octet sent will have left, ms. */
  #free = 0;
  #isCut = false;
  #isClosed = false;

  /** `breakAt`: octets that get through before the path breaks; Infinity for all. */
  constructor(line: Line, breakAt: number) {
    this.#line = line;
    this.#breakAt = breakAt;
  }

  set to(end: SimulatedConnection) {
    this.#to = end;
  }

  send(octets: Buffer, taken: () => void): void {
    if (this.#isClosed) return taken();
    // The writer may use its buffer again once it is told that it was taken.
    this.#waiting.push({ octets: Buffer.from(octets), taken });
    this.#flow();
  }

  /** What comes with the call itself, and so takes no time of its own. */
  bring(octets: Buffer): void {
    this.#unread += octets.length;
    const through = this.#through(octets);
    if (through.length > 0) this.#to?.arrive(through);
    if (through.length < octets.length) this.#line.broken();
  }

  finish(): void {
    if (this.#isClosed) return;
    this.#waiting.push('end');
    this.#flow();
  }

  /** Tells the other side that the connection is gone; what still waited is dropped. */
  reset(): void {
    if (this.#isClosed) return;
    this.#fly(0, () => this.#to?.arriveReset());
    this.#close();
  }

  /** From here on everything vanishes: nothing arrives, and nobody is told. */
  cut(): void {
    this.#isCut = true;
  }

  /** The other side has read so many octets. */
  read(octets: number): void {
    this.#unread -= octets;
    if (this.#waiting.length > 0) this.#flow();
  }

  #close(): void {
    this.#isClosed = true;
    const dropped = this.#waiting;
    this.#waiting = [];
    for (const item of dropped) if (item !== 'end') item.taken();
  }

  #flow(): void {
    for (let item = this.#waiting[0]; item !== undefined; item = this.#waiting[0]) {
      if (item === 'end') {
        this.#waiting.shift();
        // To an end that is gone it would mean nothing.
        if (this.#to?.destroyed !== true) this.#fly(0, () => this.#to?.arriveEnd());
        continue;
      }
      const room = WINDOW - this.#unread;
      if (room <= 0) return;
      const now = item.octets.subarray(0, room);
      item.octets = item.octets.subarray(now.length);
      this.#dispatch(now);
      if (this.#isClosed || item.octets.length > 0) return;
      this.#waiting.shift();
      item.taken();
    }
  }

  #dispatch(octets: Buffer): void {
    const { bandwidth, segment = bandwidth === undefined ? WINDOW : ETHERNET } = this.#line.conditions;
    this.#unread += octets.length;
    for (let at = 0; at < octets.length; at += segment) {
      const piece = octets.subarray(at, at + segment);
      const through = this.#through(piece);
      if (through.length > 0) this.#fly(through.length, () => this.#to?.arrive(through));
      if (through.length === piece.length) continue;
      this.#line.broken();
      return;
    }
  }

  /** What of the octets gets through before the path breaks. */
  #through(octets: Buffer): Buffer {
    const through = octets.subarray(0, Math.max(0, this.#breakAt - this.#sent));
    this.#sent += through.length;
    return through;
  }

  /** Puts something under way, behind what was sent before it. */
  #fly(octets: number, arrive: () => void): void {
    if (this.#isCut) return;
    const { latency = 0, bandwidth = 0 } = this.#line.conditions;
    if (bandwidth === 0) return this.#line.deliver(latency, arrive);
    const now = this.#line.clock.elapsed();
    this.#free = Math.max(this.#free, now) + (octets * 1000) / bandwidth;
    this.#line.deliver(this.#free - now + latency, arrive);
  }
}
