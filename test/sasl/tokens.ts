// Signed tokens for tests: keys of every kind, their key set, and tokens that are good but for what a test says.
import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export const now = 1_800_000_000_000;
const seconds = now / 1000;

const pairs = {
  rsa: generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'P-256': generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  'P-384': generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  'P-521': generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ed25519: generateKeyPairSync('ed25519'),
};

const keys = {
  RS256: { pair: 'rsa', hash: 'sha256' },
  RS512: { pair: 'rsa', hash: 'sha512' },
  PS256: { pair: 'rsa', hash: 'sha256', padding: 6, saltLength: 32 },
  ES256: { pair: 'P-256', hash: 'sha256', dsaEncoding: 'ieee-p1363' },
  ES384: { pair: 'P-384', hash: 'sha384', dsaEncoding: 'ieee-p1363' },
  ES512: { pair: 'P-521', hash: 'sha512', dsaEncoding: 'ieee-p1363' },
  EdDSA: { pair: 'ed25519', hash: null },
} as const;
export type Signing = keyof typeof keys;
export const signings = Object.keys(keys) as readonly Signing[];

const jwk = (key: KeyObject, over: object = {}) => ({ ...key.export({ format: 'jwk' }), ...over });

/** All of them, each with its own name. */
export const keySet = JSON.stringify({
  keys: Object.entries(pairs).map(([kid, { publicKey }]) => jwk(publicKey, { kid })),
});

/** Of one key, changed as a test says. */
export const keySetOf = (name: keyof typeof pairs, over: object = {}) =>
  JSON.stringify({ keys: [jwk(pairs[name].publicKey, over)] });

export const weakKeys = generateKeyPairSync('rsa', { modulusLength: 1024 });
export const weakKeySet = JSON.stringify({ keys: [jwk(weakKeys.publicKey)] });

export const claims = {
  iss: 'https://login.example',
  aud: 'smtp',
  sub: 'subject-1',
  email: 'ann@gate.example',
  scope: 'mail.send other',
  iat: seconds - 60,
  nbf: seconds - 60,
  exp: seconds + 600,
};

export interface Wanted {
  readonly by?: Signing;
  readonly claims?: object;
  readonly header?: object;
  readonly key?: KeyObject;
}

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A token; `claims` on top of the good ones, undefined for one that is left out. */
export function token({ by = 'RS256', claims: over = {}, header = {}, key }: Wanted = {}): string {
  const { pair, hash, ...options } = keys[by];
  const input = `${part({ alg: by, typ: 'JWT', kid: pair, ...header })}.${part({ ...claims, ...over })}`;
  return `${input}.${sign(hash, Buffer.from(input), { key: key ?? pairs[pair].privateKey, ...options }).toString('base64url')}`;
}

/** Forged: signed by nobody, or with a public key for a shared secret. */
export const unsigned = (alg = 'none') => `${part({ alg })}.${part(claims)}.`;
export function confused(): string {
  const input = `${part({ alg: 'HS256', kid: 'rsa' })}.${part(claims)}`;
  const pem = pairs.rsa.publicKey.export({ type: 'spki', format: 'pem' });
  return `${input}.${createHmac('sha256', pem).update(input).digest('base64url')}`;
}
