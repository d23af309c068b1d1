// The mechanisms there are, by name; which of them are offered is policy's. Nobody else knows them by name.
import { cramMd5 } from './cramMd5.ts';
import { digestMd5 } from './digestMd5.ts';
import { external } from './external.ts';
import { gssapi } from './gssapi.ts';
import { login } from './login.ts';
import type { Mechanism } from './mechanism.ts';
import { oauthbearer } from './oauthbearer.ts';
import { plain } from './plain.ts';
import { scramSha1, scramSha1Plus, scramSha256, scramSha256Plus } from './scram.ts';
import { xoauth2 } from './xoauth2.ts';

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
  external,
  oauthbearer,
  xoauth2,
];

export const mechanisms: ReadonlyMap<string, Mechanism> = new Map(all.map((mechanism) => [mechanism.name, mechanism]));
