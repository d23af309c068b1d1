// The top-level header of a message as it arrives: how often it was received, and the fields a list of messages shows.

/** Octets kept of one field, unfolded; a longer one is cut. */
const longestField = 2000;
const wanted = new Set(['message-id', 'subject', 'from']);
const LF = 0x0a;

/** What was found above the empty line that ends the header (RFC 5322 section 2.1). */
export interface HeaderFacts {
  /** Received fields (RFC 5321 section 4.4), folded or not, in any case. */
  readonly received: number;
  readonly messageId?: string;
  readonly subject?: string;
  readonly from?: string;
  /** False while the empty line has not come. */
  readonly complete: boolean;
}

/** Reads chunks of any size; memory is bounded by one field. */
export class HeaderScan {
  complete = false;
  #received = 0;
  #held = '';
  #field = '';
  readonly #found = new Map<string, string>();

  take(chunk: Buffer): void {
    let from = 0;
    while (!this.complete && from < chunk.length) {
      const end = chunk.indexOf(LF, from);
      const stop = end < 0 ? chunk.length : end;
      const room = longestField - this.#held.length;
      if (room > 0) this.#held += chunk.latin1Slice(from, Math.min(stop, from + room));
      if (end < 0) return;
      this.#line(this.#held.endsWith('\r') ? this.#held.slice(0, -1) : this.#held);
      this.#held = '';
      from = end + 1;
    }
  }

  facts(): HeaderFacts {
    const messageId = this.#found.get('message-id');
    const subject = this.#found.get('subject');
    const from = this.#found.get('from');
    return {
      received: this.#received,
      ...(messageId !== undefined && { messageId }),
      ...(subject !== undefined && { subject }),
      ...(from !== undefined && { from }),
      complete: this.complete,
    };
  }

  #line(line: string): void {
    if (line === '') {
      this.complete = true;
      return;
    }
    if (line.startsWith(' ') || line.startsWith('\t')) return this.#folded(line);
    const colon = line.indexOf(':');
    // RFC 5322 section 4.5.8: obsolete syntax allows blanks before the colon.
    const name = colon < 0 ? '' : line.slice(0, colon).trimEnd().toLowerCase();
    this.#field = '';
    if (name === 'received') this.#received += 1;
    else if (wanted.has(name) && !this.#found.has(name)) {
      this.#field = name;
      this.#found.set(name, line.slice(colon + 1).trim());
    }
  }

  #folded(line: string): void {
    if (this.#field === '') return;
    const before = this.#found.get(this.#field) ?? '';
    const all = `${before} ${line.trim()}`.trim();
    this.#found.set(this.#field, all.slice(0, longestField));
  }
}
