// The settings as a tree of plain values beside the schema that describes it: what a place holds, allows and defaults to.
import { z } from '../contract/schema.ts';
import type { Meta } from '../contract/settings/leaf.ts';

/** Steps from the outermost mapping: keys, and numbers in lists from 0. */
export type TreePath = readonly (string | number)[];

/** A schema without what wraps it: defaults, optionality. */
export const bare = (schema: z.core.$ZodType): z.core.$ZodType => {
  if (schema instanceof z.ZodDefault || schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional) {
    return bare(schema.def.innerType);
  }
  return schema;
};

/** The members of a mapping's schema; undefined for anything else. */
export const shapeOf = (schema: z.core.$ZodType): Readonly<Record<string, z.core.$ZodType>> | undefined => {
  const inner = bare(schema);
  return inner instanceof z.ZodObject ? inner.shape : undefined;
};

/** The schema of a list's items; undefined for anything else. */
export const itemOf = (schema: z.core.$ZodType): z.core.$ZodType | undefined => {
  const inner = bare(schema);
  return inner instanceof z.ZodArray ? inner.element : undefined;
};

/** The schema at a path, or undefined where the schema has no such place. */
export const schemaAt = (schema: z.core.$ZodType, path: TreePath): z.core.$ZodType | undefined =>
  path.reduce<z.core.$ZodType | undefined>((at, step) => {
    if (at === undefined) return undefined;
    return typeof step === 'number' || step === '*' ? itemOf(at) : shapeOf(at)?.[step];
  }, schema);

/** What a leaf tells about itself; empty where nothing was said. */
export const metaOf = (schema: z.core.$ZodType | undefined): Partial<Meta> =>
  (schema instanceof z.ZodType && schema.meta()) || {};

/** What a place holds when nothing is written there; undefined where something must be written. */
export const defaultOf = (schema: z.core.$ZodType): unknown => z.safeParse(schema, undefined).data;

/** Whether a place may hold a value. */
export const accepts = (schema: z.core.$ZodType, value: unknown): boolean => z.safeParse(schema, value).success;

export const isMapping = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

export const isList = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/** Whether two plain values are equal; the order of keys does not matter, that of lists does. */
export const equal = (one: unknown, other: unknown): boolean => {
  if (isList(one) && isList(other)) return one.length === other.length && one.every((item, n) => equal(item, other[n]));
  if (!isMapping(one) || !isMapping(other)) return Object.is(one, other);
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && equal(one[key], other[key]));
};

/** The value at a path, or undefined. */
export const valueAt = (tree: unknown, path: TreePath): unknown =>
  path.reduce<unknown>((at, step) => {
    if (typeof step === 'number') return isList(at) ? at[step] : undefined;
    return isMapping(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }, tree);

/** The tree with another value at a path of keys; mappings on the way are made. */
export const withValueAt = (
  tree: unknown,
  path: readonly string[],
  value: unknown,
): Readonly<Record<string, unknown>> => {
  const [step, ...rest] = path;
  if (step === undefined) throw new RangeError('a value needs a path');
  const here = isMapping(tree) ? tree : {};
  return { ...here, [step]: rest.length === 0 ? value : withValueAt(here[step], rest, value) };
};

/** Mappings and lists of the schema that stand empty in the text ("errors:" and nothing below it) count as not written. */
export const withoutEmpty = (value: unknown, schema: z.core.$ZodType | undefined): unknown => {
  if (schema === undefined) return value;
  if (isList(value)) return value.map((item) => withoutEmpty(item, itemOf(schema)));
  const shape = shapeOf(schema);
  if (!isMapping(value) || shape === undefined) return value;
  const entries = Object.entries(value).filter(([key, inner]) => {
    const known = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return inner !== null || known === undefined || (shapeOf(known) === undefined && itemOf(known) === undefined);
  });
  return Object.fromEntries(
    entries.map(([key, inner]) => [key, withoutEmpty(inner, Object.hasOwn(shape, key) ? shape[key] : undefined)]),
  );
};

/** Keys that name an item of a list: written even where they equal their default, and used to find the item again. */
const NAMING = ['name', 'ipSet'] as const;

/** What an item of a list is known by. */
export const nameOf = (item: unknown): string => {
  const name = isMapping(item) ? NAMING.map((key) => item[key]).find((value) => value !== undefined) : undefined;
  return JSON.stringify(name ?? item);
};

/**
 * What a person would have to write for a value: everything that equals its default is left out. Undefined when nothing
 * needs to be written.
 */
export const minimal = (value: unknown, schema: z.core.$ZodType): unknown => {
  if (equal(value, defaultOf(schema))) return undefined;
  const shape = shapeOf(schema);
  if (shape !== undefined && isMapping(value)) return minimalMapping(value, shape);
  const item = itemOf(schema);
  const itemShape = item && shapeOf(item);
  if (itemShape !== undefined && isList(value)) {
    return value.map((one) => (isMapping(one) ? minimalMapping(one, itemShape) : one));
  }
  return value;
};

const minimalMapping = (
  value: Readonly<Record<string, unknown>>,
  shape: Readonly<Record<string, z.core.$ZodType>>,
): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(shape).flatMap(([key, schema]): readonly (readonly [string, unknown])[] => {
      if (value[key] === undefined) return [];
      const least = (NAMING as readonly string[]).includes(key) ? value[key] : minimal(value[key], schema);
      return least === undefined ? [] : [[key, least]];
    }),
  );
