// Probes of queue and logging: what is kept of mail and sessions, and which lines stand in which file.
import { mkdirSync, mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { openWorkbench } from '../../core/host/workbench.ts';
import { openLog } from '../../core/log/log.ts';
import { realWorld } from '../../core/world/real.ts';
import { Client, password, plainResponse, user } from '../smtp/playground.ts';
import type { Lab } from './lab.ts';
import { mx, type Probe, type Probes, seen } from './probe.ts';

interface Keeping {
  readonly keepMessages: number;
  readonly keepSessions: number;
}

/** Three sessions of two messages each on a workbench with a workspace on disk; the numbers of what is listed in the end. */
async function kept(settings: SettingsInput): Promise<{ messages: number; sessions: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-kept-'));
  const config = join(folder, 'x.yml');
  writeFileSync(config, JSON.stringify(settings));
  const workbench = await openWorkbench({ host: 'memory', folder: join(folder, 'w'), config, notes: [] });
  try {
    const port = Number(/\d+$/.exec(workbench.state().listeners[0]?.bound ?? '')?.[0]);
    for (let session = 0; session < 3; session += 1) {
      const client = await Client.open(port);
      await client.hello();
      for (let message = 0; message < 2; message += 1) {
        await client.toData();
        await client.ask('.');
      }
      await client.ask('QUIT');
      await client.over();
    }
    const list = async (what: 'messages.list' | 'sessions.list') =>
      (await workbench.handlers[what]({ after: 0, limit: 100 })).total;
    const { keepMessages, keepSessions } = settings.queue as Keeping;
    const most = (number: number, all: number) => (number === 0 ? all : Math.min(number, all));
    const wanted = { messages: most(keepMessages, 6), sessions: most(keepSessions, 3) };
    const listed = async () => ({ messages: await list('messages.list'), sessions: await list('sessions.list') });
    let found = await listed();
    while (found.messages > wanted.messages || found.sessions > wanted.sessions) found = await listed();
    return found;
  } finally {
    await workbench.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const keeping = (cases: Probe['cases']): Probe => ({
  cases,
  observe: kept,
  given: { listeners: [mx], queue: { keepMessages: 0, keepSessions: 0 } },
});

export const queue: Probes = {
  'queue.keepMessages': keeping([
    { value: 0, sees: { messages: 6, sessions: 3 } },
    { value: 4, sees: { messages: 4, sessions: 3 } },
  ]),
  'queue.keepSessions': keeping([
    { value: 0, sees: { messages: 6, sessions: 3 } },
    { value: 1, sees: { messages: 6, sessions: 1 } },
  ]),
};

/** A session with a line of every kind and level: refused, failed, logged in, taken, dropped. */
async function eventful(lab: Lab): Promise<void> {
  const client = await lab.greeted();
  const login = (secret: string) => `AUTH PLAIN ${plainResponse(user, secret)}`;
  const lines = [login('guess'), login(password), 'MAIL FROM:<a@client.example>', 'RCPT TO:<b@gate.example>'];
  for (const line of [...lines, 'RCPT TO:<c@elsewhere.example>', 'DATA', '.', 'WHAT']) await client.ask(line);
  await client.over();
  await lab.ended(1);
}

const busy: SettingsInput = { authentication: { remoteDelivery: 'none' }, errors: { maxErrors: 0 } };

/** The lines in the log file, each without time, host and session. */
async function lines(lab: Lab): Promise<readonly string[]> {
  await eventful(lab);
  const { folder, read } = await lab.logged();
  const name = lab.settings.logging.fileName;
  if (!names(folder).includes(name)) return [];
  return read(name)
    .trimEnd()
    .split('\n')
    .map((line) => line.slice('2026-03-16 12:00:00 +0000 '.length).replace('mail SMTP-IN:00000001: ', ''));
}

const names = (folder: string): string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .sort();
  } catch {
    return [];
  }
};

const ofLevel = {
  error: ["02 Authentication error for user 'test': Invalid password"],
  warning: ['04 Session dropped: too many wrong commands in one session: 1st wrong command, 0 allowed'],
  connections: (port: number) => [
    `08 [127.0.0.1:${port}] connection accepted from [192.0.2.7:40000]`,
    '08 closing session from [192.0.2.7:40000]',
  ],
  logins: ["08 User 'test' authenticated with PLAIN"],
  policy: [
    '08 SPF result for EHLO domain <client.example> connected from <192.0.2.7>: None',
    '08 Set smtp action to REJECT',
    '08 Set smtp explanation to [550 5.7.1 Relaying denied]',
  ],
  mail: [
    '08 New mail <> received from client.example (192.0.2.7) with envelope from <a@client.example>, recipients=1 (b@gate.example), size=0, enqueued with id 00000001',
  ],
};

/** Lines without the port, which is any free one. */
const portless = async (lab: Lab) => (await lines(lab)).map((line) => line.replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
/** How many lines there are of each level. */
async function levels(lab: Lab): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const line of await lines(lab)) counts[line.slice(0, 2)] = (counts[line.slice(0, 2)] ?? 0) + 1;
  return counts;
}

/** So many sessions one after the other, the lines of each written before the next; then the names of the files. */
async function files(lab: Lab, sessions: number): Promise<string[]> {
  for (let session = 0; session < sessions; session += 1) {
    const client = await lab.greeted();
    await client.ask(`NOOP ${'x'.repeat(1200)}`);
    await client.ask('QUIT');
    await lab.ended(session + 1);
    await lab.logged();
  }
  return names((await lab.logged()).folder).map((name) => name.replace(/-\d{8}/, '-DAY'));
}

const days = ['2026-04-15', '2026-04-14', '2026-04-11', '2026-03-31'] as const;

/** Opens a log on a Wednesday over a file last written on each of the days; the days whose lines were put aside. */
async function putAside(settings: SettingsInput): Promise<string[]> {
  vi.useFakeTimers({ toFake: ['Date'], now: new Date('2026-04-15T12:00:00') });
  const aside: string[] = [];
  try {
    for (const day of days) {
      const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rotated-'));
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'default.txt'), 'old\n');
      const then = new Date(`${day}T11:00:00`);
      utimesSync(join(folder, 'default.txt'), then, then);
      const { logging } = settingsSchema.parse(settings);
      const log = openLog({ folder, host: 'mail', logging, world: realWorld });
      log.event('00000001', { kind: 'close', by: 'us', reason: 'quit', detail: '' }, 0);
      await log.close();
      aside.push(...names(folder).filter((name) => name !== 'default.txt'));
      rmSync(folder, { recursive: true, force: true });
    }
  } finally {
    vi.useRealTimers();
  }
  return aside;
}

const everything: SettingsInput = { ...busy, logging: { logLevel: 31 } };
const small = (over: object): SettingsInput => ({ logging: { logLevel: 31, fileSize: 1, ...over } });

export const logging: Probes = {
  'logging.logLevel': seen(
    [
      [0, {}],
      [2, { '02': 1 }],
      [15, { '02': 1, '04': 1, '08': 7 }],
      [31, { '02': 1, '04': 1, '08': 7, '16': 30 }],
    ],
    levels,
    busy,
  ),
  'logging.events': seen(
    [
      [[], []],
      [['connections'], ofLevel.connections(1)],
      [['logins'], [...ofLevel.error, ...ofLevel.logins]],
      [['policy'], [...ofLevel.policy, ...ofLevel.warning]],
      [['mail'], ofLevel.mail],
      [['dialogue'], ['16 dialogue']],
    ],
    async (lab) => {
      const found = await portless(lab);
      return found.every((line) => /^16 (<<|>>) /.test(line)) && found.length > 20 ? ['16 dialogue'] : found;
    },
    everything,
  ),
  'logging.fileName': seen(
    [
      ['default.txt', ['default.txt']],
      ['smtp-in.log', ['smtp-in.log']],
    ],
    (lab) => files(lab, 1),
  ),
  'logging.fileSize': seen(
    [
      [0, ['default.txt']],
      [1, ['default-DAY-1.txt', 'default-DAY-2.txt', 'default-DAY-3.txt', 'default.txt']],
      [3, ['default-DAY-1.txt', 'default.txt']],
    ],
    (lab) => files(lab, 3),
    { logging: { logLevel: 31 } },
  ),
  // Each file holds one session, the newest ones stay.
  'logging.fileCount': seen(
    [
      [0, ['00000001', '00000002', '00000003', '00000004']],
      [1, ['00000004']],
      [2, ['00000003', '00000004']],
    ],
    async (lab) => {
      await files(lab, 4);
      const { folder, read } = await lab.logged();
      return names(folder)
        .flatMap((name) => [...new Set([...read(name).matchAll(/SMTP-IN:(\w+)/g)].map(([, id]) => id))])
        .sort();
    },
    small({}),
  ),
  'logging.rotatePeriod': {
    given: { logging: {} },
    observe: putAside,
    cases: [
      { value: 'none', sees: [] },
      { value: 'day', sees: ['default-20260414-1.txt', 'default-20260411-1.txt', 'default-20260331-1.txt'] },
      { value: 'week', sees: ['default-20260406-1.txt', 'default-20260330-1.txt'] },
      { value: 'month', sees: ['default-20260301-1.txt'] },
    ],
  },
};
