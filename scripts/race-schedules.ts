/**
 * Runs many simulated schedules of concurrent jobs that ask for an insight group with the same key, and
 * prints the results. Exits with 1 when a report was not true, and prints the smallest such schedule.
 *
 * Usage: node scripts/race-schedules.ts [--schedules 1000000] [--seed 1]
 */

import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { anySchedule, runSchedule } from '../__tests__/races/schedule.ts';
import { COUNTS, type Count, checkSchedule, MEANINGS } from '../__tests__/races/violations.ts';

const { values } = parseArgs({
  options: {
    schedules: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: '1' },
  },
});

const { schedules, seed } = values;
const parameters = { numRuns: Number(schedules), seed: Number(seed) };

const totals = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<Count, number>;
const violations = new Map<string, number>();
const startedAt = Date.now();
const check = await fc.check(
  fc.asyncProperty(anySchedule, async (schedule) => {
    const { counts, violations: found } = checkSchedule(await runSchedule(schedule));
    for (const count of COUNTS) {
      totals[count] += counts[count];
    }
    for (const { what } of found) {
      violations.set(what, (violations.get(what) ?? 0) + 1);
    }
  }),
  parameters,
);
if (check.failed) {
  throw check.errorInstance;
}
const seconds = (Date.now() - startedAt) / 1_000;

for (const count of COUNTS) {
  console.log(`${totals[count].toLocaleString('en').padStart(12)}  ${MEANINGS[count]}`);
}
console.log(`\nSeed ${parameters.seed}, ${seconds.toFixed(0)} s.`);

if (violations.size > 0) {
  console.log('\nViolations, and how often each occurred:');
  for (const [violation, times] of violations) {
    console.log(`${String(times).padStart(12)}  ${violation}`);
  }
  // Run the same schedules again to stop at the first violation and shrink it.
  const { counterexample } = await fc.check(
    fc.asyncProperty(
      anySchedule,
      async (schedule) => checkSchedule(await runSchedule(schedule)).violations.length === 0,
    ),
    parameters,
  );
  console.log(`\nThe smallest such schedule: ${JSON.stringify(counterexample?.[0], null, 2)}`);
  process.exitCode = 1;
}
