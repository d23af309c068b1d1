// Measures how fast mail is taken in, side by side in one run: only the ratios to stock smtp-server mean something.
//
//   npm run bench                          a table
//   npm run --silent bench -- --json       {"rows":[{"work","subject","ratio","rate"}]}
//   npm run bench -- --rounds 3 --only "1 KB kept"
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { type Running, type SubjectName, startSubject, subjects } from './subjects.ts';

interface Work {
  readonly name: string;
  /** Octets of each message. */
  readonly size: number;
  readonly messages: number;
  /** Many messages a session, or a session for each. */
  readonly kept: boolean;
}

const works: readonly Work[] = [
  { name: '1 KB new', size: 1024, messages: 4000, kept: false },
  { name: '1 KB kept', size: 1024, messages: 20_000, kept: true },
  { name: '100 KB new', size: 102_400, messages: 1500, kept: false },
  { name: '100 KB kept', size: 102_400, messages: 4000, kept: true },
];

/** First targets of the product, ratios to stock; printed beside the figures, asserted nowhere. */
const targets: Readonly<Record<string, number>> = { '1 KB new': 1, '1 KB kept': 1, '100 KB kept': 2 };
const parallel = 20;

export interface Row {
  readonly work: string;
  readonly subject: SubjectName;
  /** Messages a second, relative to stock smtp-server in the same run. */
  readonly ratio: number;
  /** Messages a second, the median of the rounds. */
  readonly rate: number;
}

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write('npm run bench [-- --json] [-- --rounds N] [-- --only "1 KB kept"]\n');
else await main(Number(values.rounds));

async function main(rounds: number): Promise<void> {
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: expected a whole number of 1 or more`);
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bench-'));
  const running: Running[] = [];
  try {
    for (const name of subjects) {
      const one = await startSubject(name, folder);
      if ('missing' in one) process.stderr.write(`${name} is left out: ${one.missing}\n`);
      else running.push(one);
    }
    const rows: Row[] = [];
    for (const work of works.filter(({ name }) => values.only === undefined || values.only.includes(name)))
      rows.push(...(await measure(work, running, rounds)));
    process.stdout.write(values.json ? `${JSON.stringify({ rows })}\n` : table(rows));
  } finally {
    for (const one of running) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Rounds are interleaved, so that what else the machine does meets every subject alike; the first one only warms up. */
async function measure(work: Work, running: readonly Running[], rounds: number): Promise<Row[]> {
  const rates = new Map<SubjectName, number[]>(running.map(({ name }) => [name, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, port } of running) {
      const rate = await drive(round === 0 ? { ...work, messages: Math.ceil(work.messages / 4) } : work, port);
      if (round > 0) rates.get(name)?.push(rate);
    }
    process.stderr.write(`${work.name}: ${round === 0 ? 'warmed up' : `round ${round} of ${rounds}`}\n`);
  }
  const stock = median(rates.get('stock') ?? []);
  return running.map(({ name }) => {
    const rate = median(rates.get(name) ?? []);
    return { work: work.name, subject: name, ratio: Number((rate / stock).toFixed(3)), rate: Math.round(rate) };
  });
}

/** Drives one load with Postfix's smtp-source; returns messages a second. */
async function drive(work: Work, port: number): Promise<number> {
  const args = [
    '-s',
    String(parallel),
    '-m',
    String(work.messages),
    '-l',
    String(work.size),
    ...(work.kept ? ['-d'] : []),
  ];
  const started = performance.now();
  const child = spawn(
    'smtp-source',
    [...args, '-M', 'client.example', '-f', 'ann@example.com', '-t', 'bob@gate.example', `inet:127.0.0.1:${port}`],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: 120_000,
    },
  );
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? new Error('smtp-source is missing: apt-get install postfix') : error),
    );
    child.once('exit', resolve);
  });
  if (code !== 0) throw new Error(`smtp-source ended with ${code}: ${said.trim()}`);
  return work.messages / ((performance.now() - started) / 1000);
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2;
}

function table(rows: readonly Row[]): string {
  const lines = [`${'work'.padEnd(12)} ${'subject'.padEnd(18)} ${'ratio'.padStart(6)} ${'msgs/s'.padStart(8)}  target`];
  for (const { work, subject, ratio, rate } of rows) {
    const target = subject === 'gatehouse' ? targets[work] : undefined;
    const verdict = target === undefined ? '' : `>= ${target.toFixed(1)} ${ratio >= target ? 'met' : 'missed'}`;
    lines.push(
      `${work.padEnd(12)} ${subject.padEnd(18)} ${ratio.toFixed(2).padStart(6)} ${String(rate).padStart(8)}  ${verdict}`.trimEnd(),
    );
  }
  return `${lines.join('\n')}\n`;
}
