// What is offered and what AUTH is answered, for each mechanism, in clear and secured: both follow the lists and nothing else.
import { describe, expect, it } from 'vitest';
import type { ConnectionFacts, SessionFacts } from '../../core/contract/facts.ts';
import { clearMechanisms, mechanismNames } from '../../core/contract/mechanisms.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { decide } from '../../core/policy/decide.ts';
import { effectiveSettings } from '../../core/policy/effective.ts';
import { reasons, type ReasonKey } from '../../core/policy/reasons.table.ts';
import { ehloReply, keywords } from '../../core/smtp/capabilities.ts';
import { contextOf, settingsOf, sync } from './facts.ts';

type Name = (typeof mechanismNames)[number];
type Where = 'clear' | 'secured' | 'implicit' | 'no-tls';

const base = { name: 'gate', role: 'submission', address: '0.0.0.0:587' } as const;
const tlsOf = (trusted: boolean): NonNullable<SessionFacts['tls']> => ({
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_128_GCM_SHA256',
  resumed: false,
  client: trusted
    ? { subject: '', issuer: '', fingerprint: '', validFrom: 0, validTo: 0, depth: 1, trusted: true }
    : 'none',
});

interface Case {
  readonly where: Where;
  readonly authentication: NonNullable<SettingsInput['authentication']>;
  /** Of the listener alone. */
  readonly own?: { readonly clear: readonly string[]; readonly secured: readonly string[] };
  readonly kerberos?: string;
  readonly certified?: boolean;
}

/** Mechanisms in EHLO, and the reply to AUTH with `name` with the finding that decided it. */
function seen({ where, authentication, own, kerberos, certified = false }: Case, name: string) {
  const tls = where === 'implicit' ? 'implicit' : where === 'no-tls' ? 'clear' : 'starttls';
  const listener = { ...base, tls, ...(own && { authentication: { own: true, ...own } }) };
  const service = settingsOf({ authentication, listeners: [listener] } as SettingsInput);
  const { settings, unavailable } = effectiveSettings(service, { listenerIndex: 0, address: '192.0.2.1', kerberos });
  const secured = where === 'secured' || where === 'implicit';
  const session = secured ? { tls: tlsOf(certified) } : {};
  const [one] = settings.listeners;
  const lines = keywords(settings, { listener: one!, secured, ...session });
  const ehlo = lines.find((line) => line.startsWith('AUTH '))?.slice(5) ?? '';
  const context = contextOf({ settings: service, session, login: { mechanism: name, result: 'pending' } });
  const connection: ConnectionFacts = { ...context.facts.connection, unavailable };
  const verdict = sync(decide('auth', { ...context, settings, facts: { ...context.facts, connection } }));
  const { code, enhanced } = reasons[verdict.reason as ReasonKey] as { code: number; enhanced?: string };
  const finding = verdict.findings.at(-1);
  return { ehlo, heard: enhanced === undefined ? `${code}` : `${code} ${enhanced}`, finding };
}

/** Nothing stands against any mechanism but the lists. */
const possible = { oauth: { keySet: '{"keys":[{"kty":"RSA"}]}' } };

describe.each(mechanismNames)('%s', (name) => {
  const isClear = clearMechanisms.includes(name);
  const other: Name = name === 'PLAIN' ? 'LOGIN' : 'PLAIN';
  const certified = name === 'EXTERNAL';
  const lists = (clear: readonly Name[], secured: readonly Name[]) =>
    ({ ...possible, clear: [...clear], secured: [...secured] }) as Case['authentication'];

  if (isClear)
    it('is offered in clear where it is listed for clear', () => {
      const listed = lists([name, other], []);
      expect(seen({ where: 'clear', authentication: listed }, name)).toMatchObject({
        ehlo: `${name} ${other}`,
        heard: '334',
        finding: { setting: 'authentication.clear' },
      });
      expect(seen({ where: 'no-tls', authentication: listed }, name)).toMatchObject({ heard: '334' });
      for (const where of ['secured', 'implicit'] as const)
        expect(seen({ where, authentication: listed }, name)).toMatchObject({ ehlo: '', heard: '502 5.5.1' });
    });

  it('is offered inside TLS where it is listed for secured connections', () => {
    const listed = lists([other], [name]);
    for (const where of ['secured', 'implicit'] as const)
      expect(seen({ where, certified, authentication: listed }, name)).toMatchObject({
        ehlo: name,
        heard: '334',
        finding: { setting: 'authentication.secured' },
      });
    for (const [where, told] of [
      ['clear', 'on secured connections only'],
      ['no-tls', 'not offered in clear'],
    ] as const)
      expect(seen({ where, authentication: listed }, name)).toMatchObject({
        ehlo: other,
        heard: '504 5.5.4',
        finding: { text: expect.stringContaining(told) as string },
      });
  });

  it('is refused where it is not listed', () => {
    const authentication = lists([other], [other]);
    for (const where of ['clear', 'secured', 'implicit'] as const)
      expect(seen({ where, certified, authentication }, name)).toMatchObject({ ehlo: other, heard: '504 5.5.4' });
    for (const where of ['clear', 'secured', 'implicit'] as const)
      expect(seen({ where, certified, authentication: lists([], []) }, name)).toMatchObject({
        ehlo: '',
        heard: '502 5.5.1',
      });
  });

  it('waits for TLS where TLS comes first, whatever is listed', () => {
    const authentication = { ...lists(isClear ? [name] : [other], [name]), requireTls: true };
    expect(seen({ where: 'clear', authentication }, name)).toMatchObject({
      ehlo: '',
      heard: '530 5.7.0',
      finding: { setting: 'authentication.requireTls', value: true },
    });
    expect(seen({ where: 'no-tls', authentication }, name)).toMatchObject({ ehlo: '', heard: '502 5.5.1' });
    expect(seen({ where: 'secured', certified, authentication }, name)).toMatchObject({ ehlo: name, heard: '334' });
  });

  it('follows the listener’s own lists where it has some', () => {
    const own = { clear: isClear ? [name] : [], secured: [name] };
    const authentication = lists([other], [other]);
    expect(seen({ where: 'secured', certified, authentication, own }, name)).toMatchObject({
      ehlo: name,
      heard: '334',
      finding: { setting: 'listeners.0.authentication.secured' },
    });
    expect(seen({ where: 'clear', authentication, own }, name)).toMatchObject({
      ehlo: isClear ? name : '',
      heard: isClear ? '334' : '504 5.5.4',
      finding: { setting: 'listeners.0.authentication.clear' },
    });
    expect(seen({ where: 'secured', certified, authentication, own }, other).heard).toBe('504 5.5.4');
  });
});

describe('what cannot be offered', () => {
  const cannot: readonly [Name, Partial<Case['authentication']>, string?][] = [
    ['SCRAM-SHA-256', { source: { kind: 'bind' } }],
    ['SCRAM-SHA-1-PLUS', { source: { kind: 'bind' } }],
    ['CRAM-MD5', { source: { kind: 'bind' } }],
    ['DIGEST-MD5', { source: { kind: 'bind' } }],
    ['XOAUTH2', { oauth: { tokens: false } }],
    ['OAUTHBEARER', { source: { kind: 'bind' } }],
    ['GSSAPI', {}, 'there is no keytab'],
  ];

  it.each(cannot)('%s is left out of EHLO, refused, and the finding says why', (name, given, kerberos?: string) => {
    const authentication = { ...given, clear: ['PLAIN'], secured: ['LOGIN', name, 'PLAIN'] } as Case['authentication'];
    expect(seen({ where: 'secured', authentication, ...(kerberos !== undefined && { kerberos }) }, name)).toMatchObject(
      {
        ehlo: 'LOGIN PLAIN',
        heard: '504 5.5.4',
        finding: {
          text: expect.stringMatching(/^\S+ is listed and not offered: .*(authentication\.|keytab)/) as string,
        },
      },
    );
  });

  it('is EXTERNAL without a certificate we trust', () => {
    const authentication = { clear: [], secured: ['PLAIN', 'EXTERNAL'] } as Case['authentication'];
    expect(seen({ where: 'secured', authentication }, 'EXTERNAL')).toMatchObject({
      ehlo: 'PLAIN',
      heard: '504 5.5.4',
      finding: { text: 'EXTERNAL is listed and not offered: the client has shown no certificate' },
    });
    expect(seen({ where: 'secured', authentication, certified: true }, 'EXTERNAL').ehlo).toBe('PLAIN EXTERNAL');
  });

  it('is shown in a preview as far as it depends on the client', () => {
    const preview = (clientCertificate: 'off' | 'request') => {
      const security = { clientCertificate };
      const listeners = [{ ...base, tls: 'starttls' as const, security }];
      const settings = settingsOf({ listeners, authentication: { secured: ['PLAIN', 'EXTERNAL'] } });
      return ehloReply(settings, { listenerIndex: 0 }).secured?.find((line) => line.startsWith('AUTH '));
    };
    expect([preview('off'), preview('request')]).toEqual(['AUTH PLAIN', 'AUTH PLAIN EXTERNAL']);
  });
});
