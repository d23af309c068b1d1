// Scenario runs as the window sees them: one at a time, live in the session list, cancellable, with results as they come.
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Output, Parsed, RunState, ScenarioRow } from '../contract/calls.ts';
import { HostError } from '../contract/rpc.ts';
import { type CaseResult, expectedOutcome, type Scenario } from '../contract/scenario.ts';
import { isSociety } from '../contract/scenarioPopulation.ts';
import { worldReasons, worldsOf } from '../contract/scenarioWorld.ts';
import type { Settings } from '../contract/settings/settings.ts';
import type { Pace } from '../contract/timeline.ts';
import { withRemedy } from '../formats/problem.ts';
import type { Workspace } from '../journal/workspace.ts';
import { type LoadedScenario, loadScenarios, tasksOf } from '../simulate/load.ts';
import { type CaseCourse, runCases } from '../simulate/pool.ts';
import type { PaceWish, SpawnWorker } from '../simulate/protocol.ts';
import type { CaseTask } from '../simulate/run.ts';
import { populationOf, variantOf } from '../simulate/settle.ts';
import type { World } from '../world/world.ts';
import { Courses } from './courses.ts';
import { type CaseName, Recorded } from './recorded.ts';

/** The scenarios that come with the program. */
export const shippedScenarios = join(fileURLToPath(import.meta.url), '..', '..', '..', 'scenarios');

export interface RunsOptions {
  readonly world: World;
  readonly workspace: Pick<Workspace, 'session'>;
  readonly settings: () => Settings;
  /** Something in `state` or `results` has grown. */
  readonly onChanged: () => void;
  readonly spawn?: SpawnWorker;
  /** Where the scenarios are; those shipped unless said. */
  readonly folder?: string;
}

export class Runs {
  readonly #options: RunsOptions;
  #state: RunState | undefined;
  #results: CaseResult[] = [];
  #cancel: AbortController | undefined;
  #finished: Promise<void> = Promise.resolve();
  #count = 0;
  readonly #folder: string;
  readonly #courses = new Courses();
  /** As they were read last. */
  #scenarios: readonly LoadedScenario[] = [];
  /** Holds and moves the time of what is played. */
  #pace: ((wish: PaceWish) => void) | undefined;

  constructor(options: RunsOptions) {
    this.#options = options;
    this.#folder = options.folder ?? shippedScenarios;
  }

  /** All scenarios as they are on disk now, bad ones with what is wrong with them. */
  async list(): Promise<ScenarioRow[]> {
    return (await this.#load()).map(rowOf);
  }

  async source(id: string): Promise<string> {
    const found = (await this.#load()).find((one) => one.id === id);
    if (!found) throw new HostError('not-found', `there is no scenario ${id}`);
    return found.yaml;
  }

  async #load(): Promise<readonly LoadedScenario[]> {
    this.#scenarios = await loadScenarios([this.#folder], this.#scenarios);
    return this.#scenarios;
  }

  state(after: number): { run?: RunState; results: CaseResult[] } {
    return { ...(this.#state ? { run: this.#state } : {}), results: this.#results.slice(after) };
  }

  /** Starts a run; ids name scenarios or themes, none means all. */
  async start({ scenarios: ids, base, world, seed, ...time }: Parsed<'scenarios.run'>): Promise<RunState> {
    if (this.#state?.state === 'running')
      throw new HostError('conflict', 'a run is in progress', ['cancel it, or wait until it has ended']);
    const all = await this.#load();
    const wanted = ids.length === 0 ? all : all.filter(({ id, theme }) => ids.includes(id) || ids.includes(theme));
    if (wanted.length === 0) throw new HostError('not-found', `no scenario is named ${ids.join(', ')}`);
    const settings = this.#options.settings();
    const speed = time.speed === undefined ? {} : { speed: time.speed };
    const pace: Pace = time.paused ? { state: 'paused' } : { state: 'running', ...speed };
    const tasks = tasksOf(
      wanted,
      base === 'presets' ? 'presets' : { base, ...(base === 'mine' ? { mine: settings } : {}) },
      { world, seed },
    ).map((task) => (isPopulation(task) ? { ...task, pace } : task));
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
      simulated: simulatedOf(tasks),
      seed,
      started: this.#options.world.now(),
      ...(tasks.length > 0 && tasks.every(isPopulation) ? { pace } : {}),
    };
    this.#courses.begin(this.#state);
    this.#options.onChanged();
    this.#finished = this.#play(tasks, this.#cancel.signal);
    return this.#state;
  }

  /** Holds or moves the time of the population now played. */
  pace(wanted: Parsed<'scenarios.pace'>): Output<'scenarios.pace'> {
    if (this.#state?.state !== 'running' || this.#state.pace === undefined)
      throw new HostError('not-found', 'no population is being played', ['run a scenario that has one']);
    const wish = wishOf(wanted);
    this.#pace?.(wish);
    const pace: Pace = wish.state === 'step' || wish.state === 'to' ? { state: 'running' } : wish;
    this.#courses.paced(pace);
    this.#change({ pace });
    return { pace };
  }

  /** The courses of the run now on or of the last, the one now played first; then those of earlier runs. */
  timelines({ earlier }: Parsed<'scenarios.timelines'>): Output<'scenarios.timelines'> {
    return { timelines: this.#courses.list(earlier) };
  }

  /** Cancels the run in progress; what was played stays. */
  async cancel(): Promise<boolean> {
    if (this.#state?.state !== 'running') return false;
    this.#cancel?.abort();
    await this.#finished;
    return true;
  }

  async #play(tasks: readonly CaseTask[], signal: AbortSignal): Promise<void> {
    const sessions = new Recorded(this.#options.workspace, this.#state?.id ?? '');
    const taskOf = ({ scenario, case: name, preset }: CaseName) =>
      tasks.find((task) => task.id === scenario && task.case === name && task.base === preset);
    const take = (course: CaseCourse) => {
      const task = taskOf(course);
      if (task) this.#courses.take(task, sessions.renamedTimeline(course, course.timeline), course.pace);
      this.#look(course.pace);
    };
    // Time is one for all that is paced: a population alone has one worker, so that one clock is held.
    const workers = tasks.every(isPopulation) ? 1 : availableParallelism();
    try {
      const { cancelled } = await runCases(tasks, {
        signal,
        workers,
        ...(this.#options.spawn ? { spawn: this.#options.spawn } : {}),
        onProgress: ({ done, playing }) => this.#change({ done, playing: [...playing] }),
        onEvents: (events) => sessions.take(events),
        onCourse: take,
        onResult: (result) => {
          const renamed = sessions.renamed(result);
          const task = taskOf(result);
          if (task) this.#courses.finish(task, renamed);
          this.#results.push(renamed);
          this.#look(undefined);
        },
        paced: (pace) => (this.#pace = pace),
      });
      this.#end(cancelled ? 'cancelled' : 'done');
    } catch (error) {
      this.#end('failed', error instanceof Error ? error.message : String(error));
    } finally {
      sessions.end();
    }
  }

  /** Tells how the population now played is doing, the one that began first, if there is one. */
  #look(pace: Pace | undefined): void {
    const [playing, ...others] = this.#courses.playing;
    if (!playing) return this.#change({ pace: undefined, clock: undefined });
    const { scenario, timeline } = playing;
    const clock = { now: timeline.now, until: timeline.until, scenario, others: others.length };
    this.#change({ pace: pace ?? this.#state?.pace ?? { state: 'running' }, clock });
  }

  #end(state: 'cancelled' | 'done' | 'failed', error?: string): void {
    this.#pace = undefined;
    this.#courses.end(error ?? 'cancelled');
    this.#change({ state, playing: [], pace: undefined, clock: undefined, ...(error === undefined ? {} : { error }) });
  }

  /** A member that becomes undefined goes. */
  #change(change: { readonly [K in keyof RunState]?: RunState[K] | undefined }): void {
    if (!this.#state) return;
    const next = Object.entries({ ...this.#state, ...change }).filter(([, value]) => value !== undefined);
    this.#state = Object.fromEntries(next) as RunState;
    this.#options.onChanged();
  }
}

function wishOf(wanted: Parsed<'scenarios.pace'>): PaceWish {
  switch (wanted.action) {
    case 'pause':
      return { state: 'paused' };
    case 'step':
      return { state: 'step' };
    case 'to':
      return { state: 'to', at: wanted.at };
    case 'resume':
      return { state: 'running', ...(wanted.speed === undefined ? {} : { speed: wanted.speed }) };
  }
}

function simulatedOf(tasks: readonly CaseTask[]): RunState['simulated'] {
  const many = tasks.filter(({ world }) => world === 'simulated').length;
  return many === 0 ? 'none' : many === tasks.length ? 'all' : 'some';
}

/** Whether the case has groups of clients, and so a course over time. */
function isPopulation({ scenario, case: name }: CaseTask): boolean {
  return isSociety(populationOf(scenario, variantOf(scenario, name)));
}

/** Whether some case has groups of clients, and so a course over time. */
function hasGroups(scenario: Scenario | undefined): boolean {
  const variants = [undefined, ...(scenario?.cases ?? [])];
  return scenario !== undefined && variants.some((variant) => isSociety(populationOf(scenario, variant)));
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
