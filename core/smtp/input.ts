// What comes from the client before its session takes lines: octets in front of the greeting, and TLS where SMTP is expected.
import type { EarlyTalk } from '../contract/facts.ts';
import { isAuth, redactLine } from './redact.ts';
import { WireParser, type WireParserOptions } from './wireParser.ts';

export interface InputOptions extends WireParserOptions {
  /** A segment began like a TLS record where a command was expected. Whoever takes it says true: nobody else gets it. */
  readonly onTls: (segment: Buffer) => boolean;
  /** As much of a segment has been worked on as could be without waiting. */
  readonly onRead: () => void;
}

/** Octets held in front of the greeting before the client is not read from any more. */
const mostHeld = 65_536;
/** Octets of early talk kept as evidence. */
const mostShown = 200;

/** A parser that can be shut until the greeting has been said. */
export class SessionInput extends WireParser {
  /** A segment is being worked on. */
  isReading = false;
  readonly #onTls: (segment: Buffer) => boolean;
  readonly #onRead: () => void;
  #held: Buffer[] | undefined;
  #heldLength = 0;
  #hasEnded = false;

  constructor(options: InputOptions) {
    super(options);
    this.#onTls = options.onTls;
    this.#onRead = options.onRead;
  }

  /** What comes from here on waits for {@link open}. */
  shut(): void {
    this.#held = [];
  }

  /** What came while it was shut; undefined when nothing did. */
  get early(): EarlyTalk | undefined {
    if (this.#held === undefined || this.#heldLength === 0) return undefined;
    return {
      octets: this.#heldLength,
      bytes: shown(Buffer.concat(this.#held).toString('latin1', 0, mostShown)),
    };
  }

  /** Goes on with what has come. */
  open(): void {
    const held = this.#held;
    if (held === undefined) return;
    this.#held = undefined;
    const isFull = this.#heldLength > mostHeld;
    if (held.length > 0) this.write(Buffer.concat(held));
    // The pipe waits for it: nobody has told it that there is room again.
    if (isFull && !this.writableNeedDrain) this.emit('drain');
    if (this.#hasEnded) this.end();
  }

  override write(chunk: unknown, ...rest: never[]): boolean {
    if (this.#held !== undefined) {
      this.#held.push(chunk as Buffer);
      this.#heldLength += (chunk as Buffer).length;
      return this.#heldLength <= mostHeld;
    }
    if ((chunk as Buffer)[0] === tlsHandshake && this.#isTls(chunk as Buffer) && this.#onTls(chunk as Buffer))
      return true;
    this.isReading = true;
    const hasRoom = super.write(chunk, ...rest);
    this.isReading = false;
    this.#onRead();
    return hasRoom;
  }

  override end(...rest: never[]): this {
    if (this.#held === undefined) return super.end(...rest);
    this.#hasEnded = true;
    return this;
  }

  /** RFC 8446 section 5.1: a handshake record has type 22, and 3 as the first octet of its version. */
  #isTls(segment: Buffer): boolean {
    const isBetweenLines = !this.isClosed && !this._dataMode && this.buffered === 0 && this.lineBegan === undefined;
    return isBetweenLines && (segment.length < 2 || segment[1] === 3);
  }
}

const tlsHandshake = 0x16;

/** Credentials that came too early are credentials. */
function shown(bytes: string): string {
  let isSuspect = false;
  return bytes
    .split('\n')
    .map((line) => {
      const { bytes: safe, secret } = redactLine(line, isSuspect ? 'suspect' : 'plain');
      isSuspect ||= secret || isAuth(line);
      return safe;
    })
    .join('\n');
}
