// Reports and exit codes of a run.
import { describe, expect, test } from 'vitest';
import type { CaseResult } from '../../core/contract/scenario.ts';
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

test('the table is aligned and says what was not expected', () => {
  const cases = [proved({ case: 'plain' }), proved({ outcome: 'breached', ms: 1234, why: 'client 1' })];
  expect(written(reportOf(cases, ''), 'table')).toBe(
    [
      'outcome             scenario          base    ms  why',
      'held                auth/guess plain  weak    12  held by 421',
      'breached, not held  auth/guess        weak  1234  client 1',
      '',
      '2 cases: 1 held, 1 breached, 0 not applicable, 0 inconclusive, 1 unexpected',
      '',
    ].join('\n'),
  );
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
