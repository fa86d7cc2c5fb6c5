import { defineConfig } from 'vitest/config';

/** Tests that replace what a process has once: its sockets (nock), its timers, its tracer. */
const OF_A_PROCESS = [
  'test/unit/providers/**/*.test.ts',
  'test/unit/platform/shutdown.test.ts',
  'test/stories/queue-crash.test.ts',
  'test/stories/ops/traces.test.ts',
];

const everywhere = { pool: 'forks' as const, testTimeout: 60_000, hookTimeout: 120_000 };

export default defineConfig({
  test: {
    globalSetup: ['test/support/global-setup.ts'],
    // PGlite takes some 300 MB per process.
    maxWorkers: 3,
    projects: [
      { test: { ...everywhere, name: 'a process each', include: OF_A_PROCESS } },
      {
        test: {
          ...everywhere,
          name: 'shared processes',
          // A process for each file would load the service anew each time, a quarter of all work.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: OF_A_PROCESS,
        },
      },
    ],
  },
});
