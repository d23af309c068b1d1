// OAUTHBEARER and XOAUTH2: the examples of RFC 7628 section 4 and of Google, refusals to their end, and messages that are none.
import { describe, expect, test } from 'vitest';
import { settingsSchema, type SettingsInput } from '../../core/contract/settings/settings.ts';
import { respond } from '../../core/sasl/mechanism.ts';
import { oauthbearer } from '../../core/sasl/oauthbearer.ts';
import type { UserSource } from '../../core/sasl/userSource.ts';
import { xoauth2 } from '../../core/sasl/xoauth2.ts';
import { b64, bare, contextOf, play, source } from './people.ts';

type OAuth = NonNullable<NonNullable<SettingsInput['authentication']>['oauth']>;

/** RFC 7628 section 4.1, and Google’s example. */
const rfc = {
  message:
    'bixhPXVzZXJAZXhhbXBsZS5jb20sAWhvc3Q9c2VydmVyLmV4YW1wbGUuY29tAXBvcnQ9MTQzAWF1dGg9QmVhcmVyIHZGOWRmdDRxbVRjMk52YjNSbGNrQmhiSFJoZG1semRHRXVZMjl0Q2c9PQEB',
  token: 'vF9dft4qmTc2Nvb3RlckBhbHRhdmlzdGEuY29tCg==',
};
const google = {
  message:
    'dXNlcj1zb21ldXNlckBleGFtcGxlLmNvbQFhdXRoPUJlYXJlciB5YTI5LnZGOWRmdDRxbVRjMk52YjNSbGNrQmhkSFJoZG1semRHRXVZMjl0Q2cBAQ==',
  token: 'ya29.vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg',
};

const { users: nobody } = source([]);
const users: UserSource = {
  ...nobody,
  token: (token) => {
    if (token === rfc.token) return { user: 'user@example.com' };
    if (token === google.token) return { user: 'someuser@example.com' };
    return token === 'down' ? 'unavailable' : 'unknown-user';
  },
};
const context = (oauth: OAuth = {}) =>
  contextOf(users, { settings: settingsSchema.parse({ authentication: { oauth } }).authentication });
const bearer = (text: string) => b64(text.replaceAll('^A', '\x01'));

describe('OAUTHBEARER', () => {
  test('takes the example of RFC 7628 section 4.1, in the AUTH command and behind an empty challenge', () => {
    const ok = { user: 'user@example.com' };
    expect(play(oauthbearer, context(), [rfc.message]).map(bare)).toEqual([ok]);
    expect(play(oauthbearer, context(), [null, rfc.message]).map(bare)).toEqual(['', ok]);
    expect(play(oauthbearer, context(), [rfc.message])[0]?.heard).toEqual({
      what: 'client-resp',
      octets: Buffer.from(rfc.message, 'base64').length,
      fields: [
        { name: 'user', value: 'user@example.com' },
        { name: 'host', value: 'server.example.com' },
        { name: 'port', value: '143' },
        { name: 'token', secret: rfc.token.length },
      ],
    });
  });

  test('refuses as section 4.3 does: why in JSON, an answer to it, and then the end', () => {
    const oauth = { scopes: ['example_scope'], configuration: 'https://example.com/.well-known/openid-configuration' };
    const steps = play(oauthbearer, context(oauth), [
      bearer('n,a=user@example.com,^Aauth=Bearer wrong^A^A'),
      'AQ==',
      'AQ==',
    ]);
    const [first, second] = steps;
    expect(first && 'challenge' in first && first.challenge.toString('base64')).toBe(
      'eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIiwic2NvcGUiOiJleGFtcGxlX3Njb3BlIiwib3BlbmlkLWNvbmZpZ3VyYXRpb24iOiJodHRwczovL2V4YW1wbGUuY29tLy53ZWxsLWtub3duL29wZW5pZC1jb25maWd1cmF0aW9uIn0=',
    );
    const failing = { fail: 'credentials', user: 'user@example.com', detail: 'nobody has this token' };
    expect(first).toMatchObject({
      failing,
      asks: {
        what: 'error',
        fields: [{ name: 'status', value: 'invalid_token' }, { name: 'scope' }, { name: 'openid-configuration' }],
      },
    });
    expect(second).toEqual({ ...failing, heard: { what: 'kvsep', octets: 1, fields: [] } });
    expect(steps.map(bare).at(-1)).toMatchObject({ fail: 'malformed' });
  });

  test('tells a client that asks with no token what is needed', () => {
    const steps = play(oauthbearer, context(), [bearer('n,,^Ahost=a^Aauth=^A^A'), 'AQ==']);
    expect(steps.map(bare)).toEqual([
      '{"status":"invalid_token"}',
      { fail: 'credentials', detail: expect.any(String) as string },
    ]);
  });

  test('is no failed login where nobody can say', () => {
    expect(play(oauthbearer, context(), [bearer('n,,^Aauth=Bearer down^A^A')]).map(bare)).toEqual([
      { fail: 'temporary', detail: expect.any(String) as string },
    ]);
  });

  test.each([
    ['without a name', 'n,,^Aauth=Bearer TOKEN^A^A', {}],
    ['that says it could bind to a channel', 'y,,^Aauth=bearer   TOKEN^A^A', {}],
    ['with more than it needs', 'n,a=user@example.com,^Aother=a\r\n\tb^Aauth=BEARER TOKEN^A^A', {}],
    ['for another', 'n,a=a=2Cb=3Dc,^Aauth=Bearer TOKEN^A^A', { authzid: 'a,b=c' }],
  ])('takes a message %s', (_what, text, more) => {
    const steps = play(oauthbearer, context(), [bearer(text.replace('TOKEN', rfc.token))]);
    expect(steps.map(bare)).toEqual([{ user: 'user@example.com', ...more }]);
  });

  test.each([
    '',
    '^A',
    'n,,',
    'n,,^A^A',
    'n,,^Aauth=Bearer t',
    'n,,^Aauth=Bearer t^A',
    'n,,^Aauth=Bearer t^A^A^A',
    'n,,^Aauth=Bearer t^A^Amore',
    'n,,auth=Bearer t^A^A',
    'n,a=,^Aauth=Bearer t^A^A',
    'n,a=b=c,^Aauth=Bearer t^A^A',
    `n,a=${'x'.repeat(1025)},^Aauth=Bearer t^A^A`,
    'n,b=x,^Aauth=Bearer t^A^A',
    'p=tls-exporter,,^Aauth=Bearer t^A^A',
    'x,,^Aauth=Bearer t^A^A',
    'n,,^Aauth=Basic dDp0^A^A',
    'n,,^Aauth=Bearer^A^A',
    'n,,^Aauth=Bearer t^Aauth=Bearer u^A^A',
    'n,,^Aau th=Bearer t^A^A',
    'n,,^Ano pair^Aauth=Bearer t^A^A',
    'n,,^Ahost=ü^Aauth=Bearer t^A^A',
    'n,,^Ahost=\0^Aauth=Bearer t^A^A',
  ])('finds %j malformed, which is no failed login', (text) => {
    expect(bare(play(oauthbearer, context(), [null, bearer(text)]).at(-1)!)).toMatchObject({ fail: 'malformed' });
  });
});

describe('XOAUTH2', () => {
  test('takes Google’s example, with the user a name the token is compared with', () => {
    expect(play(xoauth2, context(), [google.message]).map(bare)).toEqual([{ user: 'someuser@example.com' }]);
    const other = bearer(`user=other@example.com^Aauth=Bearer ${google.token}^A^A`);
    expect(play(xoauth2, context(), [other]).map(bare)).toEqual([
      { user: 'someuser@example.com', authzid: 'other@example.com' },
    ]);
  });

  test('refuses with the JSON of Google, and fails when that is answered', () => {
    const wrong = bearer('user=ann@example.com^Aauth=Bearer wrong^A^A');
    const failing = { fail: 'credentials', user: 'ann@example.com', detail: 'nobody has this token' };
    const json = '{"status":"401","schemes":"bearer","scope":"a b"}';
    expect(play(xoauth2, context({ scopes: ['a', 'b'] }), [null, wrong, '']).map(bare)).toEqual(['', json, failing]);
  });

  test.each([
    '',
    'user=^Aauth=Bearer t^A^A',
    'auth=Bearer t^A^A',
    'user=a^Aauth=Bearer t^A',
    'user=a^Aauth=Bearer t^A^A^A',
    'user=a^Aauth=Basic t^A^A',
    'user=a auth=Bearer t',
    `user=${'x'.repeat(1025)}^Aauth=Bearer t^A^A`,
  ])('finds %j malformed', (text) => {
    expect(bare(play(xoauth2, context(), [null, bearer(text)]).at(-1)!)).toMatchObject({ fail: 'malformed' });
  });
});

test('no step of either tells the token', () => {
  for (const [mechanism, message, token] of [
    [oauthbearer, rfc.message, rfc.token],
    [xoauth2, google.message, google.token],
  ] as const) {
    const exchange = mechanism.start(contextOf({ ...users, token: () => 'unknown-user' }));
    const told = JSON.stringify([respond(exchange, message), respond(exchange, ''), respond(exchange, '')]);
    for (const secret of [token, message, b64(token)]) expect(told).not.toContain(secret);
  }
});
