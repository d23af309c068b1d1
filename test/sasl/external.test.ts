// EXTERNAL: whose certificate it is, what the client may ask for beside it, and certificates that are nobody's (RFC 4422 appendix A).
import { describe, expect, test } from 'vitest';
import type { ClientCertificate } from '../../core/contract/facts.ts';
import { settingsSchema, type SettingsInput } from '../../core/contract/settings/settings.ts';
import { external } from '../../core/sasl/external.ts';
import type { UserSource } from '../../core/sasl/userSource.ts';
import { b64, bare, contextOf, play, source } from './people.ts';

const { users } = source([
  { name: 'ann@gate.example', password: 'x' },
  { name: 'Ann Other', password: 'x' },
]);

const good: ClientCertificate = {
  subject: 'O=Example, CN=Ann Other',
  issuer: 'CN=CA',
  fingerprint: '00',
  validFrom: 0,
  validTo: 1,
  depth: 1,
  trusted: true,
  commonName: 'Ann Other',
  emails: ['ann@gate.example'],
};

function answer(certificate: ClientCertificate | undefined, lines: readonly (string | null)[], over: Over = {}) {
  const { settings = {}, source: from = users } = over;
  const context = contextOf(from, {
    settings: settingsSchema.parse({ authentication: settings }).authentication,
    channel: { binding: () => undefined, ...(certificate && { certificate }) },
  });
  return play(external, context, lines);
}

interface Over {
  readonly settings?: NonNullable<SettingsInput['authentication']>;
  readonly source?: UserSource;
}

const end = (...args: Parameters<typeof answer>) => bare(answer(...args).at(-1)!);
const { subject: principal } = good;

describe('the user', () => {
  test('is the address of the certificate, with an empty response or an empty challenge before it', () => {
    const ok = { user: 'ann@gate.example', principal };
    expect(end(good, ['='])).toEqual(ok);
    expect(answer(good, [null]).map(bare)).toEqual(['']);
    expect(end(good, [null, ''])).toEqual(ok);
  });

  test('is its common name where the settings say so', () => {
    const settings = { certificateName: 'common-name' } as const;
    expect(end(good, ['='], { settings })).toEqual({ user: 'Ann Other', principal });
    const { commonName: _, ...nameless } = good;
    expect(end(nameless, ['='], { settings })).toMatchObject({ fail: 'credentials', detail: /no common name/ });
  });

  test('is of several addresses the one that is asked for, or the first that is a user’s', () => {
    const both = source([
      { name: 'b@gate.example', password: 'x' },
      { name: 'c@gate.example', password: 'x' },
    ]);
    const several = { ...good, emails: ['a@gate.example', 'b@gate.example', 'c@gate.example'] };
    const over = { source: both.users };
    expect(end(several, ['='], over)).toEqual({ user: 'b@gate.example', principal });
    expect(end(several, [b64('c@gate.example')], over)).toEqual({ user: 'c@gate.example', principal });
    expect(end(several, [b64('a@gate.example')], over)).toMatchObject({ fail: 'credentials', user: 'a@gate.example' });
  });

  test('may want to act for another; for itself it need not ask', () => {
    expect(end(good, [b64('bob')])).toEqual({ user: 'ann@gate.example', authzid: 'bob', principal });
    expect(end(good, [b64('ann@gate.example')])).toEqual({ user: 'ann@gate.example', principal });
    expect(answer(good, [b64('bob')])[0]?.heard).toEqual({
      what: 'extern-resp',
      octets: 3,
      fields: [{ name: 'authzid', value: 'bob' }],
    });
  });
});

describe('a failed login', () => {
  test.each([
    ['no certificate', undefined, /shown no certificate/],
    [
      'one that is not trusted',
      { ...good, trusted: false, error: 'CERT_HAS_EXPIRED' },
      /not trusted: CERT_HAS_EXPIRED/,
    ],
    ['one without addresses', { ...good, emails: [] }, /no address/],
    ['one of nobody', { ...good, emails: ['eve@gate.example'] }, /no such user/],
  ] as const)('is %s', (_what, certificate, detail) => {
    expect(end(certificate, ['='])).toMatchObject({
      fail: 'credentials',
      detail: expect.stringMatching(detail) as string,
    });
  });

  test('is a disabled user, and none is a source that is down', () => {
    const denying = (denial: 'disabled' | 'unavailable') => ({
      source: { ...users, find: () => denial } as UserSource,
    });
    expect(end(good, ['='], denying('disabled'))).toMatchObject({
      fail: 'credentials',
      detail: 'the user is disabled',
    });
    expect(end(good, ['='], denying('unavailable'))).toMatchObject({ fail: 'temporary', user: 'ann@gate.example' });
  });

  test('is none that cannot be read', () => {
    for (const line of [b64('a\0b'), b64(Buffer.from([0xff, 0xfe])), b64('x'.repeat(1025))])
      expect(end(good, [line])).toMatchObject({ fail: 'malformed' });
    expect(answer(good, ['=', '']).map(bare).at(-1)).toMatchObject({ fail: 'malformed' });
  });
});
