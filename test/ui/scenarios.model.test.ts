// The pure half of the Scenarios view: themes, filter, matrix, what is remembered of runs.
import { beforeEach, expect, test } from 'vitest';
import type { RunState, ScenarioRow } from '../../core/contract/calls.ts';
import type { CaseResult, Outcome } from '../../core/contract/scenario.ts';
import {
  afterwardsOf,
  basesOf,
  differenceOf,
  expectedOf,
  filterRows,
  hardenedFor,
  linesOf,
  themesOf,
} from '../../renderer/views/scenarios/model.ts';
import { fingerprint, keyOf, shownOf, take, useOutcomes } from '../../renderer/views/scenarios/outcomes.ts';

const row = (id: string, part: Partial<ScenarioRow> = {}): ScenarioRow => ({
  id,
  theme: id.split('/')[0] ?? '',
  title: `Title of ${id}`,
  row: 'AUT-01',
  kind: 'attack',
  role: 'mx',
  about: 'What happens.',
  knobs: ['errors.maxAuthErrors'],
  sources: [],
  cases: [],
  worlds: ['real', 'simulated'],
  population: false,
  presets: { weak: { outcome: 'breached', gained: 'Everything.' }, 'hardened-mx': { outcome: 'held' } },
  problems: [],
  ...part,
});

const result = (scenario: string, outcome: Outcome, part: Partial<CaseResult> = {}): CaseResult => ({
  scenario,
  case: '-',
  preset: 'mine',
  world: 'real',
  outcome,
  ms: 10,
  why: `because it is ${outcome}`,
  lines: [],
  sessions: [],
  ...part,
});

const run = (id: string): RunState => ({
  id,
  base: 'mine',
  state: 'done',
  done: 1,
  world: 'real',
  simulated: 'none',
  seed: 0,
  total: 1,
  playing: [],
  started: Number(id) * 1000,
});

beforeEach(() => useOutcomes.setState({ shown: {}, results: new Map(), settings: 0 }));

test('attacks come by theme, those who must be served last', () => {
  const rows = [
    row('good-citizens/plain', { kind: 'citizen', row: 'GOOD-01' }),
    row('auth/two', { row: 'AUT-02' }),
    row('auth/one'),
    row('access/denied'),
  ];
  const themes = themesOf(rows);
  expect(themes.map(({ title }) => title)).toEqual(['Access', 'Authentication', 'Good citizens']);
  expect(themes[1]?.rows.map(({ id }) => id)).toEqual(['auth/one', 'auth/two']);
  expect(linesOf(themes, new Set(['auth'])).map(({ id }) => id)).toEqual([
    'theme:access',
    'access/denied',
    'theme:auth',
    'theme:good-citizens',
    'good-citizens/plain',
  ]);
});

test('every word of the filter must be found, in the row or in its outcome', () => {
  const rows = [row('auth/one'), row('spf/two', { knobs: ['sender.spf.map.fail'] })];
  const ids = (text: string) =>
    filterRows(rows, text, ({ id }) => (id === 'spf/two' ? 'breached' : 'held')).map(({ id }) => id);
  expect(ids('')).toEqual(['auth/one', 'spf/two']);
  expect(ids('  map.fail ')).toEqual(['spf/two']);
  expect(ids('title HELD')).toEqual(['auth/one']);
  expect(ids('one breached')).toEqual([]);
});

test('the bases of a scenario are mine and the presets it names', () => {
  expect(basesOf(row('auth/one'))).toEqual(['mine', 'hardened-mx', 'weak']);
  expect(expectedOf(row('auth/one'), 'weak')).toBe('breached');
  expect(expectedOf(row('auth/one'), 'mine')).toBeUndefined();
  expect([hardenedFor('mx'), hardenedFor('submissions')]).toEqual(['hardened-mx', 'hardened-submission']);
});

test('a difference is told apart from the gain', () => {
  const difference = 'client 1, step 9: expected 421, heard 250 2.0.0 OK';
  expect(differenceOf({ why: `Everything. (${difference})`, gained: 'Everything.' })).toBe(difference);
  expect(differenceOf({ why: difference })).toBe(difference);
  expect(afterwardsOf('afterwards: expected 0 stored, found 1 message stored')).toEqual({
    expected: '0 stored',
    heard: '1 message stored',
  });
  expect(afterwardsOf(difference)).toBeUndefined();
});

test('the worst of the cases stands for the scenario, with the time of all', () => {
  const two = row('auth/two', { cases: ['plain', 'login'] });
  take(run('1'), [result('auth/two', 'breached', { case: 'plain' }), result('auth/two', 'held', { case: 'login' })], 7);
  expect(shownOf(useOutcomes.getState().shown, two, 'mine')).toMatchObject({
    outcome: 'breached',
    ms: 20,
    settings: 7,
  });
  expect(shownOf(useOutcomes.getState().shown, two, 'weak')).toBeUndefined();
});

test('what the run before showed is remembered; hearing one run twice changes nothing', () => {
  const one = row('auth/one');
  const shown = () => shownOf(useOutcomes.getState().shown, one, 'mine');
  take(run('1'), [result('auth/one', 'held')], 1);
  expect(shown()).toMatchObject({ outcome: 'held', before: undefined });
  take(run('2'), [result('auth/one', 'breached')], 2);
  take(run('2'), [result('auth/one', 'breached')], 2);
  expect(shown()).toMatchObject({ outcome: 'breached', before: 'held', settings: 2 });
  expect(useOutcomes.getState().results.get(keyOf('auth/one', '-', 'mine'))?.outcome).toBe('breached');
});

test('a cancelled case keeps the outcome before it, marked, until one comes to an end', () => {
  const one = row('auth/one');
  const shown = () => shownOf(useOutcomes.getState().shown, one, 'mine');
  const cut = result('auth/one', 'inconclusive', { why: 'cancelled' });
  take(run('0'), [cut], 1);
  expect(shown()).toMatchObject({ outcome: 'inconclusive' });
  take(run('1'), [result('auth/one', 'held')], 1);
  take({ ...run('2'), started: 77 }, [cut], 1);
  expect(shown()).toMatchObject({ outcome: 'held', cancelled: 77 });
  expect(useOutcomes.getState().results.get(keyOf('auth/one', '-', 'mine'))?.outcome).toBe('held');
  take(run('3'), [result('auth/one', 'inconclusive', { why: 'the time is up' })], 1);
  expect(shown()).toMatchObject({ outcome: 'inconclusive', cancelled: undefined });
});

test('settings that differ have another fingerprint', () => {
  expect(fingerprint({ a: 1 })).not.toBe(fingerprint({ a: 2 }));
  expect(fingerprint({ a: 1 })).toBe(fingerprint({ a: 1 }));
});
