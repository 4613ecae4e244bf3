import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['__tests__/**/*.test.ts'],
    globalSetup: ['__tests__/preconditions.ts'],
    // Most tests start a process, which waits for an answer most of its time.
    maxConcurrency: 10,
    testTimeout: 60_000,
    hookTimeout: 30_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // The entry only calls run(). Every test of the bundle goes through it.
      exclude: ['src/index.ts'],
      reporter: ['text', 'html', 'json-summary'],
      thresholds: { lines: 95, branches: 95 },
    },
  },
});
