// The warnings of a whole configuration: what each setting says of its own value, place by place.
import { type Advice, warningsOf } from '../contract/advice.ts';
import type { z } from '../contract/schema.ts';
import { type Settings, settingsSchema } from '../contract/settings/settings.ts';
import { isList, isMapping, itemOf, metaOf, shapeOf } from './settingsTree.ts';

/** In the order of the schema; of defaults as well, since what is risky stays so when nobody has chosen it. */
export function settingsWarnings(settings: Settings): readonly Advice[] {
  return under(settingsSchema, settings, '');
}

function under(schema: z.core.$ZodType, value: unknown, path: string): readonly Advice[] {
  const shape = shapeOf(schema);
  if (shape && isMapping(value)) {
    const begin = path === '' ? '' : `${path}.`;
    return Object.entries(shape).flatMap(([key, each]) => under(each, value[key], `${begin}${key}`));
  }
  const item = itemOf(schema);
  if (item && shapeOf(item) && isList(value))
    return value.flatMap((each, index) => under(item, each, `${path}.${index}`));
  return warningsOf(metaOf(schema).warn ?? [], value).map((text) => ({ path, text }));
}
