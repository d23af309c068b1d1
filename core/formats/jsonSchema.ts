// The JSON Schemas of configurations and scenarios, made from zod: what an editor needs to complete and check them.
import { scenarioSchema } from '../contract/scenario.ts';
import { z } from '../contract/schema.ts';
import type { Meta } from '../contract/settings/leaf.ts';
import { settingsSchema } from '../contract/settings/settings.ts';

/** A JSON Schema, draft 7: the newest that editors' YAML servers understand throughout. */
export type JsonSchema = { readonly [key: string]: unknown };

/** What our leaves carry beside what JSON Schema knows; told in the description instead. */
const OURS = [
  'help',
  'unit',
  'source',
  'basis',
  'restarts',
  'warn',
  'kind',
  'options',
  'min',
  'max',
  'placeholder',
  'ordered',
] as const;

const described = (meta: Partial<Meta>): string => {
  const unit = meta.unit === undefined ? '' : ` Unit: ${meta.unit}.`;
  const source = meta.source === undefined ? '' : ` Source: ${meta.source} (${meta.basis}).`;
  return `${meta.help}${unit}${source}`;
};

/** Turns our metadata into title, description and the descriptions of choices. */
const told = (json: Record<string, unknown>): void => {
  const meta = json as Partial<Meta>;
  if (meta.help !== undefined) json.description = described(meta);
  if (Array.isArray(json.enum)) json.enumDescriptions = meta.options?.map((option) => option.help ?? option.title);
  for (const key of OURS) delete json[key];
  for (const [key, value] of Object.entries(json)) if (value === undefined) delete json[key];
};

const jsonSchemaOf = (schema: z.ZodType, title: string): JsonSchema => ({
  ...z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => told(jsonSchema as Record<string, unknown>),
  }),
  title,
});

/** The schema of a configuration, as `gatehouse schema` writes it. */
export const settingsJsonSchema = (): JsonSchema => jsonSchemaOf(settingsSchema, 'Gatehouse configuration');

/** Points what a scenario says of its settings to the schema of settings, in the scenario and in each of its cases. */
const withSettings = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(withSettings);
  if (typeof json !== 'object' || json === null) return json;
  const entries = Object.entries(json).map(([key, inner]) => {
    const isSettings = key === 'settings' && (inner as JsonSchema).type === 'object';
    return [key, isSettings ? { $ref: '#/definitions/settings' } : withSettings(inner)];
  });
  return Object.fromEntries(entries);
};

/** In a scenario a mapping in place of the listeners is laid on each of them. */
const withEachListener = (settings: JsonSchema) => {
  const properties = settings.properties as Readonly<Record<string, JsonSchema>>;
  const { items, ...list } = properties.listeners ?? {};
  const { required, ...listener } = (items ?? {}) as JsonSchema;
  const each = { $ref: '#/definitions/listener' };
  const listeners = { anyOf: [{ ...list, items: { allOf: [each, { required }] } }, each] };
  return { settings: { ...settings, properties: { ...properties, listeners } }, listener };
};

/** The schema of a scenario file; its `settings` are completed and checked as settings are. */
export const scenarioJsonSchema = (): JsonSchema => {
  const json = withSettings(jsonSchemaOf(scenarioSchema, 'Gatehouse scenario')) as JsonSchema;
  const { $schema: _, ...settings } = settingsJsonSchema();
  return { ...json, definitions: { ...(json.definitions as object | undefined), ...withEachListener(settings) } };
};
