// How the tests run: everything in threads; what drives a real browser in a project of its own, one file at a time.
import { join } from 'node:path';
import { defineConfig } from 'vitest/config';

const shared = {
  pool: 'threads' as const,
  testTimeout: 20_000,
  hookTimeout: 60_000,
  setupFiles: [join(import.meta.dirname, 'lookups.ts')],
};

export default defineConfig({
  root: join(import.meta.dirname, '../..'),
  cacheDir: 'node_modules/.cache/vite',
  test: {
    reporters: [['default', { summary: false }], './test/tooling/reporter.ts'],
    projects: [
      {
        test: {
          ...shared,
          name: 'unit',
          include: ['test/**/*.test.ts', 'test/**/*.test.tsx'],
          exclude: ['test/ui/**', 'node_modules/**'],
        },
      },
      {
        test: {
          ...shared,
          name: 'ui',
          include: ['test/ui/**/*.test.ts'],
          fileParallelism: false,
          testTimeout: 60_000,
          expect: { poll: { timeout: 15_000 } },
        },
      },
    ],
  },
});
