// Versions, ciphers, names, protocols and the key log of a listener, against OpenSSL's client and Node's.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { EventBody } from '../../core/contract/event.ts';
import type { TlsFacts } from '../../core/contract/facts.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { authorityFile } from '../../core/smtp/certificates.ts';
import { bodies, certificates, Client, type Ground, grounds, heldWorld, mx, ofKind, until } from './playground.ts';

const start = grounds();
const hasOpenssl = spawnSync('openssl', ['version']).status === 0;
const modes = ['implicit', 'starttls'] as const;
type Mode = (typeof modes)[number];

const listening = (security: object, over: object = {}, more: SettingsInput = {}): SettingsInput => ({
  listeners: [{ ...mx, tls: 'implicit', security, ...over }],
  ...more,
});

/** What a handshake comes to: its version and cipher, or `refused`. */
async function shake(g: Ground, mode: Mode, options: ConnectionOptions): Promise<string> {
  const client = await Client.open(g.port());
  if (mode === 'starttls') {
    await client.hello();
    await client.ask('STARTTLS');
  }
  try {
    await client.secure(options);
  } catch {
    return 'refused';
  }
  const socket = client.socket as TLSSocket;
  return `${socket.getProtocol() ?? ''} ${socket.getCipher().name}`;
}

const old = { ciphers: 'DEFAULT:@SECLEVEL=0' };
const only = (version: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3'): ConnectionOptions => ({
  ...old,
  minVersion: version,
  maxVersion: version,
});
const tlsOf = (events: readonly { readonly kind: string }[]) =>
  events.filter(({ kind }) => kind === 'tls') as unknown as (EventBody & { kind: 'tls' })[];

/** Facts of the handshake; a client of TLS 1.3 has done its part before the server has. */
async function factsOf(g: Ground, index = 0): Promise<TlsFacts> {
  const up = () =>
    tlsOf(g.journal.sessions[index]?.events ?? []).flatMap((event) => (event.state === 'up' ? [event.facts] : []))[0];
  await until(() => up() !== undefined);
  return up() as TlsFacts;
}

describe.each(modes)('versions on %s', (tls) => {
  test.each([
    [
      ['TLSv1.2', 'TLSv1.3'],
      ['refused', 'refused', 'TLSv1.2', 'TLSv1.3'],
    ],
    [['TLSv1.3'], ['refused', 'refused', 'refused', 'TLSv1.3']],
    [
      ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'],
      ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'],
    ],
    [
      ['TLSv1', 'TLSv1.2'],
      ['TLSv1', 'refused', 'TLSv1.2', 'refused'],
    ],
    [
      ['TLSv1.3', 'TLSv1.1'],
      ['refused', 'TLSv1.1', 'refused', 'TLSv1.3'],
    ],
  ])('%j are exactly those a client may choose', async (versions, sees) => {
    const g = await start(listening({ versions }, { tls }));
    const got: string[] = [];
    for (const version of ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'] as const)
      got.push((await shake(g, tls, only(version))).replace(/ .*/, ''));
    expect(got).toEqual(sees);
    const refused = sees.indexOf('refused');
    if (refused < 0) return;
    const end = bodies(await g.events(refused)).slice(-2);
    expect(end[0]).toMatchObject({
      kind: 'tls',
      state: 'failed',
      error: expect.stringMatching(/unsupported protocol|no protocols|version/) as string,
    });
    expect(end[1]).toMatchObject({ kind: 'close', by: 'us', reason: 'tls-error' });
  });
});

describe.each(modes)('ciphers on %s', (tls) => {
  const two = 'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256';
  const backwards = { maxVersion: 'TLSv1.2', ciphers: two.split(':').toReversed().join(':') } as const;

  test('are those of the list, in the order of the server or of the client', async () => {
    const mine = await start(listening({ ciphers: two, serverOrder: true }, { tls }));
    expect(await shake(mine, tls, backwards)).toBe('TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384');
    expect(await shake(mine, tls, { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-CHACHA20-POLY1305' })).toBe('refused');
    const theirs = await start(listening({ ciphers: two, serverOrder: false }, { tls }));
    expect(await shake(theirs, tls, backwards)).toBe('TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256');
    expect(bodies(await mine.events(1)).at(-2)).toMatchObject({
      error: expect.stringMatching(
        /^the TLS handshake failed: no shared cipher, the client offers no cipher of/,
      ) as string,
    });
  });
});

test('no anonymous cipher and none without forward secrecy is taken unless it is listed', async () => {
  const g = await start(listening({}));
  expect(await shake(g, 'implicit', { maxVersion: 'TLSv1.2', ciphers: 'AECDH-AES128-SHA:@SECLEVEL=0' })).toBe(
    'refused',
  );
  expect(await shake(g, 'implicit', { maxVersion: 'TLSv1.2', ciphers: 'NULL-SHA256:@SECLEVEL=0' })).toBe('refused');
});

test.each<[string, object, RegExp | undefined, 'listening' | 'failed']>([
  ['unknown ciphers', { ciphers: 'FOO:BAR' }, /^security\.ciphers: OpenSSL knows no cipher of “FOO:BAR”/, 'failed'],
  [
    'old versions without the level they need',
    { versions: ['TLSv1.1', 'TLSv1.2'], ciphers: 'HIGH' },
    /SECLEVEL=0/,
    'listening',
  ],
  ['old versions with it', { versions: ['TLSv1.1', 'TLSv1.2'], ciphers: 'HIGH:@SECLEVEL=0' }, undefined, 'listening'],
])('%s are told on the listener', async (_name, security, error, state) => {
  const g = await start(listening(security));
  const [listener] = g.receiver.state().listeners;
  expect(listener?.state).toBe(state);
  if (error) expect(listener?.error).toMatch(error);
  else expect(listener).not.toHaveProperty('error');
});

describe.each(modes)('names on %s', (tls) => {
  const sni = [{ name: 'mail.example' }, { name: '*.example' }, { name: 'MAIL.Other.Example' }];

  test.each([
    ['mail.example', 'mail.example', 'mail.example'],
    ['MAIL.example.', 'mail.example', 'mail.example'],
    ['smtp.example', '*.example', '*.example'],
    ['mail.other.example', 'MAIL.Other.Example', 'MAIL.Other.Example'],
    ['a.b.example', 'gate.example', undefined],
    ['example', 'gate.example', undefined],
    ['mail.example\\', 'gate.example', undefined],
    [`${'a'.repeat(246)}.elsewhe`, 'gate.example', undefined],
    ['', 'gate.example', undefined],
  ])('%j is shown the certificate of %s', async (servername, subject, entry) => {
    const g = await start(listening({}, { tls, certificate: { sni } }));
    const client = await Client.open(g.port());
    if (tls === 'starttls') {
      await client.hello();
      await client.ask('STARTTLS');
    }
    await client.secure({ servername });
    expect((client.socket as TLSSocket).getPeerCertificate().subject.CN).toBe(subject);
    const facts = await factsOf(g);
    expect(facts.certificate).toBe(entry);
    expect(facts.sni ?? '').toBe(servername);
  });
});

test.each([
  ['good', true, undefined],
  ['expired', false, 'CERT_HAS_EXPIRED'],
  ['not-yet-valid', false, 'CERT_NOT_YET_VALID'],
  ['wrong-name', false, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ['wrong-ca', false, 'SELF_SIGNED_CERT_IN_CHAIN'],
  ['weak-key', true, undefined],
] as const)('a test certificate that is %s can be shown', async (kind, authorized, error) => {
  const g = await start(listening({}, { certificate: { kind } }));
  const ca = (await start(listening({}))) && readFileSync(join(certificates, authorityFile), 'utf8');
  const client = await Client.open(g.port());
  await client.secure({ ca, servername: 'gate.example', ciphers: 'DEFAULT:@SECLEVEL=0' });
  const socket = client.socket as TLSSocket;
  expect(socket.authorized).toBe(authorized);
  const met = socket.authorizationError as { code?: string } | string | undefined | null;
  expect((typeof met === 'object' ? met?.code : met) ?? undefined).toBe(error);
  expect(socket.getPeerCertificate().bits).toBe(kind === 'weak-key' ? 1024 : 256);
});

describe('protocols a client offers by ALPN', () => {
  test.each(modes)(
    'none of which is ours end the handshake on %s, where foreign protocols are refused',
    async (tls) => {
      const g = await start(listening({}, { tls }, { strictness: { foreignProtocol: 'reject' } }));
      expect(await shake(g, tls, { ALPNProtocols: ['http/1.1', 'h2'] })).toBe('refused');
      expect(bodies(await g.events()).at(-1)).toMatchObject({ by: 'us', reason: 'tls-error' });
      expect(await shake(g, tls, { ALPNProtocols: ['h2', 'smtp'] })).toMatch(/^TLSv1\.3/);
      expect(await shake(g, tls, {})).toMatch(/^TLSv1\.3/);
      expect((await factsOf(g, 1)).alpn).toBe('smtp');
    },
  );

  test('are not looked at where they are not', async () => {
    const g = await start(listening({}, {}, { strictness: { foreignProtocol: 'allow' } }));
    expect(await shake(g, 'implicit', { ALPNProtocols: ['http/1.1'] })).toMatch(/^TLSv1\.3/);
    expect(await factsOf(g)).not.toHaveProperty('alpn');
  });
});

describe('the key log', () => {
  test.each(modes)('gets the secrets of %s, for Wireshark', async (tls) => {
    const keyLog = join(certificates, `${tls}.keys`);
    const g = await start(listening({ keyLog }, { tls }));
    for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) await shake(g, tls, { maxVersion });
    for (const index of [0, 1]) await factsOf(g, index);
    await g.receiver.stop({ graceMs: 0 });
    const text = readFileSync(keyLog, 'utf8');
    expect(text).toMatch(/^CLIENT_RANDOM [0-9a-f]{64} [0-9a-f]{96}$/m);
    expect(text).toMatch(/^CLIENT_TRAFFIC_SECRET_0 [0-9a-f]{64} [0-9a-f]+$/m);
    expect(text).toMatch(/^SERVER_TRAFFIC_SECRET_0 /m);
  });

  test('that cannot be written is the listener’s warning, and no session’s end', async () => {
    const keyLog = join(certificates, 'a-folder');
    mkdirSync(keyLog, { recursive: true });
    const g = await start(listening({ keyLog }));
    const client = await Client.implicit(g.port());
    expect(await client.hello()).toMatch(/^250/);
    await until(() => g.receiver.state().listeners[0]?.error !== undefined);
    expect(g.receiver.state().listeners[0]).toMatchObject({
      state: 'listening',
      error: expect.stringMatching(/a-folder: the key log cannot be written \(EISDIR\)/) as string,
    });
  });
});

/** Sends bytes where a handshake is expected, and waits for the end. */
async function instead(g: Ground, mode: Mode, bytes: string): Promise<readonly EventBody[]> {
  const client = await Client.open(g.port());
  if (mode === 'starttls') {
    await client.hello();
    await client.ask('STARTTLS');
  }
  client.send(bytes);
  await client.over();
  expect(client.rest).not.toMatch(/\d\d\d[ -]/);
  return bodies(await g.events());
}

describe.each(modes)('instead of a handshake on %s', (tls) => {
  const where = tls === 'implicit' ? 'on an implicit TLS listener' : 'behind STARTTLS';

  test.each([
    ['EHLO client.example\r\n', `the client spoke plain SMTP ${where}`],
    ['GET / HTTP/1.1\r\nHost: a\r\n\r\n', `the client spoke HTTP ${where} (http request)`],
    ['CONNECT a:25 HTTP/1.1\r\n\r\n', `the client spoke HTTP ${where} (https proxy request)`],
    ['SSH-2.0-x\r\n', `the client spoke SSH ${where}`],
    ['\0\0\0\0garbage that is no record', `the client spoke no TLS ${where}`],
    ['\x16\x03\x01\x00\x04nope', 'the TLS handshake failed: '],
  ])('%j is told as what it is', async (bytes, detail) => {
    const events = await instead(await start(listening({}, { tls })), tls, bytes);
    expect(events.slice(-2)).toMatchObject([
      { kind: 'tls', state: 'failed', error: expect.stringContaining(detail) as string },
      { kind: 'close', by: 'us', reason: 'tls-error', detail: expect.stringContaining(detail) as string },
    ]);
  });

  test('a hello that stalls runs into the deadline', async () => {
    const held = heldWorld();
    const g = await start(listening({}, { tls, handshakeTimeout: 7 }), { world: held.world });
    const client = await Client.open(g.port());
    if (tls === 'starttls') {
      await client.hello();
      await client.ask('STARTTLS');
    }
    client.send('\x16\x03\x01\x00\x01\x01');
    await until(() => held.timers.some(({ ms }) => ms === 7000));
    held.timers.find(({ ms }) => ms === 7000)?.fire();
    await client.over();
    expect(bodies(await g.events()).at(-1)).toMatchObject({ reason: 'handshake-timeout' });
  });
});

const client = (port: number, ...args: string[]) =>
  spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', ...args]);

describe.skipIf(!hasOpenssl)('OpenSSL’s client', () => {
  test.each(['-tls1_2', '-tls1_3'])('that does not know our CA says so in an alert, with %s', async (version) => {
    const g = await start(listening({}));
    const one = client(
      g.port(),
      version,
      '-verify_return_error',
      '-verify',
      '1',
      '-CAfile',
      'package.json',
      '-no-CApath',
      '-no-CAstore',
    );
    one.on('error', () => undefined);
    const two = client(g.port(), version, '-verify_return_error', '-no-CAfile', '-no-CApath', '-no-CAstore');
    const events = bodies(await g.events());
    two.kill();
    one.kill();
    expect(events.filter(({ kind }) => kind === 'tls').at(-1)).toEqual({
      kind: 'tls',
      state: 'failed',
      error: 'the client ended the TLS handshake with the alert: unknown ca',
      alert: 'unknown ca',
    });
    expect(events.at(-1)).toMatchObject({ kind: 'close', by: 'client', reason: 'tls-error' });
  });

  test('may not renegotiate, and cannot end more than its own connection', async () => {
    const g = await start(listening({ versions: ['TLSv1.2'] }));
    const one = client(g.port(), '-tls1_2', '-no_ign_eof');
    let said = '';
    one.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    one.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until(() => said.includes('220 '));
    one.stdin.write('R\n');
    await until(() => /renegotiation|closed|error/i.test(said.replace(/verify error.*/g, '')) || one.exitCode !== null);
    one.kill();
    expect(ofKind(await g.events(), 'tls').filter(({ state }) => state === 'up')).toHaveLength(1);
    expect(await shake(g, 'implicit', {})).toMatch(/^TLSv1\.2/);
  });
});

test('a client that resets at any octet of a hello behind STARTTLS ends its own connection alone', async () => {
  const g = await start();
  const hello = Buffer.from('16030100c8010000c4030300', 'hex');
  for (let cut = 0; cut <= hello.length; cut += 1) {
    const c = await g.connect();
    await c.hello();
    await c.ask('STARTTLS');
    c.socket.write(hello.subarray(0, cut), () => c.reset());
  }
  await until(() => g.journal.sessions.length === hello.length + 1 && g.journal.sessions.every(({ ended }) => ended));
});
