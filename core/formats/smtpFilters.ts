// smtpFilters.script as a lossless reader: blocks and the statements we know; everything else is kept as it stands.

import { orProblem, type FileProblem } from './problem.ts';
import { type Lexicon, newlineOf, scan, shown, type Token, TokenWalk, unquoted, written } from './scan.ts';

/** The place of a statement: its tokens are `from` up to, not including, `to`. */
type Range = { readonly from: number; readonly to: number };

/**
 * One statement. `value` is the number of the token that holds a set's value. An `if` carries the statements inside
 * its braces, which may or may not run. `other` is whatever else stands there, up to `;` or a closing brace.
 */
export type Statement = Range &
  (
    | { readonly kind: 'set'; readonly variable: string; readonly value: number }
    | { readonly kind: 'call'; readonly method: string }
    | { readonly kind: 'export'; readonly variable: string }
    | { readonly kind: 'if'; readonly body: readonly Statement[] }
    | { readonly kind: 'other' }
  );

/** `event NAME { ... }` or `method NAME { ... }`; `open` and `close` are the numbers of its braces. */
export type Block = Range & {
  readonly kind: 'event' | 'method';
  readonly name: string;
  readonly open: number;
  readonly close: number;
  readonly body: readonly Statement[];
};

/** A whole script: every token in order, and what they mean. `others` stand outside every block. */
export type Filters = {
  readonly file: string;
  readonly tokens: readonly Token[];
  readonly blocks: readonly Block[];
  readonly others: readonly Statement[];
  readonly newline: '\n' | '\r\n';
};

const WORD = /(?:[^\s(){},;"#/]|\/(?!\*))+/y;
const LEXICON: Lexicon = {
  punctuation: '(){},;',
  // Strings may span lines (axigen.md 3.1, seen in a saved file).
  string: /"(?:\\"|[^"])*"/y,
  word: () => WORD,
  openQuote: [
    'expected a closing quote',
    'Close the text that begins here with a double quote; write \\" for a quote inside it',
  ],
};

/** Conditions nested deeper than this are refused: generated files use one level. */
const DEEPEST = 64;
const CLOSING: Readonly<Record<string, string>> = { '(': ')', '{': '}' };

/** Takes statements as far as it knows them, and steps over the rest. */
class Reader extends TokenWalk<Token> {
  /** Whether the next tokens have these kinds; a keyword stands for the word itself. */
  sees(...kinds: readonly string[]): boolean {
    return kinds.every((kind, ahead) => {
      const { kind: own, text } = this.token(ahead);
      return own === kind || (own === 'word' && text.toLowerCase() === kind);
    });
  }

  /** Steps over one bracket pair and all it holds. */
  brackets(): void {
    const open: Token[] = [];
    do {
      const token = this.token();
      const last = open.at(-1);
      const closing = last && CLOSING[last.kind];
      if (token.kind in CLOSING) open.push(token);
      else if (token.kind === closing) open.pop();
      else if (token.kind === ')' || token.kind === '}' || token.kind === 'end') {
        this.fail(
          `expected ${closing ?? 'a statement'}, got ${shown(token)}`,
          `Close the ${last?.kind ?? '('} of line ${last?.line ?? token.line}`,
        );
      }
      this.at += 1;
    } while (open.length > 0);
  }

  other(from: number): Statement {
    for (;;) {
      const { kind } = this.token();
      if (kind === 'end' || kind === '}') break;
      if (kind === ')') this.fail('expected a statement, got ")"', 'Remove the bracket, or open it before');
      if (kind in CLOSING) this.brackets();
      else this.at += 1;
      if (kind === ';' || kind === '{') break;
    }
    return { kind: 'other', from, to: this.at };
  }

  statement(depth: number): Statement {
    const from = this.at;
    const word = (ahead: number): string => this.token(ahead).text;
    const done = (length: number): Range => ({ from, to: (this.at = from + length) });
    if (this.sees('set', '(', 'word', ',', 'string', ')', ';')) {
      return { kind: 'set', variable: word(2), value: from + 4, ...done(7) };
    }
    if (this.sees('call', '(', 'word', ')', ';')) return { kind: 'call', method: word(2), ...done(5) };
    if (this.sees('export', '(', 'word', ')', ';')) return { kind: 'export', variable: word(2), ...done(5) };
    if (this.sees('if', '(')) {
      this.at += 1;
      this.brackets();
      if (!this.sees('{')) return this.other(from);
      if (depth > DEEPEST)
        this.fail(`expected at most ${DEEPEST} conditions inside each other`, 'Split the rule into methods');
      const body = this.body(depth + 1);
      return { kind: 'if', body, from, to: this.at };
    }
    return this.other(from);
  }

  /** `{ ... }`: leaves the reader behind the closing brace. */
  body(depth: number): readonly Statement[] {
    const opened = this.token().line;
    this.at += 1;
    const body: Statement[] = [];
    while (!this.sees('}')) {
      if (this.sees('end'))
        this.fail('expected }, got the end of the file', `Close the block opened on line ${opened} with }`);
      body.push(this.statement(depth));
    }
    this.at += 1;
    return body;
  }

  block(): Block {
    const from = this.at;
    const kind = this.sees('event') ? 'event' : 'method';
    const name = this.token(1).text;
    this.at += 2;
    const body = this.body(1);
    return { kind, name, from, to: this.at, open: from + 2, close: this.at - 1, body };
  }

  script(): Pick<Filters, 'blocks' | 'others'> {
    const blocks: Block[] = [];
    const others: Statement[] = [];
    while (!this.sees('end')) {
      if (this.sees('}'))
        this.fail('expected an event, a method or the end of the file, got "}"', 'Remove the brace, or open it before');
      if (this.sees('event', 'word', '{') || this.sees('method', 'word', '{')) blocks.push(this.block());
      else if (this.sees('event') || this.sees('method')) {
        const word = this.token().text;
        this.fail(`expected \`${word} NAME {\``, `Write the block as \`${word} NAME { ... }\``);
      } else others.push(this.other(this.at));
    }
    return { blocks, others };
  }
}

/**
 * Parses a whole `smtpFilters.script` (axigen.md section 3). Only brackets, quotes and block heads that do not fit are
 * problems; statements we do not know are kept.
 */
export const parseFilters = (
  text: string,
  file = 'smtpFilters.script',
): { readonly filters: Filters } | { readonly error: FileProblem } => {
  const parsed = orProblem(() => {
    const tokens = scan(text, file, LEXICON);
    return { file, tokens, ...new Reader(tokens, file).script(), newline: newlineOf(text) };
  });
  return 'error' in parsed ? parsed : { filters: parsed.value };
};

/** The text of a script: for a parsed one, exactly the text it was parsed from. */
export const printFilters = (filters: Filters): string => filters.tokens.map(written).join('');

/** The value a `set` gives, without its quotes. */
export const setValue = (filters: Filters, statement: Statement & { readonly kind: 'set' }): string =>
  unquoted(filters.tokens[statement.value]?.text ?? '""');

/** The line a range of tokens begins on, and its first line of text. */
export const lineOf = (filters: Filters, range: Range): { readonly line: number; readonly text: string } => {
  const tokens = filters.tokens.slice(range.from, range.to);
  const [first] = tokens;
  const text = tokens.map((token, at) => (at === 0 ? token.text : written(token))).join('');
  return { line: first?.line ?? 1, text: text.split(/\r\n|\r|\n/, 1)[0] ?? '' };
};
