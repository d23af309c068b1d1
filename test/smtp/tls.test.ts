// Holds STARTTLS and implicit TLS to RFC 3207 and RFC 8314: what is forgotten, what is discarded, how handshakes fail.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as tcp } from 'node:net';
import type { TLSSocket } from 'node:tls';
import { describe, expect, test } from 'vitest';
import type { CloseReason } from '../../core/contract/event.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { authorityFile } from '../../core/smtp/certificates.ts';
import {
  bodies,
  certificates,
  Client,
  grounds,
  heldWorld,
  mx,
  ofKind,
  password,
  plainResponse,
  until,
  user,
} from './playground.ts';

const start = grounds();

const submissions = {
  name: 'submissions',
  role: 'submissions',
  address: '0.0.0.0:465',
  lab: '127.0.0.1:0',
  tls: 'implicit',
} as const;
const implicit: SettingsInput = { listeners: [submissions] };

describe('STARTTLS', () => {
  test('gives a session that knows nothing of before, under a certificate of the test CA', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    expect(
      await c.codes(`AUTH PLAIN ${plainResponse(user, password)}`, 'MAIL FROM:<a@client.example>', 'STARTTLS'),
    ).toEqual([235, 250, 220]);
    const ca = readFileSync(join(certificates, authorityFile), 'utf8');
    await c.secure({ ca, rejectUnauthorized: true, servername: 'gate.example' });
    expect((c.socket as TLSSocket).authorized).toBe(true);
    expect(await c.codes('RCPT TO:<b@gate.example>', 'MAIL FROM:<a@client.example>')).toEqual([503, 503]);
    const ehlo = await c.ask('EHLO client.example');
    expect(ehlo).not.toContain('STARTTLS');
    expect(ehlo).toContain('AUTH PLAIN');
    expect(await c.codes('RCPT TO:<b@gate.example>', 'STARTTLS', 'MAIL FROM:<a@client.example>')).toEqual([
      503, 503, 250,
    ]);
    expect(await c.codes('RCPT TO:<b@remote.example>')).toEqual([550]);
    expect(await c.codes('RSET', `AUTH PLAIN ${plainResponse(user, password)}`)).toEqual([250, 235]);
    await c.toData();
    c.send('x\r\n.\r\n');
    expect(await c.reply()).toMatch(/^250/);
    await c.ask('QUIT');
    const events = await g.events();
    expect(ofKind(events, 'tls').map(({ state }) => state)).toEqual(['starting', 'up']);
    expect(bodies(ofKind(events, 'tls'))[1]).toMatchObject({
      facts: { protocol: 'TLSv1.3', sni: 'gate.example', resumed: false },
    });
    expect(g.journal.messages[0]?.envelope.trace).toContain('with ESMTPSA id');
    expect(g.journal.messages[0]?.envelope.user).toBe(user);
  });

  test('discards what was sent in clear behind the command, and says how much', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    c.send('STARTTLS\r\nEHLO evil.example\r\nMAIL FROM:<evil@client.example>\r\n');
    expect(await c.reply()).toMatch(/^220/);
    await c.secure();
    expect(c.rest).toBe('');
    expect(await c.codes('MAIL FROM:<a@client.example>', 'NOOP')).toEqual([503, 250]);
    const events = g.journal.sessions[0]?.events ?? [];
    expect(bodies(ofKind(events, 'tls'))[0]).toEqual({ kind: 'tls', state: 'starting', discarded: 52 });
    expect(ofKind(events, 'line').some(({ bytes }) => bytes.includes('evil'))).toBe(false);
  });

  test('wants no parameter, and keeps the counters of mistakes', async () => {
    const g = await start({ errors: { maxErrors: 2, maxAuthErrors: 1 } });
    const c = await g.connect();
    await c.hello();
    expect(await c.codes('STARTTLS now', 'FOO', `AUTH PLAIN ${plainResponse(user, 'no')}`, 'STARTTLS')).toEqual([
      501, 500, 535, 220,
    ]);
    await c.secure();
    expect(await c.codes('EHLO client.example')).toEqual([250]);
    expect(await c.ask(`AUTH PLAIN ${plainResponse(user, 'no')}`)).toMatch(/^535/);
    expect(await c.reply()).toMatch(/^421 .*logins/);
  });

  test.each(['clear', 'starttls'] as const)(
    'is not offered on a %s listener where the settings do not',
    async (tls) => {
      const g = await start({ listeners: [{ ...mx, tls }], acceptance: { extensions: { startTls: tls === 'clear' } } });
      const c = await g.connect();
      expect(await c.hello()).not.toContain('STARTTLS');
      expect(await c.ask('STARTTLS')).toMatch(/^502/);
    },
  );

  test('ends the session when the client speaks no TLS', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    await c.ask('STARTTLS');
    c.send('EHLO again.example\r\n');
    await c.over();
    const events = await g.events();
    expect(ofKind(events, 'tls').map(({ state }) => state)).toEqual(['starting', 'failed']);
    expect(bodies(events).at(-1)).toMatchObject({ kind: 'close', reason: 'tls-error' });
    expect(ofKind(events, 'reply').length).toBe(3);
  });

  test('ends the session when the client leaves or resets in the handshake', async () => {
    const g = await start();
    const ways: [CloseReason, (c: Client) => void][] = [
      ['peer-fin', (c) => c.end()],
      ['peer-rst', (c) => c.reset()],
    ];
    for (const [index, [reason, leave]] of ways.entries()) {
      const c = await g.connect();
      await c.hello();
      await c.ask('STARTTLS');
      leave(c);
      const events = await g.events(index);
      expect(ofKind(events, 'tls').map(({ state }) => state)).toEqual(['starting', 'failed']);
      expect(bodies(ofKind(events, 'close'))).toMatchObject([{ by: 'client', reason }]);
    }
  });

  test('ends the session when the handshake takes too long', async () => {
    const held = heldWorld();
    const g = await start({ listeners: [{ ...mx, handshakeTimeout: 7 }] }, { world: held.world });
    const c = await g.connect();
    await c.hello();
    await c.ask('STARTTLS');
    held.timers.find(({ ms }) => ms === 7000)?.fire();
    await c.over();
    const events = await g.events();
    expect(bodies(events).slice(-2)).toEqual([
      { kind: 'tls', state: 'failed', error: 'the TLS handshake took longer than 7 s' },
      { kind: 'close', by: 'us', reason: 'handshake-timeout', detail: 'the TLS handshake took longer than 7 s' },
    ]);
    expect(c.rest).toBe('');
  });

  test('TLS 1.1 is refused', async () => {
    const g = await start();
    const c = await g.connect();
    await c.hello();
    await c.ask('STARTTLS');
    await expect(c.secure({ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' })).rejects.toThrow();
    expect(ofKind(await g.events(), 'close')[0]?.reason).toBe('tls-error');
  });
});

describe('implicit TLS', () => {
  test('greets behind the handshake and offers no STARTTLS', async () => {
    const g = await start(implicit);
    const c = await Client.implicit(g.port());
    expect(await c.reply()).toMatch(/^220 /);
    expect(await c.ask('EHLO client.example')).not.toContain('STARTTLS');
    expect(
      await c.codes('STARTTLS', 'MAIL FROM:<a@client.example>', `AUTH PLAIN ${plainResponse(user, password)}`),
    ).toEqual([503, 530, 235]);
    expect(await c.codes('MAIL FROM:<a@client.example>', 'RCPT TO:<b@remote.example>', 'DATA')).toEqual([
      250, 250, 354,
    ]);
    c.send('x\r\n.\r\n');
    expect(await c.codes('QUIT')).toEqual([250]);
    const events = await g.events();
    expect(events.slice(0, 3).map(({ kind }) => kind)).toEqual(['connect', 'tls', 'tls']);
    expect(ofKind(events, 'stored')[0]?.remote).toBe(true);
  });

  test('resumes a session', async () => {
    const g = await start(implicit);
    const first = await Client.implicit(g.port());
    const ticket = new Promise<Buffer>((resolve) => first.socket.once('session', resolve));
    await first.reply();
    const second = await Client.implicit(g.port(), { session: await ticket });
    await second.reply();
    expect(ofKind(g.journal.sessions[1]?.events ?? [], 'tls')[1]).toMatchObject({ facts: { resumed: true } });
  });

  test('says nothing to a client that speaks no TLS', async () => {
    const g = await start(implicit);
    const c = await Client.open(g.port());
    c.send('EHLO client.example\r\n');
    await c.over();
    expect(c.rest).not.toMatch(/^\d\d\d/);
    const events = await g.events();
    expect(events.map(({ kind }) => kind)).toEqual(['connect', 'tls', 'tls', 'close']);
    expect(bodies(events).at(-1)).toMatchObject({ reason: 'tls-error' });
  });

  test('a refused connection hears nothing at all', async () => {
    for (const refusal of ['421', '554', 'silent'] as const) {
      const g = await start({ ...implicit, access: { refusal, deny: [{ ipSet: '127.0.0.1' }] } });
      const c = await Client.open(g.port());
      await c.over();
      expect(c.rest).toBe('');
      const events = await g.events();
      expect(events.map(({ kind }) => kind)).toEqual(['connect', 'verdict', 'close']);
    }
  });

  test('handshakes end in time, with a reset, and with the receiver', async () => {
    const held = heldWorld();
    const g = await start({ listeners: [{ ...submissions, handshakeTimeout: 7 }] }, { world: held.world });
    const late = await Client.open(g.port());
    await until(() => held.timers.some(({ ms }) => ms === 7000));
    held.timers.find(({ ms }) => ms === 7000)?.fire();
    await late.over();
    expect(bodies(await g.events(0)).at(-1)).toMatchObject({ reason: 'handshake-timeout' });
    const gone = await Client.open(g.port());
    await until(() => g.journal.sessions.length === 2);
    gone.reset();
    expect(bodies(await g.events(1)).at(-1)).toMatchObject({ by: 'client', reason: 'peer-rst' });
    const waiting = await Client.open(g.port());
    await until(() => g.journal.sessions.length === 3);
    await g.receiver.stop();
    await waiting.over();
    expect(bodies(await g.events(2)).at(-1)).toMatchObject({ reason: 'shutdown' });
  });

  test('many clients that break off in the handshake end nothing but their own connection', async () => {
    const g = await start(implicit);
    const hello = Buffer.from('16030100c8010000c4030300', 'hex');
    for (let cut = 0; cut <= hello.length; cut += 1) {
      const socket = tcp({ port: g.port(), host: '127.0.0.1' });
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      socket.write(hello.subarray(0, cut), () => socket.resetAndDestroy());
    }
    await until(() => g.journal.sessions.length === hello.length + 1 && g.journal.sessions.every(({ ended }) => ended));
    const c = await Client.implicit(g.port());
    expect(await c.reply()).toMatch(/^220/);
  });
});
