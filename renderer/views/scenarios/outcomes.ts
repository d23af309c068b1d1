// What each case showed last under each base, remembered across runs: the matrix of the Scenarios view.
import { create } from 'zustand';
import type { Base, CaseResult, Outcome } from '../../../core/contract/scenario.ts';
import type { RunState, ScenarioRow } from '../../../core/contract/calls.ts';
import type { WorldName } from '../../../core/contract/scenarioWorld.ts';
import { workbench } from '../../state/workbench.ts';

/** One case under one base. */
export interface Shown {
  readonly outcome: Outcome;
  readonly ms: number;
  readonly why: string;
  readonly gained?: string | undefined;
  /** ms since 1970: when its run began. */
  readonly at: number;
  /** The run it belongs to. */
  readonly run: string;
  /** Which settings `mine` was, as a fingerprint. */
  readonly settings?: number | undefined;
  /** Where it was played, and what the other world showed last. */
  readonly world?: WorldName | undefined;
  readonly other?: InWorld | undefined;
  /** What the run before it showed. */
  readonly before?: Outcome | undefined;
  /** ms since 1970: when a later run began that was cancelled before it came to an outcome. */
  readonly cancelled?: number | undefined;
}

interface InWorld {
  readonly world: WorldName;
  readonly outcome: Outcome;
  readonly settings?: number | undefined;
}

interface Outcomes {
  /** By `scenario case base`. */
  readonly shown: Readonly<Record<string, Shown>>;
  /** The whole results heard in this window, by the same key. */
  readonly results: ReadonlyMap<string, CaseResult>;
  /** Fingerprint of the settings now applied. */
  readonly settings: number;
}

export const useOutcomes = create<Outcomes>(() => ({ shown: {}, results: new Map(), settings: 0 }));

export const keyOf = (scenario: string, name: string, base: Base) => `${scenario} ${name} ${base}`;

/** Names of the cases of a scenario; `-` where it has none. */
export const casesOf = (row: ScenarioRow): readonly string[] => (row.cases.length > 0 ? row.cases : ['-']);

const weight: Readonly<Record<Outcome, number>> = { notApplicable: 0, held: 1, inconclusive: 2, breached: 3 };

/** The outcomes of one scenario under one base as one: the worst of its cases, their time together. */
export function shownOf(shown: Outcomes['shown'], row: ScenarioRow, base: Base): Shown | undefined {
  const cases = casesOf(row).flatMap((name) => shown[keyOf(row.id, name, base)] ?? []);
  const worst = cases.reduce<Shown | undefined>(
    (now, one) => (now === undefined || weight[one.outcome] > weight[now.outcome] ? one : now),
    undefined,
  );
  if (!worst) return undefined;
  const before = cases.reduce<Outcome | undefined>(
    (now, one) =>
      one.before !== undefined && (now === undefined || weight[one.before] > weight[now]) ? one.before : now,
    undefined,
  );
  const cancelled = cases.find((one) => one.cancelled !== undefined)?.cancelled;
  return { ...worst, before, cancelled, ms: cases.reduce((sum, one) => sum + one.ms, 0) };
}

const isCancelled = ({ outcome, why }: { readonly outcome: Outcome; readonly why: string }): boolean =>
  outcome === 'inconclusive' && why === 'cancelled';

const inWorld = (world: WorldName, { outcome, settings }: Shown): InWorld => ({ world, outcome, settings });

/** A short number that differs when the settings do (FNV-1a). */
export function fingerprint(settings: unknown): number {
  let hash = 0x811c9dc5;
  for (const character of JSON.stringify(settings) ?? '') {
    hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193);
  }
  return hash >>> 0;
}

/** Takes in what a run has brought; `settings` is what `mine` was when it began. */
export function take(run: RunState, fresh: readonly CaseResult[], settings: number): void {
  if (fresh.length === 0) return;
  const { shown: before, results } = useOutcomes.getState();
  const shown = { ...before };
  const next = new Map(results);
  const id = `${run.id} ${run.started}`;
  for (const result of fresh) {
    const key = keyOf(result.scenario, result.case, result.preset);
    const old = shown[key];
    const { outcome, ms, why, gained, world } = result;
    // Half a case shows nothing: what is known of it stays.
    if (isCancelled(result) && old !== undefined && old.run !== id && !isCancelled(old)) {
      shown[key] = { ...old, cancelled: run.started };
      continue;
    }
    shown[key] = {
      outcome,
      ms,
      why,
      gained,
      at: run.started,
      run: id,
      world,
      other: old?.world === undefined || old.world === world ? old?.other : inWorld(old.world, old),
      ...(result.preset === 'mine' ? { settings } : {}),
      before: old?.run === id ? old.before : old?.outcome,
    };
    next.set(key, result);
  }
  useOutcomes.setState({ shown, results: next });
}

/* Summaries outlive a reload of the window, for each workspace its own. */
const KEPT = 'gatehouse.outcomes';
let keptFor: string | undefined;

function restore(path: string): void {
  keptFor = path;
  try {
    const found = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as { path?: string; shown?: Outcomes['shown'] };
    if (found.path === path && typeof found.shown === 'object')
      useOutcomes.setState((now) => ({ shown: { ...found.shown, ...now.shown } }));
  } catch {
    localStorage.removeItem(KEPT);
  }
}

function keep(): void {
  if (keptFor === undefined) return;
  try {
    localStorage.setItem(KEPT, JSON.stringify({ path: keptFor, shown: useOutcomes.getState().shown }));
  } catch {
    // A full or forbidden storage costs the memory over a reload, not the outcomes.
  }
}

/** The run being followed, what `mine` was when it began, and how many of its results were taken in. */
let following = { run: '', settings: 0, taken: 0 };

function follow(): void {
  const { run, results, settings, info } = workbench.store.getState();
  if (info && keptFor === undefined && typeof localStorage !== 'undefined') restore(info.path);
  if (settings && settings.settings !== lastSettings) {
    lastSettings = settings.settings;
    useOutcomes.setState({ settings: fingerprint(settings.settings) });
  }
  if (!run) return;
  const id = `${run.id} ${run.started}`;
  if (following.run !== id) following = { run: id, settings: useOutcomes.getState().settings, taken: 0 };
  if (results.length < following.taken) following.taken = 0;
  if (results.length === following.taken) return;
  const isFirstSight = run.state !== 'running' && following.taken === 0;
  const known = useOutcomes.getState().shown;
  // A run that was over before this window saw it: what `mine` was then is known only to whoever saw it.
  const seen = results.map((one) => known[keyOf(one.scenario, one.case, one.preset)]).find((one) => one?.run === id);
  take(run, results.slice(following.taken), isFirstSight ? (seen?.settings ?? following.settings) : following.settings);
  following.taken = results.length;
  keep();
}

let lastSettings: unknown;

workbench.store.subscribe(follow);
follow();
