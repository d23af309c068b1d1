// Settings as a tree beside the schema that describes it: what a place holds, allows, defaults to; how two trees differ. Pure.
import { z } from '../../../core/contract/schema.ts';
import type { Meta } from '../../../core/contract/settings/leaf.ts';
import { type Group, groups, settingsSchema } from '../../../core/contract/settings/settings.ts';

export type Mapping = Readonly<Record<string, unknown>>;

export const isMapping = (value: unknown): value is Mapping =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What the form must know about a place of the schema. */
export interface Node {
  readonly schema: z.ZodType;
  readonly meta: Meta;
  /** Members of a record, in the order of the schema. */
  readonly members?: readonly (readonly [string, Node])[];
  /** What a list is made of; a set of words is a leaf. */
  readonly item?: Node;
  /** What the place holds when nothing is written; undefined where something must be written. */
  readonly fallback: unknown;
}

const known = new WeakMap<z.ZodType, Node>();

/** Describes a schema; the same schema gives the same node. */
export function nodeOf(schema: z.ZodType): Node {
  const before = known.get(schema);
  if (before) return before;
  const inner = bare(schema);
  const members =
    inner instanceof z.ZodObject
      ? Object.entries(inner.shape as Record<string, z.ZodType>).map(([key, each]) => [key, nodeOf(each)] as const)
      : undefined;
  const meta = (schema.meta() ?? inner.meta() ?? {}) as unknown as Meta;
  const isList = inner instanceof z.ZodArray && meta.kind !== 'set';
  const item = isList ? nodeOf(inner.element as z.ZodType) : undefined;
  const node: Node = {
    schema,
    meta,
    ...(members ? { members } : {}),
    ...(item ? { item } : {}),
    fallback: schema.safeParse(undefined).data,
  };
  known.set(schema, node);
  return node;
}

function bare(schema: z.ZodType): z.ZodType {
  let now = schema;
  while (now instanceof z.ZodDefault || now instanceof z.ZodPrefault || now instanceof z.ZodOptional)
    now = now.def.innerType as z.ZodType;
  return now;
}

/** All settings as one record. */
export const root: Node = nodeOf(settingsSchema);

export const groupNames = Object.keys(groups) as readonly Group[];

export function groupNode(group: Group): Node {
  return nodeOf(groups[group]);
}

/** The node at a dotted path, list positions as numbers; undefined where there is none. */
export function nodeAt(path: string): Node | undefined {
  let node: Node | undefined = root;
  for (const key of path.split('.')) {
    node = node.item ? (/^\d+$/.test(key) ? node.item : undefined) : memberOf(node, key);
    if (!node) return undefined;
  }
  return node;
}

function memberOf(node: Node, key: string): Node | undefined {
  return node.members?.find(([name]) => name === key)?.[1];
}

/** The value at a dotted path. */
export function valueAt(tree: unknown, path: string): unknown {
  let value = tree;
  for (const key of path.split('.')) {
    if (Array.isArray(value)) value = value[Number(key)] as unknown;
    else if (isMapping(value) && Object.hasOwn(value, key)) value = value[key];
    else return undefined;
  }
  return value;
}

/** The tree with another value at a dotted path; what is not on the way stays the same object. */
export function withValue<T>(tree: T, path: string, value: unknown): T {
  const dot = path.indexOf('.');
  const key = dot < 0 ? path : path.slice(0, dot);
  const rest = dot < 0 ? undefined : path.slice(dot + 1);
  if (Array.isArray(tree)) {
    const items = tree as readonly unknown[];
    const at = Number(key);
    return items.with(at, rest === undefined ? value : withValue(items[at], rest, value)) as T;
  }
  const here: Mapping = isMapping(tree) ? tree : {};
  return { ...here, [key]: rest === undefined ? value : withValue(here[key], rest, value) } as T;
}

/** Whether two plain values are equal; the order of keys does not matter, that of lists does. */
export function equal(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true;
  if (Array.isArray(one))
    return Array.isArray(other) && one.length === other.length && one.every((item, n) => equal(item, other[n]));
  if (!isMapping(one) || !isMapping(other)) return false;
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && equal(one[key], other[key]));
}

/** What an item of a list is known by. */
export function nameOf(item: unknown): string {
  if (!isMapping(item)) return String(item);
  const name = item['name'] ?? item['ipSet'];
  return typeof name === 'string' && name !== '' ? name : JSON.stringify(item);
}

/** One difference between two trees; `index` paths count in the tree the value is in. */
export interface Difference {
  /** Dotted, with list positions: where it is now, or where it was. */
  readonly path: string;
  readonly kind: 'changed' | 'added' | 'removed' | 'moved';
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Every leaf that differs, every item of a list that came, went or moved. */
export function differences(before: unknown, after: unknown, node: Node, path = ''): readonly Difference[] {
  if (equal(before, after)) return [];
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (node.members && isMapping(before) && isMapping(after))
    return node.members.flatMap(([key, member]) => differences(before[key], after[key], member, inside(key)));
  if (node.item && Array.isArray(before) && Array.isArray(after))
    return listDifferences(before, after, { item: node.item, inside });
  return [{ path, kind: 'changed', before, after }];
}

interface ListAt {
  readonly item: Node;
  readonly inside: (key: string) => string;
}

function listDifferences(before: readonly unknown[], after: readonly unknown[], at: ListAt): readonly Difference[] {
  const { pairs, removed, added } = align(before, after);
  const found: Difference[] = [];
  let last = -1;
  for (const [from, to] of pairs) {
    found.push(...differences(before[from], after[to], at.item, at.inside(String(to))));
    if (from < last) found.push({ path: at.inside(String(to)), kind: 'moved', before: before[from], after: after[to] });
    else last = from;
  }
  for (const from of removed) found.push({ path: at.inside(String(from)), kind: 'removed', before: before[from] });
  for (const to of added) found.push({ path: at.inside(String(to)), kind: 'added', after: after[to] });
  return found;
}

interface Aligned {
  /** Positions before and after, in the order after. */
  readonly pairs: readonly (readonly [number, number])[];
  readonly removed: readonly number[];
  readonly added: readonly number[];
}

/** Which items are the same: by name; then, in what is left, records at the same position (they were renamed). */
export function align(before: readonly unknown[], after: readonly unknown[]): Aligned {
  const free = new Map<string, number[]>();
  before.forEach((item, n) => {
    const name = nameOf(item);
    free.set(name, [...(free.get(name) ?? []), n]);
  });
  const origin = after.map((item) => free.get(nameOf(item))?.shift());
  const taken = new Set(origin);
  after.forEach((item, n) => {
    if (origin[n] !== undefined || n >= before.length || taken.has(n) || !isMapping(item)) return;
    origin[n] = n;
    taken.add(n);
  });
  return {
    pairs: origin.flatMap((from, to) => (from === undefined ? [] : [[from, to] as const])),
    removed: before.flatMap((_, n) => (taken.has(n) ? [] : [n])),
    added: origin.flatMap((from, to) => (from === undefined ? [to] : [])),
  };
}

/** Changes of mine laid over what others made of the same beginning; where both changed one place, mine stays and is named. */
export function merge(
  { base, mine, theirs }: { readonly base: unknown; readonly mine: unknown; readonly theirs: unknown },
  node: Node,
  path = '',
): { readonly value: unknown; readonly contested: readonly string[] } {
  if (equal(mine, base) || equal(mine, theirs)) return { value: theirs, contested: [] };
  if (equal(theirs, base)) return { value: mine, contested: [] };
  const inside = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (node.members && isMapping(base) && isMapping(mine) && isMapping(theirs)) {
    const merged = node.members.map(
      ([key, member]) =>
        [key, merge({ base: base[key], mine: mine[key], theirs: theirs[key] }, member, inside(key))] as const,
    );
    return {
      value: Object.fromEntries(merged.map(([key, one]) => [key, one.value])),
      contested: merged.flatMap(([, one]) => one.contested),
    };
  }
  const item = node.item;
  if (item?.members && Array.isArray(base) && Array.isArray(mine) && Array.isArray(theirs)) {
    const sides = [mine as readonly unknown[], theirs as readonly unknown[]];
    const isSteady = (side: readonly unknown[]) =>
      side.length === base.length && side.every((one, n) => nameOf(one) === nameOf(base[n]));
    if (sides.every(isSteady)) {
      const merged = (base as readonly unknown[]).map((one, n) =>
        merge({ base: one, mine: mine[n] as unknown, theirs: theirs[n] as unknown }, item, inside(String(n))),
      );
      return { value: merged.map((one) => one.value), contested: merged.flatMap((one) => one.contested) };
    }
  }
  return { value: mine, contested: [path] };
}

/** What a new item of a list begins as: the defaults, and nothing where something must be written. */
export function freshItem(node: Node): unknown {
  if (node.members)
    return Object.fromEntries(
      node.members.map(([key, member]) => [key, member.fallback ?? (member.members ? freshItem(member) : '')]),
    );
  return node.fallback ?? '';
}

/** What a person would have to write: everything at its default is left out; items of lists keep what names them. */
export function minimal(value: unknown, node: Node): unknown {
  if (node.fallback !== undefined && equal(value, node.fallback)) return undefined;
  if (node.members && isMapping(value))
    return Object.fromEntries(
      node.members.flatMap(([key, member]) => {
        if (key === 'name' || key === 'ipSet') return [[key, value[key]]];
        const least = minimal(value[key], member);
        return least === undefined ? [] : [[key, least]];
      }),
    );
  const item = node.item;
  if (item && Array.isArray(value)) return value.map((one: unknown) => (item.members ? minimal(one, item) : one));
  return value;
}

/** The dotted path without list positions, as scenarios name their knobs. */
export function withoutPositions(path: string): string {
  return path
    .split('.')
    .filter((key) => !/^\d+$/.test(key))
    .join('.');
}

/** Whether one path is the other, or inside it. */
export function touches(one: string, other: string): boolean {
  return one === other || one.startsWith(`${other}.`) || other.startsWith(`${one}.`);
}

/** Values at a path that leaves list positions out: one for each item of the lists on the way, with its full path. */
export function valuesAt(tree: unknown, path: string): readonly { readonly path: string; readonly value: unknown }[] {
  let found: { path: string; value: unknown }[] = [{ path: '', value: tree }];
  for (const key of path.split('.')) {
    found = found.flatMap(({ path: at, value }) => {
      const items = Array.isArray(value)
        ? value.map((one: unknown, n) => ({ path: `${at}.${n}`, value: one }))
        : [{ path: at, value }];
      return items.flatMap((one) =>
        isMapping(one.value) && Object.hasOwn(one.value, key)
          ? [{ path: one.path === '' ? key : `${one.path}.${key}`, value: one.value[key] }]
          : [],
      );
    });
  }
  return found;
}
