// The gate: types, format, generated files, lint and tests; a line and a time each, and one closing line for all.
//
//   npm test                           everything
//   npm test -- test/policy            only the tests whose path contains this
//   npm run check -- --only types,lint only these steps
//   npm run format                     writes what prettier and the generators would have
import { spawn } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { parseArgs } from 'node:util';
import { closingLine, readClosingLine, type Counts } from './reporter.ts';

type Step = { readonly name: string; readonly run: () => Promise<Result> };
type Result = { readonly counts: Counts; readonly text: string };

const root = join(import.meta.dirname, '../..');
const bin = (path: string) => join(root, 'node_modules', path);
const prettierConfig = join(root, 'test/tooling/prettier.json');
const formatted = ['{core,electron,renderer,test}/**/*.{ts,tsx,mjs,json,css,html}', '*.{json,yml}'];

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { only: { type: 'string' }, write: { type: 'boolean', default: false }, help: { type: 'boolean' } },
});

const types: Step = { name: 'types', run: () => command([bin('typescript/bin/tsc'), '-b']) };
const lint: Step = {
  name: 'lint',
  run: () =>
    command([
      bin('eslint/bin/eslint.js'),
      '--config=test/tooling/eslint.config.mjs',
      '--no-error-on-unmatched-pattern',
      '--max-warnings=0',
      'core',
      'electron',
      'renderer',
      'test',
    ]),
};
const format: Step = {
  name: 'format',
  run: () =>
    command([
      bin('prettier/bin/prettier.cjs'),
      `--config=${prettierConfig}`,
      '--cache',
      `--cache-location=${bin('.cache/prettier/cache.json')}`,
      '--log-level=warn',
      '--no-error-on-unmatched-pattern',
      values.write ? '--write' : '--check',
      ...formatted,
    ]),
};
const generated: Step = { name: 'generated', run: checkGenerated };
const tests: Step = {
  name: 'tests',
  run: () => command([bin('vitest/vitest.mjs'), 'run', '--config=test/tooling/vitest.config.ts', ...positionals], true),
};

/** Steps of one group run side by side; the tests have the machine to themselves, because some watch the clock. */
const groups: readonly (readonly Step[])[] =
  availableParallelism() > 1
    ? [[types, format, generated, lint], [tests]]
    : [[types], [format], [generated], [lint], [tests]];

await main();

async function main(): Promise<void> {
  if (values.help) {
    console.log('npm test [-- PATH...] | npm run check [-- --only types,lint,format,generated,tests] | npm run format');
    return;
  }
  const all = groups.flat().map((step) => step.name);
  const wanted = values.only?.split(',') ?? (positionals.length > 0 ? ['tests'] : all);
  const unknown = wanted.filter((name) => !all.includes(name));
  if (unknown.length > 0) {
    console.error(`no such step: ${unknown.join(', ')}; there are ${all.join(', ')}`);
    process.exitCode = 2;
    return;
  }
  const started = performance.now();
  const results: Result[] = [];
  for (const group of groups) {
    const steps = group.filter((step) => wanted.includes(step.name));
    results.push(...(await Promise.all(steps.map(runStep))));
  }
  const sum = (key: keyof Counts) => results.reduce((total, { counts }) => total + counts[key], 0);
  const counts: Counts = { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
  if (wanted.length > 1) console.log(`${'all'.padEnd(10)} ${seconds(started)}`);
  console.log(closingLine(counts));
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

async function runStep(step: Step): Promise<Result> {
  const started = performance.now();
  const result = await step.run();
  const isGreen = result.counts.failed === 0;
  if (!isGreen) console.log(result.text.trimEnd());
  console.log(`${step.name.padEnd(10)} ${seconds(started)} ${isGreen ? 'ok' : 'FAILED'}`);
  return result;
}

function seconds(started: number): string {
  return `${((performance.now() - started) / 1000).toFixed(1).padStart(6)} s`;
}

function outcome(isGreen: boolean, text = ''): Result {
  return { counts: { passed: isGreen ? 1 : 0, failed: isGreen ? 0 : 1, skipped: 0 }, text };
}

/** Runs one of the tools; with `shows`, its output is passed on as it comes, apart from its own closing line. */
async function command(args: readonly string[], shows = false): Promise<Result> {
  const { promise, resolve } = Promise.withResolvers<Result>();
  const child = spawn(process.execPath, [...process.execArgv, ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: colours(),
  });
  let text = '';
  let counts: Counts | undefined;
  let rest = '';
  const take = (chunk: string) => {
    if (!shows) {
      text += chunk;
      return;
    }
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const read = readClosingLine(line);
      if (read) counts = read;
      else process.stdout.write(`${line}\n`);
    }
  };
  child.stdout.setEncoding('utf8').on('data', take);
  child.stderr.setEncoding('utf8').on('data', take);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
  child.on('close', (code) => {
    const isSound = counts !== undefined && (code === 0 || counts.failed > 0);
    if (!shows) resolve(outcome(code === 0, text));
    else if (counts !== undefined && isSound) resolve({ counts, text: '' });
    else resolve(outcome(false, `${rest}\nvitest ended with exit code ${code} and did not say what it counted`));
  });
  return promise;
}

/** Tools see a pipe, so they are told whether colours reach a person. */
function colours(): NodeJS.ProcessEnv {
  const { FORCE_COLOR: _, ...env } = process.env;
  return process.stdout.isTTY ? { ...env, FORCE_COLOR: '1' } : { ...env, NO_COLOR: '1' };
}

async function checkGenerated(): Promise<Result> {
  const stale: string[] = [];
  try {
    const list = await import('./generated.ts');
    const prettier = await import('prettier');
    const options = JSON.parse(await readFile(prettierConfig, 'utf8')) as object;
    for (const { file, make } of list.generated) {
      const isFormatted = /^(core|electron|renderer|test)\/.*\.(ts|tsx|json|css)$/.test(file);
      const made = await make();
      const text = isFormatted ? await prettier.format(made, { ...options, filepath: file }) : made;
      const path = join(root, file);
      const found = await readFile(path, 'utf8').catch(() => undefined);
      if (found === text) continue;
      if (values.write) await writeFile(path, text);
      else stale.push(`${file} is ${found === undefined ? 'missing' : 'stale'}: npm run format`);
    }
  } catch (error) {
    return outcome(false, error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  return outcome(stale.length === 0, stale.join('\n'));
}
