// Probes of bearer tokens: which are taken, and what a client is told whose token is not.
import { keySet, token as signed } from '../sasl/tokens.ts';
import { type Lab, token as opaque } from './lab.ts';
import { type Probes, seen } from './probe.ts';

const base64 = (text: string) => Buffer.from(text).toString('base64');

/** Whose login a token makes, or what is told of its refusal. */
async function bearer(lab: Lab, token: string): Promise<unknown> {
  const client = await lab.greeted();
  const reply = await client.ask(`AUTH OAUTHBEARER ${base64(`n,,\x01auth=Bearer ${token}\x01\x01`)}`);
  if (reply.startsWith('235')) return lab.findings().find(({ check }) => check === 'credentials')?.evidence?.['user'];
  const told: unknown = JSON.parse(Buffer.from(reply.slice(4), 'base64').toString());
  return { told, code: (await client.ask('AQ==')).slice(0, 3) };
}

const signedNow = (lab: Lab, over: { readonly exp?: number } = {}) => {
  const now = Math.floor(lab.world.now() / 1000);
  return bearer(lab, signed({ claims: { iat: now - 600, nbf: now - 600, exp: now + (over.exp ?? 600) } }));
};

const refused = { told: { status: 'invalid_token' }, code: '535' };
const given = (oauth: object) => ({ authentication: { clear: ['OAUTHBEARER' as const], oauth } });
const ann = 'ann@gate.example';

export const oauth: Probes = {
  'authentication.oauth.tokens': seen(
    [
      [true, 'test'],
      [false, refused],
    ],
    (lab) => bearer(lab, opaque),
    given({ keySet }),
  ),
  'authentication.oauth.keySet': seen(
    [
      ['', refused],
      [keySet, ann],
    ],
    (lab) => signedNow(lab),
    given({}),
  ),
  'authentication.oauth.issuer': seen(
    [
      ['https://login.example', ann],
      ['https://other.example', refused],
    ],
    (lab) => signedNow(lab),
    given({ keySet }),
  ),
  'authentication.oauth.audience': seen(
    [
      ['smtp', ann],
      ['imap', refused],
    ],
    (lab) => signedNow(lab),
    given({ keySet }),
  ),
  'authentication.oauth.userClaim': seen(
    [
      ['email', ann],
      ['sub', 'subject-1'],
      ['upn', refused],
    ],
    (lab) => signedNow(lab),
    given({ keySet }),
  ),
  'authentication.oauth.scopes': seen(
    [
      [['mail.send', 'other'], ann],
      [['mail.send', 'admin'], { told: { status: 'insufficient_scope', scope: 'mail.send admin' }, code: '535' }],
    ],
    (lab) => signedNow(lab),
    given({ keySet }),
  ),
  'authentication.oauth.clockSkew': seen(
    [
      [0, refused],
      [60, ann],
    ],
    (lab) => signedNow(lab, { exp: -30 }),
    given({ keySet }),
  ),
  'authentication.oauth.configuration': seen(
    [
      ['', refused],
      [
        'https://login.example/.well-known/openid-configuration',
        {
          told: {
            status: 'invalid_token',
            'openid-configuration': 'https://login.example/.well-known/openid-configuration',
          },
          code: '535',
        },
      ],
    ],
    (lab) => bearer(lab, 'nobodys'),
    given({}),
  ),
};
