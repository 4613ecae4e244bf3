import { defineConfig } from 'vitest/config';

/** The tests that run against src/ itself: a mutant in src/ is not in the bundle that the others start. */
export default defineConfig({
  test: {
    // Without races/: thousands of schedules for each mutant would take days.
    include: ['__tests__/unit/**/*.test.ts', '__tests__/repository/contract.test.ts'],
    exclude: [
      // Presentation, which is not mutated.
      '__tests__/unit/report/{markdown,outputs,summary,tell}.test.ts',
    ],
    // A machine that does other work as well is no reason to call a mutant found.
    testTimeout: 300_000,
  },
});
