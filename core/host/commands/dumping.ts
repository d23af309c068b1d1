// A folder of dumped events: one file for each case, and a manifest that says which they are.
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { presets } from '../../contract/scenario.ts';
import { worlds } from '../../contract/scenarioWorld.ts';
import { z } from '../../contract/schema.ts';
import type { RunOutcome } from '../../simulate/pool.ts';
import type { CaseTask } from '../../simulate/run.ts';
import { CommandError, systemReason } from '../exit.ts';
import { version } from '../version.ts';

export const MANIFEST = 'manifest.json';

const manifest = z.strictObject({
  format: z.literal(1),
  gatehouse: z.string(),
  /** In the order in which their digests make that of the run. */
  cases: z.array(
    z.strictObject({
      file: z.string().regex(/^[\w.-]+\.jsonl$/),
      scenario: z.string(),
      case: z.string(),
      preset: z.enum([...presets, 'mine']),
      world: z.enum(worlds),
      seed: z.number(),
      /** Its worker ended before its time; it counts without its events. */
      broken: z.literal(true).optional(),
    }),
  ),
});
export type Manifest = z.output<typeof manifest>;

/** Makes the folder, if it is absent; throws when there is something in it. */
export function emptyFolder(folder: string): void {
  let names: string[];
  try {
    mkdirSync(folder, { recursive: true });
    names = readdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const why = code === 'EEXIST' ? 'it is a file' : systemReason(error);
    throw new CommandError(2, `--dump ${folder}: cannot be written to: ${why}`);
  }
  if (names.length > 0)
    throw new CommandError(2, `--dump ${folder}: there is something in it already (${names[0]})`, [
      'name a folder that is empty or does not exist yet',
    ]);
}

/** The tasks, each with a file for its events. */
export function dumpedTo(folder: string, tasks: readonly CaseTask[]): CaseTask[] {
  return tasks.map((task, index) => ({ ...task, dump: join(folder, fileOf(task, index)) }));
}

function fileOf({ id, case: name, base }: CaseTask, index: number): string {
  const words = [String(index + 1).padStart(5, '0'), id, ...(name === '-' ? [] : [name]), base];
  return `${words
    .join('.')
    .replace(/[^\w.-]/g, '_')
    .slice(0, 200)}.jsonl`;
}

/** Writes the manifest of what was played, and removes the files of what was not. */
export function closeDump(folder: string, tasks: readonly CaseTask[], { played }: RunOutcome): void {
  const isBroken = new Map(played.map(({ index, broken }) => [index, broken]));
  const cases = tasks.flatMap((task, index): Manifest['cases'] => {
    const file = fileOf(task, index);
    const broken = isBroken.get(index);
    if (broken === undefined) rmSync(join(folder, file), { force: true });
    if (broken === undefined) return [];
    const { id: scenario, case: name, base: preset, world, seed = 0 } = task;
    return [{ file, scenario, case: name, preset, world, seed, ...(broken ? { broken } : {}) }];
  });
  const text: Manifest = { format: 1, gatehouse: version, cases };
  try {
    writeFileSync(join(folder, MANIFEST), `${JSON.stringify(text, undefined, 2)}\n`, { flag: 'wx' });
  } catch (error) {
    throw new CommandError(3, `--dump ${folder}: ${MANIFEST} cannot be written: ${systemReason(error)}`);
  }
}

/** Reads the manifest; throws when it is none, or when files are missing or more than it names. */
export function readManifest(folder: string): Manifest {
  let names: string[];
  let text: string;
  try {
    names = readdirSync(folder);
  } catch (error) {
    throw new CommandError(2, `${folder}: cannot be read: ${systemReason(error)}`);
  }
  if (names.length === 0) throw new CommandError(1, `${folder}: no events were recorded: the folder is empty`);
  try {
    text = readFileSync(join(folder, MANIFEST), 'utf8');
  } catch (error) {
    throw new CommandError(
      2,
      `${folder}: is no folder that run --dump has written: ${MANIFEST}: ${systemReason(error)}`,
    );
  }
  const json = jsonOf(text);
  if (json === undefined) throw new CommandError(2, `${join(folder, MANIFEST)}: is no JSON, or was cut short`);
  const read = manifest.safeParse(json);
  if (!read.success) {
    const [issue] = read.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
    throw new CommandError(
      2,
      `${join(folder, MANIFEST)}: was not written by run --dump of this version: ${where}${issue?.message ?? ''}`,
    );
  }
  const named = new Set(read.data.cases.map(({ file }) => file));
  const missing = read.data.cases.filter(({ file, broken }) => broken === undefined && !names.includes(file));
  const extra = names.filter((name) => name !== MANIFEST && !named.has(name));
  if (missing.length + extra.length > 0)
    throw new CommandError(1, `${folder}: is not what was dumped`, [
      ...missing.map(({ file }) => `${file} is missing`),
      ...extra.map((name) => `${name} is no part of it`),
    ]);
  return read.data;
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
