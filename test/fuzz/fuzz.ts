// Long runs of the property tests: `npm run fuzz -- wire --minutes 10 --seed 1`, `sasl`, `zone` or `sender`; ends with 1 when something is found.
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { mutants } from './saslMutants.ts';
import { type Run, trySasl } from './saslRun.ts';
import { type Case, firstFailure, ours, play, shrink, type Subject } from './wireCase.ts';
import { mutant, mutations } from './wireMutants.ts';
import { reference } from './wireReference.ts';
import { firstWrong as firstWrongSender, ours as senderReaders } from './senderCase.ts';
import { firstWrong, ours as zoneReaders } from './zoneCase.ts';

const batch = 5000;
const usage = `usage: npm run fuzz -- wire|sasl|zone|sender [--minutes 10] [--seed N] [--mutant N]
  wire       the parser of the wire against a second one
  sasl       random and changed responses into every login mechanism at every step, and through sessions
  zone       random zones and zone files of BIND: read, written, read again
  sender     messages, DKIM, DMARC, ARC and SPF records and From fields, valid ones changed at random
  --minutes  how long, 1 unless given; at least ${batch} cases are tried, of sasl one round of all mechanisms
  --seed     where to begin; the same seed tries the same cases
  --mutant   tries a broken parser instead, by its number from 0 to ${mutations.length - 1}, or a broken mechanism, from 0 to
             ${mutants.length - 1}: it must be found out`;

function fail(text: string): never {
  process.stderr.write(`${text}\n${usage}\n`);
  process.exit(2);
}

function number(name: string, text: string, { least = 0, most = Infinity } = {}): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value < least || value > most)
    fail(`fuzz: --${name} is ${JSON.stringify(text)}, but must be a number from ${least} to ${most}`);
  return value;
}

function report(subject: Subject, found: Case, seed: number): void {
  const failure = shrink(subject, found);
  let heard: unknown;
  try {
    heard = play(subject, failure);
  } catch (error) {
    heard = error instanceof Error ? error.stack : error;
  }
  process.stdout.write(
    `\nfuzz: a difference, with --seed ${seed}. Shrunk:\n${JSON.stringify(failure)}\nheard:    ${JSON.stringify(heard)}\n` +
      `expected: ${JSON.stringify(reference(failure.input, failure.rules))}\n`,
  );
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      minutes: { type: 'string', default: '1' },
      seed: { type: 'string', default: '1' },
      mutant: { type: 'string' },
    },
  });
  const what = positionals.join(' ');
  if (what !== 'wire' && what !== 'sasl' && what !== 'zone' && what !== 'sender')
    fail(`fuzz: ${what || 'nothing'} cannot be tried, only: wire, sasl, zone, sender`);
  const minutes = number('minutes', values.minutes);
  const first = number('seed', values.seed);
  if (what === 'zone') return tryTexts((seed) => firstWrong(zoneReaders, seed, batch), minutes, first);
  if (what === 'sender') return tryTexts((seed) => firstWrongSender(senderReaders, seed, batch), minutes, first);
  const most = (what === 'sasl' ? mutants : mutations).length - 1;
  const mutant = values.mutant === undefined ? undefined : number('mutant', values.mutant, { most });
  return what === 'sasl' ? trySasl({ minutes, first, mutant }) : tryWire({ minutes, first, mutant });
}

async function tryTexts(find: (seed: number) => unknown, minutes: number, first: number): Promise<number> {
  const begun = performance.now();
  let seed = first;
  do {
    const found = await find(seed);
    if (found !== undefined) {
      process.stdout.write(`fuzz: found, with --seed ${seed}: ${JSON.stringify(found)}\n`);
      return 1;
    }
    seed += 1;
  } while (performance.now() - begun < minutes * 60_000);
  process.stdout.write(`fuzz: seeds ${first} to ${seed - 1}, ${(seed - first) * batch} texts\nfuzz: nothing found\n`);
  return 0;
}

async function tryWire({ minutes, first, mutant: chosen }: Run): Promise<number> {
  const mutation = chosen === undefined ? undefined : mutations[chosen];
  const subject = mutation === undefined ? ours : await mutant(mutation);
  if (mutation) process.stdout.write(`fuzz: a broken parser: ${mutation.mistake}\n`);
  const begun = performance.now();
  let seed = first;
  do {
    const found = firstFailure(subject, seed, batch);
    if (found !== null) {
      report(subject, found, seed);
      return 1;
    }
    seed += 1;
    const seconds = (performance.now() - begun) / 1000;
    const cases = (seed - first) * batch;
    process.stdout.write(
      `\rfuzz: seeds ${first} to ${seed - 1}, ${cases} cases, ${Math.round(cases / seconds)} a second `,
    );
  } while (performance.now() - begun < minutes * 60_000);
  process.stdout.write('\nfuzz: no difference\n');
  return 0;
}

process.exitCode = await main();
