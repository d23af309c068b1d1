// The top-level header of a message as it arrives: how large it is, how often it was received, and the fields a list of messages shows.
import type { AuthorFacts, HeaderSize } from '../contract/facts.ts';
import { AuthorFields } from './authorFields.ts';
import { fromUtf8 } from './international.ts';

/** Octets kept of one field, unfolded; a longer one is cut. */
const longestField = 2000;
const wanted = new Set(['message-id', 'subject', 'from']);
const delivered = 'delivered-to';
const LF = 0x0a;

/** First octets of lines that are only counted: no field that is wanted, no folded or empty line begins with them. */
const isPlain = new Uint8Array(256).fill(1);
for (const octet of Buffer.from('rRmMsSfF \t\r\n')) isPlain[octet] = 0;
/** The same where Delivered-To is looked for. */
const isPlainHere = Uint8Array.from(isPlain);
for (const octet of Buffer.from('dD')) isPlainHere[octet] = 0;

/** What was found above the empty line that ends the header (RFC 5322 section 2.1). */
export interface HeaderFacts {
  /** Received fields (RFC 5321 section 4.4), folded or not, in any case. */
  readonly received: number;
  /** The first Delivered-To field that names one of the recipients, as it stands (RFC 9228). */
  readonly deliveredTo?: string;
  readonly messageId?: string;
  readonly subject?: string;
  readonly from?: string;
  /** Every From field, as far as it was asked for. */
  readonly authors?: AuthorFacts;
  /** False while neither the empty line has come nor a first line that is no field: then the message has no header. */
  readonly complete: boolean;
  /** Its fields up to the empty line; other lines among them count as fields. None in a message that begins with its text. */
  readonly size: HeaderSize;
}

/** How far into a line its field name ends; -1 when it has none (RFC 5322 section 2.2; section 4.5.8 allows blanks before the colon). */
export function fieldNameEnd(line: string): number {
  let end = 0;
  while (end < line.length && isNameOctet(line.charCodeAt(end))) end += 1;
  let colon = end;
  while (colon < line.length && isBlank(line.charCodeAt(colon))) colon += 1;
  return end > 0 && line.charCodeAt(colon) === COLON ? end : -1;
}

const COLON = 0x3a;
const isNameOctet = (octet: number) => octet > 0x20 && octet < 0x7f && octet !== COLON;
const isBlank = (octet: number) => octet === 0x20 || octet === 0x09;

/** What is looked for beside what every message is asked. */
export interface HeaderQuestions {
  /** Those to look for in Delivered-To fields, in lower case. */
  readonly recipients?: ReadonlySet<string> | undefined;
  /** Whether to read every From field. */
  readonly authors?: boolean;
}

/** Reads chunks of any size; memory is bounded by one field. */
export class HeaderScan {
  complete = false;
  #received = 0;
  #octets = 0;
  #fields = 0;
  #lineOctets = 0;
  #held = '';
  #field = '';
  #deliveredTo: string | undefined;
  readonly #found = new Map<string, string>();
  readonly #recipients: ReadonlySet<string> | undefined;
  /** Undefined where nobody asks. */
  readonly #authors: AuthorFields | undefined;
  #isAuthor = false;
  readonly #isPlain: Uint8Array;

  constructor({ recipients, authors = false }: HeaderQuestions = {}) {
    this.#recipients = recipients;
    this.#authors = authors ? new AuthorFields() : undefined;
    this.#isPlain = recipients === undefined ? isPlain : isPlainHere;
  }

  take(chunk: Buffer): void {
    let from = 0;
    while (!this.complete && from < chunk.length) {
      const end = chunk.indexOf(LF, from);
      if (end >= 0 && this.#lineOctets === 0 && this.#fields > 0 && this.#isPlain[chunk[from]!] === 1) {
        this.#fieldEnds();
        this.#fields += 1;
        this.#octets += end + 1 - from;
        this.#field = '';
        this.#isAuthor = false;
        from = end + 1;
        continue;
      }
      const stop = end < 0 ? chunk.length : end;
      const room = longestField - this.#held.length;
      if (room > 0) this.#held += chunk.latin1Slice(from, Math.min(stop, from + room));
      this.#lineOctets += stop - from;
      if (end < 0) return;
      this.#lineOctets += 1;
      this.#line(this.#held.endsWith('\r') ? this.#held.slice(0, -1) : this.#held);
      this.#held = '';
      this.#lineOctets = 0;
      from = end + 1;
    }
  }

  facts(): HeaderFacts {
    this.#fieldEnds();
    const deliveredTo = this.#deliveredTo;
    const messageId = this.#found.get('message-id');
    const subject = this.#found.get('subject');
    const from = this.#found.get('from');
    return {
      received: this.#received,
      ...(deliveredTo !== undefined && { deliveredTo }),
      ...(messageId !== undefined && { messageId }),
      ...(subject !== undefined && { subject }),
      ...(from !== undefined && { from }),
      ...(this.#authors && { authors: this.#authors.facts() }),
      complete: this.complete,
      size: { octets: this.#octets, fields: this.#fields },
    };
  }

  /** The field is whole, folded lines and all. */
  #fieldEnds(): void {
    if (this.#field !== delivered) return;
    const address = (this.#found.get(delivered) ?? '').replace(/^<(.*)>$/, '$1').trim();
    const value = fromUtf8(address) ?? address;
    if (this.#recipients?.has(value.toLowerCase()) === true) this.#deliveredTo ??= value;
    this.#field = '';
  }

  #line(line: string): void {
    if (line !== '' && isBlank(line.charCodeAt(0))) return this.#folded(line);
    this.#fieldEnds();
    if (line === '') {
      this.complete = true;
      return;
    }
    const end = fieldNameEnd(line);
    if (end < 0 && this.#fields === 0) {
      this.complete = true;
      return;
    }
    this.#fields += 1;
    this.#octets += this.#lineOctets;
    const colon = line.indexOf(':');
    const name = end >= 0 ? line.slice(0, end).toLowerCase() : '';
    this.#field = '';
    this.#isAuthor = name === 'from' && this.#authors !== undefined;
    if (this.#isAuthor) this.#authors?.begins(line.slice(colon + 1), this.#lineOctets <= longestField);
    if (name === 'received') this.#received += 1;
    else if (name === delivered && this.#recipients !== undefined) {
      this.#field = delivered;
      this.#found.set(delivered, line.slice(colon + 1).trim());
    } else if (wanted.has(name) && !this.#found.has(name)) {
      this.#field = name;
      this.#found.set(name, line.slice(colon + 1).trim());
    }
  }

  #folded(line: string): void {
    this.#octets += this.#lineOctets;
    if (this.#isAuthor) this.#authors?.goesOn(line, this.#lineOctets <= longestField);
    if (this.#field === '') return;
    const before = this.#found.get(this.#field) ?? '';
    const all = `${before} ${line.trim()}`.trim();
    this.#found.set(this.#field, all.slice(0, longestField));
  }
}
