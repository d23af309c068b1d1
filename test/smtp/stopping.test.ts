// Holds a stop to its order in every state a connection can be in: gates close, transactions finish, the grace, and the port is free.
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { bodies, Client, type Ground, grounds, heldWorld, mx, ofKind, until } from './playground.ts';

const start = grounds();

/** Resolves when the port can be bound by somebody else, and gives it back. */
function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

const envelope = ['MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>'] as const;

interface State {
  readonly settings?: SettingsInput;
  /** Brings the client there. */
  readonly reach: (c: Client, g: Ground) => Promise<unknown>;
  /** What the client does when the stop has begun. */
  readonly then?: (c: Client) => Promise<unknown> | void;
  /** Codes heard behind the stop. */
  readonly heard: string;
  readonly stored: number;
  readonly detail: string;
}

const closing = 'the receiver or its listener is closing';
const cut = 'cut off when the grace for stopping was over';

const states: Readonly<Record<string, State>> = {
  'before EHLO': { reach: (c) => c.reply(), heard: '421', stored: 0, detail: closing },
  'behind EHLO': { reach: (c) => c.hello(), heard: '421', stored: 0, detail: closing },
  'while the greeting waits': {
    settings: { strictness: { greetingDelay: 30_000 } },
    reach: (_, g) => until(() => g.receiver.state().listeners[0]?.openSessions === 1),
    heard: '421',
    stored: 0,
    detail: closing,
  },
  'in a transaction that is given up': {
    reach: async (c) => (await c.hello(), c.codes(...envelope)),
    then: (c) => c.send('RSET\r\n'),
    heard: '250 421',
    stored: 0,
    detail: closing,
  },
  'in the middle of DATA': {
    reach: async (c) => (await c.hello(), await c.toData(), c.send('half ')),
    then: (c) => c.send('done\r\n.\r\n'),
    heard: '250 421',
    stored: 1,
    detail: closing,
  },
  'in the middle of DATA that never ends': {
    reach: async (c) => (await c.hello(), await c.toData(), c.send('half ')),
    heard: '',
    stored: 0,
    detail: cut,
  },
  'in the middle of BDAT': {
    reach: async (c) => (await c.hello(), await c.codes(...envelope), c.send('BDAT 6 LAST\r\nhal')),
    then: (c) => c.send('f\r\n'),
    heard: '250 421',
    stored: 1,
    detail: closing,
  },
  'between two chunks': {
    reach: async (c) => (await c.hello(), await c.codes(...envelope), c.send('BDAT 3\r\na\r\n'), c.reply()),
    then: (c) => c.send('BDAT 3 LAST\r\nb\r\n'),
    heard: '250 421',
    stored: 1,
    detail: closing,
  },
  'in a handshake behind STARTTLS': {
    reach: async (c) => (await c.hello(), c.ask('STARTTLS')),
    heard: '',
    stored: 0,
    detail: closing,
  },
  'in a transaction inside TLS': {
    reach: async (c) => (await c.hello(), await c.ask('STARTTLS'), await c.secure(), await c.ask('EHLO c'), c.toData()),
    then: (c) => c.send('secured\r\n.\r\n'),
    heard: '250 421',
    stored: 1,
    detail: closing,
  },
};

describe('a stop', () => {
  test.each(Object.entries(states))('%s', async (_, { settings, reach, then, heard, stored, detail }) => {
    const held = heldWorld();
    const g = await start(settings, { world: held.world });
    const port = g.port();
    const c = await g.connect();
    await reach(c, g);
    const stopping = g.receiver.stop({ graceMs: 60_000 });
    await until(() => g.receiver.state().listeners[0]?.bound === '');
    expect(await isFree(port)).toBe(true);
    await then?.(c);
    const codes: string[] = [];
    while (codes.length < heard.split(' ').filter((code) => code !== '').length)
      codes.push((await c.reply()).slice(0, 3));
    expect(codes.join(' ')).toBe(heard);
    // The grace ends when the world says so.
    if (detail === cut) {
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      held.advance(60_000);
    }
    await stopping;
    await c.over();
    expect(c.rest).toBe('');
    const events = await g.events();
    expect(bodies(events).at(-1)).toEqual({ kind: 'close', by: 'us', reason: 'shutdown', detail });
    expect(ofKind(events, 'close').length).toBe(1);
    expect(g.journal.messages.length).toBe(stored);

    await g.receiver.start({
      ...g.settings,
      listeners: g.settings.listeners.map((one) => ({ ...one, lab: `127.0.0.1:${port}` })),
    });
    expect(g.port()).toBe(port);
    const next = await Client.open(port);
    if (!settings) expect(await next.reply()).toMatch(/^220/);
    next.reset();
  });

  test('in an implicit TLS handshake ends it without a word', async () => {
    const g = await start({ listeners: [{ ...mx, role: 'submissions', tls: 'implicit' }] });
    const c = await g.connect();
    await until(() => g.journal.sessions.length === 1);
    await g.receiver.stop({ graceMs: 60_000 });
    await c.over();
    expect(c.rest).toBe('');
    expect(bodies(await g.events()).at(-1)).toMatchObject({ by: 'us', reason: 'shutdown' });
  });

  test('with a transaction inside implicit TLS lets it finish', async () => {
    const g = await start({
      listeners: [{ ...mx, role: 'mx', tls: 'implicit' }],
    });
    const c = await Client.implicit(g.port());
    await c.hello();
    await c.toData();
    const stopping = g.receiver.stop({ graceMs: 60_000 });
    c.send('x\r\n.\r\n');
    expect((await c.replies(2)).map((reply) => reply.slice(0, 3))).toEqual(['250', '421']);
    await stopping;
    expect(g.journal.messages.length).toBe(1);
  });
});
