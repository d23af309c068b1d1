// Real clients against a listener: nodemailer in its ways, and swaks where it is installed.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTransport } from 'nodemailer';
import { describe, expect, test } from 'vitest';
import { authorityFile } from '../../core/smtp/certificates.ts';
import { certificates, grounds, mx, ofKind, password, user } from './playground.ts';

const start = grounds();

const message = { from: 'a@client.example', to: 'b@gate.example', subject: 'Grüße', text: '.\n..\nx'.repeat(500) };

describe('nodemailer', () => {
  test.each(['starttls', 'implicit'] as const)('sends over %s with a login, trusting the test CA', async (tls) => {
    const g = await start({ listeners: [{ ...mx, tls }] });
    const ca = () => readFileSync(join(certificates, authorityFile), 'utf8');
    const transport = createTransport({
      host: '127.0.0.1',
      port: g.port(),
      secure: tls === 'implicit',
      requireTLS: true,
      auth: { user, pass: password },
      tls: { ca: ca(), servername: 'localhost' },
    });
    const { accepted, response } = await transport.sendMail(message);
    transport.close();
    expect(accepted).toEqual(['b@gate.example']);
    expect(response).toMatch(/^250 2\.0\.0 /);
    const stored = Buffer.from(g.journal.messages[0]?.bytes ?? []).toString();
    expect(stored).toContain('\r\n.\r\n..\r\nx');
    expect(g.journal.messages[0]?.envelope).toMatchObject({ user, remote: false });
    expect(ofKind(await g.events(), 'tls').at(-1)).toMatchObject({ state: 'up' });
  });

  test('hears why it is refused', async () => {
    const g = await start();
    const transport = createTransport({ host: '127.0.0.1', port: g.port(), ignoreTLS: true });
    await expect(transport.sendMail({ ...message, to: 'x@remote.example' })).rejects.toMatchObject({
      responseCode: 550,
      command: 'RCPT TO',
    });
    transport.close();
  });

  test('sends many over few connections', async () => {
    const g = await start();
    const transport = createTransport({
      host: '127.0.0.1',
      port: g.port(),
      ignoreTLS: true,
      pool: true,
      maxConnections: 3,
    });
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => transport.sendMail({ ...message, subject: String(index) })),
    );
    transport.close();
    expect(new Set(g.journal.messages.map(({ envelope }) => envelope.subject)).size).toBe(40);
    expect(g.journal.sessions.length).toBeLessThanOrEqual(3);
  });
});

const hasSwaks = spawnSync('swaks', ['--version']).status === 0;

describe.skipIf(!hasSwaks)('swaks (apt-get install swaks)', () => {
  test.each([
    ['PLAIN', []],
    ['LOGIN', ['-tls']],
    ['CRAM-MD5', []],
  ] as const)('logs in with %s %j and sends', async (mechanism, more) => {
    const g = await start();
    const args = ['--server', `127.0.0.1:${g.port()}`, '--from', message.from, '--to', message.to, '--auth', mechanism];
    const child = spawn('swaks', [...args, '--auth-user', user, '--auth-password', password, ...more], {
      stdio: 'ignore',
    });
    const [code] = await new Promise<[number | null]>((resolve) => child.once('exit', (status) => resolve([status])));
    expect(code).toBe(0);
    expect(g.journal.messages.map(({ envelope }) => envelope.user)).toEqual([user]);
    expect(JSON.stringify(await g.events())).not.toContain(password);
  });
});
