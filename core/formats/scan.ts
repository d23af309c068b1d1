// Cuts a text into tokens without losing a byte: each keeps its text, the blanks and comments before it, and its place.

import { ProblemFound } from './problem.ts';

/**
 * One token. `lead` is everything between the token before and this one: blanks, line ends, comments. `line` and
 * `column` count from 1 in the text that was scanned (a token made by an edit counts within the new text). `kind` is
 * `word`, `string` (with its quotes), `end`, or the punctuation mark itself.
 */
export type Token<Kind extends string = string> = {
  readonly kind: Kind;
  readonly text: string;
  readonly lead: string;
  readonly line: number;
  readonly column: number;
};

/** What differs between two languages of this shape; comments (`#` to the end of the line, and `/* *\/`) do not. */
export type Lexicon = {
  readonly punctuation: string;
  /** A sticky pattern for a whole quoted text. */
  readonly string: RegExp;
  /** A sticky pattern for a word, which may depend on the kind of the token before it. */
  readonly word: (before: string | undefined) => RegExp;
  /** What was expected, and what to do, where a quoted text does not end. */
  readonly openQuote: readonly [string, string];
};

const BLANK = /[\s\uFEFF]+/y;
const COMMENT = /#[^\r\n]*|\/\*[^]*?\*\//y;
const LINE_END = /\r\n|\r|\n/g;
const OPEN_COMMENT = ['expected the comment to end with */', 'Close the comment that begins here with */'] as const;
// eslint-disable-next-line no-control-regex -- finding control characters is the point
const CONTROL = /[\0-\x08\x0b\x0e-\x1f\x7f]/;

/** What a sticky pattern matches at a place, or the empty text. */
export const matchAt = (pattern: RegExp, text: string, at: number): string => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
};

/** Where the first control character stands, other than tab, line ends and form feed; -1 when there is none. */
export const controlCharacterAt = (text: string): number => text.search(CONTROL);

/** Steps over text while counting its lines. */
class Place {
  line = 1;
  #start = 0;

  pass(piece: string, at: number): void {
    if (!piece.includes('\n') && !piece.includes('\r')) return;
    for (const end of piece.matchAll(LINE_END)) {
      this.line += 1;
      this.#start = at + end.index + end[0].length;
    }
  }

  column(at: number): number {
    return at - this.#start + 1;
  }
}

const refuseControlCharacters = (text: string, file: string): void => {
  const at = controlCharacterAt(text);
  if (at < 0) return;
  const place = new Place();
  place.pass(text.slice(0, at), 0);
  const code = text.charCodeAt(at).toString(16).padStart(2, '0');
  throw new ProblemFound({
    file,
    path: '',
    line: place.line,
    column: place.column(at),
    message: `expected text, got the control character 0x${code}`,
    remedy: 'Check that this is the right file, and remove the character',
  });
};

const leadAt = (text: string, start: number): string => {
  let end = start;
  for (;;) {
    const piece = matchAt(BLANK, text, end) || matchAt(COMMENT, text, end);
    if (piece === '') return text.slice(start, end);
    end += piece.length;
  }
};

/**
 * Scans a whole text; the last token has kind `end`.
 *
 * @throws ProblemFound for a quote or a comment left open, and for control characters.
 */
export const scan = (text: string, file: string, lexicon: Lexicon): readonly Token[] => {
  refuseControlCharacters(text, file);
  const tokens: Token[] = [];
  const place = new Place();
  let at = 0;
  const read = (): readonly [string, string] => {
    const first = text[at];
    if (first === undefined) return ['end', ''];
    if (lexicon.punctuation.includes(first)) return [first, first];
    if (first === '"') return ['string', matchAt(lexicon.string, text, at)];
    return ['word', matchAt(lexicon.word(tokens.at(-1)?.kind), text, at)];
  };
  for (;;) {
    const lead = leadAt(text, at);
    place.pass(lead, at);
    at += lead.length;
    const [kind, piece] = read();
    const where = { line: place.line, column: place.column(at) };
    if (kind !== 'end' && piece === '') {
      const [message, remedy] = kind === 'string' ? lexicon.openQuote : OPEN_COMMENT;
      throw new ProblemFound({ file, path: '', ...where, message, remedy });
    }
    tokens.push({ kind, text: piece, lead, ...where });
    if (kind === 'end') return tokens;
    place.pass(piece, at);
    at += piece.length;
  }
};

/** A token's text as the file has it: with what stood before it. */
export const written = (token: Token): string => token.lead + token.text;

/**
 * Splits what stands before a token: `same` is on the line of the token before and belongs to it (blanks, a comment),
 * `rest` begins with the line end and belongs to the token itself.
 */
export const splitLead = (lead: string): { readonly same: string; readonly rest: string } => {
  const same = /^(?:[^\S\r\n]|\/\*[^]*?\*\/)*(?:#[^\r\n]*)?/.exec(lead)?.[0] ?? '';
  return { same, rest: lead.slice(same.length) };
};

/** The indentation of the line a lead ends on, or undefined when it has no line end. */
export const indentOf = (lead: string): string | undefined => /\n([^\S\r\n]*)$/.exec(lead)?.[1];

/** The line end a text uses, judged by its first line. */
export const newlineOf = (text: string): '\n' | '\r\n' => (/^[^\n]*\r\n/.test(text) ? '\r\n' : '\n');

/** Takes the quotes off a quoted text; `\"` is a quote, any other backslash stays (axigen.md 2.1; documented). */
export const unquoted = (text: string): string => text.slice(1, -1).replaceAll('\\"', '"');

/** Puts a text in quotes. A text that ends in a backslash cannot be written so: the caller checks. */
export const quoted = (text: string): string => `"${text.replaceAll('"', '\\"')}"`;

/** Writes how a problem names a token. */
export const shown = (token: Token): string => (token.kind === 'end' ? 'the end of the file' : `"${token.text}"`);

/** Walks a list of tokens; a parser adds what its language is made of. `at` is the number of the next token. */
export class TokenWalk<T extends Token> {
  protected at = 0;
  readonly #tokens: readonly T[];
  readonly #file: string;

  constructor(tokens: readonly T[], file: string) {
    this.#tokens = tokens;
    this.#file = file;
  }

  /** The token so many places ahead; behind the end, the end. */
  token(ahead = 0): T {
    const token = this.#tokens[this.at + ahead] ?? this.#tokens.at(-1);
    if (token === undefined) throw new Error('a token list ends with its end token');
    return token;
  }

  /** @throws ProblemFound at the next token, or at the one given. */
  fail(message: string, remedy: string, { line, column }: Token = this.token()): never {
    throw new ProblemFound({ file: this.#file, path: '', line, column, message, remedy });
  }
}
