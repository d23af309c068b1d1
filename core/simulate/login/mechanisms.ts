// How a client logs in with each mechanism there is, by its name.
import type { MechanismName } from '../../contract/mechanisms.ts';
import { oauthbearer, xoauth2 } from './bearer.ts';
import { cramMd5 } from './cramMd5.ts';
import { digestMd5 } from './digestMd5.ts';
import { external } from './external.ts';
import { gssapi } from './gssapi.ts';
import { login } from './login.ts';
import type { ClientMechanism } from './mechanism.ts';
import { plain } from './plain.ts';
import { scram } from './scram.ts';

export const clientMechanisms: Readonly<Record<MechanismName, ClientMechanism>> = {
  'SCRAM-SHA-256-PLUS': scram({ hash: 'sha256', plus: true }),
  'SCRAM-SHA-1-PLUS': scram({ hash: 'sha1', plus: true }),
  'SCRAM-SHA-256': scram({ hash: 'sha256', plus: false }),
  'SCRAM-SHA-1': scram({ hash: 'sha1', plus: false }),
  GSSAPI: gssapi,
  EXTERNAL: external,
  OAUTHBEARER: oauthbearer,
  XOAUTH2: xoauth2,
  'CRAM-MD5': cramMd5,
  'DIGEST-MD5': digestMd5,
  PLAIN: plain,
  LOGIN: login,
};
