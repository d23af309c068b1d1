// Holds smtp-server to the seams we hang on: a member that vanishes or behaves otherwise is red here before it hurts.
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { SMTPConnection, verifyPeerCertificate } from 'smtp-server/lib/smtp-connection.js';
import { SMTPStream } from 'smtp-server/lib/smtp-stream.js';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Listener } from '../../core/smtp/listener.ts';
import { Session } from '../../core/smtp/session.ts';
import { WireParser } from '../../core/smtp/wireParser.ts';
import { Client, type Ground, ground, ofKind, until } from './playground.ts';

let open: Ground[] = [];
afterEach(async () => {
  for (const each of open) await each.close();
  open = [];
});

/** Own members of a class, without its constructor. */
const members = (of: { readonly prototype: object }) =>
  Object.getOwnPropertyNames(of.prototype).filter((name) => name !== 'constructor');

describe('smtp-server', () => {
  test('is the version that was read', () => {
    const { version } = JSON.parse(
      readFileSync(join(import.meta.dirname, '../../node_modules/smtp-server/package.json'), 'utf8'),
    ) as {
      version: string;
    };
    expect(version).toBe('3.21.6');
  });

  test('has every member we override or call', () => {
    expect(members(SMTPServer)).toEqual(expect.arrayContaining(['connect', '_onError']));
    expect(members(SMTPConnection)).toEqual(
      expect.arrayContaining([
        'init',
        'send',
        'close',
        '_createParser',
        '_setListeners',
        '_armTimeout',
        '_onCloseEvent',
        '_onClose',
        '_onError',
        '_whenWritable',
        '_resetSession',
      ]),
    );
    expect(typeof verifyPeerCertificate).toBe('function');
    const overridden = members(Session).filter((name) => name in SMTPConnection.prototype);
    expect(overridden.sort()).toEqual(['_armTimeout', '_createParser', '_onClose', '_onError', 'init', 'send']);
    expect(members(Listener).filter((name) => name in SMTPServer.prototype)).toEqual(['connect']);
  });

  test('uses nothing of its parser that ours does not have', () => {
    const source = readFileSync(
      join(import.meta.dirname, '../../node_modules/smtp-server/dist/esm/smtp-connection.js'),
      'utf8',
    );
    const used = new Set([...source.matchAll(/\b(?:this\._parser|parser)\.(\w+)/g)].map(([, name]) => name));
    const ours = new WireParser({ now: () => 0, later: () => undefined });
    for (const name of used) expect({ [String(name)]: (name as string) in ours }).toEqual({ [String(name)]: true });
    expect(used.size).toBeGreaterThan(4);
    expect('isClosed' in new SMTPStream()).toBe(true);
  });

  test('asks for a parser in its constructor, before a session has what one needs', () => {
    let asked = 0;
    class Early extends SMTPConnection {
      override _createParser(): SMTPStream {
        asked += 1;
        return new SMTPStream();
      }
    }
    const server = new SMTPServer({ logger: false, secure: false, disabledCommands: ['STARTTLS'] });
    new Early(server, createServer().on('error', () => undefined) as never, {
      id: 'x',
      remoteAddress: '127.0.0.1',
      remotePort: 1,
      localAddress: '127.0.0.1',
      localPort: 1,
    });
    expect(asked).toBe(1);
  });

  test('runs nothing and keeps no session open behind QUIT, however the client clings', async () => {
    const g = await ground();
    open.push(g);
    const c = await g.connect();
    await c.hello();
    await c.ask('QUIT');
    await c.over();
    c.send('NOOP\r\n'.repeat(100));
    const events = await g.events();
    expect(events.at(-1)?.kind).toBe('close');
    expect(g.receiver.state().listeners[0]?.openSessions).toBe(0);
    expect(c.rest).toBe('');
  });
});

describe('a session on it', () => {
  test('greets though no timer ever fires: the stock server would wait for one', async () => {
    const g = await ground();
    open.push(g);
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      expect(await (await g.connect()).reply()).toMatch(/^220/);
    } finally {
      vi.useRealTimers();
    }
  });

  test('survives what a socket may do: resets at every octet of a talk', async () => {
    const g = await ground({
      flow: {
        service: { maxIntervalConnections: 0, peerMaxIntervalConnections: 0, maxConnections: 0, peerMaxConnections: 0 },
      },
    });
    open.push(g);
    const talk = 'EHLO a\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<b@gate.example>\r\nDATA\r\nx\r\n.\r\nSTARTTLS\r\n';
    for (let cut = 0; cut <= talk.length; cut += 1) {
      const socket = connect({ port: g.port(), host: '127.0.0.1' });
      socket.on('error', () => undefined);
      await new Promise((resolve) => socket.once('connect', resolve));
      await new Promise((resolve) => socket.write(talk.slice(0, cut), resolve));
      if (cut % 3 === 0) socket.destroy();
      else if (cut % 3 === 1) socket.resetAndDestroy();
      else socket.end().resume();
    }
    await until(() => g.journal.sessions.length === talk.length + 1 && g.journal.sessions.every(({ ended }) => ended));
    for (const { events } of g.journal.sessions) expect(ofKind(events, 'close').length).toBe(1);
    expect(g.receiver.state().listeners[0]?.openSessions).toBe(0);
    expect(await (await Client.open(g.port())).reply()).toMatch(/^220/);
  });

  test('answers each command once, whatever noise comes between', async () => {
    const g = await ground({ errors: { maxErrors: 'unlimited' } });
    open.push(g);
    const c = await g.connect();
    await c.hello();
    let seed = 7;
    const random = (below: number) => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const words = [
      'EHLO a',
      'MAIL FROM:<a@b.example>',
      'RCPT TO:<b@gate.example>',
      'RSET',
      'AUTH PLAIN',
      '*',
      'VRFY x',
      '\0\xff',
      'HELP',
      '',
    ];
    let sent = 0;
    for (let round = 0; round < 300; round += 1) {
      const noise = Array.from({ length: random(12) }, () => String.fromCharCode(14 + random(241)));
      const line = random(3) === 0 ? noise.join('') : (words[random(words.length)] ?? '');
      if (/^\s*(quit|data|starttls)/i.test(line)) continue;
      c.send(`${line}\r\n`);
      sent += 1;
    }
    const replies = await c.replies(sent);
    expect(replies.every((reply) => /^\d{3}/.test(reply))).toBe(true);
    expect(await c.ask('NOOP last')).toMatch(/^(250|501|535)/);
    expect(c.rest).toBe('');
    expect(ofKind(g.journal.sessions[0]?.events ?? [], 'fault')).toEqual([]);
  });
});
