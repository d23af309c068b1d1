// The reference page of all settings, written from the schema that the form, the defaults and the checks come from.
import type { z } from '../../core/contract/schema.ts';
import type { Meta } from '../../core/contract/settings/leaf.ts';
import { groups } from '../../core/contract/settings/settings.ts';
import { bare, defaultOf, itemOf, metaOf, shapeOf } from '../../core/formats/settingsTree.ts';

/** One table a group: path, what it does, unit and range, default with its basis, source. */
export function settingsReference(): string {
  const parts = Object.entries(groups).map(([name, schema]) => {
    const { title = name, help = '' } = metaOf(schema);
    const rows = leaves(schema, name).map(row);
    return `## ${title}\n\n${cell(help)}\n\n| Setting | What it does | Range | Default | Source |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}\n`;
  });
  const head = [
    '# Settings',
    '',
    'Written by `npm run format` from the schemas beside this page; do not edit it. A default, limit or meaning of the',
    'modelled product is *observed* (in a saved configuration or on the wire), *documented*, or *assumed*; what it does not',
    'have is *ours*. `[]` stands for a position in a list.',
    '',
  ];
  return `${head.join('\n')}\n${parts.join('\n')}`;
}

interface Leaf {
  readonly path: string;
  readonly schema: z.core.$ZodType;
}

function leaves(schema: z.core.$ZodType, path: string): Leaf[] {
  const shape = shapeOf(schema);
  if (shape) return Object.entries(shape).flatMap(([key, member]) => leaves(member, `${path}.${key}`));
  const item = itemOf(schema);
  if (item && shapeOf(item)) return leaves(item, `${path}[]`);
  return [{ path, schema }];
}

function row({ path, schema }: Leaf): string {
  const meta = metaOf(schema);
  const value = defaultOf(schema);
  const shown = value === undefined ? 'none: must be written' : `\`${JSON.stringify(value)}\``;
  const basis = meta.basis === undefined ? '' : ` (${meta.basis})`;
  return `| \`${path}\` | **${cell(meta.title ?? '')}.** ${cell([meta.help ?? '', ...meant(meta)].join(' '))} | ${range(schema)} | ${shown}${basis} | ${cell(meta.source ?? '')} |`;
}

/** What each word of a choice does, where it says so. */
function meant({ options = [] }: Partial<Meta>): string[] {
  return options.flatMap(({ value, help }) => (help === undefined ? [] : [`\`${value}\`: ${help}`]));
}

function range(schema: z.core.$ZodType): string {
  const { kind, min, max, unit = '', options } = metaOf(schema);
  if (options) return options.map(({ value }) => `\`${value}\``).join(', ');
  if (min !== undefined && max !== undefined)
    return `${min} to ${max} ${unit}${kind === 'limit' ? ', or `unlimited`' : ''}`.trim();
  return bare(schema).constructor.name === 'ZodBoolean' || kind === 'flag' ? '`true`, `false`' : (kind ?? '');
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
