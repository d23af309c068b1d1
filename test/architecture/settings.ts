// The law of settings: every leaf tells what a person needs to know about it; a pure function over the schema.
import type { z } from '../../core/contract/schema.ts';

type Def = {
  readonly type: string;
  readonly innerType?: z.ZodType;
  readonly element?: z.ZodType;
  readonly shape?: Readonly<Record<string, z.ZodType>>;
  readonly in?: z.ZodType;
};

const told = ['title', 'help', 'source', 'basis'] as const;
const bases = ['observed', 'documented', 'assumed', 'ours'];
const wrappers = ['default', 'prefault', 'optional', 'nullable', 'readonly', 'catch', 'nonoptional'];

/** What is missing, as `path: no help`. */
export function undescribed(shape: Readonly<Record<string, z.ZodType>>, path = ''): readonly string[] {
  return Object.entries(shape).flatMap(([name, schema]) => {
    const here = path === '' ? name : `${path}.${name}`;
    const meta = metaOf(schema);
    const missing: string[] = told.filter((key) => typeof meta[key] !== 'string' || meta[key].trim() === '');
    if (typeof meta.basis === 'string' && !bases.includes(meta.basis)) missing.push('known basis');
    const inner = unwrap(schema);
    const isNumber = defOf(inner).type === 'number' || meta.kind === 'whole' || meta.kind === 'limit';
    if (isNumber && (meta.min === undefined || meta.max === undefined)) missing.push('range');
    return [...missing.map((key) => `${here}: no ${key}`), ...within(inner, here)];
  });
}

function within(schema: z.ZodType, path: string): readonly string[] {
  const { type, shape, element } = defOf(schema);
  if (type === 'object' && shape) return undescribed(shape, path);
  if (type === 'array' && element) return within(unwrap(element), `${path}[]`);
  return [];
}

function unwrap(schema: z.ZodType): z.ZodType {
  const { type, innerType, in: input } = defOf(schema);
  if (innerType && wrappers.includes(type)) return unwrap(innerType);
  return type === 'pipe' && input ? unwrap(input) : schema;
}

/** A wrapper, such as optional(), may stand around what was described. */
function metaOf(schema: z.ZodType): Readonly<Record<string, unknown>> {
  const { innerType } = defOf(schema);
  return schema.meta() ?? (innerType ? metaOf(innerType) : {});
}

function defOf(schema: z.ZodType): Def {
  return schema.def;
}
