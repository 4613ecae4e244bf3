import { defineConfig } from 'vitest/config';

/** The tests that run against src/ itself: a mutant in src/ is not in the bundle that the others start. */
export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    exclude: [
      '__tests__/{bundle,faults,repository,simulator}/**',
      // Thousands of schedules for each mutant would take days.
      '__tests__/races/**',
      // Presentation, which is not mutated.
      '__tests__/report/{markdown,outputs,summary,tell}.test.ts',
    ],
    // A machine that does other work as well is no reason to call a mutant found.
    testTimeout: 300_000,
  },
});
