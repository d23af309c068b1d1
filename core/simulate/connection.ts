// One connection of a client that may misbehave: exact bytes out, replies in, TLS in between.
import type { Socket } from 'node:net';
import { connect as secure } from 'node:tls';
import type { World } from '../world/world.ts';
import { type Reply, ReplyReader } from './reply.ts';

/** What came next: a reply, the end of the connection, or nothing in the time given. */
export type Heard =
  | { readonly kind: 'reply'; readonly reply: Reply }
  | { readonly kind: 'closed'; readonly how: string }
  | { readonly kind: 'silence'; readonly ms: number };

/** The server's certificate must come from this authority (PEM); its name is not compared, loopback has many. */
export interface TlsTrust {
  readonly authority: string;
}

const systemCode = (error: Error) => (error as NodeJS.ErrnoException).code ?? error.message;

export class Connection {
  readonly #world: World;
  #socket: Socket;
  #reader = new ReplyReader();
  #replies: Reply[] = [];
  #closed: string | undefined;
  #wake: (() => void)[] = [];

  constructor(socket: Socket, world: World) {
    this.#socket = socket;
    this.#world = world;
    this.#attach();
  }

  #attach(): void {
    const socket = this.#socket;
    socket.on('data', (chunk: Buffer) => {
      this.#replies.push(...this.#reader.push(chunk, this.#world.elapsed()));
      this.#notify();
    });
    socket.on('end', () => this.#end('closed'));
    socket.on('error', (error) => this.#end(`closed (${systemCode(error)})`));
    socket.on('close', () => this.#end('closed'));
  }

  #end(how: string): void {
    if (this.#closed !== undefined) return;
    const rest = this.#reader.rest();
    if (rest !== '') this.#replies.push({ code: 0, lines: [rest], bytes: rest, at: this.#world.elapsed() });
    this.#closed = how;
    this.#notify();
  }

  #notify(): void {
    for (const wake of this.#wake.splice(0)) wake();
  }

  /** What has already come, without taking it. */
  peek(): Heard | undefined {
    const reply = this.#replies[0];
    if (reply) return { kind: 'reply', reply };
    return this.#closed === undefined ? undefined : { kind: 'closed', how: this.#closed };
  }

  /** What comes next within `ms`, without taking it. */
  async look(ms: number): Promise<Heard> {
    const already = this.peek();
    if (already) return already;
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel();
        this.#wake = this.#wake.filter((each) => each !== wake);
        resolve(this.peek() ?? { kind: 'silence', ms });
      };
      const wake = () => (this.peek() ? finish() : void this.#wake.push(wake));
      const timer = this.#world.after(ms, finish);
      this.#wake.push(wake);
    });
  }

  /** Takes what comes next within `ms`; the end of the connection stays. */
  async hear(ms: number): Promise<Heard> {
    const next = await this.look(ms);
    if (next.kind === 'reply') this.#replies.shift();
    return next;
  }

  /** Sends bytes as one write; resolves when the system has taken them, or the connection is gone. */
  write(bytes: Buffer): Promise<void> {
    const socket = this.#socket;
    if (this.#closed !== undefined && this.#closed !== 'closed') return Promise.resolve();
    if (!socket.writable) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        socket.off('close', done);
        resolve();
      };
      socket.once('close', done);
      socket.write(bytes, done);
    });
  }

  /** Makes the TLS handshake (as client) over what is open; says what went wrong, or nothing. */
  upgrade(trust: TlsTrust): Promise<string | undefined> {
    const plain = this.#socket;
    plain.removeAllListeners('data').removeAllListeners('end').removeAllListeners('close');
    this.#reader = new ReplyReader();
    this.#replies = [];
    return new Promise((resolve) => {
      const socket = secure({
        socket: plain,
        ca: trust.authority,
        checkServerIdentity: () => undefined,
        ALPNProtocols: [],
      });
      const failed = (error: Error) => {
        this.#socket = socket;
        this.#end(`closed (${systemCode(error)})`);
        resolve(systemCode(error));
      };
      const gone = () => failed(new Error('closed during the handshake'));
      socket.once('error', failed);
      socket.once('close', gone);
      socket.once('secureConnect', () => {
        socket.off('error', failed).off('close', gone);
        this.#socket = socket;
        this.#attach();
        resolve(undefined);
      });
    });
  }

  /** Ends our side; what the server still says can be heard. */
  fin(): void {
    this.#socket.end();
  }

  /** Resets the connection, as a crashed client does. */
  rst(): void {
    this.#end('reset by this client');
    this.#socket.on('error', () => undefined);
    this.#socket.resetAndDestroy();
  }

  /** Ends our side and waits up to `ms` for the server to end its own; what it still says is not read. */
  async hangUp(ms: number): Promise<void> {
    this.fin();
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
    this.#socket.on('error', () => undefined);
    this.#socket.destroy();
  }
}
