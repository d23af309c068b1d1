// Reads a From field for the question whose addresses it holds (RFC 5322 section 3.6.2; groups: RFC 6854): one reading, or none.
import type { Mailbox } from '../contract/facts.ts';

/** All addresses of the field, those of groups as well; or why it cannot be read. */
export type FromField = { readonly addresses: readonly Mailbox[] } | { readonly problem: string };

/**
 * `value`: what stands behind the colon, unfolded. Strict on purpose, since programs read odd fields in different ways:
 * no blanks or comments within an address, no routes, no empty places in a list, no comment that holds what could be an
 * address. Names of people may be whatever they like, also with dots and octets above 0x7F.
 */
export function readFrom(value: string): FromField {
  try {
    const reader = new Reader(value);
    return { addresses: reader.addresses() };
  } catch (error) {
    if (error instanceof Unreadable) return { problem: error.message };
    throw error;
  }
}

class Unreadable extends Error {}

/** Longest address that is told, characters: RFC 5321 section 4.5.3.1 allows 64 octets and 255. */
const longestAddress = 1000;

/** Nobody sees them, or they turn the direction of what follows: an address with them is not the one that is shown. */
// eslint-disable-next-line no-control-regex -- control characters are exactly what is looked for
const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufffe\uffff]/;

const atom = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\u{10ffff}-]/u;
const dotAtom = /^[^\s.]+(\.[^\s.]+)*$/u;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    // eslint-disable-next-line no-control-regex -- control characters are exactly what is refused here
    if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(text)) throw new Unreadable('it holds a control character');
  }

  addresses(): Mailbox[] {
    const found: Mailbox[] = [];
    for (;;) {
      found.push(...this.#address());
      if (this.#peek() === '') return found;
      this.#expect(',');
    }
  }

  /** A mailbox, or a group with its members. */
  #address(): readonly Mailbox[] {
    const one = this.#mailbox(true);
    if (one !== 'group') return [one];
    this.#expect(':');
    const members: Mailbox[] = [];
    while (this.#peek() !== ';') {
      if (members.length > 0) this.#expect(',');
      const member = this.#mailbox(false);
      if (member === 'group') throw new Unreadable('a group stands in a group');
      members.push(member);
    }
    this.#expect(';');
    return members;
  }

  #mailbox(mayBeGroup: boolean): Mailbox | 'group' {
    const first = this.#peek();
    if (first === '') throw new Unreadable('an address is missing');
    if (first === '<') return this.#angle();
    const begin = this.#at;
    const words = this.#words();
    switch (this.#peek()) {
      case '<':
        if (words === 0) break;
        return this.#angle();
      case ':':
        if (words === 0 || !mayBeGroup) break;
        return 'group';
      case '@':
        this.#at = begin;
        return this.#addrSpec();
    }
    throw new Unreadable(`it holds a name and no address`);
  }

  /** How many words a phrase has. */
  #words(): number {
    for (let count = 0; ; count += 1) {
      const next = this.#peek();
      if (next === '"') this.#quoted();
      else if (next === '.' || atom.test(next)) this.#run(/[.]/);
      else return count;
    }
  }

  #angle(): Mailbox {
    this.#at += 1;
    const mailbox = this.#addrSpec();
    if (this.#text[this.#at] !== '>') throw new Unreadable('an address does not end with its bracket');
    this.#at += 1;
    return mailbox;
  }

  #addrSpec(): Mailbox {
    const begin = this.#at;
    const local = this.#text[begin] === '"' ? this.#quoted() : this.#run(/[.]/);
    if (local !== '' && !local.startsWith('"') && !dotAtom.test(local)) throw new Unreadable('a local part is none');
    if (local === '' || this.#text[this.#at] !== '@') throw new Unreadable('an address is broken off before its @');
    this.#at += 1;
    const domain = this.#text[this.#at] === '[' ? this.#literal() : this.#run(/[.]/);
    if (!domain.startsWith('[') && !dotAtom.test(domain)) throw new Unreadable('a domain is none');
    const raw = this.#text.slice(begin, this.#at);
    if (unseen.test(raw) || !raw.isWellFormed())
      throw new Unreadable('an address holds a character that cannot be seen');
    if (raw.length > longestAddress) throw new Unreadable(`an address has more than ${longestAddress} characters`);
    return { raw, local, domain };
  }

  #run(also: RegExp): string {
    let text = '';
    for (;;) {
      const next = this.#character();
      if (next === '' || !(atom.test(next) || also.test(next))) return text;
      text += next;
      this.#at += next.length;
    }
  }

  #quoted(): string {
    const begin = this.#at;
    this.#at += 1;
    while (this.#text[this.#at] !== '"') {
      if (this.#text[this.#at] === '\\') this.#at += 1;
      if (this.#at >= this.#text.length) throw new Unreadable('a quoted text does not end');
      this.#at += 1;
    }
    this.#at += 1;
    return this.#text.slice(begin, this.#at);
  }

  #literal(): string {
    const end = this.#text.indexOf(']', this.#at);
    if (end < 0) throw new Unreadable('an address literal does not end');
    const text = this.#text.slice(this.#at, end + 1);
    this.#at = end + 1;
    return text;
  }

  #expect(character: string): void {
    const next = this.#peek();
    if (next !== character)
      throw new Unreadable(next === '' ? `“${character}” is missing` : `“${next}” stands where “${character}” belongs`);
    this.#at += 1;
  }

  /** The next character behind blanks and comments; empty at the end. */
  #peek(): string {
    for (;;) {
      const next = this.#character();
      if (next === ' ' || next === '\t') this.#at += 1;
      else if (next === '(') this.#comment();
      else return next;
    }
  }

  #comment(): void {
    let depth = 0;
    do {
      const next = this.#character();
      if (next === '') throw new Unreadable('a comment does not end');
      if (/[@<>]/.test(next)) throw new Unreadable('a comment holds what may be taken for an address');
      if (next === '\\') this.#at += 1;
      else if (next === '(') depth += 1;
      else if (next === ')') depth -= 1;
      this.#at += 1;
    } while (depth > 0);
  }

  #character(): string {
    return String.fromCodePoint(...[this.#text.codePointAt(this.#at)].filter((point) => point !== undefined));
  }
}
