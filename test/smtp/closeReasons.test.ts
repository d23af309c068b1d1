// Makes every close reason happen once, and asserts its event, its detail and what the client heard last.
import { describe, expect, test } from 'vitest';
import { type CloseReason, closeReasons } from '../../core/contract/event.ts';
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { bodies, type Client, type Ground, grounds, heldWorld, mx, ofKind, until } from './playground.ts';

const start = grounds();

interface Case {
  readonly settings?: SettingsInput;
  readonly journal?: Parameters<typeof start>[1];
  /** What the client does, once it is connected and nothing has been read. */
  readonly act: (c: Client, by: Means) => Promise<unknown> | void;
  readonly by: 'us' | 'client';
  readonly detail: string | RegExp;
  /** The last reply; `` when nothing was said or nothing could be heard. */
  readonly last: RegExp | '';
}

interface Means {
  readonly g: Ground;
  /** Moves the clock on, a second at a time. */
  pass(seconds: number): Promise<void>;
}

const hello = (c: Client) => c.hello();
const half = async (c: Client) => {
  await c.hello();
  await c.toData();
  c.send('half');
};
const turns = async () => {
  for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

const silent: SettingsInput = {
  dns: { timeout: 60, zone: 'silent.example TXT TIMEOUT' },
  sender: { spf: { timeLimit: 60 } },
};

const cases: Readonly<Record<Exclude<CloseReason, 'proxy-error' | 'server-fault'>, Case>> = {
  quit: {
    act: async (c) => {
      await c.hello();
      c.send('QUIT\r\n');
    },
    by: 'us',
    detail: 'the client said QUIT',
    last: /^221 2\.0\.0 /,
  },
  policy: {
    settings: { access: { deny: [{ ipSet: '127.0.0.1' }] } },
    act: () => undefined,
    by: 'us',
    detail: 'the access rules deny the address',
    last: /^421 gate\.example Service not available/,
  },
  limit: {
    settings: { errors: { maxErrors: 0 } },
    act: async (c) => {
      await c.hello();
      c.send('WHAT\r\n');
    },
    by: 'us',
    detail: 'too many wrong commands in one session',
    last: /^421 4\.7\.0 /,
  },
  idle: {
    settings: { listeners: [{ ...mx, idleTimeout: 9 }] },
    act: async (c, { pass }) => {
      await c.hello();
      await pass(10);
    },
    by: 'us',
    detail: 'nothing came for 9 s',
    last: /^421 4\.4\.2 /,
  },
  'handshake-timeout': {
    settings: { listeners: [{ ...mx, handshakeTimeout: 7 }] },
    act: async (c, { pass }) => {
      await c.hello();
      await c.ask('STARTTLS');
      await pass(8);
    },
    by: 'us',
    detail: 'the TLS handshake took longer than 7 s',
    last: '',
  },
  'command-deadline': {
    settings: { errors: { deadlines: { commandLine: 5 } } },
    act: async (c, { pass }) => {
      await c.hello();
      c.send('NOO');
      await turns();
      await pass(6);
    },
    by: 'us',
    detail: 'a command line took longer than 5 s',
    last: /^421 4\.4\.2 /,
  },
  'data-deadline': {
    settings: { errors: { deadlines: { data: 5 } } },
    act: async (c, { pass }) => {
      await half(c);
      await pass(6);
    },
    by: 'us',
    detail: 'the message took longer than 5 s',
    last: /^421 4\.4\.2 /,
  },
  'data-rate': {
    settings: { errors: { deadlines: { leastRate: 1000, rateGrace: 3 } } },
    act: async (c, { pass }) => {
      await half(c);
      await pass(4);
    },
    by: 'us',
    detail: 'the message came with less than 1,000 octets/s',
    last: /^421 4\.4\.2 /,
  },
  'session-deadline': {
    settings: { errors: { deadlines: { session: 5 } } },
    act: async (c, { pass }) => {
      await c.hello();
      await pass(6);
    },
    by: 'us',
    detail: 'the session took longer than 5 s',
    last: /^421 4\.4\.2 /,
  },
  'slow-reader': {
    settings: {
      listeners: [{ ...mx, idleTimeout: 9000 }],
      acceptance: { hostname: `${'long.'.repeat(40)}example` },
      errors: {
        deadlines: { slowReader: 5 },
        session: { maxJunk: 'unlimited' },
      },
    },
    act: async (c, { g, pass }) => {
      await c.hello();
      c.socket.pause();
      c.send('EHLO client.example\r\n'.repeat(60_000));
      while (g.journal.sessions[0]?.ended !== true) await pass(1);
    },
    by: 'us',
    detail: 'the client read no reply for 5 s',
    last: '',
  },
  'lookup-deadline': {
    settings: { ...silent, errors: { deadlines: { lookup: 5 } } },
    act: async (c, { pass }) => {
      await c.hello();
      c.send('MAIL FROM:<a@silent.example>\r\n');
      await turns();
      await pass(6);
    },
    by: 'us',
    detail: 'the checks of one stage took longer than 5 s',
    last: /^421 4\.4\.3 /,
  },
  'message-limit': {
    settings: { errors: { session: { maxMessages: 1 } } },
    act: async (c) => {
      await c.hello();
      await c.toData();
      await c.ask('x\r\n.');
      c.send('MAIL FROM:<a@client.example>\r\n');
    },
    by: 'us',
    detail: 'the session has brought as many messages as are allowed',
    last: /^421 4\.7\.0 /,
  },
  'command-limit': {
    settings: { errors: { session: { maxCommands: 2 } } },
    act: async (c) => {
      await c.hello();
      await c.codes('MAIL FROM:<a@client.example>');
      c.send('RSET\r\n');
    },
    by: 'us',
    detail: 'too many commands in one session',
    last: /^421 4\.7\.0 /,
  },
  'junk-limit': {
    settings: { errors: { session: { maxJunk: 1 } } },
    act: async (c) => {
      await c.hello();
      await c.codes('NOOP');
      c.send('EHLO again.example\r\n');
    },
    by: 'us',
    detail: 'too many commands that bring no message',
    last: /^421 4\.7\.0 /,
  },
  'peer-fin': {
    act: async (c) => {
      await hello(c);
      c.end();
    },
    by: 'client',
    detail: 'the client closed the connection',
    last: '',
  },
  'peer-rst': {
    act: async (c) => {
      await hello(c);
      c.reset();
    },
    by: 'client',
    detail: 'the connection was lost: ECONNRESET',
    last: '',
  },
  'tls-error': {
    act: async (c) => {
      await c.hello();
      await c.ask('STARTTLS');
      c.send('no handshake at all\r\n');
    },
    by: 'us',
    detail: /TLS/,
    last: '',
  },
  shutdown: {
    act: async (c, { g }) => {
      await c.hello();
      void g.receiver.stop();
    },
    by: 'us',
    detail: 'the receiver or its listener is closing',
    last: /^421 4\.3\.2 /,
  },
  drop: {
    settings: { access: { refusal: 'silent', deny: [{ ipSet: '127.0.0.1' }] } },
    act: () => undefined,
    by: 'us',
    detail: 'the access rules deny the address',
    last: '',
  },
  fault: {
    journal: {
      wrap: (journal) => ({
        session: () => {
          const log = journal.session();
          const broken = () => {
            throw new Error('the segment is gone');
          };
          return {
            id: log.id,
            append: (body, t) => log.append(body, t),
            end: () => log.end(),
            message: () => ({ ...log.message(), write: broken }),
          };
        },
      }),
    },
    act: half,
    by: 'us',
    detail: 'a bug in the receiver, see the fault event',
    last: /^451 4\.3\.0 /,
  },
};

describe('a session ends with one reason:', () => {
  test('each has its case here, but for those of PROXY and of faults on purpose', () => {
    expect([...Object.keys(cases), 'proxy-error', 'server-fault'].sort()).toEqual([...closeReasons].sort());
  });

  test.each(Object.entries(cases))('%s', async (reason, { settings, journal, act, by, detail, last }) => {
    const held = heldWorld();
    const g = await start(settings, { ...journal, world: held.world });
    const c = await g.connect();
    const pass = async (seconds: number) => {
      for (let second = 0; second < seconds; second += 1) {
        held.advance(1000);
        for (const timer of [...held.timers]) if (timer.ms < 50_000) timer.fire();
        await turns();
      }
    };
    await act(c, { g, pass });
    const events = await g.events();
    expect(ofKind(events, 'close').length).toBe(1);
    expect(bodies(events).at(-1)).toEqual({
      kind: 'close',
      by,
      reason,
      detail: typeof detail === 'string' ? detail : (expect.stringMatching(detail) as unknown),
    });
    if (last === '') return expect(c.rest.includes('421')).toBe(false);
    await c.over();
    const heard = c.rest.split('\r\n').filter((line) => line !== '');
    expect(heard.at(-1)).toMatch(last);
    const said = ofKind(events, 'reply').at(-1);
    expect(said?.bytes).toBe(`${heard.at(-1)}\r\n`);
    // Nothing of the session waits any more; what is left is the question to DNS.
    expect(held.timers.filter(({ ms }) => ms < 50_000)).toEqual([]);
    await until(() => g.receiver.state().listeners[0]?.openSessions === 0);
  });
});

test('a session that ends with STARTTLS says so in place of 220, behind which nothing may come in clear', async () => {
  const g = await start({ errors: { session: { maxCommands: 1 } } });
  const c = await g.connect();
  await c.hello();
  c.send('STARTTLS\r\n');
  await c.over();
  expect(c.rest).toBe('421 4.7.0 gate.example Too many commands, closing connection\r\n');
  expect(bodies(await g.events()).at(-1)).toMatchObject({
    kind: 'close',
    reason: 'command-limit',
  });
});
