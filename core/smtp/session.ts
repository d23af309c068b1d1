// A session on its connection: smtp-server carries the socket (TLS upgrade, half-close), the dialogue says what happens on it.
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import type { SMTPServer } from 'smtp-server';
import type { Stage } from '../contract/facts.ts';
import type { Timer } from '../world/world.ts';
import { Dialogue, type Opening, type Wire } from './dialogue.ts';
import {
  handshakeError,
  type HandshakeEnd,
  handshakeLeft,
  handshakeStopped,
  handshakeTooLong,
  tlsFacts,
} from './handshake.ts';
import { recordData } from './verbs/data.ts';
import { greet, shutDown, takeLine, timeOut } from './turn.ts';
import { type DataPhase, WireParser } from './wireParser.ts';

/** What `connect` hands over: smtp-server's own options and the opening of the dialogue. */
export interface SessionOptions {
  readonly id: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  readonly opening: Opening;
}

/** Octets of replies held back within one turn before they are written. */
const mostHeld = 16_384;
/** Stands in until the session has what its own parser needs: the constructor of SMTPConnection asks too early. */
const noParser = new SMTPStream();

export class Session extends SMTPConnection implements Wire {
  readonly dialogue: Dialogue;
  readonly #opening: Opening;
  #held = '';
  #isFlushing = false;
  #lastInput: number;
  #timer: Timer | undefined;
  #top: Socket;
  #handshakeFrom = 0;
  #failure: string | undefined;

  constructor(server: SMTPServer, socket: Socket, options: SessionOptions) {
    super(server, socket, options);
    this.#opening = options.opening;
    this.#top = socket;
    this.#lastInput = options.opening.world.elapsed();
    this.dialogue = new Dialogue(options.opening, this);
    this._parser = this._createParser();
  }

  /** No timer and no name lookup before the greeting. */
  override init(): void {
    this._setListeners(() => {
      this._ready = true;
      try {
        greet(this.dialogue);
      } catch (error) {
        this.#fault(error, 'connect');
      }
    });
  }

  override _createParser(): SMTPStream {
    if (!(#opening in this)) return noParser;
    const { world, settings } = this.#opening;
    const parser = new WireParser({
      now: () => (this.#lastInput = world.elapsed()),
      later: (turn) => void world.after(0, turn),
      onLine: (line, next) => takeLine(this.dialogue, line, () => this._whenWritable(next)),
      maxLine: settings.strictness.maxCommandLine,
      bareCr: settings.strictness.bareCr,
    });
    parser.on('error', (error) => this.#fault(error, 'command'));
    parser.on('finish', () => {
      if (parser === (this._parser as unknown)) this.#peerClosed(parser);
    });
    // It has the members SMTPConnection uses of SMTPStream; the contract tests hold both to it.
    return parser as unknown as SMTPStream;
  }

  /** A bug outside of any command, in the middle of a message for one: the session cannot go on. */
  #fault(error: unknown, stage: Stage): void {
    const answer = this.dialogue.fault(error, stage);
    if (this._ready) this.dialogue.say(answer);
    this.dialogue.close('fault', 'a bug in the receiver, see the fault event');
  }

  get #reader(): WireParser {
    return this._parser as unknown as WireParser;
  }

  // ── what the dialogue asks of the connection

  get secured(): boolean {
    return this.secure;
  }

  write(bytes: string): void {
    this.#held += bytes;
    if (this.#held.length > mostHeld) return this.#flush();
    if (this.#isFlushing) return;
    this.#isFlushing = true;
    // Replies to commands that came together leave together (RFC 2920 section 3.2); nothing is waited for.
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#isFlushing = false;
    const bytes = this.#held;
    this.#held = '';
    // While a handshake runs, text would land in the middle of it.
    if (bytes === '' || this._upgrading || this._socket.destroyed || !this._socket.writable) return;
    this._socket.write(bytes, 'latin1');
  }

  end(): void {
    this.#timer?.cancel();
    if (this._upgrading) return this.drop();
    this.#flush();
    this.close();
  }

  drop(): void {
    this.#timer?.cancel();
    this._server.connections.delete(this);
    this.#top.destroy();
  }

  startData(phase: DataPhase): void {
    this.#reader.startData(phase);
  }

  resumeData(): void {
    if (this._parser) this.#reader.resumeData();
  }

  startTls(): void {
    const { world, connection } = this.#opening;
    this.#flush();
    // Reset behind its command: the close that follows says so.
    if (this._socket.destroyed || !this._parser) return;
    this.dialogue.record({ kind: 'tls', state: 'starting', discarded: this.#reader.buffered });
    this.#timer?.cancel();
    this.#handshakeFrom = world.elapsed();
    const seconds = connection.listener.handshakeTimeout;
    this.#timer = world.after(seconds * 1000, () => this.#handshakeFailed(handshakeTooLong(seconds)));
    this.upgrade(
      () => undefined,
      () => this.#secured(),
    );
  }

  #handshakeFailed(end: HandshakeEnd): void {
    const d = this.dialogue;
    if (d.over) return;
    d.record({ kind: 'tls', state: 'failed', error: end.detail });
    d.lost(end.by, end.reason, end.detail);
    this.drop();
  }

  #secured(): void {
    const { world } = this.#opening;
    this.#timer?.cancel();
    if (this.dialogue.over) return;
    this.dialogue.forget();
    const facts = tlsFacts(this._socket as TLSSocket);
    this.dialogue.facts.session.tls = facts;
    this.dialogue.record({ kind: 'tls', state: 'up', facts, ms: world.elapsed() - this.#handshakeFrom });
    this.#lastInput = world.elapsed();
    this.#watch();
    if (this.dialogue.draining) shutDown(this.dialogue);
  }

  /** Ends the session as soon as no transaction is open (RFC 5321 section 3.8). */
  drain(): void {
    const d = this.dialogue;
    d.draining = true;
    if (d.over || d.working || d.facts.transaction) return;
    if (this._upgrading) return this.#handshakeFailed(handshakeStopped);
    shutDown(d);
  }

  /** The grace is over. A message that is being stored is stored, unheard. */
  cut(): void {
    this.dialogue.lost('us', 'shutdown', 'cut off when the grace for stopping was over');
    this.drop();
  }

  // ── what smtp-server asks of us

  /** Stock replies do not exist here: everything is said by the dialogue. */
  override send(): void {
    // Only stock code paths that are overridden above would come here.
  }

  /** Called with the socket of the connection, and by `upgrade` with the one that will carry TLS. */
  override _armTimeout(socket: Socket = this._socket): void {
    this.#top = socket;
    // Each socket of ours has a listener for every error, or a reset could end the process.
    socket.on('error', () => undefined);
    if (!this._upgrading) return this.#watch();
    // The sockets are half-open, so a client that leaves in the handshake only ends its side.
    socket.once('end', () => {
      if (this._upgrading) this.#handshakeFailed(handshakeLeft);
    });
  }

  /** One timer a session, looked at when it fires: input only notes the time. */
  #watch(): void {
    const seconds = this.#opening.connection.listener.idleTimeout;
    this.#timer?.cancel();
    const left = this.#lastInput + seconds * 1000 - this.#opening.world.elapsed();
    this.#timer = this.#opening.world.after(Math.max(1, left), () => {
      const d = this.dialogue;
      if (d.over) return;
      // While we work the client waits for us (RFC 5321 section 4.5.3.2); one that takes no replies is not waiting.
      if (d.working) this.#lastInput = this.#opening.world.elapsed();
      if (this.#opening.world.elapsed() - this.#lastInput < seconds * 1000) return this.#watch();
      timeOut(d, seconds);
    });
  }

  /** The client closed its side, and everything it had sent before has been answered. */
  #peerClosed(parser: WireParser): void {
    const d = this.dialogue;
    if (d.over) return;
    cutOff(d, parser);
    d.lost('client', 'peer-fin', 'the client closed the connection');
    this.end();
  }

  override _onError(error: Error & { code?: string }): void {
    this.#failure ??= error.code ?? error.message;
    if (this._upgrading) this.#handshakeFailed(handshakeError(error));
  }

  override _onClose(): void {
    const d = this.dialogue;
    const parser = this._parser ? this.#reader : undefined;
    this.#timer?.cancel();
    if (parser && !d.over) cutOff(d, parser);
    super._onClose();
    if (d.over) return;
    const code = this.#failure;
    if (this._upgrading) this.#handshakeFailed(handshakeLeft);
    else if (code === undefined) d.lost('client', 'peer-fin', 'the client closed the connection');
    else if (code.startsWith('ERR_SSL')) d.lost('client', 'tls-error', `TLS failed: ${code}`);
    else d.lost('client', 'peer-rst', `the connection was lost: ${code}`);
  }
}

/** What had come of a message whose end never came. */
function cutOff(d: Dialogue, parser: WireParser): void {
  const facts = parser.dataFacts;
  if (facts !== null) recordData(d, facts);
}
