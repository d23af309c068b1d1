// axigen.cfg as a lossless syntax tree: printing what was parsed gives the same bytes, comments and spacing included.

import { type CfgToken as Token, tokenize, tokenValue } from './axigenCfgTokens.ts';
import { orProblem, type FileProblem } from './problem.ts';
import { newlineOf, shown, TokenWalk, written } from './scan.ts';

/** `name = value`; only the outermost object has no `=` (axigen.md 2.1). */
export type Attribute = { readonly name: Token; readonly equals: Token | undefined; readonly value: Value };
/** A single value: a word or a quoted string. */
export type Scalar = { readonly kind: 'scalar'; readonly token: Token };
/** `( ... )`: members are values, separated by blanks. */
export type ValueSet = {
  readonly kind: 'set';
  readonly open: Token;
  readonly items: readonly Value[];
  readonly close: Token;
};
/** `{ ... }`: attributes, separated by blanks. */
export type ValueObject = {
  readonly kind: 'object';
  readonly open: Token;
  readonly items: readonly Attribute[];
  readonly close: Token;
};
export type Value = Scalar | ValueSet | ValueObject;

/** A whole file. `newline` is the line end its first line uses; edits write the same. */
export type Cfg = {
  readonly file: string;
  readonly root: Attribute & { readonly value: ValueObject };
  readonly end: Token;
  readonly newline: '\n' | '\r\n';
};

/** Objects and sets nested deeper than this are refused: real files use 6 levels. */
const DEEPEST = 64;

/** Walks the tokens once; every method takes what it names or says what it expected instead. */
class Reader extends TokenWalk<Token> {
  take(kind: Token['kind'], what: string, remedy: string): Token {
    const token = this.token();
    if (token.kind !== kind) this.fail(`expected ${what}, got ${shown(token)}`, remedy);
    this.at += 1;
    return token;
  }

  attribute(depth: number): Attribute {
    const name = this.take(
      'word',
      'an attribute name or }',
      'Write one `name = value` a line and close the object with }',
    );
    const equals = this.take(
      '=',
      `= after "${name.text}"`,
      'Write `name = value`; a value with spaces or # needs double quotes, and an object inside another is written `name = { ... }`',
    );
    const token = this.token();
    const scalar = token.kind === 'word' || token.kind === 'string';
    // A value may not continue on another line, so a word there is the next attribute's name (axigen.md 2.1).
    if (scalar && token.line !== equals.line) {
      this.fail(`expected a value for "${name.text}" on the same line`, 'Write `""` for an empty value', equals);
    }
    return { name, equals, value: this.value(depth) };
  }

  value(depth: number): Value {
    const token = this.token();
    if (depth > DEEPEST)
      this.fail(`expected at most ${DEEPEST} objects inside each other`, 'Close what was opened before');
    switch (token.kind) {
      case 'word':
      case 'string':
        return { kind: 'scalar', token: this.take(token.kind, 'a value', '') };
      case '(':
        return this.set(depth);
      case '{':
        return this.object(depth);
      case '=':
      case ')':
      case '}':
      case 'end':
        return this.fail(
          `expected a value, ( or {, got ${shown(token)}`,
          'Write a word, a "quoted text", a set ( ... ) or an object { ... }; write `""` for an empty value',
        );
    }
  }

  set(depth: number): ValueSet {
    const open = this.take('(', '(', '');
    const items: Value[] = [];
    while (
      this.token().kind === 'word' ||
      this.token().kind === 'string' ||
      this.token().kind === '(' ||
      this.token().kind === '{'
    ) {
      items.push(this.value(depth + 1));
    }
    const remedy = `Close the set opened on line ${open.line} with )`;
    return { kind: 'set', open, items, close: this.take(')', 'a value or )', remedy) };
  }

  object(depth: number): ValueObject {
    const open = this.take('{', '{', 'Open the object with {');
    const items: Attribute[] = [];
    while (this.token().kind === 'word') items.push(this.attribute(depth + 1));
    const remedy = `Close the object opened on line ${open.line} with }`;
    return { kind: 'object', open, items, close: this.take('}', 'an attribute name or }', remedy) };
  }

  root(): Pick<Cfg, 'root' | 'end'> {
    const remedy = 'The file holds one object, written `Server { ... }`';
    const name = this.take('word', '"Server"', remedy);
    if (name.text.toLowerCase() !== 'server') this.fail(`expected "Server", got "${name.text}"`, remedy, name);
    const equals = this.token().kind === '=' ? this.take('=', '=', '') : undefined;
    const value = this.object(1);
    return { root: { name, equals, value }, end: this.take('end', 'nothing after the closing }', remedy) };
  }
}

/** Reads one value on its own, as an edit writes it. */
export const parseValue = (text: string): Value =>
  new Reader(tokenize(`= ${text}`, 'new value').slice(1), 'new value').value(1);

/**
 * Parses a whole `axigen.cfg`.
 *
 * @returns the tree, or the first problem with its line, column, what was expected and a remedy.
 */
export const parseCfg = (
  text: string,
  file = 'axigen.cfg',
): { readonly cfg: Cfg } | { readonly error: FileProblem } => {
  const parsed = orProblem(() => new Reader(tokenize(text, file), file).root());
  if ('error' in parsed) return parsed;
  return { cfg: { file, ...parsed.value, newline: newlineOf(text) } };
};

const writtenAttribute = (attribute: Attribute): string =>
  written(attribute.name) +
  (attribute.equals === undefined ? '' : written(attribute.equals)) +
  writtenValue(attribute.value);

const writtenValue = (value: Value): string => {
  switch (value.kind) {
    case 'scalar':
      return written(value.token);
    case 'set':
      return written(value.open) + value.items.map(writtenValue).join('') + written(value.close);
    case 'object':
      return written(value.open) + value.items.map(writtenAttribute).join('') + written(value.close);
  }
};

/** The text of a tree: for a parsed one, exactly the text it was parsed from. */
export const printCfg = (cfg: Cfg): string => writtenAttribute(cfg.root) + written(cfg.end);

/** The first token of a value: where it stands. */
export const firstToken = (value: Value): Token => (value.kind === 'scalar' ? value.token : value.open);

/** A scalar's text without quotes; undefined for a set, an object, or nothing. */
export const scalarOf = (value: Value | undefined): string | undefined =>
  value?.kind === 'scalar' ? tokenValue(value.token) : undefined;

/** The words of a set of scalars with blanks between them; undefined for anything else. */
export const wordsOf = (value: Value | undefined): string | undefined => {
  if (value?.kind !== 'set') return undefined;
  const words = value.items.map(scalarOf);
  return words.includes(undefined) ? undefined : words.join(' ');
};
