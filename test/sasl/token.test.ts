// Bearer tokens: signed ones of every algorithm and with everything that can be wrong with them, and those of the list.
import { describe, expect, test } from 'vitest';
import { settingsSchema, type SettingsInput } from '../../core/contract/settings/settings.ts';
import { checkToken } from '../../core/sasl/token.ts';
import { isSigned, toldBy } from '../../core/sasl/signedToken.ts';
import type { Denial, UserSource } from '../../core/sasl/userSource.ts';
import { source } from './people.ts';
import { confused, keySet, keySetOf, now, signings, token, unsigned, weakKeys, weakKeySet } from './tokens.ts';

type OAuth = NonNullable<NonNullable<SettingsInput['authentication']>['oauth']>;

const { users } = source([{ name: 'ann@gate.example', password: 'x' }]);

function check(text: string, oauth: OAuth = {}, from: UserSource = users) {
  const { authentication } = settingsSchema.parse({ authentication: { oauth: { keySet, ...oauth } } });
  return checkToken(text, { users: from, settings: authentication, now: () => now });
}

const ok = { user: 'ann@gate.example', subject: 'subject-1' };
const bad = (detail: RegExp, status = 'invalid_token') => ({
  fail: 'credentials',
  status,
  detail: expect.stringMatching(detail) as string,
});
const seconds = now / 1000;

describe('a signed token', () => {
  test.each(signings)('of %s is taken, and not when one octet of it is another', (by) => {
    const good = token({ by });
    expect(check(good)).toEqual(ok);
    const [head = '', body = '', signature = ''] = good.split('.');
    const flip = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
    expect(check(`${head}.${flip(body, 5)}.${signature}`)).toMatchObject({ fail: 'credentials' });
    expect(check(`${head}.${body}.${flip(signature, 9)}`)).toEqual(bad(/signature/));
  });

  test('of no signature, or with a public key taken for a shared secret, is refused', () => {
    for (const alg of ['none', 'None', 'NONE', 'HS256', 'RS256'])
      expect(check(unsigned(alg)), alg).toMatchObject({ fail: 'credentials', status: 'invalid_token' });
    expect(check(confused())).toEqual(bad(/not taken/));
    expect(check(token({ header: { alg: 'HS512' } }))).toEqual(bad(/not taken/));
    expect(check(token({ header: { alg: ['RS256'] } }))).toEqual(bad(/not taken/));
  });

  test('is checked with the key of its name, or with any where it has no name', () => {
    expect(check(token({ header: { kid: 'another' } }))).toEqual(bad(/kid/));
    expect(check(token({ header: { kid: 'P-256' } }))).toEqual(bad(/kid/));
    expect(check(token({ header: { kid: undefined } }))).toEqual(ok);
    expect(check(token(), { keySet: keySetOf('rsa') })).toEqual(ok);
    expect(check(token(), { keySet: keySetOf('rsa', { kid: 'old' }) })).toEqual(bad(/kid/));
    const two = JSON.stringify({
      keys: [JSON.parse(weakKeySet).keys[0], JSON.parse(keySet).keys[0]].map((key: object) => ({
        ...key,
        kid: undefined,
      })),
    });
    expect(check(token(), { keySet: two })).toEqual(ok);
  });

  test('is not checked with a key for something else, or one too short (RFC 7518 section 3.3)', () => {
    expect(check(token(), { keySet: keySetOf('rsa', { use: 'enc' }) })).toEqual(bad(/no key/));
    expect(check(token(), { keySet: keySetOf('rsa', { key_ops: ['encrypt'] }) })).toEqual(bad(/no key/));
    expect(check(token(), { keySet: keySetOf('rsa', { alg: 'RS512' }) })).toEqual(bad(/no key/));
    expect(check(token({ by: 'RS512' }), { keySet: keySetOf('rsa', { alg: 'RS512', kid: 'rsa' }) })).toEqual(ok);
    const weak = token({ key: weakKeys.privateKey, header: { kid: undefined } });
    expect(check(weak, { keySet: weakKeySet })).toEqual(bad(/no key/));
    expect(check(token(), { keySet: '{"keys":[{"kty":"RSA","n":"!","e":"!"},{"kty":"quantum"}]}' })).toEqual(
      bad(/no key/),
    );
    // Names of what every object has are no curves.
    for (const crv of ['constructor', '__proto__', 7])
      expect(check(token(), { keySet: JSON.stringify({ keys: [{ kty: 'EC', crv, alg: 'ES256' }] }) })).toEqual(
        bad(/no key/),
      );
  });

  test('is for whom and from whom the settings say', () => {
    const wanted = { issuer: 'https://login.example', audience: 'smtp' };
    expect(check(token(), wanted)).toEqual(ok);
    expect(check(token({ claims: { aud: ['imap', 'smtp'] } }), wanted)).toEqual(ok);
    for (const claims of [
      { iss: 'https://evil.example' },
      { aud: 'imap' },
      { iss: undefined },
      { aud: undefined },
      { aud: [] },
    ])
      expect(check(token({ claims }), wanted), JSON.stringify(claims)).toEqual(bad(/iss|aud/));
    expect(check(token({ claims: { iss: undefined, aud: 'anything' } }))).toEqual(ok);
  });

  test('holds from nbf and iat until exp, give or take the skew', () => {
    const at = (over: object, clockSkew = 0) => check(token({ claims: over }), { clockSkew });
    expect(at({ exp: seconds })).toEqual(bad(/expired/));
    expect(at({ exp: seconds + 1 })).toEqual(ok);
    expect(at({ exp: seconds - 29 }, 30)).toEqual(ok);
    expect(at({ exp: seconds - 30 }, 30)).toEqual(bad(/expired/));
    expect(at({ nbf: seconds + 1 })).toEqual(bad(/active/));
    expect(at({ nbf: seconds + 1 }, 1)).toEqual(ok);
    expect(at({ iat: seconds + 2 }, 1)).toEqual(bad(/issued in the future/));
    expect(at({ iat: seconds + 2 }, 2)).toEqual(ok);
    for (const claims of [{ exp: undefined }, { exp: '9999999999' }, { nbf: 'x' }, { iat: 'x' }, { exp: null }])
      expect(at(claims), JSON.stringify(claims)).toMatchObject({ fail: 'credentials', status: 'invalid_token' });
  });

  test('has all scopes that are asked for, wherever they stand in it', () => {
    const scopes = ['mail.send', 'mail.more'];
    expect(check(token(), { scopes: ['mail.send'] })).toEqual(ok);
    expect(check(token(), { scopes })).toEqual(bad(/mail\.more/, 'insufficient_scope'));
    expect(check(token({ claims: { scope: undefined } }), { scopes })).toEqual(
      bad(/mail\.send, mail\.more/, 'insufficient_scope'),
    );
    expect(check(token({ claims: { scope: undefined, scp: scopes } }), { scopes })).toEqual(ok);
    expect(check(token({ claims: { scope: undefined, scp: scopes.join(' ') } }), { scopes })).toEqual(ok);
    expect(check(token({ claims: { scope: 7, scp: [7] } }), { scopes })).toEqual(bad(/scope/, 'insufficient_scope'));
  });

  test('names a user who can be found', () => {
    expect(check(token({ claims: { email: 'eve@gate.example' } }))).toMatchObject({
      fail: 'credentials',
      user: 'eve@gate.example',
      detail: 'no such user',
    });
    for (const claims of [{ email: undefined }, { email: '' }, { email: 7 }, { email: { a: 1 } }])
      expect(check(token({ claims }))).toEqual(bad(/claim email/));
    expect(check(token({ claims: { email_verified: true } }))).toEqual(ok);
    expect(check(token({ claims: { email_verified: false } }))).toEqual(bad(/not verified/));
    expect(check(token({ claims: { upn: 'ann@gate.example' } }), { userClaim: 'upn' })).toEqual(ok);
    expect(check(token(), { userClaim: 'toString' })).toEqual(bad(/claim toString/));
    const down = { ...users, find: (): Denial => 'unavailable' };
    expect(check(token(), {}, down)).toMatchObject({ fail: 'temporary', user: 'ann@gate.example' });
  });

  test('with an extension that must be understood is refused (RFC 7515 section 4.1.11)', () => {
    expect(check(token({ header: { crit: ['b64'], b64: false } }))).toMatchObject({ fail: 'credentials' });
  });

  test('says what it says of itself, and its signature to nobody', () => {
    const text = token({ claims: { sub: 'x'.repeat(900), aud: ['a', 7, 'b'], iss: { deep: 1 } } });
    expect(toldBy(text)).toEqual([
      { name: 'alg', value: 'RS256' },
      { name: 'kid', value: 'rsa' },
      { name: 'aud', value: 'a b' },
      { name: 'sub', value: 'x'.repeat(200) },
      { name: 'exp', value: String(seconds + 600) },
    ]);
    expect(JSON.stringify(toldBy(text))).not.toContain(text.split('.')[2]);
    for (const none of ['', 'a.b.c', 'a.b', 'a b.c.d', `${text}.x`]) expect(toldBy(none)).toEqual([]);
    expect([isSigned('a.b.'), isSigned('a.b'), isSigned('a..b')]).toEqual([true, false, false]);
  });
});

describe('a token of the list', () => {
  const listed = (answer: ReturnType<UserSource['token']>): UserSource => ({ ...users, token: () => answer });

  test('is its user’s', () => {
    expect(check('opaque', {}, listed({ user: 'ann@gate.example' }))).toEqual({ user: 'ann@gate.example' });
    expect(check('opaque')).toEqual(bad(/nobody has/));
    expect(check('opaque', {}, listed('disabled'))).toEqual(bad(/disabled/));
    expect(check('opaque', {}, listed('unavailable'))).toMatchObject({ fail: 'temporary' });
  });

  test('is not looked for where the settings say no, nor what is no bearer token', () => {
    const any = listed({ user: 'ann@gate.example' });
    expect(check('opaque', { tokens: false }, any)).toEqual(bad(/oauth\.tokens/));
    expect(check(token(), { tokens: false, keySet: '' }, any)).toEqual(bad(/oauth\.keySet/));
    for (const text of ['', 'two words', 'ü', '=', 'a=b', 'a,b'])
      expect(check(text, {}, any), text).toMatchObject({ fail: 'credentials' });
  });

  test('of three parts is on the list where there is no key set', () => {
    expect(check('a.b.c', { keySet: '' }, listed({ user: 'ann@gate.example' }))).toEqual({ user: 'ann@gate.example' });
  });
});
