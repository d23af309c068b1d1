// The stream between a socket and a session: command lines one at a time, then messages, in the order the octets came.
import { PassThrough, Writable } from 'node:stream';
import { DataReader } from './wireData.ts';
import { type ChunkFacts, ChunkReader } from './wireChunk.ts';
import type { DataOptions, WireDataFacts } from './wireMessage.ts';
import { LineReader, type LineEndPolicy, type LineInHand, type LongLinePolicy, type WireLine } from './wireLine.ts';

export interface WireParserOptions {
  /** The session's clock, ms; asked once for each segment. */
  readonly now: () => number;
  /** Runs a function in a later turn of the event loop, as setImmediate does. */
  readonly later: (turn: () => void) => void;
  /**
   * Takes one line. No further line is read until `next` is called, at once or ever so late, so replies keep the order of
   * the commands. Without it the parser behaves as smtp-server's own and calls {@link WireParser.oncommand}.
   */
  readonly onLine?: (line: WireLine, next: () => void) => void;
  /** Longest command line, octets, CRLF included; 4096 unless given. A session raises it for AUTH (RFC 4954 section 4: 12288). */
  readonly maxLine?: number;
  /**
   * `allow`: a bare CR ends a command line, once the octet behind it has come and is no LF. Otherwise it stays in the line,
   * flagged (`hasBareCr`), and the session says what it means. `reject` unless given.
   */
  readonly bareCr?: LineEndPolicy;
  /** `reject` unless given. */
  readonly longLine?: LongLinePolicy;
}

export interface DataPhase extends DataOptions {
  /** The message is complete. Nothing behind it is read until `next` is called: the reply to the dot comes first. */
  readonly onEnd: (facts: WireDataFacts, next: () => void) => void;
}

/** One BDAT chunk (RFC 3030 section 2): so many octets, whatever they are, and then commands again. */
export interface ChunkPhase {
  /** A whole number from 0 to 2^53 - 1. */
  readonly octets: number;
  /** Takes the next octets as {@link DataOptions.onChunk} does. Never called for a chunk of no octets. */
  readonly onChunk: (chunk: Buffer) => boolean;
  /** All of it has come. Nothing behind it is read until `next` is called. */
  readonly onEnd: (facts: ChunkFacts, next: () => void) => void;
}

/** What smtp-server's own `handler_DATA` reads a message from. */
export type MessageStream = PassThrough & {
  byteLength: number;
  sizeExceeded: boolean;
};

/** Segments or lines worked on before other connections get their turn. */
const stepsPerTurn = 100;

/**
 * Stands where smtp-server's SMTPStream stands (`_createParser`): its socket is piped in, STARTTLS retires it by
 * `isClosed` and unpipe, and stock handlers may use `oncommand`, `startDataMode` and `continue`.
 * Memory is bounded: one unfinished line of `maxLine`, the segment in work, and what the stream buffers (highWaterMark)
 * before it stops the socket. An error thrown by a callback comes out as the stream's `error`, once.
 * Three readers take turns: one for command lines, one for a message behind DATA, one that counts the octets of a chunk.
 */
export class WireParser extends Writable {
  /** Set once to retire the parser: what it holds and what still comes is dropped unread. */
  isClosed = false;
  /** Octets of the current or the last message. */
  dataBytes = 0;
  /** For smtp-server's stock connection, which assigns it. */
  oncommand: (command: Buffer, next: () => void) => void = () => {
    throw new Error('Command handler is not set');
  };
  readonly #options: WireParserOptions;
  readonly #lines: LineReader;
  #data: DataReader | null = null;
  #onEnd: DataPhase['onEnd'] | null = null;
  #counted: ChunkReader | null = null;
  #onChunkEnd: ChunkPhase['onEnd'] | null = null;
  readonly #arrivals: number[] = [];
  /** What the stream itself buffers, in the order it came; the stream does not show it. */
  readonly #waiting: unknown[] = [];
  #arrival = 0;
  #chunk: Buffer | null = null;
  #at = 0;
  #done: ((error?: Error) => void) | null = null;
  #waitsFor: 'nothing' | 'next' | 'room' | 'turn' = 'nothing';
  #handed = 0;
  #running = false;
  #continue: (() => void) | 'called' | null = null;

  constructor(options: WireParserOptions) {
    super();
    this.#options = options;
    this.#lines = new LineReader(options.maxLine ?? 4096, options.bareCr ?? 'reject', options.longLine);
  }

  /** Longest command line, octets, CRLF included; may be changed between lines. */
  get maxLine(): number {
    return this.#lines.maxLine;
  }

  set maxLine(octets: number) {
    this.#lines.maxLine = octets;
  }

  /** Octets that have arrived and not been handed over: what would be lost, or run too early, if the parser went on now. */
  get buffered(): number {
    return this.writableLength - this.#at + this.#lines.held;
  }

  /** When the first octet of an unfinished command line arrived, the rest of one that was given up included. */
  get lineBegan(): number | undefined {
    return this.#lines.began;
  }

  /** What is known of the message now being read; null outside of one. After a lost connection, how far it had come. */
  get dataFacts(): WireDataFacts | null {
    return this.#data?.facts() ?? null;
  }

  /** What has come of the chunk now being read; null outside of one. */
  get chunkFacts(): ChunkFacts | null {
    return this.#counted?.facts() ?? null;
  }

  /** Whether a message or a chunk is being read; smtp-server's name for it. */
  get _dataMode(): boolean {
    return this.#data !== null || this.#counted !== null;
  }

  /**
   * From the next octet on, reads a message. Called by whoever handles DATA, before `next`.
   * @throws {Error} inside a message or a command line: a bug of the caller
   */
  startData(phase: DataPhase): void {
    this.#mustBeBetweenLines();
    this.#data = new DataReader(phase);
    this.#onEnd = phase.onEnd;
  }

  /**
   * From the next octet on, reads a chunk of known size. Called by whoever handles BDAT, before `next`.
   * @throws {Error} inside a message, a chunk or a command line: a bug of the caller
   */
  startChunk(phase: ChunkPhase): void {
    this.#mustBeBetweenLines();
    this.#counted = new ChunkReader(phase);
    this.#onChunkEnd = phase.onEnd;
  }

  #mustBeBetweenLines(): void {
    if (this._dataMode || this.#lines.inside) throw new Error('a message can only start between command lines');
    this.dataBytes = 0;
  }

  /**
   * Gives up: returns what has arrived and not been handed over, and retires the parser. For whoever must show what
   * becomes of plaintext behind STARTTLS when it is not thrown away (CVE-2011-0411).
   */
  takeBuffered(): Buffer {
    const now = this.#chunk === null ? [] : [this.#chunk.subarray(this.#at)];
    const later = this.#waiting.map((chunk) => Buffer.from(chunk as Uint8Array));
    const taken = Buffer.concat([this.#lines.giveUp(), ...now, ...later]);
    this.isClosed = true;
    this.#run();
    return taken;
  }

  /** Ends the pause that `onChunk` asked for by returning false. */
  resumeData(): void {
    if (this.#waitsFor !== 'room') return;
    this.#waitsFor = 'nothing';
    this.#run();
  }

  override write(chunk: unknown, ...rest: never[]): boolean {
    this.#arrivals.push(this.#options.now());
    this.#waiting.push(chunk);
    return super.write(chunk, ...rest);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A chunk given to end() did not come through write().
    this.#arrival = this.#arrivals.shift() ?? this.#options.now();
    this.#waiting.shift();
    this.#chunk = chunk;
    this.#at = 0;
    this.#done = done;
    this.#run();
  }

  override _final(done: (error?: Error | null) => void): void {
    const line = this.isClosed || this._dataMode ? null : this.#lines.flush(this.#options.now());
    try {
      if (line !== null) this.#handLine(line);
    } catch (error) {
      return done(error as Error);
    }
    done();
  }

  /** Works until something must be waited for. Never runs inside itself: a `next` called at once only clears the wait. */
  #run(): void {
    if (this.#running) return;
    this.#running = true;
    let steps = 0;
    try {
      while (this.#chunk !== null) {
        if (this.isClosed || (this.#waitsFor === 'nothing' && this.#at === this.#chunk.length && !this.#hasEnded)) {
          this.#release();
        } else if (this.#waitsFor !== 'nothing') {
          break;
        } else if (steps++ === stepsPerTurn) {
          this.#yield();
        } else {
          this.#step(this.#chunk);
        }
      }
    } catch (error) {
      this.#release(error as Error);
    } finally {
      this.#running = false;
    }
  }

  /** A message or chunk is complete and not yet handed over. */
  get #hasEnded(): boolean {
    return this.#data !== null ? this.#data.ended !== null : this.#counted !== null && this.#counted.left === 0;
  }

  #step(chunk: Buffer): void {
    const body = this.#data ?? this.#counted;
    if (body === null) {
      this.#at = this.#lines.take(chunk, this.#at, this.#arrival);
      if (this.#lines.line !== null) this.#handLine(this.#lines.line);
      return;
    }
    if (!this.#hasEnded) {
      this.#at = body.take(chunk, this.#at);
      this.dataBytes = body.bytes;
      if (body.full) {
        body.full = false;
        this.#waitsFor = 'room';
        return;
      }
    }
    if (this.#hasEnded) this.#handBody();
  }

  #handLine(line: LineInHand): void {
    line.bufferedAfter = this.writableLength - this.#at;
    const next = this.#next();
    if (this.#options.onLine) this.#options.onLine(line, next);
    else if (line.tooLong) throw new Error('Command line too long');
    else this.oncommand(line.bytes, next);
  }

  #handBody(): void {
    const message = this.#data;
    const chunk = this.#counted;
    const onEnd = this.#onEnd;
    const onChunkEnd = this.#onChunkEnd;
    this.#data = this.#onEnd = this.#counted = this.#onChunkEnd = null;
    if (message !== null) onEnd?.(message.facts(), this.#next());
    else if (chunk !== null) onChunkEnd?.(chunk.facts(), this.#next());
  }

  /** The way on from here. Works once: a second call, or one that comes after a later line was handed out, does nothing. */
  #next(): () => void {
    const handed = ++this.#handed;
    this.#waitsFor = 'next';
    return () => {
      if (handed !== this.#handed || this.#waitsFor !== 'next') return;
      this.#waitsFor = 'nothing';
      this.#run();
    };
  }

  #yield(): void {
    this.#waitsFor = 'turn';
    this.#options.later(() => {
      if (this.#waitsFor === 'turn') this.#waitsFor = 'nothing';
      this.#run();
    });
  }

  /** Gives the segment back to the stream, which may hand over the next one at once. */
  #release(error?: Error): void {
    const done = this.#done;
    this.#chunk = this.#done = null;
    this.#at = 0;
    if (done) done(error);
    else if (error) this.destroy(error);
  }

  /** For smtp-server's stock `handler_DATA`: the message as a stream, byte for byte; `size` only sets `sizeExceeded`. */
  startDataMode(size?: number | string | null): MessageStream {
    const limit = Number(size) || Infinity;
    const stream = Object.assign(new PassThrough(), {
      byteLength: 0,
      sizeExceeded: false,
    });
    const goOn = () => {
      stream.off('drain', goOn).off('close', goOn);
      this.resumeData();
    };
    this.#continue = null;
    this.startData({
      limit: Infinity,
      bareLf: 'reject',
      bareCr: 'reject',
      onChunk: (chunk) => {
        stream.byteLength += chunk.length;
        stream.sizeExceeded = stream.byteLength > limit;
        if (!stream.writable || stream.write(chunk)) return true;
        stream.off('drain', goOn).off('close', goOn).once('drain', goOn).once('close', goOn);
        return false;
      },
      onEnd: (_facts, next) => {
        stream.end();
        if (this.#continue !== 'called') this.#continue = next;
        else if (stream.destroyed || stream.readableEnded) next();
        else stream.once('end', next);
      },
    });
    return stream;
  }

  /** For smtp-server's stock `handler_DATA`: the message has been answered, go on behind it. */
  continue(): void {
    const next = this.#continue;
    this.#continue = typeof next === 'function' ? null : 'called';
    if (typeof next === 'function') next();
  }
}
