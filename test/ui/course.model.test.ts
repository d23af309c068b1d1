// The pure half of the charts of a population: steps, views, values, runs side by side, when limits were hit, and the words for it all.
import { expect, test } from 'vitest';
import type { Moment, Series } from '../../core/contract/timeline.ts';
import { shapesAt, topOf } from '../../renderer/ui/chart/curves.ts';
import { instantText, roundUp, timeTicks } from '../../renderer/ui/chart/ticks.ts';
import { merged } from '../../renderer/views/scenarios/course/courses.ts';
import { episodesOf, isIn, marksOf, momentAt, stepTo } from '../../renderer/views/scenarios/course/hits.ts';
import {
  around,
  changesBetween,
  chartsOf,
  commonStep,
  grownView,
  headline,
  inSteps,
  isAlike,
  lookOf,
  nameBeside,
  reached,
  settingText,
  united,
  valueAt,
  wholeView,
  within,
} from '../../renderer/views/scenarios/course/model.ts';
import { chartWords, cursorWords } from '../../renderer/views/scenarios/course/words.ts';
import { course, knob } from './courseFixture.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = course({ run: 'r1', limit: 200, now: 24 * hour });

const series = (id: string, kind: Series['kind'], values: readonly number[] = [], limit?: number): Series => ({
  id,
  title: id,
  kind,
  unit: 'x',
  values,
  ...(limit === undefined ? {} : { limit }),
});

test('ticks stand at times people count in, and are never more than asked for', () => {
  expect(timeTicks(0, 24 * hour, 8)).toEqual({
    every: 3 * hour,
    at: [0, 3, 6, 9, 12, 15, 18, 21, 24].map((n) => n * hour),
  });
  expect(timeTicks(61_000, 65_000, 5).at).toEqual([61_000, 62_000, 63_000, 64_000, 65_000]);
  for (const length of [3, 999, 61_000, 5 * hour, 40 * 24 * hour, 366 * 24 * hour])
    expect(timeTicks(0, length, 6).at.length).toBeLessThanOrEqual(7);
});

test('an instant is written as exactly as steps are', () => {
  expect(instantText(0, 1000)).toBe('0');
  expect(instantText(3 * hour + 20 * minute, minute)).toBe('3 h 20 min');
  expect(instantText(3 * hour + 20 * minute + 5200, 1000)).toBe('3 h 20 min 5 s');
  expect(instantText(5250, 10)).toBe('5.25 s');
  expect(instantText(28 * hour, 86_400)).toBe('28 h');
  expect(instantText(52 * hour, 86_400)).toBe('2 d 4 h');
  expect(instantText(24 * hour, 24 * hour)).toBe('1 d');
  expect(instantText(90_000, 120_000)).toBe('2 min');
  expect(instantText(20_000, minute)).toBe('20 s');
  expect(instantText(119_960, 904)).toBe('2 min');
  expect(instantText(825, 904)).toBe('0.8 s');
});

test('how far a run is, and how fast it went, stands in one line', () => {
  const running = course({ run: 'r', limit: 200, now: 3 * hour + 20 * minute, state: 'running' });
  expect(headline(running)).toBe('3 h 20 min of 24 h, 7,200x as fast as life');
  expect(headline({ ...running, state: 'paused' })).toBe('3 h 20 min of 24 h');
  expect(headline(day)).toBe('24 h, played in 12.0 s, 7,200x as fast as life');
  expect(headline({ ...running, state: 'running', timeline: { ...running.timeline, now: 0, took: 0 } })).toBe(
    '0 ms of 24 h',
  );
});

test('a running course is drawn with room, grows by leaps and never shrinks; beside another it is whole', () => {
  const at = (now: number, state: 'running' | 'done' = 'running') => {
    const steps = 720;
    return course({ run: 'r', limit: 200, now, state, steps });
  };
  expect(grownView(at(0), undefined)).toEqual({ from: 0, to: 2 * hour });
  expect(grownView(at(3 * hour), undefined)).toEqual({ from: 0, to: 6 * hour });
  expect(grownView(at(5 * hour), undefined)).toEqual({ from: 0, to: 6 * hour });
  expect(grownView(at(5.5 * hour), undefined)).toEqual({ from: 0, to: 12 * hour });
  expect(grownView(at(23 * hour), undefined)).toEqual({ from: 0, to: 24 * hour });
  expect(grownView(at(5 * hour), day)).toEqual({ from: 0, to: 24 * hour });
  expect(grownView(at(5 * hour, 'done'), undefined)).toEqual({ from: 0, to: 5 * hour });
  const ends = Array.from({ length: 97 }, (_, quarter) => grownView(at(quarter * 15 * minute), undefined).to);
  expect(new Set(ends).size).toBeLessThan(6);
  expect(ends).toEqual(ends.toSorted((a, b) => a - b));
  expect([roundUp(1), roundUp(61_000), roundUp(400 * 24 * hour)]).toEqual([1, 2 * minute, 400 * 24 * hour]);
});

test('shapes of several curves stand apart, at the same instants while values arrive', () => {
  const view = { from: 0, to: 24 * hour };
  const of = 5;
  const all = Array.from({ length: of }, (_, place) => shapesAt(view, 700, { place, of }));
  const pixels = (at: number) => (at / view.to) * 700;
  for (const own of all) {
    expect(own.length).toBeGreaterThanOrEqual(4);
    for (const [index, at] of own.slice(1).entries())
      expect(pixels(at) - pixels(own[index] ?? 0)).toBeGreaterThanOrEqual(110);
  }
  const merged = all.flat().toSorted((a, b) => a - b);
  for (const [index, at] of merged.slice(1).entries())
    expect(pixels(at) - pixels(merged[index] ?? 0)).toBeGreaterThanOrEqual(110 / of);
  // A view that is moved shows the same ones where both overlap.
  const later = shapesAt({ from: 5 * hour, to: 29 * hour }, 700, { place: 1, of });
  expect(later.filter((at) => at <= view.to)).toEqual(all[1]?.filter((at) => at >= 5 * hour));
});

test('a change that changed nothing is noticed', () => {
  expect(isAlike(day, course({ run: 'r2', limit: 200, now: 24 * hour }))).toBe(true);
  expect(isAlike(day, course({ run: 'r2', limit: 120, now: 24 * hour }))).toBe(false);
  expect(isAlike(day, course({ run: 'r2', limit: 200, now: 23 * hour }))).toBe(false);
});

test('a setting of a listener is told by the listener’s name', () => {
  expect(settingText('listeners.1.flow.maxConnections', day)).toBe('backup: flow.maxConnections');
  expect(settingText('listeners.7.flow.maxConnections', day)).toBe('listeners.7.flow.maxConnections');
  expect(settingText(knob, day)).toBe(knob);
});

test('sessions, replies and groups share charts, each counter has its own; what only the other run has comes last', () => {
  const all = [
    series('b', 'counter'),
    series('group good waiting', 'group'),
    series('replies 2xx', 'replies'),
    series('group good served', 'group'),
    series('sessions', 'sessions'),
    series('replies 4xx', 'replies'),
    series('group bad waiting', 'group'),
  ];
  expect(chartsOf(all).map(({ title, series: own }) => [title, own.map(({ id }) => id).join()])).toEqual([
    ['Sessions', 'sessions'],
    ['Replies by class', 'replies 2xx,replies 4xx'],
    ['Clients waiting, by group', 'group good waiting,group bad waiting'],
    ['Clients served, by group', 'group good served'],
    ['b', 'b'],
  ]);
  const both = united([series('b', 'counter', [1])], [series('a', 'counter', [2]), series('b', 'counter', [3])]);
  expect(both.map(({ id, values }) => [id, ...values])).toEqual([['b', 1], ['a']]);
});

test('steps of two lengths come together: what is counted adds up, levels keep their largest', () => {
  const values = [1, 5, 2, 0, 7];
  expect(inSteps(series('s', 'sessions', values), 10, 20)).toEqual([5, 2, 7]);
  expect(inSteps(series('replies 2xx', 'replies', values), 10, 20)).toEqual([6, 2, 7]);
  expect(inSteps(series('s', 'sessions', values), 10, 10)).toBe(values);
  expect(commonStep({ ...day.timeline, step: 10 }, { ...day.timeline, step: 40 })).toBe(40);
  expect(valueAt(series('s', 'sessions', values), 10, 19)).toBe(5);
  expect(valueAt(series('s', 'sessions', values), 10, 50)).toBeUndefined();
  expect([reached(series('c', 'counter', [4, 9], 10)), reached(series('c', 'counter', [4]))]).toEqual([0.9, 0]);
});

test('a view stays inside the whole, is never too short, and follows the cursor', () => {
  const whole = { from: 0, to: 1000 };
  expect(within({ from: -100, to: 100 }, whole, 1)).toEqual({ from: 0, to: 200 });
  expect(within({ from: 950, to: 1200 }, whole, 1)).toEqual({ from: 750, to: 1000 });
  expect(within({ from: 500, to: 501 }, whole, 10)).toEqual({ from: 500, to: 540 });
  expect(within({ from: -5, to: 2000 }, whole, 1)).toBeUndefined();
  expect(around({ from: 100, to: 200 }, 150)).toEqual({ from: 100, to: 200 });
  expect(around({ from: 100, to: 200 }, 50)).toEqual({ from: 50, to: 150 });
  expect(around({ from: 100, to: 200 }, 260)).toEqual({ from: 160, to: 260 });
  const stopped = course({ run: 'r2', limit: 200, now: 5 * hour, state: 'stopped' });
  expect(wholeView(stopped, undefined).to).toBe(5 * hour);
  expect(wholeView(stopped, day).to).toBe(24 * hour);
  expect(wholeView({ ...stopped, state: 'paused' }, undefined).to).toBe(24 * hour);
});

test('limits that can be seen make the scale; far ones do not press the curve to the ground', () => {
  const limit = (value: number) => ({ value, text: '', hits: [], step: 1 });
  expect(topOf(150, [limit(200)])).toBeCloseTo(224);
  expect(topOf(3, [limit(1000)])).toBeCloseTo(3.36);
  expect(topOf(0, [])).toBeGreaterThan(1);
});

test('what differs between two runs is named: knobs, seed, base', () => {
  const now = course({ run: 'r2', limit: 50, now: 24 * hour });
  expect(changesBetween(day, now)).toEqual([{ what: knob, beside: '200', shown: '50', isSetting: true }]);
  expect(nameBeside(day, now)).toMatch(/^run of \d\d:\d\d:\d\d \(maxConnections 200 → 50\)$/);
  expect(nameBeside(day, { ...day, run: 'r3' })).toMatch(/\(nothing differs\)$/);
  expect(changesBetween(day, { ...day, seed: 8, base: 'weak' }).map(({ what }) => what)).toEqual(['base', 'seed']);
});

const hit = (at: number, of = 'a'): Moment => ({ at, series: of, text: `at ${at}`, session: `s${at}` });

test('hits in a row are one episode for each limit, and lead to the session of the instant looked at', () => {
  const episodes = episodesOf([hit(30), hit(10), hit(20), hit(25, 'b'), hit(190)], 10);
  expect(episodes.map(({ id, from, to, moments }) => [id, from, to, moments.length])).toEqual([
    ['a 10', 10, 30, 3],
    ['b 25', 25, 25, 1],
    ['a 190', 190, 190, 1],
  ]);
  const [first] = episodes;
  if (!first) throw new Error('no episode');
  expect([5, 24, 29, 99].map((at) => momentAt(first, at, 10).session)).toEqual(['s10', 's20', 's20', 's30']);
  expect([9, 10, 39, 40].map((at) => isIn(first, at, 10))).toEqual([false, true, true, false]);
  expect([stepTo(episodes, 10, 'next')?.id, stepTo(episodes, 25, 'last')?.id]).toEqual(['b 25', 'a 10']);
  expect([stepTo(episodes, 190, 'next'), stepTo(episodes, 10, 'last')]).toEqual([undefined, undefined]);
});

test('marks that would lie on each other are one; those out of view are none', () => {
  const episodes = episodesOf([hit(100), hit(130, 'b'), hit(500), hit(900)], 1);
  const marks = (view: { from: number; to: number }) =>
    marksOf(episodes, view, { width: 100, apart: 10 }).map((mark) => mark.episodes.map(({ id }) => id).join());
  expect(marks({ from: 0, to: 1000 })).toEqual(['a 100,b 130', 'a 500', 'a 900']);
  expect(marks({ from: 90, to: 190 })).toEqual(['a 100', 'b 130']);
  expect(marks({ from: 600, to: 800 })).toEqual([]);
});

test('replies look as their class does everywhere, every group has a look of its own', () => {
  const looks = ['2xx', '4xx', '5xx'].map((name) => lookOf(series(`replies ${name}`, 'replies'), 0, false));
  expect(looks.map(({ tone, shape }) => `${tone} ${shape}`)).toEqual(['ok ●', 'defer ▲', 'refuse ■']);
  const groups = [0, 1, 2, 3, 4, 5].map((place) => lookOf(series('group', 'group'), place, false));
  expect(new Set(groups.map(({ shape }) => shape)).size).toBe(6);
});

test('a chart and the cursor are told in words', () => {
  const counter = series('open', 'counter', [1, 8, 8, 2], 10);
  expect(chartWords('Open', [counter], minute)).toBe('Open, over time. at most 8 of 10 x, first at 1 min.');
  expect(cursorWords(3 * minute, [counter], minute)).toBe('3 min: open 2 of 10');
  expect(cursorWords(9 * minute, [counter], minute)).toBe('9 min: still to come');
});

test('courses that are over stay the same object; those of earlier runs are kept when only the last run is told', () => {
  const running = course({ run: 'r2', limit: 50, now: hour, state: 'running' });
  const before = [running, day];
  const later = course({ run: 'r2', limit: 50, now: 2 * hour, state: 'running' });
  const part = merged(before, [later], false);
  expect(part).toEqual([later, day]);
  const all = merged(part, [later, { ...day }], true);
  expect(all[1]).toBe(day);
  expect(merged(all, [later], true)).toEqual([later]);
});
