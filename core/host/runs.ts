// Scenario runs as the window sees them: one at a time, live in the session list, cancellable, with results as they come.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output, Parsed, RunState, ScenarioRow } from '../contract/calls.ts';
import type { Event } from '../contract/event.ts';
import { HostError } from '../contract/rpc.ts';
import { type CaseResult, expectedOutcome, type Scenario } from '../contract/scenario.ts';
import { isSociety } from '../contract/scenarioPopulation.ts';
import { worldReasons, worldsOf } from '../contract/scenarioWorld.ts';
import type { Settings } from '../contract/settings/settings.ts';
import { withRemedy } from '../formats/problem.ts';
import type { SessionLog } from '../journal/journal.ts';
import type { Workspace } from '../journal/workspace.ts';
import { type LoadedScenario, loadScenarios, tasksOf } from '../simulate/load.ts';
import { type CaseEvents, runCases } from '../simulate/pool.ts';
import type { SpawnWorker } from '../simulate/protocol.ts';
import type { World } from '../world/world.ts';

/** The scenarios that come with the program. */
export const shippedScenarios = join(fileURLToPath(import.meta.url), '..', '..', '..', 'scenarios');

export interface RunsOptions {
  readonly world: World;
  readonly workspace: Pick<Workspace, 'session'>;
  readonly settings: () => Settings;
  /** Something in `state` or `results` has grown. */
  readonly onChanged: () => void;
  readonly spawn?: SpawnWorker;
}

export class Runs {
  readonly #options: RunsOptions;
  #state: RunState | undefined;
  #results: CaseResult[] = [];
  #cancel: AbortController | undefined;
  #finished: Promise<void> = Promise.resolve();
  #count = 0;

  constructor(options: RunsOptions) {
    this.#options = options;
  }

  /** All scenarios as they are on disk now, bad ones with what is wrong with them. */
  async list(): Promise<ScenarioRow[]> {
    return (await loadScenarios([shippedScenarios])).map(rowOf);
  }

  async source(id: string): Promise<string> {
    const found = (await loadScenarios([shippedScenarios])).find((one) => one.id === id);
    if (!found) throw new HostError('not-found', `there is no scenario ${id}`);
    return found.yaml;
  }

  state(after: number): { run?: RunState; results: CaseResult[] } {
    return { ...(this.#state ? { run: this.#state } : {}), results: this.#results.slice(after) };
  }

  /** Starts a run; ids name scenarios or themes, none means all. */
  async start({ scenarios: ids, base, world, seed }: Parsed<'scenarios.run'>): Promise<RunState> {
    if (this.#state?.state === 'running')
      throw new HostError('conflict', 'a run is in progress', ['cancel it, or wait until it has ended']);
    const all = await loadScenarios([shippedScenarios]);
    const wanted = ids.length === 0 ? all : all.filter(({ id, theme }) => ids.includes(id) || ids.includes(theme));
    if (wanted.length === 0) throw new HostError('not-found', `no scenario is named ${ids.join(', ')}`);
    const settings = this.#options.settings();
    const tasks = tasksOf(
      wanted,
      base === 'presets' ? 'presets' : { base, ...(base === 'mine' ? { mine: settings } : {}) },
      { world, seed },
    );
    this.#count += 1;
    this.#results = [];
    this.#cancel = new AbortController();
    this.#state = {
      id: `${Math.round(this.#options.world.now())}-${this.#count}`,
      base,
      state: 'running',
      done: 0,
      total: tasks.length,
      playing: [],
      world,
      seed,
      started: this.#options.world.now(),
    };
    this.#options.onChanged();
    this.#finished = this.#play(tasks, this.#cancel.signal);
    return this.#state;
  }

  /** Holds or moves the time of the population now played. */
  pace(_wanted: Parsed<'scenarios.pace'>): Output<'scenarios.pace'> {
    throw new HostError('not-found', 'no population is being played');
  }

  timelines(): Output<'scenarios.timelines'> {
    return { timelines: [] };
  }

  /** Cancels the run in progress; what was played stays. */
  async cancel(): Promise<boolean> {
    if (this.#state?.state !== 'running') return false;
    this.#cancel?.abort();
    await this.#finished;
    return true;
  }

  async #play(tasks: ReturnType<typeof tasksOf>, signal: AbortSignal): Promise<void> {
    const sessions = new Recorded(this.#options.workspace, this.#state?.id ?? '');
    try {
      const { cancelled } = await runCases(tasks, {
        signal,
        workers: availableParallelism(),
        ...(this.#options.spawn ? { spawn: this.#options.spawn } : {}),
        onProgress: ({ done, playing }) => this.#change({ done, playing: [...playing] }),
        onEvents: (events) => sessions.take(events),
        onResult: (result) => {
          this.#results.push(sessions.renamed(result));
          this.#options.onChanged();
        },
      });
      this.#change({ state: cancelled ? 'cancelled' : 'done', playing: [] });
    } catch (error) {
      this.#change({ state: 'failed', playing: [], error: error instanceof Error ? error.message : String(error) });
    } finally {
      sessions.end();
    }
  }

  #change(change: Partial<RunState>): void {
    if (!this.#state) return;
    this.#state = { ...this.#state, ...change };
    this.#options.onChanged();
  }
}

/** Sessions of private receivers, recorded in the workspace under ids of its own while they are played. */
class Recorded {
  readonly #workspace: RunsOptions['workspace'];
  readonly #run: string;
  readonly #logs = new Map<string, { readonly log: SessionLog; isOpen: boolean }>();

  constructor(workspace: RunsOptions['workspace'], run: string) {
    this.#workspace = workspace;
    this.#run = run;
  }

  take({ scenario, case: name, preset, sessions }: CaseEvents): void {
    for (const { session, events } of sessions) {
      const key = `${scenario} ${name} ${preset} ${session}`;
      let record = this.#logs.get(key);
      if (!record) {
        record = { log: this.#workspace.session(this.#run), isOpen: true };
        this.#logs.set(key, record);
      }
      for (const event of events) append(record, event);
    }
  }

  /** The result with its sessions under the ids they have in the workspace. */
  renamed(result: CaseResult): CaseResult {
    const of = (session: string) =>
      this.#logs.get(`${result.scenario} ${result.case} ${result.preset} ${session}`)?.log.id;
    return { ...result, sessions: result.sessions.flatMap((session) => of(session) ?? []) };
  }

  /** Sessions whose close never came (a cancelled case) end here. */
  end(): void {
    for (const record of this.#logs.values()) if (record.isOpen) record.log.end();
  }
}

function append(record: { readonly log: SessionLog; isOpen: boolean }, { n: _n, t, ...body }: Event): void {
  if (!record.isOpen) return;
  record.log.append(body, t);
  if (body.kind !== 'close') return;
  record.isOpen = false;
  record.log.end();
}

/** Whether some case has groups of clients, and so a course over time. */
function hasGroups(scenario: Scenario | undefined): boolean {
  const all = [scenario, ...(scenario?.cases ?? [])];
  return all.some((one) => one?.population !== undefined && isSociety(one.population));
}

function rowOf({ id, theme, scenario, problems }: LoadedScenario): ScenarioRow {
  const presets = Object.entries(scenario?.presets ?? {}).map(([preset, entry]) => [
    preset,
    { ...expectedOutcome(entry) },
  ]);
  return {
    id,
    theme,
    title: scenario?.title ?? id,
    row: scenario?.row ?? '',
    kind: scenario?.kind ?? 'attack',
    role: scenario?.role ?? '',
    about: scenario?.about ?? 'This file cannot be played until what is wrong with it is corrected.',
    knobs: scenario?.knobs ?? [],
    sources: scenario?.sources ?? [],
    worlds: [...worldsOf(scenario?.world ?? 'both')],
    ...(scenario && scenario.world !== 'both' ? { because: worldReasons[scenario.world.because].title } : {}),
    population: hasGroups(scenario),
    cases: (scenario?.cases ?? []).map(({ name }) => name),
    presets: Object.fromEntries(presets) as ScenarioRow['presets'],
    problems: problems.map(withRemedy),
  };
}
