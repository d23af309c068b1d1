// Checks of logins and errors; facts in, findings out.
import { describe, expect, it } from 'vitest';
import type { LoginFacts } from '../../core/contract/facts.ts';
import type { Check } from '../../core/policy/check.ts';
import { credentials } from '../../core/policy/checks/credentials.ts';
import { failedLogins } from '../../core/policy/checks/failedLogins.ts';
import { mechanism } from '../../core/policy/checks/mechanism.ts';
import { submissionLogin } from '../../core/policy/checks/submissionLogin.ts';
import { wrongCommands } from '../../core/policy/checks/wrongCommands.ts';
import { findingsOf, type Known, mx, submission, submissions } from './facts.ts';

const decidersOf = async (check: Check, known: Known) =>
  (await findingsOf(check, known)).map(({ action, reason, text, setting, value }) => ({
    action,
    reason,
    text,
    setting,
    value,
  }));

describe('mechanism', () => {
  const pending = (name: string): LoginFacts => ({ mechanism: name, result: 'pending' });
  const tls = { protocol: 'TLSv1.3', cipher: 'TLS_AES_128_GCM_SHA256', resumed: false };
  const securedOnly = { authentication: { clear: [], secured: ['PLAIN' as const] } };

  it('offers what the list for the state of the connection holds', async () => {
    expect(await findingsOf(mechanism, { login: pending('plain') })).toEqual([
      {
        check: 'mechanism',
        action: 'record',
        text: 'PLAIN is offered in clear',
        setting: 'authentication.clear',
        value: ['PLAIN', 'LOGIN', 'CRAM-MD5', 'DIGEST-MD5', 'GSSAPI'],
      },
    ]);
    expect(await decidersOf(mechanism, { settings: securedOnly, login: pending('PLAIN'), session: { tls } })).toEqual([
      {
        action: 'record',
        reason: undefined,
        text: 'PLAIN is offered on secured connections',
        setting: 'authentication.secured',
        value: ['PLAIN'],
      },
    ]);
    const implicit = { settings: { listeners: [submissions], ...securedOnly }, login: pending('PLAIN') };
    expect((await decidersOf(mechanism, implicit)).map(({ action }) => action)).toEqual(['record']);
  });

  it('refuses what is not listed with 504, what needs TLS with 504, and AUTH where nothing is offered with 502', async () => {
    const reasonOf = async (known: Known) =>
      (await decidersOf(mechanism, known)).map(({ reason, text }) => [reason, text]);
    expect(await reasonOf({ login: pending('NTLM\r\n') })).toEqual([
      ['auth-mechanism', 'NTLM?? is not offered in clear, only PLAIN, LOGIN, CRAM-MD5, DIGEST-MD5, GSSAPI'],
    ]);
    expect(await reasonOf({ settings: securedOnly, login: pending('PLAIN') })).toEqual([
      ['auth-needs-tls', 'PLAIN is offered on secured connections only'],
    ]);
    expect(await reasonOf({ settings: securedOnly, login: pending('LOGIN') })).toEqual([
      ['auth-off', 'no mechanism is offered in clear'],
    ]);
    const clear = {
      settings: { ...securedOnly, listeners: [{ ...mx, tls: 'clear' as const }] },
      login: pending('PLAIN'),
    };
    expect(await reasonOf(clear)).toEqual([['auth-off', 'no mechanism is offered in clear']]);
  });

  it('says of what it refuses that a response came with it in clear', async () => {
    const settings = [{}, securedOnly, { authentication: { ...securedOnly.authentication, requireTls: true } }];
    const texts = await Promise.all(
      settings.map((one) => decidersOf(mechanism, { settings: one, login: { ...pending('XOAUTH2'), exposed: 44 } })),
    );
    expect(texts.flat().map(({ text }) => text.split('; ').at(-1))).toEqual(
      settings.map(() => 'what came with it in clear is exposed, 44 characters of credentials'),
    );
  });

  it('says nothing once the exchange has begun', async () => {
    expect(await findingsOf(mechanism, { login: { mechanism: 'NTLM', result: 'ok' } })).toEqual([]);
  });
});

describe('credentials', () => {
  it('refuses wrong ones with the counter this failure brought', async () => {
    const login: LoginFacts = { mechanism: 'LOGIN', user: 'test', result: 'credentials', detail: 'wrong password' };
    expect(await findingsOf(credentials, { login, session: { failedLogins: 3 } })).toEqual([
      {
        check: 'credentials',
        action: 'refuse',
        reason: 'auth-failed',
        text: '3rd failed login as test with LOGIN, 5 allowed',
        setting: 'errors.maxAuthErrors',
        value: 5,
        counter: { name: 'failed logins', value: 3, limit: 5 },
        evidence: { mechanism: 'LOGIN', user: 'test', private: 'wrong password' },
      },
    ]);
  });

  it.each([
    ['malformed', 'auth-malformed'],
    ['cancelled', 'auth-cancelled'],
  ] as const)('refuses a %s exchange without a counter', async (result, reason) => {
    const [found] = await findingsOf(credentials, { login: { mechanism: 'PLAIN', result } });
    expect([found?.action, found?.reason, found?.counter]).toEqual(['refuse', reason, undefined]);
  });

  it('records a login', async () => {
    expect(await findingsOf(credentials, { login: { mechanism: 'PLAIN', user: 'test', result: 'ok' } })).toEqual([
      {
        check: 'credentials',
        action: 'record',
        text: 'logged in as test with PLAIN',
        evidence: { mechanism: 'PLAIN', user: 'test' },
      },
    ]);
  });
});

describe('submission-login', () => {
  const listeners = [mx, submission];

  it('asks for a login on submission, not on mx', async () => {
    expect(await findingsOf(submissionLogin, { settings: { listeners }, listenerIndex: 1 })).toEqual([
      {
        check: 'submission-login',
        action: 'refuse',
        reason: 'login-required',
        text: 'MAIL without a login on a submission listener',
        setting: 'authentication.submissionLogin',
        value: true,
      },
    ]);
    expect(await findingsOf(submissionLogin, { settings: { listeners } })).toEqual([]);
  });

  it('lets the logged in pass, and everyone when it is off', async () => {
    const textOf = async (known: Known) =>
      (await decidersOf(submissionLogin, known)).map(({ action, text }) => [action, text]);
    expect(await textOf({ settings: { listeners }, listenerIndex: 1, session: { user: 'test' } })).toEqual([
      ['record', 'logged in as test'],
    ]);
    const settings = { listeners, authentication: { submissionLogin: false } };
    expect(await textOf({ settings, listenerIndex: 1 })).toEqual([
      ['record', 'a submission listener that does not ask for a login'],
    ]);
  });
});

describe('wrong-commands and failed-logins', () => {
  it('drops the sixth failed login where five are allowed', async () => {
    expect(await findingsOf(failedLogins, { session: { failedLogins: 6 } })).toEqual([
      {
        check: 'failed-logins',
        action: 'drop',
        reason: 'too-many-logins',
        text: '6th failed login, 5 allowed',
        setting: 'errors.maxAuthErrors',
        value: 5,
        counter: { name: 'failed logins', value: 6, limit: 5 },
      },
    ]);
    expect((await decidersOf(failedLogins, { session: { failedLogins: 5 } })).map(({ action }) => action)).toEqual([
      'record',
    ]);
    expect(await findingsOf(failedLogins, {})).toEqual([]);
  });

  it.each([
    [20, 20, 'record'],
    [20, 21, 'drop'],
    [0, 1, 'drop'],
    ['unlimited', 1_000_000, 'record'],
  ] as const)('with %s wrong commands allowed, %s of them: %s', async (maxErrors, value, action) => {
    const found = await findingsOf(wrongCommands, {
      settings: { errors: { maxErrors } },
      session: { wrongCommands: value },
    });
    expect(found.map((one) => one.action)).toEqual([action]);
    expect(found[0]?.setting).toBe('errors.maxErrors');
    if (action === 'drop') expect(found[0]?.reason).toBe('too-many-errors');
  });
});
