import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** Start nothing: they import `src/`, and take seconds. */
const UNIT = ['__tests__/{unit,races}/**/*.test.ts'];

/** Start the bundle on a network, against a server, or beside other runs, that misbehave. */
const FAULTS = ['__tests__/faults/**/*.test.ts'];

/** Start the bundle as a runner does. BUNDLE_NODE names another Node.js to start it with. */
const BUNDLE = ['__tests__/bundle/**/*.test.ts'];

/** Hold what is not the action itself: the workflows, the documentation and the simulators. */
const REPOSITORY = ['__tests__/repository/**/*.test.ts', '__tests__/simulator/**/*.test.ts'];

export default defineConfig({
  test: {
    // The counts and the failures; a line for each of a thousand tests says no more.
    reporters: process.env['GITHUB_ACTIONS'] === 'true' ? ['dot', 'github-actions'] : ['dot'],
    silent: 'passed-only',
    globalSetup: ['__tests__/preconditions.ts'],
    // Most tests start a process, which waits for an answer most of its time: one worker for
    // each core would leave the cores idle.
    maxWorkers: 2 * availableParallelism() + 1,
    maxConcurrency: 10,
    // Safety nets, for a test that hangs. A machine with much else to do must not reach them.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    projects: [
      { extends: true, test: { name: 'unit', include: UNIT } },
      { extends: true, test: { name: 'bundle', include: BUNDLE } },
      { extends: true, test: { name: 'faults', include: FAULTS } },
      { extends: true, test: { name: 'repository', include: REPOSITORY } },
    ],
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
