import { describe, expect, test } from 'vitest';
import { runScenario } from './run-scenario.ts';
import { SCENARIOS } from './scenarios.ts';
import { findViolations } from './violations.ts';

// Runs spend most of their time waiting, so many run concurrently.
describe.concurrent('network and server faults', () => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    'loses, duplicates, misreports and leaks nothing when %s',
    async (_, scenario) => {
      expect(findViolations(await runScenario(scenario, 1))).toEqual([]);
    },
  );
});
