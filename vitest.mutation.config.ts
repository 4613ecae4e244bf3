import { defineConfig } from 'vitest/config';

/** The tests that run against src/ itself: a mutant in src/ is not in the bundle that the others start. */
export default defineConfig({
  test: {
    include: [
      '__tests__/*.test.ts',
      '__tests__/insight-group/*.test.ts',
      '__tests__/launchdarkly/*.test.ts',
      '__tests__/reconcile/*.test.ts',
      '__tests__/report/log.test.ts',
    ],
    // A machine that does other work as well is no reason to call a mutant found.
    testTimeout: 60_000,
  },
});
