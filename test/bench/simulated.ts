// Measures the simulated world: sessions a second, crowds of days in seconds, and whether the cost stays linear. Nothing is asserted.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { firstLine } from './running.ts';
import { rounded } from './tables.ts';

export interface SimulatedWork {
  readonly name: string;
  readonly settings: object;
  readonly until: string;
  /** As in a scenario's population. */
  readonly group: { readonly clients: number } & Readonly<Record<string, unknown>>;
  /** What is asked of it. */
  readonly target?: Target;
}

interface Target {
  /** Least sessions a second. */
  readonly rate?: number;
  /** Most real s, and most MB of memory. */
  readonly seconds?: number;
  readonly memory?: number;
}

/** Of one play in a process of its own. */
export interface Measured {
  readonly sessions: number;
  readonly kept: number;
  /** Real s, s of CPU of all threads, and virtual s. */
  readonly seconds: number;
  readonly cpu: number;
  readonly virtual: number;
  readonly timers: number;
  readonly served: number;
  readonly turnedAway: number;
  /** Most memory the process had, MB. */
  readonly memory: number;
}

export interface SimulatedRow extends Measured {
  readonly work: string;
  readonly rate: number;
  /** Sessions a second beside those of clear text in this run, where these were measured before. */
  readonly ratio: number;
  /** ms of CPU a session, of all threads. */
  readonly each: number;
  /** Virtual seconds in a real one. */
  readonly speed: number;
  readonly target?: string;
}

const ours = 'gate.example';
const unlimited = {
  maxConnections: 0,
  maxIntervalConnections: 0,
  peerMaxConnections: 0,
  peerMaxIntervalConnections: 0,
};
const open = { domains: { local: [{ name: ours, accept: 'any' }] } };
const free = { ...open, flow: { service: unlimited }, listeners: { flow: unlimited } };

/** 1 KB, 62 characters a line. */
const body = { repeat: `${'x'.repeat(62)}\\r\\n`, times: 16 };
const message = [
  { say: 'MAIL FROM:<ann@example.com>' },
  { hear: 250 },
  { say: `RCPT TO:<bob@${ours}>` },
  { hear: 250 },
  { say: 'DATA' },
  { hear: 354 },
  { send: body },
  { say: '.' },
  { hear: 250 },
  { say: 'QUIT' },
  { hear: 221 },
];
const hello = [{ say: 'EHLO client.example' }, { hear: 250 }];
const clear = [{ hear: 220 }, ...hello, ...message];
const startTls = [{ hear: 220 }, ...hello, { starttls: true }, ...hello, ...message];
const polite = [{ mail: { from: 'ann@example.com', to: `bob@${ours}`, text: `${'x'.repeat(62)}\n`.repeat(16) } }];
const turnedAway = [{ connect: {} }, { expect: { closed: true } }];

const steady = (name: string, clients: number, talk: readonly object[]): SimulatedWork => ({
  name,
  settings: free,
  until: '2d',
  group: { name: 'all', kind: 'citizen', clients, from: '10.0.0.0/8', arrival: { every: 5 }, talk },
});

/** Ten thousand servers that were kept waiting come within ten minutes, and again until they are taken. */
const stampede: SimulatedWork = {
  name: 'stampede',
  settings: {
    ...open,
    flow: { service: { ...unlimited, maxIntervalConnections: 250 } },
    listeners: { flow: unlimited },
  },
  until: '24h',
  group: {
    name: 'all',
    kind: 'citizen',
    clients: 10_000,
    from: ['10.0.0.0/16', '10.1.0.0/16', '2001:db8::/32'],
    arrival: { ramp: { from: 0, to: 40, over: '10min' } },
    retry: 'honest',
    talk: clear,
  },
  target: { seconds: 60, memory: 1024 },
};

const gate = (name: string, answer: 'silent' | 'reply'): SimulatedWork => ({
  name,
  settings: {
    ...open,
    flow: { service: { ...unlimited, maxIntervalConnections: 600, answer: { maxIntervalConnections: answer } } },
    listeners: { flow: unlimited },
  },
  until: '24h',
  group: {
    name: 'all',
    kind: 'bot',
    clients: answer === 'silent' ? 1_000_000 : 100_000,
    from: '10.0.0.0/8',
    arrival: { every: 1 },
    talk: turnedAway,
  },
  ...(answer === 'silent' && { target: { seconds: 60 } }),
});

export const simulatedWorks: readonly SimulatedWork[] = [
  { ...steady('clear text', 5000, clear), target: { rate: 1000 } },
  steady('STARTTLS', 1000, startTls),
  steady('nodemailer', 1000, polite),
  stampede,
  gate('gate, silent', 'silent'),
  gate('gate, 421', 'reply'),
  steady('1k', 1000, clear),
  steady('10k', 10_000, clear),
  steady('100k', 100_000, clear),
];

/** Each in a fresh process: memory that one has taken is not another's. */
export async function measureSimulated(isAsked: (work: string) => boolean): Promise<SimulatedRow[]> {
  const rows: SimulatedRow[] = [];
  for (const work of simulatedWorks.filter(({ name }) => isAsked(name))) {
    const measured = await play(work);
    const { sessions, seconds, cpu, virtual } = measured;
    const rate = Math.round(sessions / seconds);
    const clear = rows.find((row) => row.work === 'clear text')?.rate ?? rate;
    const target = work.target && { target: verdict(work.target, rate, measured) };
    const speed = Math.round(virtual / seconds);
    const each = rounded((cpu * 1000) / sessions);
    rows.push({ work: work.name, ...measured, rate, ratio: rounded(rate / clear), each, speed, ...target });
    process.stderr.write(`simulated ${work.name}: done\n`);
  }
  return rows;
}

async function play(work: SimulatedWork): Promise<Measured> {
  const child = spawn(
    process.execPath,
    [fileURLToPath(new URL('simulatedPlay.ts', import.meta.url)), JSON.stringify(work)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const ended = once(child, 'exit');
  const line = await firstLine(child, `the simulated work ${work.name}`);
  await ended;
  return JSON.parse(line) as Measured;
}

function verdict({ rate, seconds, memory }: Target, reached: number, measured: Measured): string {
  const said = (text: string, isMet: boolean) => `${text} ${isMet ? 'met' : 'missed'}`;
  return [
    ...(rate === undefined ? [] : [said(`>= ${rate}/s`, reached >= rate)]),
    ...(seconds === undefined ? [] : [said(`<= ${seconds} s`, measured.seconds <= seconds)]),
    ...(memory === undefined ? [] : [said(`<= ${memory} MB`, measured.memory <= memory)]),
  ].join(', ');
}

const columns = ['sessions', 's', 'a second', 'ratio', 'CPU ms', 'virtual s', 'a second', 'MB'];
const widths = [9, 7, 9, 6, 7, 10, 9, 6];
const line = (name: string, cells: readonly string[], last: string) =>
  `${name.padEnd(14)}${cells.map((cell, index) => cell.padStart((widths[index] ?? 0) + 1)).join('')}  ${last}`.trimEnd();

export function simulatedTable(rows: readonly SimulatedRow[]): string {
  if (rows.length === 0) return '';
  const lines = rows.map(({ work, sessions, seconds, rate, ratio, each, virtual, speed, memory, target = '' }) => {
    const numbers = [sessions, seconds.toFixed(1), rate, ratio.toFixed(2), each.toFixed(3), Math.round(virtual), speed];
    return line(work, [...numbers, Math.round(memory)].map(String), target);
  });
  return ['the simulated world, each work in a fresh process', line('work', columns, 'target'), ...lines].join('\n');
}
