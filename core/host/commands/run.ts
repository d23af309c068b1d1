// `gatehouse run`: plays scenarios against a configuration, or proves them against the presets.
import { availableParallelism } from 'node:os';
import { defaults, type Settings } from '../../contract/settings/settings.ts';
import { problemText } from '../../formats/problem.ts';
import { loadScenarios, type LoadedScenario, tasksOf } from '../../simulate/load.ts';
import { runCases } from '../../simulate/pool.ts';
import { exitCodeOf, type ReportForm, reportForms, reportOf, written } from '../../simulate/report.ts';
import type { Command } from '../cli.ts';
import { CommandError, systemReason } from '../exit.ts';
import { readConfig } from './check.ts';

export const run: Command = {
  name: 'run',
  summary: 'play scenarios against a configuration, or prove them against the presets',
  usage: 'run PATH... [--config FILE | --presets] [--report table|json|junit]',
  help: `
Plays every scenario below the paths, each case against a private receiver on its own port, in worker threads. Against
your configuration (--config; the defaults when there is none) it exits 1 when anything is breached or could not be
decided. With --presets each case is played against the presets its file names, and it exits 1 when an outcome is not the
one the file expects. Ctrl+C cancels; what was played is reported.`,
  options: {
    config: { type: 'string', short: 'c', value: 'FILE', help: 'play against the settings of this YAML file' },
    presets: { type: 'boolean', help: 'prove the scenarios against the presets' },
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
    const tasks = tasksOf(scenarios, values['presets'] === true ? 'presets' : { base: 'mine', mine });
    const cancelling = new AbortController();
    process.once('SIGINT', () => cancelling.abort());
    const progress = process.stderr.isTTY ? showProgress : undefined;
    const { results, journal, cancelled } = await runCases(tasks, {
      signal: cancelling.signal,
      workers: availableParallelism(),
      ...(progress ? { onProgress: progress } : {}),
    });
    if (progress) process.stderr.write('\r\u001b[K');
    const report = reportOf(results, journal);
    process.stdout.write(written(report, form));
    if (cancelled) throw new CommandError(1, `cancelled after ${results.length} of ${tasks.length} cases`);
    return exitCodeOf(report);
  },
};

const isForm = (form: string): form is ReportForm => (reportForms as readonly string[]).includes(form);

function showProgress({
  done,
  total,
  playing,
}: {
  readonly done: number;
  readonly total: number;
  readonly playing: readonly string[];
}): void {
  process.stderr.write(`\r\u001b[K${done}/${total} ${playing[0] ?? ''}`.slice(0, process.stderr.columns));
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
