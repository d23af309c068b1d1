// Reports and exit codes of a run.
import { describe, expect, test } from 'vitest';
import type { CaseResult } from '../../core/contract/scenario.ts';
import type { Timeline } from '../../core/contract/timeline.ts';
import { exitCodeOf, reportOf, written } from '../../core/simulate/report.ts';

const one = (members: Partial<CaseResult>): CaseResult => ({
  scenario: 'auth/guess',
  case: '-',
  preset: 'weak',
  world: 'real',
  outcome: 'held',
  ms: 12,
  why: 'held by 421',
  lines: [],
  sessions: [],
  ...members,
});
const proved = (members: Partial<CaseResult>) => one({ expected: 'held', ...members });
const codeOf = (...cases: CaseResult[]) => exitCodeOf(reportOf(cases, 'abc'));

describe('the exit code', () => {
  test('without expectations is 1 when anything is breached or undecided', () => {
    expect(codeOf(one({}), one({ outcome: 'notApplicable' }))).toBe(0);
    expect(codeOf(one({}), one({ outcome: 'breached' }))).toBe(1);
    expect(codeOf(one({ outcome: 'inconclusive' }))).toBe(1);
  });

  test('with expectations is 1 when an outcome is another', () => {
    expect(codeOf(proved({}), proved({ outcome: 'breached', expected: 'breached' }))).toBe(0);
    expect(codeOf(proved({}), proved({ outcome: 'breached' }))).toBe(1);
    expect(codeOf(proved({ expected: 'breached' }))).toBe(1);
    expect(codeOf(proved({ outcome: 'inconclusive' }))).toBe(1);
  });
});

test('the JSON has counts, cases and the digest, and expected only with expectations', () => {
  const cases = [proved({}), one({ preset: 'mine', outcome: 'breached', why: 'client 1' })];
  expect(JSON.parse(written(reportOf(cases, 'abc'), 'json'))).toEqual({
    counts: { held: 1, breached: 1, notApplicable: 0, inconclusive: 0, unexpected: 0 },
    cases: [
      {
        scenario: 'auth/guess',
        case: '-',
        preset: 'weak',
        world: 'real',
        outcome: 'held',
        expected: 'held',
        ms: 12,
        why: 'held by 421',
      },
      {
        scenario: 'auth/guess',
        case: '-',
        preset: 'mine',
        world: 'real',
        outcome: 'breached',
        ms: 12,
        why: 'client 1',
      },
    ],
    journal: 'abc',
  });
});

test('JUnit skips what was left out, and says why', () => {
  const manner = { world: 'real', seed: 7, leftOut: [{ scenario: 'flood/a', because: 'too-many-peers' }] } as const;
  const text = written(reportOf([proved({})], 'abc', manner), 'junit');
  expect(text).toContain('tests="2" failures="0" errors="0" skipped="1"');
  expect(text).toContain(
    '<testcase classname="flood/a" name="-" time="0.000">\n    <skipped message="not in the real world: More connections than real sockets carry in a run."/>',
  );
});

test('the table is aligned and says what was not expected', () => {
  const cases = [proved({ case: 'plain' }), proved({ outcome: 'breached', ms: 1234, why: 'client 1' })];
  const manner = { world: 'real', seed: 7, leftOut: [{ scenario: 'flood/a', because: 'too-many-peers' }] } as const;
  expect(written(reportOf(cases, 'abc', manner), 'table')).toBe(
    [
      'outcome             scenario          base   took  why',
      'held                auth/guess plain  weak  12 ms  held by 421',
      'breached, not held  auth/guess        weak  1.2 s  client 1',
      '',
      '1 left out, which cannot be played in the real world:',
      '  flood/a: too-many-peers. More connections than real sockets carry in a run.',
      '2 cases: 1 held, 1 breached, 0 not applicable, 0 inconclusive, 1 unexpected',
      'journal abc, seed 7',
      '',
    ].join('\n'),
  );
});

const timeline: Timeline = {
  now: 86_400_000,
  until: 86_400_000,
  began: 0,
  took: 12_000,
  timers: 123_456,
  step: 86_400,
  groups: [
    {
      name: 'shops',
      kind: 'citizen',
      clients: 10_000,
      begun: 10_000,
      served: 9_990,
      gaveUp: 4,
      waiting: 6,
      tries: 60_000,
      turnedAway: 50_000,
      waits: { count: 9_990, least: 340, p50: 60_000, p90: 900_000, p99: 7_200_000, most: 86_000_000 },
    },
  ],
  series: [
    { id: 'sessions', title: 'sessions open', kind: 'sessions', unit: 'sessions', values: [1, 2, 3] },
    { id: 'flow.x', title: 'connections', kind: 'counter', unit: 'connections', limit: 20, values: [3, 21] },
  ],
  moments: [{ at: 3_600_000, series: 'flow.x', text: '21st', session: 'A' }],
  sessions: 60_000,
  kept: 1_412,
  expectations: [{ expected: 'at least 99 % of all served', found: '99.9 % (9,990 of 10,000)', held: true }],
  stopped: 'the most timers it may fire have fired',
};

test('a population is told with its groups, limits, expectations, and virtual against real time', () => {
  const text = written(reportOf([proved({ timeline })], 'abc'), 'table');
  expect(text.split('\n').slice(3, -3)).toEqual([
    'auth/guess weak: 24 h in 12 s (7,200 to 1), 60,000 sessions, 1,412 of them kept, 123,456 timers',
    '  stopped: the most timers it may fire have fired; what is told is what it had come to',
    '  group            clients    came  served  gave up  waiting   tries  before greeting  waits: least  median    90 %  99 %         most',
    '  shops (citizen)   10,000  10,000   9,990        4        6  60,000           50,000        340 ms   1 min  15 min   2 h  23 h 53 min',
    '  limit   what it counts      most  first hit after  moments',
    '  flow.x  connections     21 of 20              1 h        1',
    '  held: expected at least 99 % of all served, found 99.9 % (9,990 of 10,000)',
    '',
  ]);
});

test('the JSON has the course of a population, on one line', () => {
  const text = written(
    reportOf([proved({ timeline }), proved({ why: '"timeline": "0"' })], 'abc', { seed: 7 }),
    'json',
  );
  expect(text).toContain('"values":[1,2,3]');
  const read = JSON.parse(text) as { cases: { timeline?: Timeline; why: string }[]; seed: number };
  expect([read.cases[0]?.timeline, read.cases[1]?.why, read.seed]).toEqual([timeline, '"timeline": "0"', 7]);
});

test('JUnit has a failure for what fails, an error for what is undecided, and escapes what XML cannot hold', () => {
  const cases = [
    one({}),
    one({ preset: 'mine', outcome: 'breached', why: 'heard <250> & "OK"\u0000' }),
    one({ preset: 'mine', outcome: 'inconclusive', why: 'late' }),
    one({ preset: 'mine', outcome: 'notApplicable', why: 'no listener' }),
  ];
  expect(written(reportOf(cases, ''), 'junit').split('\n')).toEqual([
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<testsuite name="gatehouse" tests="4" failures="1" errors="1" skipped="1" time="0.048">',
    '  <testcase classname="auth/guess" name="- weak" time="0.012"/>',
    '  <testcase classname="auth/guess" name="- mine" time="0.012">',
    '    <failure message="breached">heard &lt;250&gt; &amp; &quot;OK&quot;?</failure>',
    '  </testcase>',
    '  <testcase classname="auth/guess" name="- mine" time="0.012">',
    '    <error message="inconclusive">late</error>',
    '  </testcase>',
    '  <testcase classname="auth/guess" name="- mine" time="0.012">',
    '    <skipped/>',
    '  </testcase>',
    '</testsuite>',
    '',
  ]);
});
