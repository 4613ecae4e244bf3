import { defineConfig } from 'vitest/config';

/** The tests that run against src/ itself: a mutant in src/ is not in the bundle that the others start. */
export default defineConfig({
  test: {
    // Without races/: thousands of schedules for each mutant would take days.
    include: ['__tests__/unit/**/*.test.ts', '__tests__/repository/contract.test.ts'],
    // About sizes, not decisions: with every statement counted, each of these takes a minute.
    testNamePattern:
      /^(?!.*(?:of any length|gets server errors only|exhausting the parser|up to 1,000 entries))/,
    // Presentation, which is not mutated.
    exclude: ['__tests__/unit/report/{markdown,outputs,summary}.test.ts'],
    // A machine that does other work as well is no reason to call a mutant found.
    testTimeout: 300_000,
  },
});
