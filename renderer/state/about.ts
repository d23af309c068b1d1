// What is known about a setting by its path: title, help, unit, source, basis, and its value.
import { z } from '../../core/contract/schema.ts';
import type { Meta } from '../../core/contract/settings/leaf.ts';
import { type Settings, settingsSchema } from '../../core/contract/settings/settings.ts';

/** What a setting says about itself; undefined when the path names none. List indexes count as in `listeners.0.flow`. */
export function aboutSetting(path: string): Meta | undefined {
  let schema: z.ZodType | undefined = settingsSchema;
  for (const key of path.split('.')) {
    schema = memberOf(bare(schema), key);
    if (!schema) return undefined;
  }
  return metaOf(schema);
}

function metaOf(schema: z.ZodType): Meta | undefined {
  const meta = schema.meta() as Meta | undefined;
  if (meta !== undefined) return meta;
  const inner = bare(schema);
  return inner === schema ? undefined : (inner.meta() as Meta | undefined);
}

/** The schema without its default. */
function bare(schema: z.ZodType): z.ZodType {
  let now = schema;
  while (now instanceof z.ZodDefault || now instanceof z.ZodPrefault || now instanceof z.ZodOptional) {
    now = now.def.innerType as z.ZodType;
  }
  return now;
}

function memberOf(schema: z.ZodType, key: string): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return (schema.shape as Record<string, z.ZodType>)[key];
  if (schema instanceof z.ZodArray && /^\d+$/.test(key)) return schema.element as z.ZodType;
  return undefined;
}

/** The value at a path; undefined when there is none. */
export function valueAt(settings: Settings, path: string): unknown {
  let value: unknown = settings;
  for (const key of path.split('.')) {
    if (typeof value !== 'object' || value === null) return undefined;
    value = (value as Record<string, unknown>)[key];
  }
  return value;
}
