// The stream between a socket and a session: command lines one at a time, then messages, in the order the octets came.
import { PassThrough, Writable } from 'node:stream';
import { DataReader, type DataOptions, type WireDataFacts } from './wireData.ts';
import { LineReader, type LineEndPolicy, type LineInHand, type WireLine } from './wireLine.ts';

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
  /** `allow`: a bare CR ends a command line, once the octet behind it has come and is no LF. `reject` unless given. */
  readonly bareCr?: LineEndPolicy;
}

export interface DataPhase extends DataOptions {
  /** The message is complete. Nothing behind it is read until `next` is called: the reply to the dot comes first. */
  readonly onEnd: (facts: WireDataFacts, next: () => void) => void;
}

/** What smtp-server's own `handler_DATA` reads a message from. */
export type MessageStream = PassThrough & { byteLength: number; sizeExceeded: boolean };

/** Segments or lines worked on before other connections get their turn. */
const stepsPerTurn = 100;

/**
 * Stands where smtp-server's SMTPStream stands (`_createParser`): its socket is piped in, STARTTLS retires it by
 * `isClosed` and unpipe, and stock handlers may use `oncommand`, `startDataMode` and `continue`.
 * Memory is bounded: one unfinished line of `maxLine`, the segment in work, and what the stream buffers (highWaterMark)
 * before it stops the socket. An error thrown by a callback comes out as the stream's `error`, once.
 * BDAT (RFC 3030) will be a third reader beside lines and data, one that counts octets.
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
  readonly #arrivals: number[] = [];
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
    this.#lines = new LineReader(options.maxLine ?? 4096, options.bareCr ?? 'reject');
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

  /** What is known of the message now being read; null outside of one. After a lost connection, how far it had come. */
  get dataFacts(): WireDataFacts | null {
    return this.#data?.facts() ?? null;
  }

  /** Whether a message is being read; smtp-server's name for it. */
  get _dataMode(): boolean {
    return this.#data !== null;
  }

  /**
   * From the next octet on, reads a message. Called by whoever handles DATA, before `next`.
   * @throws {Error} inside a message or a command line: a bug of the caller
   */
  startData(phase: DataPhase): void {
    if (this.#data !== null || this.#lines.inside) throw new Error('a message can only start between command lines');
    this.dataBytes = 0;
    this.#data = new DataReader(phase);
    this.#onEnd = phase.onEnd;
  }

  /** Ends the pause that `onChunk` asked for by returning false. */
  resumeData(): void {
    if (this.#waitsFor !== 'room') return;
    this.#waitsFor = 'nothing';
    this.#run();
  }

  override write(chunk: unknown, ...rest: never[]): boolean {
    this.#arrivals.push(this.#options.now());
    return super.write(chunk, ...rest);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    // A chunk given to end() did not come through write().
    this.#arrival = this.#arrivals.shift() ?? this.#options.now();
    this.#chunk = chunk;
    this.#at = 0;
    this.#done = done;
    this.#run();
  }

  override _final(done: (error?: Error | null) => void): void {
    const line = this.isClosed || this.#data !== null ? null : this.#lines.flush(this.#options.now());
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
        if (this.isClosed || (this.#waitsFor === 'nothing' && this.#at === this.#chunk.length && !this.#data?.ended)) {
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

  #step(chunk: Buffer): void {
    if (this.#data === null) {
      this.#at = this.#lines.take(chunk, this.#at, this.#arrival);
      if (this.#lines.line !== null) this.#handLine(this.#lines.line);
      return;
    }
    if (this.#data.ended === null) {
      this.#at = this.#data.take(chunk, this.#at);
      this.dataBytes = this.#data.bytes;
      if (this.#data.full) {
        this.#data.full = false;
        this.#waitsFor = 'room';
        return;
      }
    }
    if (this.#data.ended !== null) this.#handMessage(this.#data.facts());
  }

  #handLine(line: LineInHand): void {
    line.bufferedAfter = this.writableLength - this.#at;
    const next = this.#next();
    if (this.#options.onLine) this.#options.onLine(line, next);
    else if (line.tooLong) throw new Error('Command line too long');
    else this.oncommand(line.bytes, next);
  }

  #handMessage(facts: WireDataFacts): void {
    const onEnd = this.#onEnd;
    this.#data = this.#onEnd = null;
    onEnd?.(facts, this.#next());
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
    const stream = Object.assign(new PassThrough(), { byteLength: 0, sizeExceeded: false });
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
