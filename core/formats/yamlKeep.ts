// Saves changed settings into a person's YAML: comments and order stay, and only what changed is written.
import type { Document, YAMLMap, YAMLSeq } from 'yaml';
import { isAlias, isMap, isScalar, isSeq, type Pair, Scalar, stringify, visit } from 'yaml';
import type { z } from '../contract/schema.ts';
import { type Settings, settingsSchema } from '../contract/settings/settings.ts';
import { newlineOf } from './scan.ts';
import { defaultOf, equal, isList, isMapping, itemOf, minimal, nameOf, shapeOf } from './settingsTree.ts';
import { parseYaml, readSettings } from './yaml.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** An edit that replaces one scalar by another, as a place in the text; anything else is `structural`. */
type Edits = {
  readonly splices: { readonly from: number; readonly to: number; readonly text: string }[];
  structural: boolean;
};

type Change = { readonly document: Document; readonly edits: Edits };

/** One scalar on one line, safe inside `[ ]` and `{ }` too. */
const inline = (value: unknown): string => {
  const plain = stringify(value, { lineWidth: 0 }).trimEnd();
  return typeof value === 'string' && /[\r\n,[\]{}]/.test(plain) ? JSON.stringify(value) : plain;
};

const isCommented = (pair: Pair): boolean =>
  [pair.key, pair.value].some((node) => {
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return false;
    return (node.comment ?? node.commentBefore ?? '') !== '';
  });

/** Puts a new value in a pair; a comment behind the old one stays. */
const replaceValue = (change: Change, pair: Pair, value: unknown): void => {
  const old = pair.value;
  const fresh = change.document.createNode(value);
  if (isScalar(old)) {
    fresh.commentBefore = old.commentBefore;
    fresh.comment = old.comment;
    const isInline = isScalar(fresh) && old.type !== Scalar.BLOCK_FOLDED && old.type !== Scalar.BLOCK_LITERAL;
    if (isInline && old.range && old.range[1] > old.range[0] && !String(value).includes('\n')) {
      change.edits.splices.push({ from: old.range[0], to: old.range[1], text: inline(value) });
    } else change.edits.structural = true;
    if (isScalar(fresh) && typeof value === 'string' && typeof old.value === 'string' && !value.includes('\n'))
      fresh.type = old.type;
  } else change.edits.structural = true;
  pair.value = fresh;
};

type Sides = { readonly before: unknown; readonly after: unknown; readonly schema: z.core.$ZodType };

/** Changes what stands in a pair to the new value; answers whether the pair is still needed. */
const changePair = (change: Change, pair: Pair, { before, after, schema }: Sides): boolean => {
  const shape = shapeOf(schema);
  if (isMap(pair.value) && shape !== undefined && isMapping(before) && isMapping(after)) {
    const had = pair.value.items.length;
    changeMap(change, pair.value, { before, after, shape });
    return had === 0 || pair.value.items.length > 0 || isCommented(pair);
  }
  const item = itemOf(schema);
  const isDefault = equal(after, defaultOf(schema));
  if (isDefault && !isCommented(pair)) return false;
  if (isSeq(pair.value) && item !== undefined && isList(before) && isList(after)) {
    changeSeq(change, pair.value, { before, after, item });
  } else replaceValue(change, pair, minimal(after, schema) ?? after);
  return true;
};

const changeMap = (
  change: Change,
  map: YAMLMap,
  sides: {
    readonly before: Mapping;
    readonly after: Mapping;
    readonly shape: Readonly<Record<string, z.core.$ZodType>>;
  },
): void => {
  const { before, after, shape } = sides;
  for (const [key, schema] of Object.entries(shape)) {
    const at = map.items.findIndex((pair) => isScalar(pair.key) && pair.key.value === key);
    const pair = map.items[at];
    if (pair === undefined) {
      const least = equal(before[key], after[key]) ? undefined : minimal(after[key], schema);
      if (least === undefined) continue;
      change.edits.structural = true;
      map.items.push(change.document.createPair(key, least));
    } else if (
      !equal(before[key], after[key]) &&
      !changePair(change, pair, { before: before[key], after: after[key], schema })
    ) {
      change.edits.structural = true;
      map.items.splice(at, 1);
    }
  }
};

/** For each new item the number of the old one it comes from: the same name, else the same place when both are unmatched. */
const origins = (before: readonly unknown[], after: readonly unknown[]): readonly (number | undefined)[] => {
  const free = new Map<string, number[]>();
  before.forEach((item, n) => free.set(nameOf(item), [...(free.get(nameOf(item)) ?? []), n]));
  const named = after.map((item) => free.get(nameOf(item))?.shift());
  const taken = new Set(named);
  return named.map(
    (origin, n) => origin ?? (n < before.length && !taken.has(n) && isMapping(after[n]) ? n : undefined),
  );
};

const changeSeq = (
  change: Change,
  seq: YAMLSeq,
  sides: { readonly before: readonly unknown[]; readonly after: readonly unknown[]; readonly item: z.core.$ZodType },
): void => {
  const { before, after, item } = sides;
  const from = origins(before, after);
  const shape = shapeOf(item);
  if (before.length !== after.length || from.some((origin, n) => origin !== n)) change.edits.structural = true;
  const old = [...seq.items];
  seq.items = after.map((value, n) => {
    const origin = from[n];
    const node = origin === undefined ? undefined : old[origin];
    const was = origin === undefined ? undefined : before[origin];
    if (node !== undefined && equal(was, value)) return node;
    if (isMap(node) && shape !== undefined && isMapping(was) && isMapping(value)) {
      changeMap(change, node, { before: was, after: value, shape });
      return node;
    }
    change.edits.structural = true;
    return change.document.createNode(minimal(value, item) ?? value);
  });
};

/** Writes aliases out and drops anchors: a change at one of the places must not reach the others. */
const withoutAliases = (document: Document): void => {
  visit(document, {
    Alias: (_, alias) => document.createNode(alias.toJS(document) as unknown),
  });
  visit(document, {
    Node: (_, node) => {
      if (!isAlias(node)) delete node.anchor;
    },
  });
};

const spliced = (text: string, { splices }: Edits): string =>
  [...splices]
    .sort((one, other) => other.from - one.from)
    .reduce((all, { from, to, text: fresh }) => all.slice(0, from) + fresh + all.slice(to), text);

/** The document's text, with the indentation and line ends of the text it was parsed from. */
const printed = (document: Document, text: string): string => {
  visit(document, {
    // The printer gives a block that begins with blanks the wrong indentation where this is not 2 (yaml 2.9.1).
    Scalar: (_, node) => {
      if (typeof node.value === 'string' && /^\s/.test(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const indented = /^\S[^\n]*:[^\n]*\n(?:\s*(?:#[^\n]*)?\n)*( +)[^\s#]/m.exec(text)?.[1] ?? '  ';
  const out = document.toString({
    lineWidth: 0,
    indent: Math.min(8, Math.max(2, indented.length)),
    indentSeq: !/^\w+:[^\n]*\n- /m.test(text),
    flowCollectionPadding: !/\{\w/.test(text),
  });
  return newlineOf(text) === '\r\n' ? out.replaceAll('\n', '\r\n') : out;
};

const isNow = (text: string, settings: Settings): boolean => {
  const read = readSettings(text, '');
  return 'value' in read && equal(read.value, settings);
};

/**
 * Changes the text of a configuration so that it says `settings`. Where only single values change, only their
 * characters do. Otherwise the text is written by YAML's printer: comments, order and blank lines stay, spacing within
 * lines may not. A value set back to its default is taken out with its key, unless a comment stands with it: then the
 * default is written. Items of lists are known by name or addresses. Aliases are written out.
 *
 * @returns the changed text, or undefined when the text cannot be kept: it has problems of its own.
 */
export const keptYaml = (text: string, settings: Settings): string | undefined => {
  const read = readSettings(text, '');
  const parsed = parseYaml(text, '');
  if ('errors' in read || 'errors' in parsed) return undefined;
  if (equal(read.value, settings)) return text;
  const { document } = parsed;
  withoutAliases(document);
  if (!isMap(document.contents)) document.contents = document.createNode({});
  const edits: Edits = { splices: [], structural: false };
  if (isMap(document.contents)) {
    changeMap({ document, edits }, document.contents, {
      before: read.value,
      after: settings,
      shape: shapeOf(settingsSchema) ?? {},
    });
  }
  const short = edits.structural ? undefined : spliced(text, edits);
  if (short !== undefined && isNow(short, settings)) return short;
  const long = printed(document, text);
  return isNow(long, settings) ? long : undefined;
};
