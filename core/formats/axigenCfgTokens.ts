// The words of axigen.cfg: how a value is read from its token and written as one.

import { controlCharacterAt, type Lexicon, matchAt, quoted, scan, type Token, unquoted } from './scan.ts';

/** `word` is unquoted text, `string` a quoted one with its quotes, `end` the end of the file. */
export type CfgToken = Token<'word' | 'string' | '=' | '(' | ')' | '{' | '}' | 'end'>;

// A name stops at `=`; a value may contain it. Both stop where a comment begins (axigen.md 2.1: `#` needs quotes).
const NAME = /(?:[^\s(){}"#=/]|\/(?!\*))+/y;
const VALUE = /(?:[^\s(){}"#/]|\/(?!\*))+/y;

const LEXICON: Lexicon = {
  punctuation: '=(){}',
  string: /"(?:\\"|[^"\r\n])*"/y,
  word: (before) => (before === '=' ? VALUE : NAME),
  openQuote: [
    'expected a closing quote before the end of the line',
    'Close the text with a double quote; a quote inside it is written \\", and a value may not continue on another line',
  ],
};

/** Cuts the text of an `axigen.cfg` into tokens. Grammar and errors as in `scan` and axigen.md 2.1. */
export const tokenize = (text: string, file: string): readonly CfgToken[] =>
  scan(text, file, LEXICON) as readonly CfgToken[];

/** The value a scalar token stands for. */
export const tokenValue = (token: CfgToken): string => (token.kind === 'string' ? unquoted(token.text) : token.text);

/** The longest value the product stores, in characters (axigen.md 2.1, current documentation; documented). */
export const LONGEST_VALUE = 8192;

/** Why the product could not store this text as one value, or undefined if it can (axigen.md 2.1; documented). */
export const unstorable = (text: string): string | undefined => {
  if (/[\r\n]/.test(text)) return 'a value may not continue on another line';
  if (controlCharacterAt(text) >= 0) return 'a value may not hold control characters';
  if (text.endsWith('\\')) return 'a value may not end with a backslash, which would escape its closing quote';
  if (text.length > LONGEST_VALUE) return `a value has at most ${LONGEST_VALUE} characters`;
  return undefined;
};

/**
 * Writes a value as one token: quoted when asked to or when it must be (empty, blanks, quotes, `#`, brackets, `=`).
 *
 * @throws RangeError for a text the file cannot hold; ask `unstorable` first.
 */
export const scalarText = (value: string, quote: boolean): string => {
  const reason = unstorable(value);
  if (reason !== undefined) throw new RangeError(`not storable in axigen.cfg: ${reason}`);
  return quote || value === '' || matchAt(NAME, value, 0) !== value ? quoted(value) : value;
};
