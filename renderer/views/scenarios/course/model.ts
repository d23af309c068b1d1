// The course of a population as the panel shows it: runs, charts, values at an instant, when limits were hit. Pure.
import type { Output } from '../../../../core/contract/calls.ts';
import { spanText } from '../../../../core/contract/span.ts';
import type { Series, Timeline } from '../../../../core/contract/timeline.ts';
import type { CurveTone, Shape, View } from '../../../ui/chart/curves.ts';
import { roundUp } from '../../../ui/chart/ticks.ts';
import { clock, count, duration } from '../../../ui/figures.ts';

/** One course, of the run now on or of an earlier one. */
export type Played = Output<'scenarios.timelines'>['timelines'][number];

export const keyOfPlayed = ({ run, case: name, base }: Played): string => `${run} ${name} ${base}`;

/** Whether more of it will come. */
export const isOpen = ({ state }: Played): boolean => state === 'running' || state === 'paused';

/** How far it is, and how fast it went: `3 h 20 min of 24 h, 1,440x as fast as life`. */
export function headline(played: Played): string {
  const { now, until, took } = played.timeline;
  const fast = speedText(now, took);
  const far = now >= until ? spanText(now) : `${spanText(now)} of ${spanText(until)}`;
  if (isOpen(played)) return played.state === 'running' && fast !== '' ? `${far}, ${fast}` : far;
  return [`${far}, played in ${duration(took)}`, fast].filter((part) => part !== '').join(', ');
}

/** How fast it goes is told from the first virtual second on. */
const LEAST_TOLD = 1000;

function speedText(now: number, took: number): string {
  if (took <= 0 || now < LEAST_TOLD) return '';
  const times = now / took;
  if (times < 1) return 'slower than life';
  return `${times < 10 ? times.toFixed(1) : count(Math.round(times))}x as fast as life`;
}

/** Charts that stand for themselves, and one for each counter. */
export interface ChartModel {
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly kind: Series['kind'];
  readonly series: readonly Series[];
}

/** The charts of a course: sessions, replies, groups (one for each thing that is told of them), then every counter. */
export function chartsOf(series: readonly Series[]): readonly ChartModel[] {
  const charts = new Map<string, ChartModel>();
  for (const one of series) {
    const [id, title] = placeOf(one);
    const known = charts.get(id);
    charts.set(id, {
      id,
      title,
      unit: one.unit,
      kind: one.kind,
      series: [...(known?.series ?? []), one],
    });
  }
  const all = [...charts.values()];
  return order.flatMap((kind) => all.filter((chart) => chart.kind === kind));
}

const order: readonly Series['kind'][] = ['sessions', 'replies', 'group', 'counter'];

/** Id and title of the chart a series belongs to. Series of groups are named `group NAME what`. */
function placeOf({ id, title, kind }: Series): readonly [string, string] {
  switch (kind) {
    case 'sessions':
      return [id, capital(title)];
    case 'replies':
      return ['replies', 'Replies by class'];
    case 'group': {
      const what = id.split(' ').at(-1) ?? '';
      return [`group ${what}`, `Clients ${what}, by group`];
    }
    case 'counter':
      return [id, title];
  }
}

const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** Series of both runs under one id each, those of the run shown first. */
export function united(shown: readonly Series[], beside: readonly Series[] | undefined): readonly Series[] {
  const known = new Set(shown.map(({ id }) => id));
  return [...shown, ...(beside ?? []).filter(({ id }) => !known.has(id)).map((one) => ({ ...one, values: [] }))];
}

export function mostOf({ values }: Pick<Series, 'values'>): number {
  let most = 0;
  for (const value of values) if (value > most) most = value;
  return most;
}

/** How much of its limit a counter has used at most: 0 to 1 and above; 0 without a limit. */
export function reached(series: Series | undefined): number {
  return series?.limit === undefined || series.limit <= 0 ? 0 : mostOf(series) / series.limit;
}

/** Counters that came near their limit are open at first. */
export const OPEN_FROM = 0.5;

export function valueAt(series: Series | undefined, step: number, at: number): number | undefined {
  return series?.values[Math.floor(at / step)];
}

/** Steps on which the curves of both runs can be drawn: the longer ones of the two. */
export function commonStep(shown: Timeline, beside: Timeline | undefined): number {
  return Math.max(shown.step, beside?.step ?? 0, 1);
}

/** The values in steps of another length, at least as long: what is counted adds up, of all else the largest stays. */
export function inSteps({ kind, values }: Series, step: number, wanted: number): readonly number[] {
  if (step === wanted) return values;
  const result: number[] = [];
  values.forEach((value, index) => {
    const place = Math.floor((index * step) / wanted);
    const known = result[place] ?? 0;
    result[place] = isCounted(kind) ? known + value : Math.max(known, value);
  });
  return result;
}

/** Replies are counted in each step; all else is a level. */
export const isCounted = (kind: Series['kind']): boolean => kind === 'replies';

/** All of it: to its end while it goes on, to where it ended afterwards. */
export function wholeView(shown: Played, beside: Played | undefined): View {
  const end = (played: Played) => (isOpen(played) ? played.timeline.until : played.timeline.now);
  return { from: 0, to: Math.max(end(shown), beside ? end(beside) : 0, 1) };
}

/** A run that has just begun is shown with room for so many steps. */
const ROOM_STEPS = 60;

/**
 * The part of the whole that is drawn while a run goes on: what has passed, with room. It grows by leaps, so that
 * curves stand still in between. Beside another run it is the whole: that one's curves have room already.
 */
export function grownView(shown: Played, beside: Played | undefined): View {
  const whole = wholeView(shown, beside);
  if (!isOpen(shown) || beside) return whole;
  const { now, step } = shown.timeline;
  return { from: 0, to: Math.min(whole.to, roundUp(Math.max(now * 1.15, step * ROOM_STEPS))) };
}

/** The least of time that can be looked at: a few steps. */
const LEAST_STEPS = 4;

/** A view inside the whole of it; undefined when it is the whole. */
export function within(view: View, whole: View, step: number): View | undefined {
  const length = Math.min(Math.max(view.to - view.from, step * LEAST_STEPS), whole.to - whole.from);
  const from = Math.min(Math.max(view.from, whole.from), whole.to - length);
  return length >= whole.to - whole.from ? undefined : { from, to: from + length };
}

/** The view moved just so far that the instant is in it. */
export function around(view: View, at: number): View {
  const length = view.to - view.from;
  if (at < view.from) return { from: at, to: at + length };
  if (at > view.to) return { from: at - length, to: at };
  return view;
}

export interface Look {
  readonly tone: CurveTone;
  readonly shape: Shape;
}

const replyLooks: Readonly<Record<string, Look>> = {
  '2xx': { tone: 'ok', shape: '●' },
  '3xx': { tone: 'muted', shape: '○' },
  '4xx': { tone: 'defer', shape: '▲' },
  '5xx': { tone: 'refuse', shape: '■' },
  silent: { tone: 'drop', shape: '×' },
};

const groupLooks: readonly Look[] = [
  { tone: 'accent', shape: '●' },
  { tone: 'tls', shape: '◆' },
  { tone: 'drop', shape: '▲' },
  { tone: 'defer', shape: '■' },
  { tone: 'ok', shape: '○' },
  { tone: 'refuse', shape: '×' },
];

/** How a curve looks: replies as their class does everywhere, groups each in its own way, all else in the accent. */
export function lookOf({ kind, id }: Series, place: number, alone: boolean): Look {
  if (kind === 'replies') {
    const found = /\b(?:[2-5]xx|silent)\b/.exec(id)?.[0];
    if (found !== undefined && replyLooks[found]) return replyLooks[found];
  }
  if (alone) return { tone: 'accent', shape: '' };
  return groupLooks[place % groupLooks.length] ?? { tone: 'accent', shape: '●' };
}

/** How a run is called where it is one of several: `run of 14:02:11`. */
export function nameOfRun({ started }: Played): string {
  return `run of ${clock(started).slice(0, 8)}`;
}

/** A setting as people know it, a listener by its name: `mx: flow.maxConnections`. */
export function settingText(setting: string, { listeners }: Played): string {
  const [, place, path] = /^listeners\.(\d+)\.(.+)$/.exec(setting) ?? [];
  const name = listeners[Number(place)];
  return name === undefined || path === undefined ? setting : `${name}: ${path}`;
}

/** What differs between two courses. */
export interface Change {
  /** Path of a setting; or `seed`, `case`, `base`. */
  readonly what: string;
  readonly beside: string;
  readonly shown: string;
  readonly isSetting: boolean;
}

export function changesBetween(beside: Played, shown: Played): readonly Change[] {
  const knobs = [...new Set([...Object.keys(beside.knobs), ...Object.keys(shown.knobs)])];
  const all = [
    ...knobs.map((what) => ({
      what,
      beside: beside.knobs[what] ?? 'not set',
      shown: shown.knobs[what] ?? 'not set',
      isSetting: true,
    })),
    { what: 'base', beside: beside.base, shown: shown.base, isSetting: false },
    { what: 'case', beside: beside.case, shown: shown.case, isSetting: false },
    { what: 'seed', beside: String(beside.seed), shown: String(shown.seed), isSetting: false },
  ];
  return all.filter((one) => one.beside !== one.shown);
}

/** Whether as many sessions were open at any time in both: what differs changed nothing. */
export function isAlike({ timeline: a }: Played, { timeline: b }: Played): boolean {
  const [own, other] = [a, b].map(({ series }) => series.find(({ kind }) => kind === 'sessions')?.values);
  return a.step === b.step && a.now === b.now && own !== undefined && own.join() === other?.join();
}

/** How a run is called in the list of those that can stand beside: `run of 14:02:11 (maxConnections 200 → 50)`. */
export function nameBeside(beside: Played, shown: Played): string {
  const changes = changesBetween(beside, shown);
  const words = changes.slice(0, 2).map((one) => `${one.what.split('.').at(-1)} ${one.beside} → ${one.shown}`);
  if (changes.length > 2) words.push(`${changes.length - 2} more`);
  return `${nameOfRun(beside)} (${words.join(', ') || 'nothing differs'})`;
}
