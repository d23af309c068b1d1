// What signed messages cost the receiving event loop, how much two workers do beside one, and whether memory stays flat.
import { fork } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { type SettingsInput, settingsSchema } from '../../core/contract/settings/settings.ts';
import { loadSigning, proofBy, signatureOf } from '../../core/message/sign.ts';
import { testKey, testKeyRecord } from '../../core/simulate/testKeys.table.ts';
import { threadWorkers } from '../../core/workers/threads.ts';
import { realWorld } from '../../core/world/real.ts';
import { Talk } from './talk.ts';
import type { Listening, LoopDelay } from './workersReceiver.ts';

/** ms: what the loop may be held up at most by a message, and how much more two workers do. Printed, asserted nowhere. */
export const loopTarget = 5;
export const workersTarget = 1.7;
/** Messages after which memory is to be the same. */
const lasting = 100_000;
/** s: a measurement of rate or memory. */
const during = 20;

export interface WorkersFigures {
  /** Of one message of so many MB. */
  readonly loop: readonly (LoopDelay & { readonly mb: number; readonly seconds: number })[];
  readonly rates: readonly Rates[];
  /** Of the process with its threads, MB, after so many messages. */
  readonly memory: readonly (Pick<LoopDelay, 'rss' | 'heap' | 'held' | 'outside'> & { readonly messages: number })[];
  /** Processes that ran or waited for the machine, on average over the last minute. */
  readonly load: number;
}

/** Messages of one kind, with one worker and with two. */
export interface Rates {
  readonly kind: string;
  /** A second. */
  readonly sessions: readonly number[];
  readonly alone: readonly Alone[];
}

/** Given to the workers alone: messages a second, and CPU ms for each in the workers and in the thread that gives them. */
interface Alone {
  readonly rate: number;
  readonly worker: number;
  readonly loop: number;
}

const selectors = ['key', 'second', 'third'];

const zone = [
  'sender.example TXT v=spf1 ip4:127.0.0.1 -all',
  ...selectors.map((name) => `${name}._domainkey.sender.example TXT ${testKeyRecord('rsa2048a')}`),
  '_dmarc.sender.example TXT v=DMARC1; p=reject',
].join('\n');

const checked = (workers: NonNullable<SettingsInput['workers']>): SettingsInput => ({
  listeners: [{ name: 'mx', role: 'mx', address: '0.0.0.0:25', lab: '127.0.0.1:0', tls: 'clear' }],
  acceptance: { maxDataSize: 0 },
  queue: { keepSessions: 100, keepMessages: 100 },
  sender: {
    dkim: {
      enabled: true,
      map: { pass: 'record', fail: 'refuse', none: 'refuse', permerror: 'refuse', temperror: 'defer' },
    },
    dmarc: { enabled: true, map: { pass: 'record', 'fail-reject': 'refuse', none: 'refuse' } },
    arc: { enabled: true },
    header: { from: 'refuse', syntax: 'record' },
    results: { write: true, foreign: 'ours' },
  },
  dns: { zone },
  workers,
});

/** A message whose DKIM, SPF and DMARC all pass, with so many signatures of RSA-2048. */
async function signed(octets: number, signatures = 1): Promise<Buffer> {
  await loadSigning();
  const line = `${'x'.repeat(76)}\r\n`;
  const fields = [
    'From: a@sender.example',
    'To: b@gate.example',
    'Subject: bench',
    'Date: Mon, 5 Jan 2026 10:00:00 +0000',
  ];
  const message = { fields, body: line.repeat(Math.max(1, Math.ceil((octets - 700) / line.length))) };
  const key = createPrivateKey(testKey('rsa2048a'));
  const field = (selector: string) =>
    signatureOf(message, {
      name: 'DKIM-Signature',
      canonicalization: 'relaxed/relaxed',
      hash: 'sha256',
      names: ['from', 'to', 'subject', 'date'],
      tags: { v: '1', a: 'rsa-sha256', c: 'relaxed/relaxed', d: 'sender.example', s: selector },
      prove: proofBy(key, 'sha256'),
    });
  return Buffer.from(
    `${[...selectors.slice(0, signatures).map(field), ...fields].join('\r\n')}\r\n\r\n${message.body}`,
    'latin1',
  );
}

class Receiving {
  readonly #process: ReturnType<typeof fork>;
  readonly port: number;

  private constructor(process: ReturnType<typeof fork>, port: number) {
    this.#process = process;
    this.port = port;
  }

  static async start(settings: SettingsInput): Promise<Receiving> {
    const child = fork(fileURLToPath(new URL('./workersReceiver.ts', import.meta.url)), [JSON.stringify(settings)], {
      execArgv: ['--expose-gc'],
    });
    const [{ port }] = (await once(child, 'message')) as [Listening];
    return new Receiving(child, port);
  }

  /** Of the loop since it was asked last. */
  async delay(): Promise<LoopDelay> {
    this.#process.send('tell');
    return ((await once(this.#process, 'message')) as [LoopDelay])[0];
  }

  async end(): Promise<void> {
    this.#process.send('end');
    await once(this.#process, 'exit');
  }
}

async function deliver(talk: Talk, message: Buffer): Promise<void> {
  await talk.say('MAIL FROM:<a@sender.example>\r\n', '250');
  await talk.say('RCPT TO:<b@gate.example>\r\n', '250');
  await talk.say('DATA\r\n', '354');
  await talk.say(Buffer.concat([message, Buffer.from('.\r\n')]), '250');
}

/** Delivers over and over from several sessions; tells how many there were. */
async function keepOn(port: number, message: Buffer, seconds: number): Promise<number> {
  const until = performance.now() + seconds * 1000;
  let done = 0;
  const one = async () => {
    const talk = await Talk.open(port);
    while (performance.now() < until) {
      await deliver(talk, message);
      done += 1;
    }
    talk.close();
  };
  await Promise.all(Array.from({ length: 8 }, one));
  return done;
}

const chunkOf = (message: Buffer) => new Uint8Array(Uint8Array.from(message).buffer);

/** What the workers do when nothing is in front of them. */
async function alone(most: number, message: Buffer): Promise<Alone> {
  const settings = settingsSchema.parse(checked({ least: most, most }));
  const workers = threadWorkers({ world: realWorld, settings: settings.workers });
  const task = {
    want: ['dkim', 'dmarc', 'arc', 'header', 'removed'],
    sender: settings.sender,
    dns: settings.dns,
    hostname: 'gate.example',
    peer: '127.0.0.1',
    helo: 'client.example',
    mailFrom: { raw: 'a@sender.example', local: 'a', domain: 'sender.example' },
    now: Date.now(),
    chance: 0,
  } as const;
  const run = async (seconds: number) => {
    const until = performance.now() + seconds * 1000;
    let done = 0;
    const one = async () => {
      while (performance.now() < until) {
        const { work } = await workers.examine({ ...task, chunks: [chunkOf(message)] });
        if (work.outcome !== 'done') throw new Error(work.error);
        done += 1;
      }
    };
    await Promise.all(Array.from({ length: most * 4 }, one));
    return done;
  };
  await run(2);
  const before = { all: spent(process.cpuUsage()), loop: spent(process.threadCpuUsage()) };
  const began = performance.now();
  const done = await run(5);
  const seconds = (performance.now() - began) / 1000;
  const loop = spent(process.threadCpuUsage()) - before.loop;
  const all = spent(process.cpuUsage()) - before.all;
  await workers.close();
  const each = (ms: number) => Math.round((ms / done) * 1000) / 1000;
  return { rate: Math.round(done / seconds), worker: each(all - loop), loop: each(loop) };
}

/** ms. */
const spent = ({ user, system }: NodeJS.CpuUsage) => (user + system) / 1000;

export async function measureWorkers(say: (text: string) => void): Promise<WorkersFigures> {
  const small = await signed(1024);
  const loop: WorkersFigures['loop'][number][] = [];
  const receiving = await Receiving.start(checked({}));
  for (const mb of [1, 10, 50]) {
    const message = await signed(mb * 1024 * 1024);
    const talk = await Talk.open(receiving.port);
    // The first message starts the workers: that is counted with the smallest.
    await receiving.delay();
    const began = performance.now();
    await deliver(talk, message);
    const seconds = Math.round(performance.now() - began) / 1000;
    loop.push({ mb, seconds, ...(await receiving.delay()) });
    talk.close();
    say(`workers: ${mb} MB`);
  }
  await receiving.end();
  const kinds = [
    { kind: '1 KB, 1 signature', message: small },
    // Workers are what bounds these, not the loop in front of them.
    { kind: '100 KB, 3 signatures', message: await signed(100 * 1024, 3) },
  ];
  const rates: Rates[] = [];
  for (const { kind, message } of kinds) {
    const rate = { kind, sessions: [] as number[], alone: [] as Alone[] };
    for (const most of [1, 2]) {
      const one = await Receiving.start(checked({ least: most, most }));
      await keepOn(one.port, message, 2);
      rate.sessions.push(Math.round((await keepOn(one.port, message, 6)) / 6));
      await one.end();
      rate.alone.push(await alone(most, message));
      say(`workers: ${kind}, rate with ${most}`);
    }
    rates.push(rate);
  }
  const memory: WorkersFigures['memory'][number][] = [];
  // A small heap of the workers is soon full of what nobody needs: then it is collected, as a large one is much later.
  const lastingOne = await Receiving.start(checked({ memory: 64 }));
  let messages = 0;
  for (let part = 0; part < 5 && messages < lasting; part += 1) {
    messages += await keepOn(lastingOne.port, small, during / 4);
    const { rss, heap, held, outside } = await lastingOne.delay();
    memory.push({ messages, rss, heap, held, outside });
  }
  await lastingOne.end();
  return { loop, rates, memory, load: loadavg()[0] ?? 0 };
}

const met = (isMet: boolean) => (isMet ? 'met' : 'missed');
const right = (value: number | string, width: number) => String(value).padStart(width);

export function workersTable(figures: WorkersFigures | undefined): string {
  if (figures === undefined) return '';
  const { loop, rates, memory, load } = figures;
  const delays = loop.map(
    ({ mb, seconds, median, p99, p999, most, mostCpu }) =>
      `${right(mb, 4)} MB ${right(seconds, 8)} ${right(median, 8)} ${right(p99, 8)} ${right(p999, 8)} ${right(most, 8)} ${right(mostCpu, 8)}  <= ${loopTarget} ${met(most <= loopTarget)}, by CPU ${met(mostCpu <= loopTarget)}`,
  );
  return [
    'one signed message, SPF, DKIM, DMARC and ARC: how long the receiving event loop was held up, ms (1 ms is how often it is looked at)',
    `${'size'.padEnd(7)} ${right('seconds', 8)} ${right('median', 8)} ${right('99 %', 8)} ${right('99.9 %', 8)} ${right('most', 8)} ${right('of CPU', 8)}`,
    ...delays,
    '',
    `signed messages a second, with one worker and with two, on ${availableParallelism()} cores with a load of ${load.toFixed(1)}; what sends needs cores as well`,
    ...rates.flatMap(rated),
    '',
    'memory of the process with its threads, MB: all of it; of the loop’s heap what is used, and what V8 holds for it; buffers outside',
    ...memory.map(
      ({ messages, rss, heap, held, outside }) =>
        `${right(messages, 8)} messages ${[rss, heap, held, outside].map((one) => right(one.toFixed(1), 8)).join('')}`,
    ),
    grown(memory),
  ].join('\n');
}

function rated({ kind, sessions, alone }: Rates): readonly string[] {
  const line = (what: string, [one = 0, two = 0]: readonly number[]) => {
    const ratio = one === 0 ? 0 : two / one;
    return `${`${kind}, ${what}`.padEnd(72)} ${right(Math.round(one), 7)} ${right(Math.round(two), 7)} ${right(ratio.toFixed(2), 6)}  >= ${workersTarget} ${met(ratio >= workersTarget)}`;
  };
  return [
    line('through sessions', sessions),
    line(
      'workers alone',
      alone.map(({ rate }) => rate),
    ),
    line('workers alone, by CPU, each on a core of its own', alone.map(onCores)),
    ...alone.map(
      ({ worker, loop }, index) =>
        `  with ${index + 1}: ${worker.toFixed(2)} ms of CPU a message in the workers, ${loop.toFixed(2)} ms in the loop`,
    ),
  ];
}

/** Messages a second when every thread has a core: either the workers are what bounds it, or the loop. */
const onCores = ({ worker, loop }: Alone, index: number) => Math.min((1000 * (index + 1)) / worker, 1000 / loop);

/** From the half on: before it caches fill. */
function grown(memory: WorkersFigures['memory']): string {
  const [middle, last] = [memory[Math.floor(memory.length / 2)], memory.at(-1)];
  if (!middle || !last || last.messages === middle.messages) return '';
  const each = ((last.rss - middle.rss) * 1e6) / (last.messages - middle.messages);
  const more = (of: 'heap' | 'held' | 'outside') => `${(last[of] - middle[of]).toFixed(1)} MB`;
  return [
    `${Math.round(each)} octets a message from the half on, ${Math.round((each * lasting) / 1e6)} MB in ${lasting} messages if it went on like that`,
    `from the half on: used of the heap ${more('heap')} more, held for it ${more('held')}, buffers ${more('outside')}; what is used does not grow unless something leaks`,
  ].join('\n');
}
