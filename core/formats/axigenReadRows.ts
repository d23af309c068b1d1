// Reads the attributes of one object of axigen.cfg by the table's rows, and notes the attributes no row names.
import type { Row } from './axigen.table.ts';
import { firstToken, scalarOf, type Value, type ValueObject, wordsOf } from './axigenCfg.ts';
import { below } from './axigenCfgEdit.ts';
import type { CfgToken } from './axigenCfgTokens.ts';
import { readText, settingAt } from './axigenValues.ts';
import type { FileProblem } from './problem.ts';
import { withValueAt } from './settingsTree.ts';

/**
 * One thing an import has to tell: `carried` is kept for the export but changes nothing here, `ignored` does not count
 * in the product either, `changed` was taken over as something else.
 */
export type Note = {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly kind: 'carried' | 'ignored' | 'changed';
};

/** Where a reader puts what it has to tell about one file. */
export type Told = { readonly file: string; readonly notes: Note[]; readonly problems: FileProblem[] };

export type Mapping = Readonly<Record<string, unknown>>;

/** Adds a problem at a token. */
export const problemIn = (
  told: Told,
  token: Pick<CfgToken, 'line' | 'column'>,
  given: Pick<FileProblem, 'path' | 'message' | 'remedy'>,
): void => {
  told.problems.push({ file: told.file, line: token.line, column: token.column, ...given });
};

/** How a setting is written in the file, for a remedy. */
const sampleOf = (row: Row, setting: string): string => {
  const { standing, meta } = settingAt(setting);
  const sample = row.codec.write(standing ?? meta.placeholder ?? '');
  if ('words' in sample) return `(${sample.words.join(' ')})`;
  return 'text' in sample ? sample.text : '...';
};

/**
 * Reads what the rows of a scope find in an object.
 *
 * @param scope `base` is the settings path the rows begin at, with its dot; empty for the outermost.
 */
export const readRows = (
  told: Told,
  object: Value | undefined,
  scope: { readonly rows: readonly Row[]; readonly base: string },
): Mapping => {
  let plain: Mapping = {};
  for (const row of scope.rows) {
    const value = below(object, row.axigen.split('.'));
    if (value === undefined) continue;
    const token = firstToken(value);
    const text = (row.codec.isSet ? wordsOf : scalarOf)(value);
    const setting = scope.base + row.setting;
    const reading =
      text === undefined
        ? { expected: row.codec.isSet ? 'a set of words' : 'a single value' }
        : readText(row.codec, { text, setting });
    if ('expected' in reading) {
      problemIn(told, token, {
        path: row.axigen,
        message: `expected ${reading.expected}, got ${text === undefined ? `"${token.text}"` : JSON.stringify(text)}`,
        remedy: `Write it as in: ${row.axigen.split('.').at(-1)} = ${sampleOf(row, setting)}`,
      });
      continue;
    }
    if (reading.note !== undefined) {
      told.notes.push({
        file: told.file,
        line: token.line,
        text: `${row.axigen} = ${text}: ${reading.note}`,
        kind: 'changed',
      });
    }
    plain = withValueAt(plain, row.setting.split('.'), reading.value);
  }
  return plain;
};

/** The objects of a set; what else stands in it, or is no set at all, is a problem. */
export const objectsOf = (told: Told, set: Value | undefined, name: string): readonly ValueObject[] => {
  if (set === undefined) return [];
  const remedy = `Write it as in: ${name} = ( { ... } { ... } )`;
  if (set.kind !== 'set') {
    problemIn(told, firstToken(set), { path: name, message: 'expected a set of objects', remedy });
    return [];
  }
  return set.items.flatMap((item) => {
    if (item.kind === 'object') return [item];
    problemIn(told, firstToken(item), { path: name, message: 'expected an object in this set', remedy });
    return [];
  });
};

const summary = (value: Value): string => {
  if (value.kind === 'scalar')
    return value.token.text.length > 60 ? `${value.token.text.slice(0, 57)}...` : value.token.text;
  if (value.kind === 'object') return '{ ... }';
  if (value.items.length === 0) return '()';
  return value.items.every((item) => item.kind === 'scalar') ? `(${value.items.map(summary).join(' ')})` : '( ... )';
};

/**
 * Notes every attribute of an object that no row names, and attributes written twice.
 *
 * @param scope `names`: the dotted names that are modelled, in lower case, sets of objects among them; `prefix` is put
 * before names in the notes.
 */
export const noteCarried = (
  told: Told,
  object: ValueObject,
  scope: { readonly names: ReadonlySet<string>; readonly prefix: string; readonly below?: string },
): void => {
  const seen = new Map<string, number>();
  for (const { name, value } of object.items.toReversed()) {
    const key = name.text.toLowerCase();
    const path = (scope.below ?? '') + key;
    const note = (kind: Note['kind'], why: string): void => {
      told.notes.push({
        file: told.file,
        line: name.line,
        text: `${scope.prefix}${name.text} = ${summary(value)}${why}`,
        kind,
      });
    };
    const later = seen.get(key);
    if (later !== undefined) note('ignored', `: it is written again on line ${later}, which counts (assumed)`);
    else if (scope.names.has(path)) seen.set(key, name.line);
    else if (value.kind === 'object' && [...scope.names].some((known) => known.startsWith(`${path}.`))) {
      seen.set(key, name.line);
      noteCarried(told, value, { names: scope.names, prefix: `${scope.prefix}${name.text}.`, below: `${path}.` });
    } else note('carried', '');
  }
};
