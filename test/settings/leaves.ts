// The leaves of the settings schema by dotted path, list positions left out, and settings in which one leaf has a given value.
import type { z } from '../../core/contract/schema.ts';
import { groups, type SettingsInput } from '../../core/contract/settings/settings.ts';

/** One setting a person can change, e.g. `listeners.flow.peerMaxConnections`. */
export interface Leaf {
  readonly path: string;
  readonly kind: string;
  readonly help: string;
  /** The words of a choice or set. */
  readonly options: readonly string[];
}

type Def = {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
};

interface Meta {
  readonly kind?: string;
  readonly help?: string;
  readonly options?: readonly { readonly value: string }[];
}

const defOf = (schema: z.ZodType): Def => schema.def;

function unwrap(schema: z.ZodType): z.ZodType {
  const { innerType } = defOf(schema);
  return innerType ? unwrap(innerType) : schema;
}

function metaOf(schema: z.ZodType): Meta {
  const { innerType } = defOf(schema);
  return (schema.meta() as Meta | undefined) ?? (innerType ? metaOf(innerType) : {});
}

function leavesUnder(schema: z.ZodType, path: string): Leaf[] {
  const inner = unwrap(schema);
  const { type, shape, element } = defOf(inner);
  if (type === 'object' && shape)
    return Object.entries(shape).flatMap(([key, each]) => leavesUnder(each, path === '' ? key : `${path}.${key}`));
  // A list of records is walked into; a list of words or texts is one leaf.
  if (type === 'array' && element && defOf(unwrap(element)).type === 'object') return leavesUnder(element, path);
  const { kind = '', help = '', options = [] } = metaOf(schema);
  return [{ path, kind, help, options: options.map(({ value }) => value) }];
}

/** What an import carries along; it changes nothing here, and says so. */
const carried = 'carried';

export const leaves: readonly Leaf[] = Object.entries(groups)
  .filter(([group]) => group !== carried)
  .flatMap(([group, schema]) => leavesUnder(schema, group));

type Tree = { [key: string]: unknown };

/** `given` with the leaf at `path` set to `value`; of a list on the way, the first item is meant. */
export function withValue(given: SettingsInput, path: string, value: unknown): SettingsInput {
  // Through JSON: two places that share an object must not change together.
  const copy = JSON.parse(JSON.stringify(given)) as Tree;
  const keys = path.split('.');
  const last = keys.pop() ?? '';
  let at: Tree = copy;
  for (const key of keys) {
    const next = (at[key] ??= {});
    if (!Array.isArray(next)) at = next as Tree;
    else if (next.length > 0) at = next[0] as Tree;
    else throw new Error(`${path}: ${key} has no item to change`);
  }
  at[last] = value;
  return copy;
}
