// One connection of a client that may misbehave: exact bytes out, replies in, TLS in between.
import type { TLSSocket } from 'node:tls';
import type { Handshake } from '../contract/scenarioStep.ts';
import type { Connection } from '../world/connection.ts';
import type { Timer, World } from '../world/world.ts';
import { segmentsOf } from './bytes.ts';
import { type ClientPem, RecordFilter, shakeHands, type Shaken, systemCode } from './handshake.ts';
import { type Reply, ReplyReader } from './reply.ts';

/** What came next: a reply, the end of the connection, or nothing in the time given. */
export type Heard =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'closed'; readonly how: string }
  | { readonly kind: 'silence'; readonly ms: number };

/** What a handshake of this client is like. */
export interface Trust {
  /** The server's certificate must come from this authority (PEM). */
  readonly authority: string;
  readonly wanted?: Handshake | undefined;
  /** What is shown when the server asks for a certificate. */
  readonly certificate?: ClientPem | undefined;
  /** The connection is to be usable in clear when TLS has failed or ended. */
  readonly keepPlain?: boolean;
  /** ms. */
  readonly within: number;
}

interface Waiting {
  readonly ms: number;
  readonly until: number;
  readonly go: (heard: Heard) => void;
}

export class ClientConnection {
  readonly #world: World;
  /** What is on the wire, whatever is spoken over it. */
  readonly #plain: Connection;
  #socket: Connection;
  #filter: RecordFilter | undefined;
  #alerted = false;
  /** The end of TLS is not the end of the connection. */
  #isVeiled = false;
  #reader = new ReplyReader();
  #replies: Reply[] = [];
  #closed: string | undefined;
  /** Who waits for what comes next, how long in all and until when. */
  #waiting: Waiting | undefined;
  /** Of the connection: set for the first wait, and looked at again when it fires; most replies come long before. */
  #timer: { readonly at: number; readonly timer: Timer } | undefined;
  /** Who waits for anything at all. */
  #wake: (() => void) | undefined;

  constructor(socket: Connection, world: World) {
    this.#plain = socket;
    this.#socket = socket;
    this.#world = world;
    this.#attach();
  }

  #attach(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      this.#replies.push(...this.#reader.push(this.#clear(chunk), this.#world.elapsed()));
      this.#notify();
    });
    socket.on('end', () => this.#end('closed'));
    socket.on('error', (error) => this.#end(`closed (${systemCode(error)})`));
    socket.on('close', () => this.#end('closed'));
  }

  #detach(): void {
    this.#socket.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
  }

  /** What came without the TLS records in it, where they may be left over from a handshake. */
  #clear(chunk: Buffer): Buffer {
    if (this.#filter === undefined || this.#socket !== this.#plain) return chunk;
    const { clear, alert } = this.#filter.push(chunk);
    this.#alerted ||= alert;
    return clear;
  }

  #end(how: string): void {
    if (this.#closed !== undefined) return;
    const rest = this.#reader.rest();
    if (rest !== '') this.#replies.push({ code: 0, lines: [rest], bytes: rest, at: this.#world.elapsed() });
    this.#closed = how;
    this.#timer?.timer.cancel();
    this.#timer = undefined;
    this.#notify();
  }

  #notify(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
    const waiting = this.#waiting;
    const next = waiting && this.peek();
    if (next === undefined) return;
    this.#waiting = undefined;
    waiting?.go(next);
  }

  /** What has already come, without taking it. */
  peek(): Heard | undefined {
    const reply = this.#replies[0];
    if (reply) return { kind: 'reply', reply };
    return this.#closed === undefined ? undefined : { kind: 'closed', how: this.#closed };
  }

  /** What comes next within `ms`, without taking it; one waits at a time. */
  look(ms: number): Heard | Promise<Heard> {
    return this.peek() ?? new Promise((go) => this.#await(ms, go));
  }

  /** Takes what comes next within `ms`; the end of the connection stays. */
  hear(ms: number): Heard | Promise<Heard> {
    const next = this.peek();
    if (next !== undefined) return this.#taken(next);
    return new Promise((go) => this.#await(ms, (heard) => go(this.#taken(heard))));
  }

  #taken(next: Heard): Heard {
    if (next.kind === 'reply') this.#replies.shift();
    return next;
  }

  #await(ms: number, go: (heard: Heard) => void): void {
    const until = this.#world.elapsed() + ms;
    this.#waiting = { ms, until, go };
    if (this.#timer === undefined || this.#timer.at > until) this.#setTimer(until);
  }

  #setTimer(at: number): void {
    this.#timer?.timer.cancel();
    this.#timer = { at, timer: this.#world.after(at - this.#world.elapsed(), this.#timedOut) };
  }

  readonly #timedOut = () => {
    this.#timer = undefined;
    const waiting = this.#waiting;
    if (waiting === undefined) return;
    if (waiting.until > this.#world.elapsed()) return this.#setTimer(waiting.until);
    this.#waiting = undefined;
    waiting.go(this.peek() ?? { kind: 'silence', ms: waiting.ms });
  };

  /** Sends bytes as one write; the promise, where there is one, resolves when the system has taken them or the connection is gone. */
  write(bytes: Buffer): Promise<void> | undefined {
    const socket = this.#socket;
    if (this.isGone || !socket.writable) return undefined;
    let go: (() => void) | undefined;
    socket.write(bytes, () => go?.());
    if (socket.writableLength === 0) return undefined;
    return new Promise((resolve) => {
      go = () => {
        socket.off('close', resolve);
        resolve();
      };
      socket.once('close', resolve);
    });
  }

  /** Makes the TLS handshake (as client) over what is open. */
  async upgrade(trust: Trust): Promise<Shaken> {
    const wanted = trust.wanted ?? {};
    if (typeof wanted.hello === 'object') return this.#pretend(segmentsOf(wanted.hello.bytes), trust.within);
    this.#detach();
    this.#reader = new ReplyReader();
    this.#replies = [];
    const keepPlain = trust.keepPlain === true || wanted.expect === 'refused';
    const { authority, certificate, within } = trust;
    const shaken = await shakeHands(this.#plain, {
      world: this.#world,
      authority,
      wanted,
      certificate,
      keepPlain,
      within,
    });
    if (shaken.state === 'up') {
      this.#isVeiled = shaken.isVeiled;
      this.#socket = shaken.socket;
      this.#attach();
    } else if (keepPlain && !this.#plain.destroyed) {
      this.#filter = new RecordFilter();
      this.#attach();
      if (this.#plain.readableEnded) this.#end('closed');
    } else this.#end(`closed (${shaken.error})`);
    return shaken;
  }

  /** Sends something else than a ClientHello, and waits for what the server makes of it. */
  async #pretend(segments: readonly Buffer[], within: number): Promise<Shaken> {
    this.#filter = new RecordFilter();
    for (const bytes of segments) await this.write(bytes);
    const until = this.#world.elapsed() + within;
    for (let left = within; left > 0; left = until - this.#world.elapsed()) {
      if (this.#alerted) return { state: 'failed', error: 'alert', byServer: true };
      const next = this.peek() ?? (await this.#wakened(left));
      if (next?.kind === 'closed') return { state: 'failed', error: next.how, byServer: true };
      if (next?.kind === 'reply')
        return { state: 'failed', error: `a reply (${next.reply.code}) instead of TLS`, byServer: false };
    }
    return { state: 'failed', error: `nothing within ${within} ms`, byServer: false };
  }

  /** Waits for anything at all, `ms` at most. */
  async #wakened(ms: number): Promise<Heard | undefined> {
    await new Promise<void>((resolve) => {
      const timer = this.#world.after(ms, resolve);
      this.#wake = () => {
        timer.cancel();
        resolve();
      };
    });
    return this.peek();
  }

  /** Says close_notify; from here on the connection is in clear, as far as this client is concerned. */
  async plainAgain(): Promise<void> {
    const secured = this.#socket;
    if (secured === this.#plain) return;
    secured.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    secured.on('error', () => undefined);
    await new Promise<void>((resolve) => {
      secured.once('close', resolve);
      secured.end(resolve);
    });
    this.#filter = new RecordFilter();
    this.#reader = new ReplyReader();
    this.#socket = this.#plain;
    this.#attach();
    if (this.#plain.readableEnded) this.#end('closed');
  }

  /** Reset, or broken: nothing that is sent gets anywhere. */
  get isGone(): boolean {
    return this.#closed !== undefined && this.#closed !== 'closed';
  }

  /** What was agreed in the handshake; undefined in clear. */
  get secured(): TLSSocket | undefined {
    return this.#socket === this.#plain ? undefined : (this.#socket as TLSSocket);
  }

  /** Stops taking anything from the network, or goes on. */
  reading(isReading: boolean): void {
    if (isReading) this.#socket.resume();
    else this.#socket.pause();
  }

  /** Ends our side; what the server still says can be heard. */
  fin(): void {
    const { secured } = this;
    if (secured === undefined || !this.#isVeiled) return void this.#socket.end();
    secured.end(() => void this.#plain.end());
  }

  /** Resets the connection, as a crashed client does. */
  rst(): void {
    this.#end('reset by this client');
    for (const socket of [this.#socket, this.#plain]) socket.on('error', () => undefined);
    this.#plain.resetAndDestroy();
    this.#socket.destroy();
  }

  /** Ends our side and waits up to `ms` for the server to end its own; what it still says is not read. */
  async hangUp(ms: number): Promise<void> {
    this.fin();
    this.reading(true);
    const until = this.#world.elapsed() + ms;
    for (let left = ms; this.#closed === undefined && left > 0; left = until - this.#world.elapsed()) {
      this.#replies = [];
      await this.look(left);
    }
    this.destroy();
  }

  /** Lets go of everything. */
  destroy(): void {
    this.#end('closed by this client');
    for (const socket of [this.#socket, this.#plain]) {
      socket.on('error', () => undefined);
      socket.destroy();
    }
  }
}
