// How a client logs in with each mechanism there is, by its name.
import { type MechanismName, mechanismTable } from '../../contract/mechanisms.ts';
import { cramMd5 } from './cramMd5.ts';
import { login } from './login.ts';
import type { ClientMechanism } from './mechanism.ts';
import { plain } from './plain.ts';

/** In transition: a mechanism that no client here speaks yet. */
const missing = (name: MechanismName): ClientMechanism => ({
  faults: [],
  takes: ['password', 'token', 'authzid', 'binding'],
  initial: 'serverFirst' in mechanismTable[name] ? 'never' : 'usual',
  start: () => ({ next: () => ({ cancel: `this client cannot speak ${name} yet` }) }),
});

export const clientMechanisms: Readonly<Record<MechanismName, ClientMechanism>> = {
  'SCRAM-SHA-256-PLUS': missing('SCRAM-SHA-256-PLUS'),
  'SCRAM-SHA-1-PLUS': missing('SCRAM-SHA-1-PLUS'),
  'SCRAM-SHA-256': missing('SCRAM-SHA-256'),
  'SCRAM-SHA-1': missing('SCRAM-SHA-1'),
  GSSAPI: missing('GSSAPI'),
  EXTERNAL: missing('EXTERNAL'),
  OAUTHBEARER: missing('OAUTHBEARER'),
  XOAUTH2: missing('XOAUTH2'),
  'CRAM-MD5': cramMd5,
  'DIGEST-MD5': missing('DIGEST-MD5'),
  PLAIN: plain,
  LOGIN: login,
};
