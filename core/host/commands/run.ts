// `gatehouse run`: plays scenarios against a configuration, or proves them against the presets.
import { availableParallelism } from 'node:os';
import { defaults, type Settings } from '../../contract/settings/settings.ts';
import { type ScenarioWorld, type WorldName, worldReasons, worlds, worldsOf } from '../../contract/scenarioWorld.ts';
import { longestSpan, msOf, spanText } from '../../contract/span.ts';
import { problemText } from '../../formats/problem.ts';
import { counted } from '../../policy/wording.ts';
import { loadScenarios, type LoadedScenario, tasksOf } from '../../simulate/load.ts';
import { runCases, type RunOptions } from '../../simulate/pool.ts';
import { threadsWith } from '../../simulate/spawn.ts';
import {
  exitCodeOf,
  type LeftOut,
  type Manner,
  type ReportForm,
  reportForms,
  reportOf,
  written,
} from '../../simulate/report.ts';
import type { Command, Given } from '../cli.ts';
import { CommandError, systemReason } from '../exit.ts';
import { forkKerberos } from '../kerberosProcess.ts';
import { readConfig } from './check.ts';
import { closeDump, dumpedTo, emptyFolder } from './dumping.ts';

export const run: Command = {
  name: 'run',
  summary: 'play scenarios against a configuration, or prove them against the presets',
  usage:
    'run PATH... [--config FILE | --presets] [--world simulated|real] [--seed N] [--until TIME] [--dump DIR] [--report table|json|junit]',
  help: `
Plays every scenario below the paths, each case against a private receiver on its own port, in worker threads. Against
your configuration (--config; the defaults when there is none) it exits 1 when anything is breached or could not be
decided. With --presets each case is played against the presets its file names, and it exits 1 when an outcome is not the
one the file expects. Ctrl+C cancels; what was played is reported.

A scenario says in which world it can be played: on real loopback sockets in real time, in a simulated world whose clock
jumps and whose peers come from anywhere, or in both. --world plays all in one of them, and tells which scenarios were left
out and why; without it they are played in the real one where they can be. In the simulated world the same seed gives
the same journal, byte for byte: the report ends with its checksum, and gatehouse journal hash DIR computes it again from
the events that --dump DIR has written. A simulated case that has not ended by --until, after 10 minutes of real time or
100 million timers is stopped: what it had come to is reported, and the exit code is 1.`,
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', help: 'play against the settings of this YAML file' },
    presets: { type: 'boolean', help: 'prove the scenarios against the presets' },
    world: { type: 'string', short: 'w', value: 'WORLD', help: 'play everything in one world: simulated or real' },
    seed: { type: 'string', value: 'N', help: 'of the simulated world (0 unless said)' },
    until: { type: 'string', value: 'TIME', help: 'stop simulated cases after 90s, 15min, 24h or 5d of their time' },
    dump: { type: 'string', value: 'DIR', help: 'write all events to this folder, which must be empty or absent' },
    report: { type: 'string', short: 'r', value: 'FORM', help: 'table (unless said), json or junit' },
  },
  run: async ({ values, files }) => {
    if (files.length === 0)
      throw new CommandError(2, 'run needs a file or folder of scenarios', [
        'for example: gatehouse run scenarios --presets',
      ]);
    const form = (values['report'] as string | undefined) ?? 'table';
    if (!isForm(form)) throw new CommandError(2, `--report ${form}: expected ${reportForms.join(', ')}`);
    const config = values['config'] as string | undefined;
    if (values['presets'] === true && config !== undefined)
      throw new CommandError(
        2,
        '--presets and --config do not go together: one proves the scenarios, the other tests a configuration',
      );
    const scenarios = await load(files);
    const mine: Settings = config === undefined ? defaults : readConfig(config);
    const manner = mannerOf(values, scenarios);
    const { world, seed, leftOut = [], until } = manner;
    const against = values['presets'] === true ? 'presets' : ({ base: 'mine', mine } as const);
    const dump = values['dump'] as string | undefined;
    const bounds = { wall: WALL, ...(until === undefined ? {} : { until }) };
    const playing = { ...(world === undefined ? {} : { world, only: true }), seed };
    const planned = tasksOf(scenarios, against, playing).map((task) => ({ ...task, bounds }));
    if (planned.length === 0) throw nothingPlayed(leftOut, world);
    if (dump !== undefined) emptyFolder(dump);
    const tasks = dump === undefined ? planned : dumpedTo(dump, planned);
    const cancelling = new AbortController();
    process.once('SIGINT', () => cancelling.abort());
    const progress = process.stderr.isTTY ? shownProgress() : {};
    const outcome = await runCases(tasks, {
      signal: cancelling.signal,
      workers: availableParallelism(),
      spawn: threadsWith(forkKerberos),
      ...progress,
    });
    const { results, journal, cancelled, events } = outcome;
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    if (dump !== undefined) closeDump(dump, tasks, outcome);
    const report = reportOf(results, journal, { world, seed, leftOut });
    process.stdout.write(written(report, form));
    const ended = results.filter(({ why }) => why !== 'cancelled').length;
    if (cancelled) throw new CommandError(1, `cancelled after ${ended} of ${counted(tasks.length, 'case')}`);
    if (events === 0) throw new CommandError(1, 'no events were recorded: nothing is shown by this run');
    return exitCodeOf(report);
  },
};

/** Most real ms of a simulated case. */
const WALL = 600_000;
const MOST_SEED = 0xffff_ffff;

interface RunManner extends Manner {
  readonly seed: number;
  /** Virtual ms. */
  readonly until?: number;
}

/** Reads --world, --seed and --until. */
function mannerOf(values: Given['values'], scenarios: readonly LoadedScenario[]): RunManner {
  const world = values['world'] as string | undefined;
  if (world !== undefined && !isWorld(world))
    throw new CommandError(2, `--world ${world}: expected ${worlds.join(' or ')}`);
  const seed = (values['seed'] as string | undefined) ?? '0';
  if (!/^\d+$/.test(seed) || Number(seed) > MOST_SEED)
    throw new CommandError(2, `--seed ${seed}: expected a whole number from 0 to ${MOST_SEED}`);
  const until = values['until'] as string | undefined;
  const ms = until === undefined ? undefined : msOf(until);
  if (ms !== undefined && !(ms > 0 && ms <= longestSpan))
    throw new CommandError(2, `--until ${until}: expected a time such as 500ms, 90s, 15min, 24h or 5d, at most 366d`);
  if (ms !== undefined && world === 'real')
    throw new CommandError(2, '--until is virtual time, which the real world does not have', [
      'leave it out, or play in the simulated world: --world simulated',
    ]);
  const leftOut =
    world === undefined ? [] : scenarios.flatMap(({ id, scenario }) => leftOutOf(id, scenario?.world ?? 'both', world));
  return { world, seed: Number(seed), leftOut, ...(ms === undefined ? {} : { until: ms }) };
}

const isWorld = (world: string): world is WorldName => (worlds as readonly string[]).includes(world);

function leftOutOf(scenario: string, where: ScenarioWorld, world: WorldName): LeftOut[] {
  return where === 'both' || worldsOf(where).includes(world) ? [] : [{ scenario, because: where.because }];
}

function nothingPlayed(leftOut: readonly LeftOut[], world: WorldName | undefined): CommandError {
  const why = leftOut.map(({ scenario, because }) => `${scenario}: ${because}. ${worldReasons[because].title}`);
  const where = world === undefined || why.length === 0 ? '' : `: none of these can be played in the ${world} world`;
  return new CommandError(1, `nothing was played${where}`, why);
}

const isForm = (form: string): form is ReportForm => (reportForms as readonly string[]).includes(form);

/** One line on a terminal: how many cases were played, and how far the population now played has come in its own time. */
function shownProgress(): Pick<RunOptions, 'onProgress' | 'onCourse'> {
  let before = '';
  const show = (text: string) => process.stderr.write(`\r\u001b[K${text.slice(0, process.stderr.columns)}`);
  return {
    onProgress: ({ done, total, playing }) => {
      before = `${done}/${total}`;
      show(`${before} ${playing[0] ?? ''}`);
    },
    onCourse: ({ scenario, preset, timeline: { now, until } }) =>
      show(`${before} ${scenario} ${preset}: ${spanText(now)} of at most ${spanText(until)}`),
  };
}

/** Loads scenarios; a file that is not right is refused with every mistake in it, nothing is played. */
export async function load(paths: readonly string[]): Promise<LoadedScenario[]> {
  let loaded: LoadedScenario[];
  try {
    loaded = await loadScenarios(paths);
  } catch (error) {
    const { path } = error as NodeJS.ErrnoException;
    throw new CommandError(2, `${path ?? paths.join(' ')}: cannot be read: ${systemReason(error)}`);
  }
  const problems = loaded.flatMap((one) => one.problems.map(problemText));
  if (problems.length > 0) throw new CommandError(2, 'these scenarios cannot be played; nothing was', problems);
  if (loaded.length === 0) throw new CommandError(2, `${paths.join(' ')}: no scenarios there (files ending in .yml)`);
  return loaded;
}
