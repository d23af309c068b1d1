// `gatehouse serve` with real clients: swaks with every login and STARTTLS, Postfix's smtp-source, and a window beside them.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client } from '../../core/contract/rpc.ts';
import { needProgram } from '../tooling/programs.ts';
import { eventsOf, runProgram, serveFresh, type Served, sessionsWhen } from './served.ts';

let served: Served;
let window: Client;
let port = 0;

const configuration = join(import.meta.dirname, 'open.yml');

beforeAll(async () => {
  served = await serveFresh(['--config', configuration]);
  port = served.listeners[0]?.port ?? 0;
  window = await served.window();
});
afterAll(async () => {
  expect(await served.stop()).toBe(0);
});

const swaks = (program: string, ...args: string[]) =>
  runProgram(program, [
    '--server',
    `127.0.0.1:${port}`,
    '--from',
    'ann@example.com',
    '--to',
    'bob@gate.example',
    '--helo',
    'client.example',
    ...args,
  ]);

describe('serve', () => {
  it('announces its web address and the real port of each listener, and tells a new password once', async () => {
    expect(served.listeners.map(({ name, role, state, port: real }) => [name, role, state, real > 0])).toEqual([
      ['mx', 'mx', 'listening', true],
      ['secure', 'submissions', 'listening', true],
    ]);
    expect(served.user?.name).toBe('test');
    const { receiver, settings } = {
      receiver: await window.call('receiver.state', {}),
      settings: await window.call('settings.get', {}),
    };
    expect(receiver.listeners.map(({ bound }) => bound)).toEqual(served.listeners.map(({ address }) => address));
    expect(settings.readOnly).toBe(true);
    expect(JSON.stringify(settings)).not.toContain(served.user?.password);
  });

  it('serves swaks its 250 and shows the session', async (context) => {
    const program = needProgram(context, 'swaks');
    const { code, out } = await swaks(program, '--header', 'Subject: plain');
    expect([code, out]).toEqual([0, expect.stringContaining('<-  250 2.0.0')]);
    const rows = await sessionsWhen(window, (all) =>
      all.some(({ outcome, duration }) => outcome === 'accepted' && duration !== undefined),
    );
    expect(rows.find(({ outcome }) => outcome === 'accepted')).toMatchObject({
      helo: 'client.example',
      sender: 'ann@example.com',
      recipients: ['bob@gate.example'],
      stored: 1,
    });
  });

  it.each([
    ['PLAIN', []],
    ['LOGIN', []],
    ['CRAM-MD5', []],
    ['PLAIN', ['--tls']],
    ['CRAM-MD5', ['--tls']],
  ])('lets swaks log in with %s %j', async (mechanism, tls) => {
    const program = needProgram({ skip: () => undefined as never } as never, 'swaks');
    const { code, out } = await swaks(
      program,
      ...tls,
      '--auth',
      mechanism,
      '--auth-user',
      'test',
      '--auth-password',
      served.user?.password ?? '',
    );
    expect([code, out]).toEqual([0, expect.stringMatching(/<[-~] {2}235 /)]);
    expect(out).toMatch(/<[-~] {2}250 2\.0\.0/);
  });

  it('speaks implicit TLS', async (context) => {
    const program = needProgram(context, 'swaks');
    const secure = served.listeners[1]?.port ?? 0;
    const args = [
      '--server',
      `127.0.0.1:${secure}`,
      '--tlsc',
      '--from',
      'ann@example.com',
      '--to',
      'bob@gate.example',
      '--helo',
      'client.example',
    ];
    const { code, out } = await runProgram(program, [
      ...args,
      '--auth',
      'LOGIN',
      '--auth-user',
      'test',
      '--auth-password',
      served.user?.password ?? '',
    ]);
    expect([code, out]).toEqual([0, expect.stringContaining('<~  250 2.0.0')]);
  });

  it('answers a wrong password and a wrong recipient, each with its why', async (context) => {
    const program = needProgram(context, 'swaks');
    const wrong = await swaks(
      program,
      '--auth',
      'PLAIN',
      '--auth-user',
      'test',
      '--auth-password',
      'wrong-password-of-swaks',
    );
    expect(wrong.out).toMatch(/<\*\* 535 /);
    const relay = await swaks(program, '--to', 'eve@elsewhere.example', '--helo', 'relay.example');
    expect(relay.out).toMatch(/<\*\* 550 /);
    const rows = await sessionsWhen(window, (all) =>
      all.some(({ helo, duration }) => helo === 'relay.example' && duration !== undefined),
    );
    for (const { id } of rows) {
      for (const event of await eventsOf(window, id)) {
        if (event.kind !== 'reply') continue;
        expect(event.verdict.reason).not.toBe('');
        if (event.code < 400) continue;
        expect(event.verdict.because).not.toBe('');
        if (['auth', 'rcpt'].includes(event.verdict.stage)) expect(event.verdict.findings.length).toBeGreaterThan(0);
      }
    }
  });

  it('takes what smtp-source sends, byte for byte, and never writes a password anywhere', async (context) => {
    const program = needProgram(context, 'smtp-source');
    const { code, err } = await runProgram(program, [
      '-s',
      '5',
      '-m',
      '50',
      '-l',
      '2000',
      '-M',
      'source.example',
      '-f',
      'ann@example.com',
      '-t',
      'bob@gate.example',
      `inet:127.0.0.1:${port}`,
    ]);
    expect([code, err]).toEqual([0, '']);
    const rows = await sessionsWhen(
      window,
      (all) => all.filter(({ helo, outcome }) => helo === 'source.example' && outcome === 'accepted').length >= 50,
    );
    expect(rows.length).toBeGreaterThanOrEqual(50);
    const { total } = await window.call('messages.list', { after: 0, limit: 1 });
    expect(total).toBeGreaterThanOrEqual(50);
    const password = served.user?.password ?? 'none';
    const encoded = Buffer.from(`\0test\0${password}`).toString('base64');
    const everything: string[] = [];
    for (const { id } of rows) everything.push(JSON.stringify(await eventsOf(window, id)));
    everything.push(readFileSync(join(served.workspace, 'log', 'default.txt'), 'latin1'));
    for (const text of everything) {
      for (const secret of [password, encoded, Buffer.from(password).toString('base64'), 'wrong-password-of-swaks'])
        expect(text).not.toContain(secret);
    }
  });

  it('plays a scenario against these settings, with its sessions in the list under its run and out of the log', async () => {
    const { id } = await window.call('scenarios.run', { scenarios: ['auth/password-guessing'], base: 'mine' });
    await expect(window.call('scenarios.run', { scenarios: [], base: 'mine' })).rejects.toMatchObject({
      code: 'conflict',
    });
    const rows = await sessionsWhen(window, (all) => {
      const own = all.filter(({ run }) => run === id);
      return own.length >= 2 && own.every(({ duration }) => duration !== undefined);
    });
    let state = await window.call('scenarios.state', { after: 0 });
    while (state.run?.state === 'running') {
      const rung = new Promise<void>((resolve) => window.onChanged(() => resolve()));
      state = await window.call('scenarios.state', { after: 0 });
      if (state.run?.state === 'running') await rung;
    }
    expect(state.run?.state).toBe('done');
    expect(state.results.map(({ outcome }) => outcome)).toEqual(['held', 'held']);
    const listed = new Set(rows.filter(({ run }) => run === id).map((row) => row.id));
    for (const result of state.results) expect(result.sessions.every((session) => listed.has(session))).toBe(true);
    expect((await window.call('log.tail', { after: 0 })).lines.join('\n')).not.toContain('guesser.example.net');
  });

  it('sends a test message through its own front door', async () => {
    const sent = await window.call('test.send', {
      listener: 'mx',
      from: 'me@example.com',
      to: 'bob@gate.example',
      subject: 'Hello',
    });
    expect(sent).toEqual({ ok: true, reply: expect.stringMatching(/^250/) });
    const { rows } = await window.call('messages.list', { after: 0, limit: 5000 });
    const hello = rows.find(({ subject }) => subject === 'Hello');
    expect(hello).toMatchObject({ sender: 'me@example.com', recipients: ['bob@gate.example'], remote: false });
    const source = await window.call('messages.source', { message: hello?.id ?? '' });
    expect(Buffer.from(source.bytes).toString('latin1')).toContain('Subject: Hello\r\n');
    const parts = await window.call('messages.parts', { message: hello?.id ?? '' });
    expect(parts.parts[0]?.text).toBe('A test message from Gatehouse.\n');
  });
});
