// Turns what the schema refuses into problems a person can act on: path, line, column, what was expected, what to do.
import {
  type Document,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  type LineCounter,
  type Node,
  type Pair,
} from 'yaml';
import { z } from '../contract/schema.ts';
import { assertNever } from '../contract/never.ts';
import type { FileProblem } from './problem.ts';
import { bare, isMapping, metaOf, schemaAt, shapeOf, type TreePath, valueAt } from './settingsTree.ts';

/** What the problems of one file are told from. */
export type YamlSource = {
  readonly file: string;
  readonly document: Document;
  readonly lines: LineCounter;
  readonly schema: z.core.$ZodType;
  readonly value: unknown;
};

type Issue = z.core.$ZodIssue;

const pairOf = (node: unknown, key: string): Pair | undefined =>
  isMap(node) ? node.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === key) : undefined;

const offsetOf = (node: unknown): number | undefined => (isNode(node) ? (node as Node).range?.[0] : undefined);

/** Where a path stands in the text: its value, or its key when the value is absent or `key` is asked for. */
const offsetAt = (source: YamlSource, path: TreePath, key: boolean): number => {
  let node: unknown = source.document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [at, step] of path.entries()) {
    const pair = typeof step === 'string' ? pairOf(node, step) : undefined;
    const next = pair ?? (isCollection(node) ? node.items[Number(step)] : undefined);
    if (next === undefined) return offset;
    const keyOffset = isPair(next) ? offsetOf(next.key) : undefined;
    node = isPair(next) ? next.value : next;
    const wanted = key && at === path.length - 1 ? keyOffset : offsetOf(node);
    offset = wanted ?? keyOffset ?? offset;
  }
  return offset;
};

const problemAt = (
  source: YamlSource,
  path: TreePath,
  told: { readonly message: string; readonly remedy: string; readonly key?: boolean },
): FileProblem => {
  const { line, col } = source.lines.linePos(offsetAt(source, path, told.key ?? false));
  const { message, remedy } = told;
  return {
    file: source.file,
    line: Math.max(line, 1),
    column: Math.max(col, 1),
    path: path.join('.'),
    message,
    remedy,
  };
};

/** How many letters must be added, lost or changed to make one word of the other. */
const distance = (one: string, other: string): number => {
  let row = Array.from({ length: other.length + 1 }, (_, n) => n);
  for (const [i, letter] of [...one].entries()) {
    const next = [i + 1];
    for (const [j, target] of [...other].entries()) {
      next.push(Math.min((next[j] ?? 0) + 1, (row[j + 1] ?? 0) + 1, (row[j] ?? 0) + (letter === target ? 0 : 1)));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
};

/** The known word nearest to one that is not known, when it is near enough to have been meant. */
const nearest = (word: string, known: readonly string[]): string | undefined => {
  const flat = (text: string): string => text.toLowerCase().replaceAll(/[-_ ]/g, '');
  const ranked = known.map((each) => ({ each, far: distance(flat(word), flat(each)) })).sort((a, b) => a.far - b.far);
  const [best] = ranked;
  return best !== undefined && best.far <= Math.max(2, Math.floor(best.each.length / 3)) ? best.each : undefined;
};

/** Every path of the schema that ends in a key, outside lists: where a misplaced key belongs. */
const pathsEndingIn = (schema: z.core.$ZodType, key: string, path: readonly string[] = []): readonly string[] =>
  Object.entries(shapeOf(schema) ?? {}).flatMap(([name, inner]) => [
    ...(name === key ? [[...path, name].join('.')] : []),
    ...pathsEndingIn(inner, key, [...path, name]),
  ]);

const unknownKey = (
  source: YamlSource,
  path: TreePath,
  told: { key: string; known: readonly string[] },
): FileProblem => {
  const { key, known } = told;
  const meant = nearest(key, known);
  const home = pathsEndingIn(source.schema, key)[0];
  const remedy =
    home !== undefined
      ? `It belongs to ${home}`
      : meant !== undefined
        ? `Did you mean ${meant}?`
        : `Remove it, or write one of: ${known.join(', ')}`;
  return problemAt(source, [...path, key], { message: `unknown key "${key}"`, remedy, key: true });
};

/** A value as a message shows it, at most 60 characters long. */
const shown = (value: unknown): string => {
  if (isMapping(value)) return 'a mapping';
  if (Array.isArray(value)) return 'a list';
  const text = typeof value === 'number' ? String(value) : (JSON.stringify(value) ?? 'nothing');
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
};

const KINDS: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'a mapping',
  string: 'text',
  number: 'a number',
};

/** The kinds of value a union takes, where none of them was given. */
const kindsOf = (issue: Issue): readonly string[] => {
  const inner = issue.code === 'invalid_union' ? issue.errors.flat() : [];
  return [
    ...new Set(
      inner.flatMap((one) => (one.code === 'invalid_type' ? [KINDS[one.expected] ?? one.expected] : kindsOf(one))),
    ),
  ];
};

const messageOf = (issue: Issue, value: unknown): string => {
  if (issue.message === 'Invalid input')
    return `expected ${kindsOf(issue).join(' or ') || 'another value'}, got ${shown(value)}`;
  const own = issue.message.replace(/^Invalid \w+: /, '');
  if (issue.code === 'invalid_type' && own.startsWith(`expected ${issue.expected}`)) {
    const kind = KINDS[issue.expected] ?? issue.expected;
    return value === undefined ? `missing; expected ${kind}` : `expected ${kind}, got ${shown(value)}`;
  }
  if (value === undefined) return `missing; ${own}`;
  if (own.startsWith('expected')) return `${own}, got ${shown(value)}`;
  return own.startsWith('must') ? `${own}; it is ${shown(value)}` : own;
};

/** A number where a number is meant. */
const isOutOfRange = ({ code }: Issue): boolean => code === 'too_big' || code === 'too_small';

/** What to write at a place, taken from what the leaf says of itself. */
const remedyOf = (schema: z.core.$ZodType | undefined, value: unknown, issue: Issue): string => {
  const { kind, min, max, unit, options, placeholder } = metaOf(schema);
  const range = `a whole number from ${min} to ${max}${unit === undefined ? '' : ` (${unit})`}`;
  const words = options?.map((option) => option.value).join(', ') ?? '';
  switch (kind) {
    case 'whole':
      return `Write ${range}`;
    case 'limit':
      return `Write ${range}, or unlimited`;
    case 'flag':
      return 'Write true or false, without quotes';
    case 'choice':
      return `Write one of: ${words}`;
    case 'set':
      return `Write a list such as [${words}], each at most once`;
    case 'list':
      return 'Write a list, each entry on a line that begins with "- "';
    case 'record':
      return 'Write its keys below it, indented by two spaces';
    case 'lines':
      return 'Write a block of text behind "|", indented below its key';
    case 'text':
    case undefined:
      if (typeof value === 'number' && !isOutOfRange(issue)) return 'Put it in quotes if it is meant as text';
      return placeholder === undefined ? 'Correct the value' : `Write it as in: ${placeholder}`;
    default:
      return assertNever(kind);
  }
};

/** Where an issue's path begins: the whole document, or the alternative of a union that was meant. */
type Base = { readonly path: TreePath; readonly schema: z.core.$ZodType | undefined };

const alternativesOf = (schema: z.core.$ZodType | undefined): readonly z.core.$ZodType[] => {
  const inner = schema && bare(schema);
  return inner instanceof z.ZodUnion ? inner.options : [];
};

const keysOf = (schema: z.core.$ZodType | undefined): readonly string[] => {
  const own = Object.keys((schema && shapeOf(schema)) ?? {});
  return own.length > 0 ? own : [...new Set(alternativesOf(schema).flatMap(keysOf))];
};

/** The alternative of a union a value comes nearest to: most known keys, or at least the right kind of value. */
const meantAlternative = (
  issue: Issue & { code: 'invalid_union' },
  value: unknown,
  schemas: readonly z.core.$ZodType[],
): number => {
  if (isMapping(value)) {
    const scores = schemas.map((schema) => Object.keys(value).filter((key) => keysOf(schema).includes(key)).length);
    const best = Math.max(...scores, 0);
    return best === 0 ? -1 : scores.indexOf(best);
  }
  return issue.errors.findIndex((inner) => !inner.some((one) => one.code === 'invalid_type' && one.path.length === 0));
};

/** For a value of one of several shapes: the problems of the shape that was meant; none when that is not clear. */
const unionProblems = (
  source: YamlSource,
  issue: Issue & { code: 'invalid_union' },
  base: Base,
): readonly FileProblem[] => {
  const value = valueAt(source.value, base.path);
  const schemas = alternativesOf(base.schema);
  if (schemas.length === 0 || metaOf(base.schema).kind !== undefined) return [];
  const meant = meantAlternative(issue, value, schemas);
  if (meant >= 0)
    return (issue.errors[meant] ?? []).flatMap((one) =>
      issueProblems(source, one, { path: base.path, schema: schemas[meant] }),
    );
  const known = keysOf(base.schema);
  const stray = isMapping(value) ? Object.keys(value)[0] : undefined;
  return stray === undefined || known.length === 0 ? [] : [unknownKey(source, base.path, { key: stray, known })];
};

const issueProblems = (source: YamlSource, issue: Issue, base: Base): readonly FileProblem[] => {
  const steps = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  const path = [...base.path, ...steps];
  const schema = base.schema && schemaAt(base.schema, steps);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => unknownKey(source, path, { key, known: keysOf(schema) }));
  }
  const nested = issue.code === 'invalid_union' ? unionProblems(source, issue, { path, schema }) : [];
  if (nested.length > 0) return nested;
  const value = valueAt(source.value, path);
  // What the contract refuses across settings says itself what to do, behind a semicolon.
  const [, own, advice] = (issue.code === 'custom' && /^([^;]+); (.+)$/.exec(issue.message)) || [];
  if (own !== undefined && advice !== undefined) {
    return [problemAt(source, path, { message: own, remedy: advice.charAt(0).toUpperCase() + advice.slice(1) })];
  }
  const remedy = value === undefined ? 'Add it' : remedyOf(schema, value, issue);
  return [problemAt(source, path, { message: messageOf(issue, value), remedy })];
};

/** All problems the schema found in a document, in the order of the text. */
export const schemaProblems = (source: YamlSource, error: z.core.$ZodError): readonly FileProblem[] =>
  error.issues
    .flatMap((issue) => issueProblems(source, issue, { path: [], schema: source.schema }))
    .sort((one, other) => one.line - other.line || one.column - other.column);
