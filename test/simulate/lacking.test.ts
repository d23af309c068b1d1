// When a login does not apply: what it needs is not offered, and its refusal is not what is to be heard.
import { describe, expect, test } from 'vitest';
import type { Step } from '../../core/contract/scenarioStep.ts';
import { settingsSchema } from '../../core/contract/settings/settings.ts';
import { lacking } from '../../core/simulate/lacking.ts';
import type { Login } from './logins.ts';

const listener = { role: 'submission', tls: 'starttls', host: '127.0.0.1', port: 587 } as const;
const settingsOf = (authentication: object = {}, own: object = {}) =>
  settingsSchema.parse({
    authentication: {
      clear: ['CRAM-MD5'],
      secured: ['PLAIN', 'SCRAM-SHA-256', 'EXTERNAL', 'GSSAPI'],
      ...authentication,
    },
    listeners: [
      { name: 's', role: 'submission', address: '0.0.0.0:587', lab: '127.0.0.1:2587', tls: 'starttls', ...own },
    ],
  });

const alice = { user: 'alice', password: 'x' };
const starttls: Step = { starttls: true };

function lacks(talk: readonly (Step | Login)[], settings = settingsOf()) {
  const steps = talk.map((one): Step => ('mechanism' in one ? { login: one } : one));
  return lacking(steps, settings, { listener, kerberos: 'this host has no Kerberos' });
}

describe('a login lacks', () => {
  test('its mechanism, in clear or secured, as each list says', () => {
    const plain = { mechanism: 'PLAIN', ...alice, hear: 235 } as const;
    expect(lacks([starttls, plain])).toBeUndefined();
    expect(lacks([plain])).toBe('PLAIN is not offered in clear in these settings');
    expect(lacks([starttls, { ...plain, mechanism: 'LOGIN' }])).toBe(
      'LOGIN is not offered on secured connections in these settings',
    );
    expect(lacks([starttls, { tls: 'off' }, { ...plain, mechanism: 'CRAM-MD5' }])).toBeUndefined();
  });

  test('what the listener’s own lists, TLS before AUTH, or a source without secrets leave out', () => {
    const cram = { mechanism: 'CRAM-MD5', ...alice, hear: 235 } as const;
    expect(lacks([cram])).toBeUndefined();
    const own = { authentication: { own: true, clear: ['LOGIN'], secured: [] } };
    expect(lacks([cram], settingsOf({}, own))).toBe('CRAM-MD5 is not offered in clear in these settings');
    expect(lacks([cram], settingsOf({ requireTls: true }))).toBe('CRAM-MD5 is not offered in clear in these settings');
    expect(lacks([cram], settingsOf({ source: { kind: 'bind' } }))).toMatch(
      /^CRAM-MD5 is not offered in clear .*: a directory/,
    );
    expect(lacks([starttls, { mechanism: 'GSSAPI', user: 'alice', hear: 235 }])).toMatch(
      /: this host has no Kerberos$/,
    );
  });

  test('nothing where the refusal is what is to be heard', () => {
    const login = { mechanism: 'LOGIN', ...alice } as const;
    for (const hear of [504, '504 5.5.4', 530, 502, '5xx', ['535', '504 5.5.4']] as Login['hear'][])
      expect([hear, lacks([starttls, { ...login, hear }])]).toEqual([hear, undefined]);
    for (const hear of [535, '504 5.7.4', '4xx'] as Login['hear'][])
      expect(lacks([starttls, { ...login, hear }])).toMatch(/^LOGIN is not offered/);
    // In clear, where nothing is said of what is to be heard, the refusal may be it.
    expect(lacks([login])).toBeUndefined();
    expect(lacks([starttls, login])).toMatch(/^LOGIN is not offered/);
  });

  test('a certificate for EXTERNAL, where none is asked for or none is shown', () => {
    const external = { mechanism: 'EXTERNAL', user: 'alice', hear: 235 } as const;
    const asks = settingsOf({}, { security: { clientCertificate: 'request' } });
    const shows: Step = { starttls: { certificate: 'good' } };
    expect(lacks([shows, external], asks)).toBeUndefined();
    expect(lacks([shows, external])).toMatch(/asks for no client certificate/);
    expect(lacks([starttls, external], asks)).toBe('EXTERNAL is not offered to a client that shows no certificate');
    expect(lacks([starttls, { ...external, hear: 504 }], asks)).toBeUndefined();
  });

  test('a list from which something could be taken, where a downgrade is to be noticed', () => {
    const login = { mechanism: 'SCRAM-SHA-256', ...alice, fault: 'downgrade', hear: 535 } as const;
    expect(lacks([starttls, login])).toMatch(/^nothing can have been taken out of the list: SCRAM-SHA-256-PLUS is not/);
    const all = settingsOf({ secured: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] });
    expect(lacks([starttls, login], all)).toBeUndefined();
  });

  test('the way a mail program is told to log in', () => {
    const mail = { from: 'a@example.com', to: 'b@example.com', ...alice, tls: true };
    expect(lacks([{ mail }])).toBeUndefined();
    expect(lacks([{ mail: { ...mail, method: 'PLAIN' } }])).toBeUndefined();
    expect(lacks([{ mail: { ...mail, method: 'LOGIN' } }])).toMatch(/^LOGIN is not offered on secured/);
    expect(lacks([{ mail: { ...mail, tls: false, method: 'PLAIN' } }])).toMatch(/^PLAIN is not offered in clear/);
  });
});
