// The version of the program, as its package says.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const manifest = readFileSync(join(fileURLToPath(import.meta.url), '..', '..', '..', 'package.json'), 'utf8');

export const { version } = JSON.parse(manifest) as { readonly version: string };
