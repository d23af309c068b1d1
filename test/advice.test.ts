// What deserves a warning although it works: login mechanisms across settings, and each setting's own words.
import { describe, expect, test } from 'vitest';
import { loginAdvice, notOffered, warningsOf } from '../core/contract/advice.ts';
import { presetSettings } from '../core/contract/presets.ts';
import { type SettingsInput, settingsSchema } from '../core/contract/settings/settings.ts';
import { settingsWarnings } from '../core/formats/settingsWarnings.ts';

const mx = { name: 'mx', role: 'mx', address: '0.0.0.0:25', tls: 'starttls' } as const;
const submission = { ...mx, name: 'submission', role: 'submission' } as const;

const settingsOf = (authentication: SettingsInput['authentication'], listeners: SettingsInput['listeners'] = [mx]) =>
  settingsSchema.parse({ listeners, authentication });
const told = (...args: Parameters<typeof settingsOf>) =>
  loginAdvice(settingsOf(...args)).map(({ path, text }) => `${path.replace('authentication.', '')}: ${text}`);
const some = (text: string) => expect.stringContaining(text) as string;

describe('login mechanisms', () => {
  test('are not warned of where they are strong, or come before TLS only', () => {
    expect(told({ clear: [], secured: ['SCRAM-SHA-256-PLUS', 'GSSAPI', 'PLAIN', 'LOGIN'] })).toEqual([]);
    expect(told({ clear: ['PLAIN'], secured: ['PLAIN'], requireTls: true })).toEqual([]);
    expect(told({ clear: ['PLAIN'], secured: ['PLAIN'] }, [{ ...mx, tls: 'implicit' }])).toEqual([]);
    for (const preset of ['hardened-mx', 'hardened-submission'] as const)
      expect(loginAdvice(presetSettings(preset))).toEqual([]);
  });

  test('show a password or token in clear', () => {
    expect(told({ clear: ['LOGIN', 'PLAIN'], secured: [] })).toEqual([
      'clear: LOGIN, PLAIN in clear: the password can be read by everybody on the way.',
    ]);
    expect(told({ clear: ['XOAUTH2'], secured: [] })).toEqual([some('the token can be read')]);
    expect(told({ clear: ['XOAUTH2', 'PLAIN'], secured: [] })).toEqual([some('the password or token can be read')]);
  });

  test('keep what logs in as good as the password', () => {
    expect(told({ clear: ['CRAM-MD5'], secured: [] })).toEqual([
      some('CRAM-MD5: what is kept for it logs in as good as the password.'),
    ]);
    expect(told({ clear: [], secured: ['DIGEST-MD5'] })).toEqual([some('RFC 6331 has made DIGEST-MD5 historic')]);
  });

  test('stand before stronger ones; one warning a list, whatever its length', () => {
    const order = (clear: readonly string[], secured: readonly string[]) =>
      told({ clear, secured } as never).filter((text) => text.includes('stands before'));
    expect(order(['CRAM-MD5', 'PLAIN', 'LOGIN'], ['GSSAPI', 'LOGIN', 'CRAM-MD5'])).toEqual([]);
    expect(order(['LOGIN', 'PLAIN', 'CRAM-MD5', 'GSSAPI'], [])).toEqual([some('clear: LOGIN stands before CRAM-MD5')]);
    expect(order([], ['PLAIN', 'CRAM-MD5'])).toEqual([]);
    expect(order([], ['PLAIN', 'CRAM-MD5', 'SCRAM-SHA-1', 'GSSAPI'])).toEqual([
      some('secured: PLAIN stands before SCRAM-SHA-1'),
    ]);
  });

  test('take tokens that were given out for others', () => {
    const keySet = '{"keys":[]}';
    expect(told({ clear: [], oauth: { keySet } })).toEqual(
      expect.arrayContaining([some('oauth.audience: Any'), some('oauth.issuer: Any')]),
    );
    const named = { audience: 'smtp.example.com', issuer: 'https://login.example.com' };
    for (const oauth of [{ keySet, ...named }, named, {}])
      expect(told({ clear: [], oauth }).filter((text) => text.startsWith('oauth'))).toEqual([]);
  });

  test('need what no listener has', () => {
    const clear = [{ ...mx, tls: 'clear' as const }];
    expect(told({ clear: [], secured: ['SCRAM-SHA-1-PLUS', 'PLAIN'] }, clear)).toEqual([
      some('SCRAM-SHA-1-PLUS cannot be offered: no listener with this list has TLS'),
    ]);
    expect(told({ clear: [], secured: ['PLAIN'] }, clear)).toEqual([]);
    expect(told({ clear: [], secured: ['EXTERNAL'] })).toEqual([some('EXTERNAL is offered to nobody')]);
    expect(told({ clear: [], secured: ['EXTERNAL'] }, [{ ...mx, security: { clientCertificate: 'request' } }])).toEqual(
      [],
    );
    expect(told({ clear: ['GSSAPI'], secured: ['GSSAPI'], requireTls: true }, clear)).toEqual([
      'requireTls: Nobody can log in on mx, which has no TLS.',
    ]);
  });

  test('are missing where somebody must log in', () => {
    const nobody = some('Nobody can log in on submission, where a login is asked for (authentication.submissionLogin)');
    expect(told({ clear: [], secured: [] }, [submission])).toEqual([nobody]);
    expect(told({ clear: [], secured: [], submissionLogin: false }, [submission])).toEqual([]);
    expect(told({ clear: [], secured: [] })).toEqual([]);
    expect(told({ clear: [], secured: [], localDelivery: 'auth' })).toEqual([some('(authentication.localDelivery)')]);
    expect(told({ clear: ['GSSAPI'], secured: ['GSSAPI'] }, [submission])).toEqual([]);
    expect(told({ clear: [], secured: ['SCRAM-SHA-1'], source: { kind: 'bind' } }, [submission])).toEqual([nobody]);
    expect(told({ clear: [], secured: ['GSSAPI'] }, [{ ...submission, tls: 'clear' }])).toEqual([nobody]);
  });

  test('are those of the listener where it has its own', () => {
    const own = { ...submission, authentication: { own: true, clear: ['PLAIN' as const], secured: [] } };
    expect(told({ clear: [], secured: ['PLAIN'] }, [mx, own])).toEqual([
      'listeners.1.clear: PLAIN in clear: the password can be read by everybody on the way.',
    ]);
    expect(
      told({ clear: ['PLAIN'], secured: ['PLAIN'] }, [
        { ...own, authentication: { own: true, clear: [], secured: ['PLAIN'] } },
      ]),
    ).toEqual([]);
  });

  test('cannot be offered', () => {
    const settings = settingsOf({ clear: ['CRAM-MD5'], secured: ['GSSAPI', 'PLAIN'], source: { kind: 'bind' } });
    expect(notOffered(settings, 'there is no keytab')).toEqual([
      { path: 'authentication.secured', text: 'GSSAPI is listed and not offered: there is no keytab.' },
      { path: 'authentication.clear', text: some('CRAM-MD5 is listed and not offered: a directory') },
    ]);
  });
});

describe('a setting', () => {
  test('warns of the values it names', () => {
    const warn = [
      { value: 0, text: 'none' },
      { below: 10, text: 'few' },
      { above: 100, text: 'many' },
    ];
    expect([0, 5, 50, 500, 'unlimited'].map((value) => warningsOf(warn, value))).toEqual([
      ['none'],
      ['few'],
      [],
      ['many'],
      [],
    ]);
  });

  test('is told with its path, within lists as well', () => {
    const settings = settingsSchema.parse({ listeners: [mx], authentication: { actFor: 'anyone' } });
    expect(settingsWarnings(settings)).toContainEqual({ path: 'authentication.actFor', text: some('everybody') });
  });
});
