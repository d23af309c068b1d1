// Edits on the tree of axigen.cfg: what is not edited keeps every byte, what is new is written in the product's style.

import {
  type Attribute,
  type Cfg,
  firstToken,
  parseValue,
  scalarOf,
  type Value,
  type ValueObject,
} from './axigenCfg.ts';
import { type CfgToken as Token, scalarText } from './axigenCfgTokens.ts';
import { indentOf, splitLead } from './scan.ts';

/** Steps from the outermost object: an attribute's name (any case) or a member's number in a set, from 0. */
export type Path = readonly (string | number)[];

/** A value to write: a word, a text that is always quoted, a set, or an object with its attributes in order. */
export type NewValue =
  string | { readonly quoted: string } | readonly NewValue[] | { readonly object: Readonly<Record<string, NewValue>> };

const UNIT = '    ';

const isList = (value: NewValue): value is readonly NewValue[] => Array.isArray(value);
const isObject = (value: NewValue): value is { readonly object: Readonly<Record<string, NewValue>> } =>
  typeof value === 'object' && 'object' in value;

/** Writes a value with 4 spaces a level, one attribute a line, objects of a set on lines of their own. */
const render = (value: NewValue, indent: string, newline: string): string => {
  if (typeof value === 'string') return scalarText(value, false);
  const inner = newline + indent + UNIT;
  if (isList(value)) {
    if (!value.some((item) => isList(item) || isObject(item))) {
      return `(${value.map((item) => render(item, indent, newline)).join(' ')})`;
    }
    return `(${value.map((item) => inner + render(item, indent + UNIT, newline)).join('')}${newline}${indent})`;
  }
  if (isObject(value)) {
    const lines = Object.entries(value.object).map(
      ([name, item]) => `${inner}${name} = ${render(item, indent + UNIT, newline)}`,
    );
    return `{${lines.join('')}${newline}${indent}}`;
  }
  return scalarText(value.quoted, true);
};

const withLead = (token: Token, lead: string): Token => ({ ...token, lead });

const releadValue = (value: Value, lead: string): Value =>
  value.kind === 'scalar'
    ? { ...value, token: withLead(value.token, lead) }
    : { ...value, open: withLead(value.open, lead) };

const newAttribute = (name: string, value: Value): Attribute => {
  const token = { lead: '', line: 1, column: 1 } as const;
  return {
    name: { ...token, kind: 'word', text: name },
    equals: { ...token, lead: ' ', kind: '=', text: '=' },
    value: releadValue(value, ' '),
  };
};

type Block<T> = { readonly items: readonly T[]; readonly close: Token };
type Handling<T> = {
  readonly lead: (item: T) => string;
  readonly relead: (item: T, lead: string) => T;
};

const ofAttributes: Handling<Attribute> = {
  lead: (item) => item.name.lead,
  relead: (item, lead) => ({ ...item, name: withLead(item.name, lead) }),
};
const ofValues: Handling<Value> = { lead: (item) => firstToken(item).lead, relead: releadValue };

/** Adds an item at the end of a block, on a line of its own; a comment after the last item stays with that item. */
const appended = <T>(
  block: Block<T>,
  item: T,
  at: { readonly as: Handling<T>; readonly indent: string; readonly newline: string },
): Block<T> => {
  const { same, rest } = splitLead(block.close.lead);
  const kept = same.trim() === '' ? '' : same;
  const closeLead = rest.includes('\n') ? rest : at.newline + at.indent;
  const fresh = at.as.relead(item, kept + at.newline + at.indent + UNIT);
  return { items: [...block.items, fresh], close: withLead(block.close, closeLead) };
};

/** Takes an item out with its line; comments before it and after it stay. */
const without = <T>(block: Block<T>, index: number, as: Handling<T>): Block<T> => {
  const gone = block.items[index];
  if (gone === undefined) throw new RangeError(`no member ${index} to remove`);
  const lead = as.lead(gone);
  const join = (next: string): string => {
    // Taking the line end away is safe only where another follows at once: a # comment before needs one.
    if (/^[^\S\r\n]*\r?\n/.test(next)) return lead.replace(/(?:\r\n|\n)?[^\S\r\n]*$/, '') + next;
    return /^[^\S\r\n]*$/.test(lead) && next !== '' ? next : lead + next;
  };
  const items = block.items.filter((_, at) => at !== index);
  const next = items[index];
  if (next === undefined) return { items, close: withLead(block.close, join(block.close.lead)) };
  return { items: items.with(index, as.relead(next, join(as.lead(next)))), close: block.close };
};

const indexOfName = (object: ValueObject, name: string): number =>
  object.items.findLastIndex((item) => item.name.text.toLowerCase() === name.toLowerCase());

/** The value at a path below another; of two attributes with one name in an object, the last. Undefined where nothing stands. */
export const below = (start: Value | undefined, path: Path): Value | undefined => {
  let value = start;
  for (const step of path) {
    if (typeof step === 'number') value = value?.kind === 'set' ? value.items[step] : undefined;
    else value = value?.kind === 'object' ? value.items[indexOfName(value, step)]?.value : undefined;
  }
  return value;
};

/** The value at a path from the outermost object, as `below`. */
export const get = (cfg: Cfg, path: Path): Value | undefined => below(cfg.root.value, path);

/** What to put in a value's place: undefined takes it away. The indentation is that of the line it begins on. */
type Change = (old: Value | undefined, indent: string) => Value | undefined;
type Site = { readonly path: Path; readonly indent: string; readonly newline: string; readonly change: Change };

const changed = (value: Value | undefined, site: Site): Value | undefined => {
  const [step, ...rest] = site.path;
  if (step === undefined) return site.change(value, site.indent);
  const inside = { ...site, path: rest };
  if (typeof step === 'number') {
    const item = value?.kind === 'set' ? value.items[step] : undefined;
    if (value?.kind !== 'set' || item === undefined) throw new RangeError(`no member ${step} in this set`);
    const fresh = changed(item, { ...inside, indent: indentOf(firstToken(item).lead) ?? site.indent + UNIT });
    if (fresh === item) return value;
    if (fresh === undefined) return { ...value, ...without(value, step, ofValues) };
    return { ...value, items: value.items.with(step, fresh) };
  }
  if (value !== undefined && value.kind !== 'object') throw new RangeError(`no attribute "${step}" outside an object`);
  const object =
    value ?? (releadValue(parseValue(render({ object: {} }, site.indent, site.newline)), ' ') as ValueObject);
  const index = indexOfName(object, step);
  const old = object.items[index];
  const fresh = changed(old?.value, { ...inside, indent: indentOf(old?.name.lead ?? '') ?? site.indent + UNIT });
  if (fresh === old?.value) return value;
  if (fresh === undefined) return { ...object, ...without(object, index, ofAttributes) };
  if (old !== undefined) return { ...object, items: object.items.with(index, { ...old, value: fresh }) };
  return { ...object, ...appended(object, newAttribute(step, fresh), { ...site, as: ofAttributes }) };
};

const edited = (cfg: Cfg, path: Path, change: Change): Cfg => {
  if (path.length === 0) throw new RangeError('the outermost object itself cannot be replaced or removed');
  const value = changed(cfg.root.value, { path, indent: '', newline: cfg.newline, change });
  return value === cfg.root.value || value?.kind !== 'object' ? cfg : { ...cfg, root: { ...cfg.root, value } };
};

/**
 * Writes a value at a path. Objects on the way that do not exist are made; a new attribute goes at the end of its
 * object. An equal scalar is left untouched, and a scalar keeps the quotes it had.
 *
 * @throws RangeError for a member number that does not exist, or a text the file cannot hold (see `unstorable`).
 */
export const set = (cfg: Cfg, path: Path, value: NewValue): Cfg =>
  edited(cfg, path, (old, indent) => {
    const text = typeof value === 'string' ? value : 'quoted' in value ? value.quoted : undefined;
    if (text !== undefined && old?.kind === 'scalar') {
      if (scalarOf(old) === text) return old;
      const token = scalarText(text, old.token.kind === 'string' || typeof value !== 'string');
      return releadValue(parseValue(token), old.token.lead);
    }
    return releadValue(parseValue(render(value, indent, cfg.newline)), old === undefined ? ' ' : firstToken(old).lead);
  });

/** Takes away an attribute or a member of a set, with its line; comments stay. Nothing there: nothing happens. */
export const remove = (cfg: Cfg, path: Path): Cfg =>
  get(cfg, path) === undefined ? cfg : edited(cfg, path, () => undefined);

/** Adds an object at the end of a set of objects; makes the set where it is missing. */
export const insertObject = (cfg: Cfg, path: Path, object: Readonly<Record<string, NewValue>>): Cfg =>
  edited(cfg, path, (old, indent) => {
    if (old?.kind !== 'set') return releadValue(parseValue(render([{ object }], indent, cfg.newline)), ' ');
    const last = old.items.at(-1);
    const inner = last === undefined ? undefined : indentOf(firstToken(last).lead);
    const own = inner?.endsWith(UNIT) === true ? inner.slice(UNIT.length) : indent;
    const item = parseValue(render({ object }, own + UNIT, cfg.newline));
    return { ...old, ...appended(old, item, { as: ofValues, indent: own, newline: cfg.newline }) };
  });

/**
 * Puts the members of a set in another order: member `order[n]` comes to stand at place `n`. Each keeps the comments
 * before it.
 *
 * @throws RangeError when `order` does not name every member once.
 */
export const reorder = (cfg: Cfg, path: Path, order: readonly number[]): Cfg =>
  edited(cfg, path, (old) => {
    if (old?.kind !== 'set' || new Set(order).size !== old.items.length)
      throw new RangeError('an order names every member once');
    if (order.every((from, to) => from === to)) return old;
    return {
      ...old,
      items: order.map((from) => {
        const item = old.items[from];
        if (item === undefined) throw new RangeError(`no member ${from} in this set`);
        return item;
      }),
    };
  });

/** A whole new file: `Server { ... }` in the product's style. */
export const newCfgText = (object: Readonly<Record<string, NewValue>>): string =>
  `Server ${render({ object }, '', '\n')}\n`;
