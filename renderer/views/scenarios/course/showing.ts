// What the panel shows now: the run, the one beside it, view and charts, worked out from the courses and from how a person looks; the cursor apart, because it moves often.
import { useMemo } from 'react';
import type { Series } from '../../../../core/contract/timeline.ts';
import type { Curve, Drawing, Limit, Pointers, View } from '../../../ui/chart/curves.ts';
import { type Episode, episodesOf } from './hits.ts';
import { first, look, type Looking, lookingOf, pointersOf, useLookings } from './looking.ts';
import { useShallow } from 'zustand/react/shallow';
import {
  around,
  type ChartModel,
  chartsOf,
  commonStep,
  inSteps,
  grownView,
  isOpen,
  keyOfPlayed,
  lookOf,
  type Played,
  united,
  wholeView,
  within,
} from './model.ts';
import { amount } from './words.ts';

export interface Showing {
  readonly scenario: string;
  readonly played: Played;
  readonly beside: Played | undefined;
  /** All courses of the scenario, the newest first. */
  readonly all: readonly Played[];
  /** What a person chose, but for the cursor. */
  readonly looking: Omit<Looking, 'cursor'>;
  /** ms of a step on which all curves are drawn. */
  readonly step: number;
  readonly whole: View;
  /** What is drawn unless a person looks at another part. */
  readonly grown: View;
  readonly view: View;
  readonly charts: readonly ChartModel[];
  readonly episodes: readonly Episode[];
  /** Of the run beside. */
  readonly episodesBeside: readonly Episode[];
  readonly pointers: Pointers;
}

/** What is shown of a scenario; undefined while there is no course of it. */
export function useShowing(scenario: string, courses: readonly Played[] | undefined): Showing | undefined {
  const looking = useLookings(
    useShallow(({ of }) => {
      const { cursor: _cursor, ...others } = of[scenario] ?? first;
      return others;
    }),
  );
  const all = useMemo(
    () => (courses ?? []).filter((one) => one.scenario === scenario).toSorted(newestFirst),
    [courses, scenario],
  );
  const find = (key: string | undefined) => all.find((one) => keyOfPlayed(one) === key);
  const played = find(looking.shown) ?? all[0];
  const found = find(looking.beside);
  const beside = found === played ? undefined : found;
  const now = useNow(played);
  const pointers = useMemo(
    () => pointersOf(scenario, (chosen) => (now.played ? cursorAt(chosen, now.played) : 0)),
    [scenario, now],
  );
  const step = played ? commonStep(played.timeline, beside?.timeline) : 1;
  const charts = useMemo(
    () => (played ? chartsOf(united(played.timeline.series, beside?.timeline.series)) : []),
    [played, beside],
  );
  const episodes = useMemo(() => (played ? episodesOf(played.timeline.moments, step) : []), [played, step]);
  const episodesBeside = useMemo(() => (beside ? episodesOf(beside.timeline.moments, step) : []), [beside, step]);
  return useMemo(() => {
    if (!played) return undefined;
    const whole = wholeView(played, beside);
    const grown = grownView(played, beside);
    const view =
      looking.view === undefined
        ? grown
        : looking.view === 'whole'
          ? whole
          : (within(looking.view, whole, step) ?? whole);
    return {
      ...{ scenario, played, beside, all, looking, step, whole, grown, view },
      ...{ charts, episodes, episodesBeside, pointers },
    };
  }, [scenario, played, beside, all, looking, step, charts, episodes, episodesBeside, pointers]);
}

const newestFirst = (a: Played, b: Played) => Number(isOpen(b)) - Number(isOpen(a)) || b.started - a.started;

/** What is shown now: read by what is drawn outside of React, too. */
function useNow(played: Played | undefined): { played: Played | undefined } {
  const now = useMemo<{ played: Played | undefined }>(() => ({ played: undefined }), []);
  now.played = played;
  return now;
}

/** The last instant there are values of. */
function lastOf({ timeline: { now, step, series } }: Played): number {
  const known = Math.max(0, ...series.map(({ values }) => values.length));
  return known === 0 ? 0 : Math.min(now, known * step - 1);
}

/** Where the cursor stands, ms: at the newest there is, unless somebody put it somewhere. */
export function useCursor({ scenario, played }: Showing): number {
  const cursor = useLookings(({ of }) => of[scenario]?.cursor);
  return cursorAt(cursor, played);
}

/** What was to come and never came, because the run ended before, is not looked at. */
function cursorAt(chosen: number | undefined, played: Played): number {
  const last = lastOf(played);
  return chosen === undefined || (!isOpen(played) && chosen > last) ? last : chosen;
}

/** Whether the cursor goes along with the newest values. */
export const useFollows = ({ scenario }: Showing): boolean =>
  useLookings(({ of }) => of[scenario]?.cursor === undefined);

/** Puts the cursor somewhere, also where the run has yet to come; a view it is not in follows it. */
export function moveCursor(showing: Showing, wanted: number): void {
  const { played, whole } = showing;
  const at = Math.min(wanted, isOpen(played) ? whole.to : lastOf(played));
  look(showing.scenario, { cursor: at, ...viewWith(showing, at) });
}

/** Back to the newest there is, which it follows while more comes. */
export function toNewest(showing: Showing): void {
  look(showing.scenario, { cursor: undefined, ...viewWith(showing, lastOf(showing.played)) });
}

/** A part that was chosen moves along; otherwise all of it comes into view. */
function viewWith({ looking, view }: Showing, at: number): Pick<Looking, 'view'> {
  const next = around(view, at);
  if (next === view) return {};
  return { view: looking.view === undefined ? 'whole' : next };
}

export function zoomTo({ scenario, whole, step }: Showing, view: View): void {
  look(scenario, { view: within(view, whole, step) ?? 'whole' });
}

/** Nearer (below 1) or farther, around the cursor where it is in view. */
export function zoomBy(showing: Showing, factor: number): void {
  const { view, scenario, played } = showing;
  const cursor = cursorAt(lookingOf(scenario).cursor, played);
  const middle = cursor >= view.from && cursor <= view.to ? cursor : (view.from + view.to) / 2;
  zoomTo(showing, { from: middle - (middle - view.from) * factor, to: middle + (view.to - middle) * factor });
}

/** The series of the run beside that belongs to one of the run shown. */
export function besideOf({ beside }: Showing, { id }: Series): Series | undefined {
  return beside?.timeline.series.find((one) => one.id === id);
}

/** What a chart draws. */
export function drawingOf(showing: Showing, chart: ChartModel): Drawing {
  const { played, beside, step, view } = showing;
  const alone = chart.series.length === 1;
  const curves = chart.series.flatMap((series, place): Curve[] => {
    const own = lookOf(series, place, alone);
    const other = besideOf(showing, series);
    return [
      ...(other && beside
        ? [{ id: series.id, ...own, values: inSteps(other, beside.timeline.step, step), isDashed: true }]
        : []),
      { id: series.id, ...own, values: inSteps(series, played.timeline.step, step), isFilled: alone },
    ];
  });
  return { step, view, curves, limits: limitsOf(showing, chart) };
}

/** The limits of a counter in both runs; one line where they are the same. */
function limitsOf(showing: Showing, { kind, series: [first] }: ChartModel): Limit[] {
  if (kind !== 'counter' || !first) return [];
  const { played, beside } = showing;
  const own = played.timeline.series.find(({ id }) => id === first.id)?.limit;
  const other = besideOf(showing, first)?.limit;
  const hits = ({ timeline }: Played) => ({
    step: timeline.step,
    hits: timeline.moments.flatMap(({ series, at }) => (series === first.id ? at : [])),
  });
  return [
    ...(own === undefined ? [] : [{ value: own, text: `limit ${amount(own)}`, ...hits(played) }]),
    ...(other === undefined || other === own || !beside
      ? []
      : [{ value: other, text: `limit ${amount(other)}, beside`, ...hits(beside), isDashed: true }]),
  ];
}
