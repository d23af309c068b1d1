// Zone files of BIND as entries of words (RFC 1035 section 5.1): comments taken off, parentheses followed over lines.

export interface Word {
  /** As written, backslashes kept; of a quoted string what stands between the quotes. */
  readonly raw: string;
  readonly isQuoted: boolean;
}

/** An entry, or why there is none. */
export interface Entry {
  /** Of its first word, counted from 1. */
  readonly line: number;
  /** It begins with a blank: it is about the name before. */
  readonly isIndented: boolean;
  readonly words: readonly Word[];
  readonly mistake?: string;
}

/** Reads to the end whatever is there; an entry with a mistake is followed by the next line's. */
export function* entriesOf(text: string): Generator<Entry> {
  const reader = new Reader(text);
  for (let entry = reader.next(); entry !== undefined; entry = reader.next())
    if (entry.words.length > 0 || entry.mistake !== undefined) yield entry;
}

const isBlank = (character: string) => character === ' ' || character === '\t' || character === '\f';
const isEnd = (character: string) => character === '\n' || character === '\r';

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text.startsWith('\ufeff') ? text.slice(1) : text;
  }

  /** The next entry, which may be empty. */
  next(): Entry | undefined {
    if (this.#at >= this.#text.length) return undefined;
    const isIndented = isBlank(this.#here);
    const words: Word[] = [];
    let line = this.#line;
    let opened = 0;
    const entry = (mistake?: string): Entry => ({ line, isIndented, words, ...(mistake !== undefined && { mistake }) });
    while (this.#at < this.#text.length) {
      const character = this.#here;
      if (isEnd(character)) {
        this.#endLine();
        if (opened === 0) return entry();
      } else if (isBlank(character)) this.#at += 1;
      else if (character === ';') this.#skipLine();
      else if (character === '(') {
        if (opened > 0) return this.#giveUp(entry(`there is a ( within the one of line ${opened}`));
        opened = this.#line;
        this.#at += 1;
      } else if (character === ')') {
        if (opened === 0) return this.#giveUp(entry('there is a ) and no ( before it'));
        opened = 0;
        this.#at += 1;
      } else {
        if (words.length === 0) line = this.#line;
        const word = character === '"' ? this.#quoted() : this.#plain();
        if (word === undefined) return this.#giveUp(entry('a string has no closing quote on its line'));
        words.push(word);
      }
    }
    return opened > 0 ? entry(`the ( of line ${opened} is never closed`) : entry();
  }

  get #here(): string {
    return this.#text[this.#at] ?? '';
  }

  #endLine(): void {
    this.#at += this.#text.startsWith('\r\n', this.#at) ? 2 : 1;
    this.#line += 1;
  }

  #skipLine(): void {
    while (this.#at < this.#text.length && !isEnd(this.#here)) this.#at += 1;
  }

  #giveUp(entry: Entry): Entry {
    this.#skipLine();
    if (this.#at < this.#text.length) this.#endLine();
    return entry;
  }

  #quoted(): Word | undefined {
    const from = this.#at + 1;
    for (let at = from; at < this.#text.length; at += 1) {
      const character = this.#text[at] ?? '';
      if (isEnd(character)) return undefined;
      if (character === '\\') at += 1;
      else if (character === '"') {
        this.#at = at + 1;
        return { raw: this.#text.slice(from, at), isQuoted: true };
      }
    }
    return undefined;
  }

  #plain(): Word {
    const from = this.#at;
    for (; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#here;
      const next = this.#text[this.#at + 1] ?? '\n';
      if (character === '\\' && !isEnd(next)) this.#at += 1;
      else if (isBlank(character) || isEnd(character) || '();"'.includes(character)) break;
    }
    return { raw: this.#text.slice(from, this.#at), isQuoted: false };
  }
}
