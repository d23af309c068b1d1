// Measures how fast mail is taken in, side by side in one run: only the ratios to stock smtp-server mean something.
//
//   npm run bench                          tables
//   npm run --silent bench -- --json       {"rows":[{"work","subject","ratio","rate",...}], ...}
//   npm run bench -- --help                everything else
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureDots } from './dots.ts';
import { measureEnumeration } from './enumeration.ts';
import { measureFlow } from './flow.ts';
import { type Idle, idleSessions, measureIdle } from './idle.ts';
import { type Cpu, cpuOf, loadAverage } from './process.ts';
import { meanings, type Running, type SubjectName, subjects } from './running.ts';
import { measureSimulated, simulatedWorks } from './simulated.ts';
import { measureSpf } from './spf.ts';
import { type Starting, startSubject } from './subjects.ts';
import { captureOf, type Figures, type Row, rounded, tables } from './tables.ts';
import { measureWorkers } from './workers.ts';
import { drive, median, type Work, works } from './works.ts';

const dots = '4 MB dots';
const idle = 'idle';
const flow = 'flow control';
const spf = 'spf';
const enumeration = 'enumeration';
const workers = 'workers';
/** All of the simulated world; one of its works is asked for by its own name. */
const simulated = 'simulated';
const simulatedNames = simulatedWorks.map(({ name }) => `${simulated} ${name}`);
const names = [
  ...works.map(({ name }) => name),
  dots,
  idle,
  flow,
  spf,
  enumeration,
  workers,
  simulated,
  ...simulatedNames,
];
/** What is not driven from outside in rounds. */
const undriven = [idle, flow, spf, enumeration, workers, simulated, ...simulatedNames];

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true },
    subject: { type: 'string', multiple: true },
    against: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

/** A round of a slow subject ends after about this long, s. */
const longest = 6;

const say = (text: string) => process.stderr.write(`${text}\n`);

if (values.help) process.stdout.write(help());
else await main(Number(values.rounds));

function help(): string {
  return [
    'npm run bench -- [OPTIONS]',
    '',
    '  --json            the figures as one line of JSON',
    '  --rounds N        rounds of each work, 5 unless said; the median counts',
    `  --only WORK       only this work, may be given again: ${names.map((name) => `"${name}"`).join(', ')}`,
    '  --subject NAME    only this one beside stock, may be given again',
    '  --against FOLDER  also ours as it is in another checkout, old and new in turn',
    '',
    'subjects; one that is not there is left out with a line:',
    ...subjects.map((name) => `  ${name.padEnd(18)} ${meanings[name]}`),
    '',
  ].join('\n');
}

function checked(rounds: number): void {
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new Error(`--rounds ${values.rounds}: expected a whole number of 1 or more`);
  for (const name of values.only ?? [])
    if (!names.includes(name)) throw new Error(`--only "${name}": expected one of ${names.join(', ')}`);
  for (const name of values.subject ?? [])
    if (!subjects.includes(name as SubjectName))
      throw new Error(`--subject ${name}: expected one of ${subjects.join(', ')}`);
}

function wanted(name: SubjectName): boolean {
  if (name === 'stock') return true;
  if (name === 'against') return values.against !== undefined;
  return values.subject === undefined || values.subject.includes(name);
}

function asked(work: string): boolean {
  return values.only === undefined || values.only.includes(work);
}

async function main(rounds: number): Promise<void> {
  checked(rounds);
  const starting: Starting = { folder: mkdtempSync(join(tmpdir(), 'gatehouse-bench-')), against: values.against };
  const before = loadAverage();
  try {
    const counted = asked(flow) ? { flow: measureFlow() } : {};
    const checked = asked(spf) ? { spf: await measureSpf() } : {};
    const told = asked(enumeration) ? { enumeration: measureEnumeration(say) } : {};
    const busy = names.some((name) => !undriven.includes(name) && asked(name));
    const driven = busy ? await measureAll(starting, rounds) : { rows: [] };
    const virtual = await measureSimulated((name) => asked(simulated) || asked(`${simulated} ${name}`));
    const held = asked(idle) ? { idle: await holdIdle(starting) } : {};
    const worked = asked(workers) ? { workers: await measureWorkers(say) } : {};
    const load = [before, loadAverage()] as const;
    const figures: Figures = {
      ...driven,
      capture: captureOf(driven.rows),
      ...held,
      ...counted,
      ...checked,
      ...told,
      ...worked,
      simulated: virtual,
      load,
    };
    process.stdout.write(values.json ? `${JSON.stringify(figures)}\n` : tables(figures));
  } finally {
    rmSync(starting.folder, { recursive: true, force: true });
  }
}

async function measureAll(starting: Starting, rounds: number): Promise<Pick<Figures, 'rows' | 'dots'>> {
  const running: Running[] = [];
  try {
    for (const name of subjects.filter(wanted)) {
      const one = await startSubject(name, starting);
      if ('missing' in one) say(`${name} is left out: ${one.missing}`);
      else running.push(one);
    }
    const rows: Row[] = [];
    for (const work of works.filter(({ name }) => asked(name))) rows.push(...(await measure(work, running, rounds)));
    if (!asked(dots)) return { rows };
    const ours = running.filter(({ name }) => !['smtp-sink', 'Haraka', 'aiosmtpd'].includes(name));
    return { rows, dots: await measureDots(ours, rounds) };
  } finally {
    for (const one of running) await one.stop();
  }
}

/** Rounds are interleaved, so that what else the machine does meets every subject alike; the first one only warms up. */
async function measure(work: Work, running: readonly Running[], rounds: number): Promise<Row[]> {
  const seen = new Map<SubjectName, { rates: number[]; cpu: Cpu[] }>(
    running.map(({ name }) => [name, { rates: [], cpu: [] }]),
  );
  const enough = new Map<SubjectName, number>();
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, port, pid } of running) {
      const messages = round === 0 ? Math.ceil(work.messages / 4) : (enough.get(name) ?? work.messages);
      const before = cpuOf(pid);
      const rate = await drive({ ...work, messages }, port).catch((error: Error) => {
        throw new Error(`${work.name}, ${name}: ${error.message}`);
      });
      const after = cpuOf(pid);
      if (round === 0) {
        enough.set(name, Math.min(work.messages, Math.ceil(rate * longest)));
        continue;
      }
      seen.get(name)?.rates.push(rate);
      if (before && after)
        seen.get(name)?.cpu.push({
          all: (after.all - before.all) / messages,
          main: (after.main - before.main) / messages,
        });
    }
    say(`${work.name}: ${round === 0 ? 'warmed up' : `round ${round} of ${rounds}`}`);
  }
  const stock = median(seen.get('stock')?.rates ?? []);
  return running.map(({ name }) => {
    const { rates, cpu } = seen.get(name) ?? { rates: [], cpu: [] };
    const rate = median(rates);
    const spent = {
      cpu: rounded(median(cpu.map(({ all }) => all))),
      cpuMain: rounded(median(cpu.map(({ main }) => main))),
    };
    return {
      work: work.name,
      subject: name,
      ratio: rounded(rate / stock),
      rate: Math.round(rate),
      ...(cpu.length > 0 && spent),
    };
  });
}

/** Fresh processes one after the other: memory that a load has taken is not given back. */
async function holdIdle(starting: Starting): Promise<Idle[]> {
  const { sessions, because } = idleSessions();
  if (because !== undefined) say(`${idle}: ${because}`);
  const found: Idle[] = [];
  if (sessions === 0) return found;
  for (const name of (['stock', 'gatehouse', 'against'] as const).filter(wanted)) {
    const folder = mkdtempSync(join(starting.folder, 'idle-'));
    const one = await startSubject(name, { ...starting, folder });
    if ('missing' in one) {
      say(`${name} is left out: ${one.missing}`);
      continue;
    }
    try {
      const measured = await measureIdle(one, sessions);
      if (measured) found.push(measured);
      else say(`${idle}: the memory of a process is read from /proc, which is not here`);
    } finally {
      await one.stop();
    }
  }
  return found;
}
