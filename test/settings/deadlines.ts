// Probes of deadlines and of what one session may do.
import type { SettingsInput } from '../../core/contract/settings/settings.ts';
import { realWorld } from '../../core/world/real.ts';
import type { Client } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probe, type Probes, seen } from './probe.ts';
import { settle } from './turns.ts';

/** Seconds until the session is closed, and why; `open` when it still is after that many. */
async function closedAfter(lab: Lab, most: number): Promise<string> {
  for (let second = 1; second <= most; second += 1) {
    lab.pass(1);
    for (let turn = 0; turn < 8; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    const end = lab.journal.sessions[0]?.events.at(-1);
    if (end?.kind === 'close') return `${end.reason} after ${second} s`;
  }
  return 'open';
}

/** Resolves when the receiver does nothing more: it gives others a turn now and then, so one turn without news is not enough. */
async function calm(lab: Lab): Promise<void> {
  const events = () => lab.journal.sessions[0]?.events.length ?? 0;
  for (let before = -1, turns = 0; turns < 25; turns += 1) {
    await new Promise<void>((resolve) => void realWorld.after(1, resolve));
    if (events() !== before) turns = 0;
    before = events();
  }
}

/** A client does something and then nothing more. */
function slow(reason: string, act: (client: Client) => Promise<unknown> | void, given?: SettingsInput): Probe {
  return seen(
    [
      [3, `${reason} after 3 s`],
      [20, `${reason} after 20 s`],
      ['unlimited', 'open'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      await act(client);
      await calm(lab);
      return closedAfter(lab, 30);
    },
    given,
  );
}

const half = async (client: Client) => {
  await client.toData();
  client.send('half');
};

/** Codes of the replies to all lines sent at once, until the server has no more to say. */
async function codes(lab: Lab, lines: readonly string[]): Promise<string> {
  const client = await lab.greeted();
  const heard: string[] = [];
  for (const line of lines) {
    if (client.closed) break;
    client.send(`${line}\r\n`);
    heard.push((await client.reply()).slice(0, 3));
    await settle(client);
    if (client.rest !== '') heard.push((await client.reply()).slice(0, 3), await client.reply());
  }
  return heard.join(' ');
}

const message = ['MAIL FROM:<a@c.example>', 'RCPT TO:<b@gate.example>', 'DATA', 'x\r\n.'];
const wordy = `${'long.'.repeat(40)}example`;

/** A service that takes four connections. */
const stressed = (stress: object): SettingsInput => ({
  listeners: [mx],
  flow: { service: { maxConnections: 4 } },
  errors: { stress },
});

export const deadlines: Probes = {
  'errors.deadlines.commandLine': slow('command-deadline', (client) => client.send('NOO')),
  'errors.deadlines.data': slow('data-deadline', half),
  'errors.deadlines.session': slow('session-deadline', () => undefined),
  'errors.deadlines.slowReader': slow(
    'slow-reader',
    (client) => {
      client.socket.pause();
      client.send('EHLO c.example\r\n'.repeat(30_000));
    },
    {
      listeners: [mx],
      acceptance: { hostname: wordy },
      errors: { session: { maxJunk: 'unlimited' } },
      strictness: { pipelining: 'allow' },
    },
  ),
  'errors.deadlines.lookup': slow('lookup-deadline', (client) => client.send('MAIL FROM:<a@silent.example>\r\n'), {
    dns: { timeout: 60, zone: 'silent.example TXT TIMEOUT' },
    sender: { spf: { mailFrom: true } },
  }),
  'errors.deadlines.leastRate': seen(
    [
      [0, 'open'],
      [1, 'data-rate after 4 s'],
      [1000, 'data-rate after 2 s'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      await half(client);
      await settle(client);
      return closedAfter(lab, 20);
    },
    { errors: { deadlines: { rateGrace: 2 } } },
  ),
  'errors.deadlines.rateGrace': seen(
    [
      [5, 'data-rate after 5 s'],
      [12, 'data-rate after 12 s'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      await half(client);
      await settle(client);
      return closedAfter(lab, 20);
    },
    { errors: { deadlines: { leastRate: 1000 } } },
  ),

  'errors.stress.at': seen(
    [
      [50, 'at 1: open, at 2: idle after 10 s'],
      [100, 'at 1: open, at 2: open, at 4: idle after 10 s'],
      ['unlimited', 'at 1: open, at 2: open, at 4: open'],
    ],
    async (lab) => {
      const seen: string[] = [];
      for (const [open, more] of [
        [1, 1],
        [2, 1],
        [4, 2],
      ] as const) {
        for (let one = 0; one < more; one += 1) await lab.greeted();
        const end = await closedAfter(lab, 20);
        seen.push(`at ${open}: ${end}`);
        if (end !== 'open') break;
      }
      return seen.join(', ');
    },
    stressed({}),
  ),
  'errors.stress.idleTimeout': seen(
    [
      [3, 'idle after 3 s'],
      [20, 'idle after 20 s'],
    ],
    async (lab) => {
      await lab.greeted();
      return closedAfter(lab, 30);
    },
    stressed({ at: 1 }),
  ),
  'errors.stress.commandLine': seen(
    [
      [3, 'command-deadline after 3 s'],
      [20, 'command-deadline after 20 s'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      client.send('NOO');
      await calm(lab);
      return closedAfter(lab, 30);
    },
    stressed({ at: 1, idleTimeout: 1000 }),
  ),
  'errors.stress.maxErrors': seen(
    [
      [0, '500 421 <closed>'],
      [2, '500 503 500 421 <closed>'],
    ],
    (lab) => codes(lab, ['WHAT', 'DATA', 'WHAT', 'DATA']),
    stressed({ at: 1 }),
  ),
  'errors.stress.maxJunk': seen(
    [
      [1, '250 250 421 <closed>'],
      [2, '250 250 250 421 <closed>'],
    ],
    (lab) => codes(lab, ['NOOP', 'RSET', 'NOOP', 'NOOP']),
    stressed({ at: 1 }),
  ),

  'errors.session.maxMessages': seen(
    [
      [1, '250 250 354 250 421 <closed>'],
      [2, '250 250 354 250 250 250 354 250 421 <closed>'],
      ['unlimited', '250 250 354 250 250 250 354 250 250'],
    ],
    async (lab) => {
      const client = await lab.greeted();
      const heard: string[] = [];
      for (const line of [...message, ...message, 'MAIL FROM:<c@c.example>']) {
        heard.push((await client.ask(line)).slice(0, 3));
        if (heard.at(-1) === '421') return [...heard, await client.reply()].join(' ');
      }
      return heard.join(' ');
    },
  ),
  'errors.session.maxCommands': seen(
    [
      [2, '250 250 421 <closed>'],
      [3, '250 250 250 421 <closed>'],
      ['unlimited', '250 250 250 250'],
    ],
    (lab) => codes(lab, ['NOOP', 'RSET', 'MAIL FROM:<a@c.example>', 'RSET']),
  ),
  'errors.session.maxJunk': seen(
    [
      [1, '250 250 354 250 250 250 421 <closed>'],
      [2, '250 250 354 250 250 250 250 421 <closed>'],
      ['unlimited', '250 250 354 250 250 250 250 250'],
    ],
    (lab) => codes(lab, [...message, 'NOOP', 'RSET', 'EHLO c.example', 'NOOP']),
  ),
};
