// Cuts a header off where it grows beyond the caps, as it passes by; the body passes untouched.
import { fieldNameEnd } from './headers.ts';

export interface HeaderCaps {
  /** Octets of all fields, line ends included. */
  readonly octets: number;
  readonly fields: number;
}

/** Octets of a line looked at for the name of a field; a longer name is none (RFC 5322 section 2.1.1). */
const longestName = 998;
const [LF, CR, COLON] = [0x0a, 0x0d, 0x3a];
const crlf = Buffer.from('\r\n');

/** Takes chunks of a message in order and hands on what stays of them. Memory is bounded by one field name. */
export class HeaderCap {
  /** Octets that were cut off so far. */
  removed = 0;
  readonly #caps: HeaderCaps;
  readonly #onChunk: (chunk: Buffer) => boolean;
  /** `begin`: what the line is cannot be said yet; `inside`: it is a field or goes on with one; `past`: the header is over. */
  #at: 'begin' | 'inside' | 'past' = 'begin';
  #line = '';
  #fields = 0;
  #octets = 0;
  #isFull = false;
  #isMidLine = false;

  constructor(caps: HeaderCaps, onChunk: (chunk: Buffer) => boolean) {
    this.#caps = caps;
    this.#onChunk = onChunk;
  }

  /** False when whoever takes what stays asks for a pause. */
  take(chunk: Buffer): boolean {
    let goesOn = true;
    let from = 0;
    while (from < chunk.length && this.#at !== 'past') {
      const lf = chunk.indexOf(LF, from);
      const end = lf < 0 ? chunk.length : lf + 1;
      const part = chunk.subarray(from, this.#at === 'begin' ? this.#nameEnd(chunk, from, end) : end);
      from += part.length;
      if (!this.#part(part)) goesOn = false;
    }
    if (from < chunk.length && !this.#onChunk(from === 0 ? chunk : chunk.subarray(from))) goesOn = false;
    return goesOn;
  }

  /** The message is over: what was held back of its last line is handed on. */
  finish(): void {
    if (this.#line !== '') this.#decide(false);
  }

  /** How much of the line is needed to say what it is. */
  #nameEnd(chunk: Buffer, from: number, end: number): number {
    const colon = chunk.subarray(from, end).indexOf(COLON);
    return Math.min(colon < 0 ? end : from + colon + 1, from + longestName - this.#line.length);
  }

  #part(part: Buffer): boolean {
    if (this.#at === 'inside') {
      if (part.at(-1) === LF) this.#at = 'begin';
      return this.#pass(part);
    }
    this.#line += part.toString('latin1');
    const isBlank = this.#line.startsWith(' ') || this.#line.startsWith('\t');
    const ended = part.at(-1) === LF;
    if (!isBlank && !ended && part.at(-1) !== COLON && this.#line.length < longestName) return true;
    return this.#decide(ended);
  }

  #decide(ended: boolean): boolean {
    const line = Buffer.from(this.#line, 'latin1');
    const isFolded = this.#line.startsWith(' ') || this.#line.startsWith('\t');
    const isEmpty = this.#line === '\r\n' || this.#line === '\n';
    const isField = !isFolded && !isEmpty && (this.#fields > 0 || fieldNameEnd(this.#line) >= 0);
    this.#line = '';
    if (!isFolded && !isField) {
      this.#at = 'past';
      return this.#onChunk(line);
    }
    if (isField && (this.#fields += 1) > this.#caps.fields) this.#isFull = true;
    this.#at = ended ? 'begin' : 'inside';
    return this.#pass(line);
  }

  /** Hands on as much of a field as there is room for; a line that is cut still ends. */
  #pass(part: Buffer): boolean {
    if (!this.#isFull && this.#octets + part.length + (part.at(-1) === LF ? 0 : 2) <= this.#caps.octets) {
      this.#octets += part.length;
      this.#isMidLine = part.at(-1) !== LF;
      return this.#onChunk(part);
    }
    let goesOn = true;
    let stays = 0;
    if (!this.#isFull) {
      stays = Math.max(0, this.#caps.octets - 2 - this.#octets);
      // No CR is left alone at the cut.
      if (stays > 0 && part[stays - 1] === CR) stays -= 1;
      if (stays > 0) goesOn = this.#onChunk(part.subarray(0, stays));
      if (stays > 0 || this.#isMidLine) {
        goesOn = this.#onChunk(crlf) && goesOn;
        this.removed -= 2;
      }
      this.#isFull = true;
    }
    this.removed += part.length - stays;
    return goesOn;
  }
}
