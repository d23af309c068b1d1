// Literal bytes in a scenario: text with escapes, or such a text repeated.
import { z } from './schema.ts';

export const bytes = z
  .union([
    z.string(),
    z.strictObject({ repeat: z.string(), times: z.number().int().min(1).max(10_000_000) }).meta({ title: 'repeat' }),
  ])
  .meta({ description: 'Text with the escapes \\r \\n \\t \\0 \\\\ and \\xHH, or such a text repeated.' });

export const literal = z.union([bytes, z.array(bytes).min(1)]);
