// One end of a simulated connection: a stream like a TCP socket's, fed by the simulated network instead of the system.
import { Duplex } from 'node:stream';
import type { Connection, Peer } from './connection.ts';
import type { Timer } from './world.ts';

/** Where an end hands what it sends, and asks for time. */
export interface Wire {
  /** Takes octets over; `taken` is called once they are on their way. */
  send(octets: Buffer, taken: () => void): void;
  /** Nothing follows (FIN). */
  finish(): void;
  /** Nothing follows, and nothing is wanted any more (RST). */
  reset(): void;
  /** So many octets that came have been read. */
  read(octets: number): void;
  after(ms: number, fire: () => void): Timer;
}

const turn = setImmediate;

const emitClose = (end: SimulatedConnection, hadError: boolean) => void end.emit('close', hadError);

/** What came and was not read yet. */
type Inbound = Buffer | null;

export class SimulatedConnection extends Duplex implements Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly remoteFamily: 'IPv4' | 'IPv6';
  readonly localAddress: string;
  readonly localPort: number;
  bytesRead = 0;
  bytesWritten = 0;
  readonly #wire: Wire;
  readonly #inbox: Inbound[] = [];
  #isWanted = true;
  #hasEnded = false;
  #isReset = false;
  #idle: { readonly ms: number; readonly timedOut: () => void; timer: Timer } | undefined;

  constructor(wire: Wire, { local, remote }: { readonly local: Peer; readonly remote: Peer }) {
    super({ allowHalfOpen: true, emitClose: false, readableHighWaterMark: 65_536, writableHighWaterMark: 65_536 });
    this.#wire = wire;
    this.remoteAddress = remote.address;
    this.remotePort = remote.port;
    this.remoteFamily = remote.address.includes(':') ? 'IPv6' : 'IPv4';
    this.localAddress = local.address;
    this.localPort = local.port;
  }

  /** Octets of the other side have come. */
  arrive(octets: Buffer): void {
    if (this.destroyed || this.#hasEnded) return this.#wire.reset();
    this.bytesRead += octets.length;
    this.#refresh();
    this.#take(octets);
  }

  /** The other side has ended its direction. */
  arriveEnd(): void {
    if (this.destroyed || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#take(null);
  }

  /** The other side has reset the connection, or does not know it. */
  arriveReset(): void {
    if (this.destroyed) return;
    this.#isReset = true;
    this.destroy(Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', errno: -104, syscall: 'read' }));
  }

  #take(octets: Inbound): void {
    if (this.#isWanted && this.#inbox.length === 0) this.#push(octets);
    else this.#inbox.push(octets);
  }

  #push(octets: Inbound): void {
    if (octets !== null) this.#wire.read(octets.length);
    this.#isWanted = this.push(octets);
  }

  override _read(): void {
    this.#isWanted = true;
    while (this.#isWanted && this.#inbox.length > 0) this.#push(this.#inbox.shift() ?? null);
  }

  override _write(octets: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    this.bytesWritten += octets.length;
    this.#refresh();
    this.#wire.send(octets, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'buffer', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#wire.finish();
    done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#idle?.timer.cancel();
    // As the system does: what came and was never read turns the farewell into a reset (RFC 2525 section 2.17).
    if (this.#isReset || this.#inbox.some((one) => one !== null)) this.#wire.reset();
    else if (!this.writableFinished) this.#wire.finish();
    this.#inbox.length = 0;
    done(error);
    // Behind the error, and as the system's sockets do it: when this turn is over, and with what it ended in.
    turn(emitClose, this, error !== null);
  }

  resetAndDestroy(): this {
    this.#isReset = true;
    return this.destroy();
  }

  destroySoon(): void {
    if (this.writable) this.end();
    if (this.writableFinished) this.destroy();
    else this.once('finish', () => this.destroy());
  }

  /** Emits `timeout` after so long without traffic; 0 never. */
  setTimeout(ms: number, callback?: () => void): this {
    this.#idle?.timer.cancel();
    this.#idle = undefined;
    if (ms > 0) {
      const timedOut = () => void this.emit('timeout');
      this.#idle = { ms, timedOut, timer: this.#wire.after(ms, timedOut) };
    }
    if (callback) {
      if (ms > 0) this.once('timeout', callback);
      else this.off('timeout', callback);
    }
    return this;
  }

  #refresh(): void {
    if (this.#idle === undefined) return;
    this.#idle.timer.cancel();
    this.#idle.timer = this.#wire.after(this.#idle.ms, this.#idle.timedOut);
  }

  // What a socket of the system has beside; there is nothing to be set here.
  setNoDelay(): this {
    return this;
  }
  setKeepAlive(): this {
    return this;
  }
  ref(): this {
    return this;
  }
  unref(): this {
    return this;
  }
  address() {
    return { address: this.localAddress, port: this.localPort, family: this.remoteFamily };
  }
}
