// Plays many cases off this thread: a bounded number at a time, with progress, cancellation and every event as it happens.
import type { Base, CaseResult } from '../contract/scenario.ts';
import { type WorldName, worlds } from '../contract/scenarioWorld.ts';
import type { Pace, Timeline } from '../contract/timeline.ts';
import { digestOfRun } from './digest.ts';
import type { CaseWorker, FromWorker, PaceWish, SessionEvents, SpawnWorker } from './protocol.ts';
import type { CaseTask, Played } from './run.ts';
import { spawnThread } from './spawn.ts';

export interface Progress {
  readonly done: number;
  readonly total: number;
  /** Cases now being played, as `scenario case preset`. */
  readonly playing: readonly string[];
}

/** Events of private receivers, with the case they belong to. */
export interface CaseEvents {
  readonly run: string;
  readonly scenario: string;
  readonly case: string;
  readonly preset: string;
  readonly world: WorldName;
  readonly sessions: readonly SessionEvents[];
}

/** How a case with groups is doing, and how its time goes on. */
export interface CaseCourse {
  readonly scenario: string;
  readonly case: string;
  readonly preset: Base;
  readonly timeline: Timeline;
  readonly pace: Pace;
}

export interface RunOptions {
  /** What the host calls this run; given back with its events. */
  readonly run?: string;
  /** Worker threads; 2 unless said. */
  readonly workers?: number;
  /** Cases at a time on one worker; 6 unless said: most of them wait most of the time. */
  readonly each?: number;
  readonly spawn?: SpawnWorker;
  readonly signal?: AbortSignal;
  readonly onProgress?: (progress: Progress) => void;
  readonly onResult?: (result: CaseResult) => void;
  readonly onEvents?: (events: CaseEvents) => void;
  readonly onCourse?: (course: CaseCourse) => void;
  /** Called once, with what holds and moves the time of every simulated case that is being played. */
  readonly paced?: (pace: (wish: PaceWish) => void) => void;
}

export interface RunOutcome {
  /** In the order of the tasks; those that were not played to their end because of a cancel are left out. */
  readonly results: readonly CaseResult[];
  /** sha256 of what was said and decided, see digest.ts. */
  readonly journal: string;
  readonly cancelled: boolean;
  /** Events that were recorded in all cases. */
  readonly events: number;
  /** Indexes of the tasks that were played, in their order; `broken`: its worker ended before its time. */
  readonly played: readonly { readonly index: number; readonly broken: boolean }[];
}

/** Plays all tasks; never rejects: a worker that breaks makes its cases inconclusive, and another takes its place. */
export async function runCases(tasks: readonly CaseTask[], options: RunOptions = {}): Promise<RunOutcome> {
  const run = new Run(tasks, options);
  await run.done();
  const played = run.played.flatMap((one) => (one === undefined ? [] : [one]));
  return {
    results: played.map(({ result }) => result),
    journal: digestOfRun(played.map(({ digest }) => digest)),
    cancelled: options.signal?.aborted ?? false,
    events: played.reduce((sum, { events }) => sum + events, 0),
    played: run.played.flatMap((one, index) => (one === undefined ? [] : [{ index, broken: one.digest === '' }])),
  };
}

class Run {
  readonly played: (Played | undefined)[];
  readonly #tasks: readonly CaseTask[];
  readonly #options: RunOptions;
  /** With the worker that plays each. */
  readonly #playing = new Map<number, CaseWorker>();
  /** Indexes still to be played, for each world. */
  readonly #waiting: Readonly<Record<WorldName, number[]>>;
  #done = 0;

  constructor(tasks: readonly CaseTask[], options: RunOptions) {
    this.#tasks = tasks;
    this.#options = options;
    this.played = tasks.map(() => undefined);
    const of = (name: WorldName) => tasks.flatMap(({ world }, index) => (world === name ? [index] : []));
    this.#waiting = { real: of('real'), simulated: of('simulated') };
    options.paced?.((pace) => {
      for (const [index, worker] of this.#playing)
        if (tasks[index]?.world === 'simulated') worker.post({ kind: 'pace', index, pace });
    });
  }

  async done(): Promise<void> {
    const { workers = 2 } = this.#options;
    const lanes = Math.min(Math.max(1, workers), this.#tasks.length);
    await Promise.all(Array.from({ length: lanes }, (_, lane) => this.#lane(worlds[lane % 2] ?? 'real')));
  }

  /** One worker after the other, until nothing is left to play: first in one world, then in the other. */
  async #lane(first: WorldName): Promise<void> {
    for (const world of [first, ...worlds])
      while (this.#waiting[world].length > 0 && !this.#isCancelled())
        await this.#work((this.#options.spawn ?? spawnThread)(world), world);
  }

  /** Feeds one worker until nothing is left, or it breaks. */
  #work(worker: CaseWorker, world: WorldName): Promise<void> {
    const { signal } = this.#options;
    // Virtual time is the thread's own: its cases take turns.
    const each = world === 'simulated' ? 1 : (this.#options.each ?? 6);
    const waiting = this.#waiting[world];
    const mine = new Set<number>();
    let isEnding = false;
    const feed = () => {
      while (mine.size < each && !this.#isCancelled()) {
        const index = waiting.shift();
        const task = this.#tasks[index ?? -1];
        if (index === undefined || task === undefined) break;
        mine.add(index);
        this.#playing.set(index, worker);
        worker.post({ kind: 'play', index, task });
      }
      this.#tell();
      if (mine.size > 0 || isEnding) return;
      isEnding = true;
      worker.post({ kind: 'end' });
    };
    const cancel = () => worker.post({ kind: 'cancel' });
    signal?.addEventListener('abort', cancel, { once: true });
    return new Promise((resolve) => {
      worker.onMessage((message) => {
        this.#take(message);
        if (message.kind !== 'played') return;
        mine.delete(message.index);
        feed();
      });
      worker.onEnd((error) => {
        signal?.removeEventListener('abort', cancel);
        for (const index of mine) this.#finish(index, broken(this.#tasks[index], error));
        this.#tell();
        resolve();
      });
      feed();
    });
  }

  #take(message: FromWorker): void {
    if (message.kind === 'played') return this.#finish(message.index, message.played);
    const task = this.#tasks[message.index];
    if (task === undefined) return;
    const { id: scenario, case: name, base: preset, world } = task;
    if (message.kind === 'course') {
      const { timeline, pace } = message;
      return this.#options.onCourse?.({ scenario, case: name, preset, timeline, pace });
    }
    this.#options.onEvents?.({
      run: this.#options.run ?? '',
      scenario,
      case: name,
      preset,
      world,
      sessions: message.sessions,
    });
  }

  #finish(index: number, played: Played | undefined): void {
    this.#playing.delete(index);
    if (played === undefined) return;
    // What a cancel cut off is left out, but for a population: it has its course so far.
    const { why, timeline } = played.result;
    if (this.#isCancelled() && why === 'cancelled' && timeline === undefined) return;
    this.played[index] = played;
    if (!this.#isCancelled() || why !== 'cancelled') this.#done += 1;
    this.#options.onResult?.(played.result);
  }

  #isCancelled(): boolean {
    return this.#options.signal?.aborted ?? false;
  }

  #tell(): void {
    const playing = [...this.#playing.keys()].flatMap((index) => {
      const task = this.#tasks[index];
      return task ? [`${task.id} ${task.case} ${task.base}`] : [];
    });
    this.#options.onProgress?.({ done: this.#done, total: this.#tasks.length, playing });
  }
}

/** The result of a case whose worker ended before its time. */
function broken(task: CaseTask | undefined, error: Error | undefined): Played | undefined {
  if (task === undefined) return undefined;
  const isFull = error !== undefined && 'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY';
  const remedy = isFull ? '; let fewer clients be there at once' : '';
  const why = `the worker that played it ended: ${error?.message ?? 'no reason given'}${remedy}`;
  const result: CaseResult = {
    scenario: task.id,
    case: task.case,
    preset: task.base,
    world: task.world,
    outcome: 'inconclusive',
    ms: 0,
    why,
    lines: [],
    sessions: [],
  };
  return { result, digest: '', events: 0 };
}
