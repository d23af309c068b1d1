// The files that are written by code from something else in the tree; the gate compares them with what it would write.

import { scenarioJsonSchema, settingsJsonSchema } from '../../core/formats/jsonSchema.ts';
import { settingsReference } from './reference.ts';

export type Generated = {
  /** Path from the root of the repository. */
  readonly file: string;
  /** The whole text; what prettier knows how to format is formatted before it is compared or written. */
  readonly make: () => string | Promise<string>;
};

export const generated: readonly Generated[] = [
  { file: 'core/contract/settings/README.md', make: settingsReference },
  { file: 'core/contract/settings.schema.json', make: () => JSON.stringify(settingsJsonSchema()) },
  { file: 'core/contract/scenario.schema.json', make: () => JSON.stringify(scenarioJsonSchema()) },
];
