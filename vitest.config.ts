import { defineConfig } from 'vitest/config';

/** Unit tests share one process per worker and hold no global state; end-to-end tests start real processes, one file at a time. */
export default defineConfig({
  test: {
    reporters: ['default', './test/reporter.ts'],
    pool: 'threads',
    testTimeout: 60_000,
    projects: [
      {
        extends: true,
        test: { name: 'unit', isolate: false, include: ['src/**/*.test.ts', 'test/unit/**/*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'e2e',
          isolate: true,
          fileParallelism: false,
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
        },
      },
    ],
  },
});
