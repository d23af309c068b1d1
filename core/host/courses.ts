// The courses of populations that were played: those of the run now on, and the last ones of runs before it.
import type { Output } from '../contract/calls.ts';
import type { CaseResult } from '../contract/scenario.ts';
import type { Pace, Timeline } from '../contract/timeline.ts';
import { playedWith } from './knobValues.ts';
import type { CaseTask } from '../simulate/run.ts';

type Entry = Output<'scenarios.timelines'>['timelines'][number];

/** Courses of earlier runs that are kept, and of the run now on. */
const EARLIER = 20;
const NOW = 40;

export class Courses {
  #now: Entry[] = [];
  #earlier: Entry[] = [];
  #run = { id: '', started: 0 };

  /** A new run: what was played in the last is kept as earlier. */
  begin(run: { readonly id: string; readonly started: number }): void {
    this.#earlier = [...this.#now, ...this.#earlier].slice(0, EARLIER);
    this.#now = [];
    this.#run = run;
  }

  /** How a case is doing. */
  take(task: CaseTask, timeline: Timeline, pace: Pace): void {
    const old = this.#now.find((one) => isOf(one, task));
    this.#put({ ...(old ?? this.#entry(task)), timeline, state: pace.state });
  }

  /** Its time was told to go on otherwise. */
  paced({ state }: Pace): void {
    this.#now = this.#now.map((one) => (isOpen(one) ? { ...one, state } : one));
  }

  /** A case was played to its end, or as far as it got. */
  finish(task: CaseTask, result: CaseResult): void {
    const { timeline, outcome, why } = result;
    if (timeline === undefined) return this.#stop((one) => isOf(one, task), why);
    const state = timeline.stopped === undefined ? 'done' : 'stopped';
    const old = this.#now.find((one) => isOf(one, task));
    const last = old ? notBefore(old.timeline, timeline) : timeline;
    this.#put({ ...(old ?? this.#entry(task)), timeline: last, state, outcome, why });
  }

  /** The run is over: what was not played to its end keeps what it has. */
  end(why: string): void {
    this.#stop(() => true, why);
  }

  /** Those now played, which are also the first of the list. */
  get playing(): readonly Entry[] {
    return this.#now.filter(isOpen);
  }

  list(earlier: boolean): Entry[] {
    const now = this.#now.toSorted((a, b) => Number(isOpen(b)) - Number(isOpen(a)));
    return earlier ? [...now, ...this.#earlier] : now;
  }

  #entry({ id, case: name, base, seed = 0, ...task }: CaseTask): Omit<Entry, 'timeline' | 'state'> {
    const { id: run, started } = this.#run;
    return { run, scenario: id, case: name, base, seed, started, ...playedWith({ id, case: name, base, ...task }) };
  }

  #put(entry: Entry): void {
    const others = this.#now.filter((one) => !isSame(one, entry));
    const at = this.#now.findIndex((one) => isSame(one, entry));
    this.#now = at < 0 ? [entry, ...others].slice(0, NOW) : others.toSpliced(at, 0, entry);
  }

  #stop(which: (one: Entry) => boolean, why: string): void {
    this.#now = this.#now.map((one) => (which(one) && isOpen(one) ? { ...one, state: 'stopped', why } : one));
  }
}

/** Between two events the clock had gone on already: a course that is stopped there does not go back. */
function notBefore(old: Timeline, { now, ...last }: Timeline): Timeline {
  return old.now > now ? { ...last, now: old.now, step: old.step, series: old.series } : { ...last, now };
}

const isOpen = ({ state }: Entry) => state === 'running' || state === 'paused';
const isOf = (one: Entry, task: CaseTask) =>
  one.scenario === task.id && one.case === task.case && one.base === task.base;
const isSame = (one: Entry, other: Entry) =>
  one.scenario === other.scenario && one.case === other.case && one.base === other.base;
