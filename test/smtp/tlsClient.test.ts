// Client certificates: off, asked for and required, with each cause of refusal named, on STARTTLS and implicit TLS alike.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { workshop } from '../../core/smtp/certificates.ts';
import { realWorld } from '../../core/world/real.ts';
import { type CertificateWanted, makeCertificate, type MadeCertificate } from '../../core/world/workshop.ts';
import { bodies, certificates, Client, grounds, mx, ofKind } from './playground.ts';

const start = grounds();
const now = Date.now();
const { authority } = await workshop({ world: realWorld, folder: certificates, hostname: 'gate.example' });
const made = (over: Partial<CertificateWanted> = {}): Promise<MadeCertificate> =>
  makeCertificate({ kind: 'good', names: ['client.example'], now, authority, usage: 'client', ...over });

const asking = (security: object, tls: 'implicit' | 'starttls' = 'implicit'): SettingsInput => ({
  listeners: [{ ...mx, tls, security }],
});

/** What is heard first behind the handshake: the greeting, or on STARTTLS the reply to EHLO. */
async function enter(port: number, tls: 'implicit' | 'starttls', pem?: MadeCertificate): Promise<string> {
  const client = await Client.open(port);
  if (tls === 'starttls') {
    await client.hello();
    await client.ask('STARTTLS');
  }
  await client.secure(pem ? { cert: pem.cert, key: pem.key } : {});
  if (tls === 'starttls') client.send('EHLO client.example\r\n');
  const heard = await client.reply();
  if (heard.startsWith('421')) await client.over();
  else await client.ask('QUIT');
  return heard;
}

const refusals: readonly [string, () => Promise<MadeCertificate | undefined>, string, string | undefined][] = [
  ['none', () => Promise.resolve(undefined), 'none was shown', undefined],
  ['an expired one', () => made({ kind: 'expired' }), 'it has expired', 'CERT_HAS_EXPIRED'],
  ['one not yet valid', () => made({ kind: 'not-yet-valid' }), 'it is not yet valid', 'CERT_NOT_YET_VALID'],
  ['one of an unknown CA', () => made({ kind: 'wrong-ca' }), 'its CA is not known here', 'SELF_SIGNED_CERT_IN_CHAIN'],
  [
    'one of an unknown CA, alone',
    async () => {
      const pem = await made({ kind: 'wrong-ca' });
      return { ...pem, cert: /^[\s\S]*?-----END CERTIFICATE-----\n/.exec(pem.cert)?.[0] ?? '' };
    },
    'its CA is not known here',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ],
  [
    'one for servers',
    () => made({ kind: 'wrong-usage' }),
    'it is not meant for clients (extended key usage clientAuth)',
    'INVALID_PURPOSE',
  ],
  ['a self-signed one', () => made({ kind: 'self-signed' }), 'it is self-signed', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [
    'one with too long a chain',
    () => made({ depth: 4 }),
    'its chain is too long: 5 certificates above it, 4 allowed',
    'CERT_CHAIN_TOO_LONG',
  ],
];

describe.each(['implicit', 'starttls'] as const)('on %s', (tls) => {
  test('a client that is not asked shows none', async () => {
    const g = await start(asking({}, tls));
    await enter(g.port(), tls, await made());
    expect(ofKind(await g.events(), 'tls').at(-1)).toMatchObject({ state: 'up' });
    expect(JSON.stringify(await g.events())).not.toContain('"client":');
  });

  test('a trusted certificate is shown with everything known of it, and is nobody’s identity', async () => {
    const g = await start(asking({ clientCertificate: 'require' }, tls));
    const pem = await made({ depth: 3 });
    expect(await enter(g.port(), tls, pem)).toMatch(/^2[25]0/);
    const up = ofKind(await g.events(), 'tls').at(-1);
    expect(up?.state === 'up' && up.facts.client).toEqual({
      subject: 'CN=client.example',
      commonName: 'client.example',
      issuer: 'CN=Intermediate CA 1',
      fingerprint: expect.stringMatching(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/) as string,
      validFrom: expect.any(Number) as number,
      validTo: expect.any(Number) as number,
      depth: 4,
      trusted: true,
    });
    expect(ofKind(await g.events(), 'verdict')).toEqual([]);
  });

  test.each(refusals)('%s is refused where one is required, with the cause', async (_name, pem, cause, error) => {
    const g = await start(asking({ clientCertificate: 'require' }, tls));
    expect(await enter(g.port(), tls, await pem())).toMatch(
      new RegExp(
        `^421 \\S+ A client certificate that is trusted here is needed: ${cause.replaceAll(/[()]/g, '\\$&')}$`,
      ),
    );
    const events = await g.events();
    const reply = ofKind(events, 'reply').at(-1);
    expect(reply?.verdict).toMatchObject({ stage: 'tls', action: 'drop', reason: 'client-certificate' });
    expect(reply?.verdict.findings[0]).toMatchObject({
      check: 'client-certificate',
      setting: 'listeners.0.security.clientCertificate',
      value: 'require',
    });
    const up = ofKind(events, 'tls').at(-1);
    const client = up?.state === 'up' ? up.facts.client : undefined;
    expect(client === 'none' ? undefined : client?.error).toBe(error);
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', by: 'us', reason: 'policy' });
    expect(ofKind(events, 'line').some(({ bytes }) => bytes.startsWith('EHLO') && tls === 'implicit')).toBe(false);
  });

  test.each(refusals)('%s changes nothing where one is asked for', async (_name, pem, _cause, error) => {
    const g = await start(asking({ clientCertificate: 'request' }, tls));
    expect(await enter(g.port(), tls, await pem())).toMatch(/^2[25]0/);
    const events = await g.events();
    const verdicts = ofKind(events, 'verdict').map(({ verdict }) => verdict);
    expect(verdicts.map(({ stage, action }) => [stage, action])).toEqual(
      error === undefined ? [] : [['tls', 'accept']],
    );
    expect(verdicts.flatMap(({ findings }) => findings.map(({ action }) => action))).toEqual(
      error === undefined ? [] : ['record'],
    );
    expect(bodies(events).at(-1)).toMatchObject({ reason: 'quit' });
  });
});

test('the CAs of a file are trusted instead of the workshop’s', async () => {
  const other = await made({ kind: 'wrong-ca' });
  const file = join(certificates, 'clients.pem');
  writeFileSync(file, other.authority.cert);
  const g = await start(asking({ clientCertificate: 'require', clientCaFile: file }));
  expect(await enter(g.port(), 'implicit', other)).toMatch(/^220/);
  expect(await enter(g.port(), 'implicit', await made())).toMatch(/^421 .*its CA is not known here$/);
});

test('no session of a client that must show a certificate is resumed: its chain could not be judged again', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const g = await start(asking({ clientCertificate: 'require' }));
    const pem = await made();
    const first = await Client.open(g.port());
    let ticket: Buffer | undefined;
    await first.secure({ cert: pem.cert, key: pem.key, maxVersion });
    first.socket.on('session', (session: Buffer) => (ticket = session));
    await first.reply();
    await first.ask('QUIT');
    const second = await Client.open(g.port());
    await second.secure({ cert: pem.cert, key: pem.key, maxVersion, ...(ticket && { session: ticket }) });
    expect(await second.reply()).toMatch(/^220/);
    const up = ofKind(g.journal.sessions[1]?.events ?? [], 'tls').at(-1);
    expect(up?.state === 'up' && up.facts).toMatchObject({ resumed: false, client: { trusted: true } });
  }
});

test.each<[string, string, RegExp]>([
  ['empty', '', /clients\.pem: the file is empty/],
  ['no PEM', 'hello', /clients\.pem: no certificate in it/],
  ['damaged', '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n', /first certificate in it is damaged/],
])('a CA file that is %s is the listener’s error', async (_name, text, error) => {
  const file = join(certificates, 'clients.pem');
  writeFileSync(file, text);
  const g = await start(asking({ clientCertificate: 'request', clientCaFile: file }));
  expect(g.receiver.state().listeners[0]).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(error) as string,
  });
});
