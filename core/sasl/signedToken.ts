// Signed tokens: JWTs (RFC 7519) checked against the key set of the settings, without asking anybody.
import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { type Algorithm, createDecoder, createVerifier, TokenError } from 'fast-jwt';
import type { Settings } from '../contract/settings/settings.ts';
import { type Field, shown } from './said.ts';

type OAuth = Settings['authentication']['oauth'];

/** What a good token says. */
export interface Vouched {
  /** The name in `authentication.oauth.userClaim`; whether anybody has it is another question. */
  readonly user: string;
  /** Its `sub`. */
  readonly subject?: string;
}

/** Why a token will not do, in the words of RFC 6750 section 3.1. */
export interface Unfit {
  readonly status: 'invalid_token' | 'insufficient_scope';
  /** Private. */
  readonly detail: string;
}

interface Key {
  readonly kid?: string;
  readonly algorithms: readonly Algorithm[];
  readonly pem: string;
}

const rsa = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'] as const;
/** RFC 7518 section 3.4; RFC 8037. No shared secret, and never `none`: whoever makes a token must not be who checks it. */
const byCurve: ReadonlyMap<unknown, readonly Algorithm[]> = new Map([
  ['P-256', ['ES256']],
  ['P-384', ['ES384']],
  ['P-521', ['ES512']],
  ['Ed25519', ['EdDSA']],
  ['Ed448', ['EdDSA']],
]);
const taken: ReadonlySet<string> = new Set([...rsa, ...[...byCurve.values()].flat()]);
/** RFC 7518 section 3.3. */
const leastRsaBits = 2048;
/** Characters of a claim that are told. */
const mostTold = 200;

const decode = createDecoder({ complete: true });
const kept = new WeakMap<OAuth, readonly Key[]>();

/** Whether it has the three parts of a signed token (RFC 7515 section 3.1). */
export function isSigned(token: string): boolean {
  return /^[\w-]+\.[\w-]+\.[\w-]*$/.test(token);
}

/** What a signed token says of itself, true or not; its signature is not among it. */
export function toldBy(token: string): readonly Field[] {
  const read = decoded(token);
  if (!read) return [];
  const { alg, kid } = read.header;
  const { iss, aud, sub, exp } = read.payload;
  return Object.entries({ alg, kid, iss, aud, sub, exp }).flatMap(([name, value]) => {
    const text = Array.isArray(value) ? value.filter((one) => typeof one === 'string').join(' ') : value;
    if (typeof text !== 'string' && typeof text !== 'number') return [];
    return [shown(name, String(text).slice(0, mostTold))];
  });
}

interface Decoded {
  readonly header: Readonly<Record<string, unknown>>;
  readonly payload: Readonly<Record<string, unknown>>;
}

function decoded(token: string): Decoded | undefined {
  if (!isSigned(token)) return undefined;
  try {
    return decode(token) as Decoded;
  } catch {
    return undefined;
  }
}

/** `now`: wall clock, ms since 1970. */
export function checkSigned(token: string, oauth: OAuth, now: number): Vouched | Unfit {
  const read = decoded(token);
  if (!read) return unfit('it is no signed token that can be read');
  const { alg, kid } = read.header;
  if (typeof alg !== 'string' || !taken.has(alg)) return unfit('it is signed in a way that is not taken');
  // A key without a name may be any; a token without one may be signed by any.
  const candidates = keysOf(oauth).filter(
    (key) =>
      key.algorithms.includes(alg as Algorithm) && (kid === undefined || key.kid === undefined || key.kid === kid),
  );
  if (candidates.length === 0) return unfit('no key of the key set is of its name (kid) and algorithm');
  for (const key of candidates) {
    const outcome = verified(token, key, { oauth, now });
    if (outcome === 'wrong-key') continue;
    return 'claims' in outcome ? vouched(outcome.claims, oauth, now) : outcome;
  }
  return unfit('its signature is not that of any key of the key set');
}

type Claims = Decoded['payload'];

function verified(
  token: string,
  { pem, algorithms }: Key,
  { oauth, now }: { readonly oauth: OAuth; readonly now: number },
): { readonly claims: Claims } | Unfit | 'wrong-key' {
  const { issuer, audience, clockSkew } = oauth;
  try {
    const verify = createVerifier({
      key: pem,
      algorithms: [...algorithms],
      clockTimestamp: now,
      clockTolerance: clockSkew * 1000,
      requiredClaims: ['exp', ...(issuer === '' ? [] : ['iss']), ...(audience === '' ? [] : ['aud'])],
      ...(issuer !== '' && { allowedIss: issuer }),
      ...(audience !== '' && { allowedAud: audience }),
    });
    return { claims: verify(token) as Claims };
  } catch (error) {
    if (!(error instanceof TokenError)) throw error;
    if (error.code === TokenError.codes.invalidSignature) return 'wrong-key';
    return unfit(error.message.slice(0, mostTold));
  }
}

/** What fast-jwt leaves to whoever asks it: `exp` to the moment (RFC 7519 section 4.1.4), `iat`, scopes and the user's name. */
function vouched(claims: Claims, { userClaim, scopes, clockSkew }: OAuth, now: number): Vouched | Unfit {
  const { exp, iat, sub } = claims;
  const skew = clockSkew * 1000;
  if (typeof exp !== 'number' || now >= exp * 1000 + skew) return unfit('it has expired');
  if (iat !== undefined && (typeof iat !== 'number' || now < iat * 1000 - skew))
    return unfit('it was issued in the future (iat)');
  const user = Object.hasOwn(claims, userClaim) ? claims[userClaim] : undefined;
  if (typeof user !== 'string' || user === '') return unfit(`it has no claim ${userClaim} that names a user`);
  // OpenID Connect Core section 5.1: whoever may write any address into an account is not whose address it is.
  if (userClaim === 'email' && claims['email_verified'] === false)
    return unfit('its address is not verified (email_verified)');
  const granted = grantedBy(claims);
  const lacking = scopes.filter((scope) => !granted.has(scope));
  if (lacking.length > 0) return unfit(`it lacks the scope ${lacking.join(', ')}`, 'insufficient_scope');
  return { user, ...(typeof sub === 'string' && { subject: sub }) };
}

/** `scope` (RFC 8693 section 4.2), or `scp` as Microsoft and Okta write it: words in a text, or a list. */
function grantedBy({ scope, scp }: Claims): ReadonlySet<string> {
  const words = [scope, scp].flatMap((value): readonly unknown[] =>
    typeof value === 'string' ? value.split(' ') : Array.isArray(value) ? value : [],
  );
  return new Set(words.filter((word) => typeof word === 'string'));
}

function unfit(detail: string, status: Unfit['status'] = 'invalid_token'): Unfit {
  return { status, detail };
}

function keysOf(oauth: OAuth): readonly Key[] {
  let keys = kept.get(oauth);
  if (!keys) kept.set(oauth, (keys = readKeys(oauth.keySet)));
  return keys;
}

/** Those of the set that check signatures; the settings have looked at its form (RFC 7517 section 5: what is not understood is left out). */
function readKeys(keySet: string): readonly Key[] {
  if (keySet.trim() === '') return [];
  const { keys } = JSON.parse(keySet) as { readonly keys: readonly (JsonWebKey & Readonly<Record<string, unknown>>)[] };
  return keys.flatMap((jwk) => {
    const algorithms = algorithmsOf(jwk);
    const pem = algorithms.length === 0 ? undefined : pemOf(jwk);
    if (pem === undefined) return [];
    return [{ algorithms, pem, ...(typeof jwk.kid === 'string' && { kid: jwk.kid }) }];
  });
}

function algorithmsOf({ kty, crv, alg, use, key_ops: uses }: Readonly<Record<string, unknown>>): readonly Algorithm[] {
  if (use !== undefined && use !== 'sig') return [];
  if (Array.isArray(uses) && !uses.includes('verify')) return [];
  const able: readonly Algorithm[] = kty === 'RSA' ? rsa : (byCurve.get(crv) ?? []);
  return alg === undefined ? able : able.filter((one) => one === alg);
}

function pemOf(jwk: JsonWebKey): string | undefined {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    if ((key.asymmetricKeyDetails?.modulusLength ?? leastRsaBits) < leastRsaBits) return undefined;
    return key.export({ type: 'spki', format: 'pem' }).toString();
  } catch {
    return undefined;
  }
}
