// A session on its connection: smtp-server carries the socket (half-close, back-pressure), the dialogue says what happens on it.
import type { TLSSocket } from 'node:tls';
import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import type { SMTPServer } from 'smtp-server';
import type { Stage, TlsFacts } from '../contract/facts.ts';
import type { BindingType } from '../sasl/mechanism.ts';
import type { Connection } from '../world/connection.ts';
import type { Timer } from '../world/world.ts';
import { channelBinding } from './channelBinding.ts';
import { Dialogue } from './dialogue.ts';
import type { Opening, Wire } from './opening.ts';
import { alertOf, type HandshakeEnd, handshakeStopped } from './handshake.ts';
import type { Listener } from './listener.ts';
import { recordCutOff } from './incoming.ts';
import { judgeTls } from './verbs/starttls.ts';
import { lookEvery, nextDue, overdue, type Progress } from './deadlines.ts';
import { greet, greetingDelay, tease } from './greeting.ts';
import { SessionInput } from './input.ts';
import { shutDown, takeLine, takeTls, tooLate } from './turn.ts';
import { type Handshake, shakeHands } from './upgrade.ts';
import type { ChunkPhase, DataPhase } from './wireParser.ts';

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
/** Between two looks at the deadlines while we work, ms. */
const whileWorking = 1000;
/** Stands in until the session has what its own parser needs: the constructor of SMTPConnection asks too early. */
const noParser = new SMTPStream();

export class Session extends SMTPConnection implements Wire {
  readonly dialogue: Dialogue;
  readonly #opening: Opening;
  #held = '';
  #isFlushing = false;
  /** The way on from the line now worked on; one at a time. */
  #next: () => void = () => undefined;
  /** Goes on when the client has taken what was said: nothing is worked on for one that takes nothing. */
  readonly #goOn = (): void => this._whenWritable(this.#next);
  #lastInput: number;
  #timer: Timer | undefined;
  #top: Connection;
  #handshake: Handshake | undefined;
  /** When the message or chunk that is coming began. */
  #bodyBegan = 0;
  /** Since when replies wait for the client to read them. */
  #unread: number | undefined;
  #failure: (Error & { readonly code?: string }) | undefined;

  constructor(server: SMTPServer, socket: Connection, options: SessionOptions) {
    // What smtp-server asks of a socket is what a Connection has.
    super(server, socket as ConstructorParameters<typeof SMTPConnection>[1], options);
    this.#opening = options.opening;
    this.#top = socket;
    this.#lastInput = options.opening.world.elapsed();
    this.dialogue = new Dialogue(options.opening, this);
    this._parser = this._createParser();
  }

  /** No name lookup before the greeting. */
  override init(): void {
    const input = this.#input;
    const delay = greetingDelay(this.dialogue);
    // What comes with the end of a handshake has been read already, and is looked at in the next turn.
    if (delay > 0 || this.secure) input.shut();
    this._setListeners(() => {
      this._ready = true;
      if (delay === 0 && !this.secure) return this.#greet(input);
      if (delay > 0) tease(this.dialogue);
      this.#timer?.cancel();
      this.#timer = this.#opening.world.after(delay, () => this.#greet(input));
    });
  }

  #greet(input: SessionInput): void {
    const d = this.dialogue;
    if (d.over) return;
    const greeted = () => {
      if (d.over) return;
      this.#lastInput = this.#opening.world.elapsed();
      this.#watch();
      input.open();
    };
    try {
      const { early } = input;
      if (early) d.facts.session.early = early;
      const later = greet(d);
      if (later) later.then(greeted).catch((error: unknown) => this.#fault(error, 'connect'));
      else greeted();
    } catch (error) {
      this.#fault(error, 'connect');
    }
  }

  override _createParser(): SMTPStream {
    if (!(#opening in this)) return noParser;
    const { world } = this.#opening;
    const { strictness } = this.#opening.settings;
    const parser = new SessionInput({
      now: () => (this.#lastInput = world.elapsed()),
      later: (turn) => void world.after(0, turn),
      onLine: (line, next) => {
        this.#next = next;
        takeLine(this.dialogue, line, this.#goOn);
      },
      onRead: () => this.#flush(),
      onTls: (segment) => takeTls(this.dialogue, segment),
      maxLine: strictness.maxCommandLine,
      longLine: strictness.longCommandLine,
      bareCr: strictness.commandBareCr,
    });
    parser.on('error', (error) => this.#fault(error, 'command'));
    parser.on('finish', () => {
      if (parser === (this._parser as unknown)) this.#peerClosed();
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

  get #input(): SessionInput {
    return this._parser as unknown as SessionInput;
  }

  // ── what the dialogue asks of the connection

  get secured(): boolean {
    return this.secure;
  }

  binding(type: BindingType): Buffer | undefined {
    // Whoever secures a connection, behind STARTTLS or from its first octet on, hands over the socket of the handshake.
    return this.secure && !this._upgrading ? channelBinding(this._socket as TLSSocket, type) : undefined;
  }

  write(bytes: string): void {
    this.#held += bytes;
    if (this.#held.length > mostHeld) return this.#flush();
    // Replies to commands that came together leave together (RFC 2920 section 3.2): with the end of their segment, or when
    // nothing more can be said without waiting.
    if (this.#isFlushing || this.#input.isReading) return;
    this.#isFlushing = true;
    process.nextTick(this.#flushed);
  }

  readonly #flushed = (): void => {
    this.#isFlushing = false;
    this.#flush();
  };

  #flush(): void {
    if (this.#held === '') return;
    const bytes = this.#held;
    const socket = this._socket;
    this.#held = '';
    // While a handshake runs, text would land in the middle of it.
    if (this._upgrading || socket.destroyed || !socket.writable) return;
    if (socket.write(bytes, 'latin1') || this.#unread !== undefined) return;
    this.#unread = this.#opening.world.elapsed();
    socket.once('drain', () => (this.#unread = undefined));
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
    this.#bodyBegan = this.#opening.world.elapsed();
    this.#input.startData(phase);
  }

  startChunk(phase: ChunkPhase): void {
    this.#bodyBegan = this.#opening.world.elapsed();
    this.#input.startChunk(phase);
  }

  resumeData(): void {
    if (this._parser) this.#input.resumeData();
  }

  startTls(): void {
    const { world, connection, visit, settings, begun } = this.#opening;
    this.#flush();
    // Reset behind its command: the close that follows says so.
    if (this._socket.destroyed || !this._parser) return;
    const { tls } = this._server as Listener;
    // The listener was in clear from the start: `starttls-off` has said so.
    if (!tls) return this.dialogue.close('fault', 'STARTTLS was answered on a listener without TLS');
    this.#timer?.cancel();
    // What stands behind the command in clear is thrown away (RFC 3207 section 5): the parser that holds it never works again.
    const retired = this.#input;
    const buffered = retired.buffered;
    // CVE-2011-0411, where the settings want it shown: what came in clear is run as if it had come inside TLS.
    const kept = settings.strictness.startTlsInjection === 'allow' && buffered > 0 ? retired.takeBuffered() : undefined;
    this._socket.unpipe(this._parser);
    retired.isClosed = true;
    this._parser = this._createParser();
    this._upgrading = true;
    // Its listeners are those of a session in clear; the handshake has its own.
    this._socket.removeAllListeners();
    this._socket.on('error', () => undefined);
    this.#handshake = shakeHands(this._socket, {
      world,
      tls,
      settings,
      seconds: connection.listener.handshakeTimeout,
      begun,
      visit,
      place: 'starttls',
      discarded: kept ? 0 : buffered,
      record: (body) => this.dialogue.record(body),
      up: (socket, facts) => this.#secured(socket, { facts, kept }),
      failed: (end) => this.#handshakeFailed(end),
    });
  }

  #handshakeFailed(end: HandshakeEnd): void {
    this.#handshake = undefined;
    this.dialogue.lost(end.by, end.reason, end.detail);
    this.drop();
  }

  #secured(socket: TLSSocket, { facts, kept }: { readonly facts: TlsFacts; readonly kept: Buffer | undefined }): void {
    this.#handshake = undefined;
    this._socket = this.#top = socket;
    this._upgrading = false;
    this.secure = true;
    this.#unread = undefined;
    socket.on('close', (hadError: boolean) => this._onCloseEvent(hadError));
    socket.on('error', (error: Error & { code?: string }) => this._onError(error));
    const d = this.dialogue;
    if (d.over) return this.drop();
    d.forget();
    d.facts.session.tls = facts;
    this.#lastInput = this.#opening.world.elapsed();
    this.#watch();
    if (d.draining) return shutDown(d);
    judgeTls(d, () => {
      if (!this._parser) return;
      if (kept) this.#input.write(kept);
      socket.pipe(this._parser);
    });
  }

  /** Ends the session as soon as no transaction is open (RFC 5321 section 3.8). */
  drain(): void {
    const d = this.dialogue;
    d.draining = true;
    if (d.over || d.working || d.facts.transaction) return;
    if (this.#handshake) return this.#handshake.stop(handshakeStopped);
    shutDown(d);
  }

  /** The grace is over. A message that is being stored is stored, unheard. */
  cut(): void {
    if (!this.dialogue.working) this.#cutOff();
    this.dialogue.lost('us', 'shutdown', 'cut off when the grace for stopping was over');
    this.drop();
  }

  // ── what smtp-server asks of us

  /** Stock replies do not exist here: everything is said by the dialogue. */
  override send(): void {
    // Only stock code paths that are overridden above would come here.
  }

  override _armTimeout(): void {
    // Each socket of ours has a listener for every error, or a reset could end the process.
    this._socket.on('error', () => undefined);
    this.#watch();
  }

  /** One timer a session, looked at when it fires: what happens in between only notes the time. */
  #watch(): void {
    const d = this.dialogue;
    this.#timer?.cancel();
    if (d.over) return;
    const { world, connection, visit } = this.#opening;
    const now = world.elapsed();
    // The client waits for us as long as we work (RFC 5321 section 4.5.3.2).
    if (d.working) this.#lastInput = now;
    const given = {
      limits: d.settings.errors.deadlines,
      tight: d.settings.errors.stress,
      stress: visit.stress(),
      idle: connection.listener.idleTimeout,
      listenerIndex: connection.listenerIndex,
    };
    const due = nextDue(given, this.#progress());
    const most = d.working ? Math.min(whileWorking, lookEvery(given)) : lookEvery(given);
    if (due === undefined || due.at > now) {
      this.#timer = world.after(Math.max(1, Math.min(most, (due?.at ?? Infinity) - now)), () => this.#watch());
      return;
    }
    const { reason } = due;
    if (d.asking !== undefined && reason !== 'slow-reader') {
      d.asking.giveUp(overdue({ ...due, reason }, d.asking.stage));
    } else {
      if (!d.working) this.#cutOff();
      tooLate(d, due);
    }
    // What is worked on must come to an end as well.
    if (!d.over) this.#timer = world.after(whileWorking, () => this.#watch());
  }

  #progress(): Progress {
    const d = this.dialogue;
    const input = this._parser ? this.#input : undefined;
    return {
      begun: this.#opening.begun,
      lastInput: this.#lastInput,
      line: input?.lineBegan,
      body: input?._dataMode === true ? { began: this.#bodyBegan, octets: input.dataBytes } : undefined,
      unread: d.gone ? undefined : this.#unread,
      asked: d.withWorker !== undefined || d.asking === undefined ? undefined : Math.max(d.asking.since, d.heldUntil),
      working: d.working,
    };
  }

  /** The client closed its side, and everything it had sent before has been answered. */
  #peerClosed(): void {
    const d = this.dialogue;
    if (d.over) return;
    this.#cutOff();
    d.lost('client', 'peer-fin', 'the client closed the connection');
    this.end();
  }

  /** What had come of a message whose end never came goes on record before the session ends. */
  #cutOff(): void {
    if (this._parser) recordCutOff(this.dialogue, this.#input.dataFacts, this.#input.chunkFacts);
  }

  override _onError(error: Error & { code?: string }): void {
    this.#failure ??= error;
  }

  override _onClose(): void {
    const d = this.dialogue;
    // While we work the lookups of a client that has gone must still come to an end.
    if (!d.working) this.#timer?.cancel();
    this.#cutOff();
    super._onClose();
    if (d.over) return;
    const code = this.#failure?.code ?? this.#failure?.message;
    if (code === undefined) d.lost('client', 'peer-fin', 'the client closed the connection');
    else if (code.startsWith('ERR_SSL')) this.#tlsFailed(this.#failure as Error, code);
    else d.lost('client', 'peer-rst', `the connection was lost: ${code}`);
  }

  /** TLS broke behind its handshake: an alert of the client for one, which in TLS 1.3 may come as late as this. */
  #tlsFailed(error: Error, code: string): void {
    const alert = alertOf(error);
    const detail = alert === undefined ? `TLS failed: ${code}` : `the client ended TLS with the alert: ${alert}`;
    this.dialogue.record({ kind: 'tls', state: 'failed', error: detail, ...(alert !== undefined && { alert }) });
    this.dialogue.lost(alert === undefined ? 'us' : 'client', 'tls-error', detail);
  }
}
