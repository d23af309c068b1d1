// The mechanisms there are, by name; which of them are offered is policy's. Nobody else knows them by name.
import { cramMd5 } from './cramMd5.ts';
import { login } from './login.ts';
import type { Mechanism } from './mechanism.ts';
import { plain } from './plain.ts';

export const mechanisms: ReadonlyMap<string, Mechanism> = new Map(
  [plain, login, cramMd5].map((mechanism) => [mechanism.name, mechanism]),
);
