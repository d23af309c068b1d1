// Counts the tests and closes with one line, `N passed, N failed`; where CI=true, a skipped test is a failed one.
// What a test has to show to people (`task.meta.shows`) stands before it.
import type { Reporter, TestModule } from 'vitest/node';

declare module 'vitest' {
  interface TaskMeta {
    /** Lines for the report, e.g. a table of what was tried. */
    shows?: readonly string[];
  }
}

/** What a machine may lack even in CI, by a part of the test's name. */
const mayBeSkippedInCi = ['Electron program'];

export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly unknown[]): void {
    let passed = 0;
    let failed = unhandled.length;
    let skipped = 0;
    const lines: string[] = [];
    const shown: string[] = [];
    for (const module of modules) {
      failed += module.errors().length;
      for (const test of module.children.allTests()) {
        const result = test.result();
        shown.push(...(test.meta().shows ?? []));
        if (result.state === 'passed') passed += 1;
        else if (result.state === 'failed') failed += 1;
        else {
          const isFailure = process.env.CI === 'true' && !mayBeSkippedInCi.some((part) => test.fullName.includes(part));
          if (isFailure) failed += 1;
          else skipped += 1;
          const note = result.state === 'skipped' && result.note !== undefined ? ` (${result.note})` : '';
          lines.push(`${isFailure ? 'FAILED, because skipped in CI' : 'skipped'}: ${test.fullName}${note}`);
        }
      }
    }
    if (failed > 0) process.exitCode = 1;
    lines.unshift(...shown);
    lines.push(closingLine({ passed, failed, skipped }));
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

export type Counts = { readonly passed: number; readonly failed: number; readonly skipped: number };

export function closingLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

export function readClosingLine(line: string): Counts | undefined {
  const match = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line);
  return match ? { passed: Number(match[1]), failed: Number(match[2]), skipped: Number(match[3] ?? 0) } : undefined;
}
