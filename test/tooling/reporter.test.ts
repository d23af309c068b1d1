// What stands at the end of a run: what tests have to show, what was skipped and why, and the line with the counts.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { TestModule } from 'vitest/node';
import ClosingLine, { closingLine, readClosingLine } from './reporter.ts';

interface Ran {
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly note?: string;
  readonly shows?: readonly string[];
}

/** A file with these tests, by name. */
const moduleOf = (tests: Readonly<Record<string, Ran>>, errors = 0) =>
  ({
    errors: () => Array.from({ length: errors }, () => new Error('broken')),
    children: {
      allTests: () =>
        Object.entries(tests).map(([fullName, { state, note, shows }]) => ({
          fullName,
          result: () => ({ state, note }),
          meta: () => ({ ...(shows && { shows }) }),
        })),
    },
  }) as unknown as TestModule;

function reported(modules: readonly TestModule[], unhandled: readonly unknown[] = []): readonly string[] {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  const before = process.exitCode;
  try {
    new ClosingLine().onTestRunEnd(modules, unhandled);
    return write.mock.calls
      .map(([text]) => String(text))
      .join('')
      .trimEnd()
      .split('\n');
  } finally {
    process.exitCode = before;
    write.mockRestore();
  }
}

beforeEach(() => void vi.stubEnv('CI', ''));
afterEach(() => void vi.unstubAllEnvs());

test('what a test has to show stands before what was skipped, and the counts are last', () => {
  const first = moduleOf({ a: { state: 'skipped', note: 'apt-get install swaks' }, b: { state: 'passed' } });
  const second = moduleOf({ c: { state: 'passed', shows: ['a table', 'of two lines'] } });
  expect(reported([first, second])).toEqual([
    'a table',
    'of two lines',
    'skipped: a (apt-get install swaks)',
    '2 passed, 0 failed, 1 skipped',
  ]);
});

test('a file that cannot be read and an error of nobody count as failed', () => {
  expect(reported([moduleOf({ a: { state: 'failed' } }, 1)], [new Error('nobody’s')])).toEqual(['0 passed, 3 failed']);
});

test('in CI a skipped test is a failed one, but for what a machine may lack even there', () => {
  vi.stubEnv('CI', 'true');
  const module = moduleOf({
    'swaks logs in': { state: 'skipped' },
    'the Electron program starts': { state: 'skipped' },
  });
  expect(reported([module])).toEqual([
    'FAILED, because skipped in CI: swaks logs in',
    'skipped: the Electron program starts',
    '0 passed, 1 failed, 1 skipped',
  ]);
});

test('the counts can be read from the line', () => {
  for (const counts of [
    { passed: 3, failed: 0, skipped: 0 },
    { passed: 0, failed: 2, skipped: 1 },
  ])
    expect(readClosingLine(closingLine(counts))).toEqual(counts);
  expect(readClosingLine('skipped: 3 passed, 0 failed')).toBeUndefined();
});
