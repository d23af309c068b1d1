// What signed messages cost the receiving event loop, how much two workers do beside one, and whether memory stays flat.
import { fork } from 'node:child_process';
import { createPrivateKey } from 'node:crypto';
import { once } from 'node:events';
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
  /** Signed messages of 1 KB a second through sessions, and given to the workers alone. */
  readonly rates: readonly { readonly workers: number; readonly sessions: number; readonly alone: number }[];
  /** Of the process with its threads, MB, after so many messages. */
  readonly memory: readonly { readonly messages: number; readonly rss: number; readonly heap: number }[];
}

const zone = [
  'sender.example TXT v=spf1 ip4:127.0.0.1 -all',
  `key._domainkey.sender.example TXT ${testKeyRecord('rsa2048a')}`,
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

/** A message whose DKIM, SPF and DMARC all pass. */
async function signed(octets: number): Promise<Buffer> {
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
  const field = signatureOf(message, {
    name: 'DKIM-Signature',
    canonicalization: 'relaxed/relaxed',
    hash: 'sha256',
    names: ['from', 'to', 'subject', 'date'],
    tags: { v: '1', a: 'rsa-sha256', c: 'relaxed/relaxed', d: 'sender.example', s: 'key' },
    prove: proofBy(key, 'sha256'),
  });
  return Buffer.from(`${[field, ...fields].join('\r\n')}\r\n\r\n${message.body}`, 'latin1');
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

/** Messages a second that the workers do when nothing is in front of them. */
async function alone(most: number, message: Buffer): Promise<number> {
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
    return done / seconds;
  };
  await run(2);
  const rate = await run(5);
  await workers.close();
  return Math.round(rate);
}

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
  const rates: WorkersFigures['rates'][number][] = [];
  for (const most of [1, 2]) {
    const one = await Receiving.start(checked({ least: most, most }));
    await keepOn(one.port, small, 2);
    const sessions = Math.round((await keepOn(one.port, small, 6)) / 6);
    await one.end();
    rates.push({ workers: most, sessions, alone: await alone(most, small) });
    say(`workers: rate with ${most}`);
  }
  const memory: WorkersFigures['memory'][number][] = [];
  // A small heap of the workers is soon full of what nobody needs: then it is collected, as a large one is much later.
  const lastingOne = await Receiving.start(checked({ memory: 64 }));
  let messages = 0;
  for (let part = 0; part < 5 && messages < lasting; part += 1) {
    messages += await keepOn(lastingOne.port, small, during / 4);
    const { rss, heap } = await lastingOne.delay();
    memory.push({ messages, rss, heap });
  }
  await lastingOne.end();
  return { loop, rates, memory };
}

const met = (isMet: boolean) => (isMet ? 'met' : 'missed');
const right = (value: number | string, width: number) => String(value).padStart(width);

export function workersTable(figures: WorkersFigures | undefined): string {
  if (figures === undefined) return '';
  const { loop, rates, memory } = figures;
  const delays = loop.map(
    ({ mb, seconds, median, p99, p999, most, mostCpu }) =>
      `${right(mb, 4)} MB ${right(seconds, 8)} ${right(median, 8)} ${right(p99, 8)} ${right(p999, 8)} ${right(most, 8)} ${right(mostCpu, 8)}  <= ${loopTarget} ${met(most <= loopTarget)}, by CPU ${met(mostCpu <= loopTarget)}`,
  );
  const [one, two] = rates;
  const ratio = (of: 'sessions' | 'alone') => (two?.[of] ?? 0) / (one?.[of] ?? 1);
  const rated = (['sessions', 'alone'] as const).map((of) => {
    const what = of === 'sessions' ? 'through sessions' : 'workers alone';
    const verdict = `>= ${workersTarget} ${met(ratio(of) >= workersTarget)}`;
    return `${what.padEnd(18)} ${right(one?.[of] ?? 0, 7)} ${right(two?.[of] ?? 0, 7)} ${right(ratio(of).toFixed(2), 6)}  ${verdict}`;
  });
  return [
    'one signed message, SPF, DKIM, DMARC and ARC: how long the receiving event loop was held up, ms (1 ms is how often it is looked at)',
    `${'size'.padEnd(7)} ${right('seconds', 8)} ${right('median', 8)} ${right('99 %', 8)} ${right('99.9 %', 8)} ${right('most', 8)} ${right('of CPU', 8)}`,
    ...delays,
    '',
    'signed messages of 1 KB a second, with one worker and with two; a machine of two cores has none left for those who send',
    ...rated,
    '',
    'memory of the process with its threads',
    ...memory.map(
      ({ messages, rss, heap }) =>
        `${right(messages, 8)} messages ${right(rss.toFixed(1), 8)} MB, heap of the loop ${right(heap.toFixed(1), 6)} MB`,
    ),
    grown(memory),
  ].join('\n');
}

/** From the half on: before it caches fill. */
function grown(memory: WorkersFigures['memory']): string {
  const [middle, last] = [memory[Math.floor(memory.length / 2)], memory.at(-1)];
  if (!middle || !last || last.messages === middle.messages) return '';
  const each = ((last.rss - middle.rss) * 1e6) / (last.messages - middle.messages);
  return `${Math.round(each)} octets a message from the half on, ${Math.round((each * lasting) / 1e6)} MB in ${lasting} messages if it went on like that`;
}
