// The mechanisms there are, by name; which of them are offered is policy's. Nobody else knows them by name.
import { cramMd5 } from './cramMd5.ts';
import { digestMd5 } from './digestMd5.ts';
import { gssapi } from './gssapi.ts';
import { login } from './login.ts';
import type { Mechanism } from './mechanism.ts';
import { plain } from './plain.ts';
import { scramSha1, scramSha1Plus, scramSha256, scramSha256Plus } from './scram.ts';

const all: readonly Mechanism[] = [
  plain,
  login,
  cramMd5,
  digestMd5,
  scramSha1,
  scramSha1Plus,
  scramSha256,
  scramSha256Plus,
  gssapi,
];

export const mechanisms: ReadonlyMap<string, Mechanism> = new Map(all.map((mechanism) => [mechanism.name, mechanism]));
