/**
 * Plays many simulated schedules of jobs that ask for an insight group of the same key at once, and prints
 * what came of them. Exits with 1 when a report was not true, and prints the smallest such schedule.
 *
 * Usage: node scripts/race-schedules.ts [--schedules 1000000] [--seed 1]
 */

import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import { anySchedule, play } from '../__tests__/races/schedule.ts';
import { COUNTS, type Count, judge, MEANINGS } from '../__tests__/races/verdict.ts';

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
    const verdict = judge(await play(schedule));
    for (const count of COUNTS) {
      totals[count] += verdict.counts[count];
    }
    for (const { what } of verdict.violations) {
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
  console.log('\nWhat is wrong, and how often:');
  for (const [violation, times] of violations) {
    console.log(`${String(times).padStart(12)}  ${violation}`);
  }
  // The same schedules once more, now to stop at the first that is wrong and to make it small.
  const { counterexample } = await fc.check(
    fc.asyncProperty(
      anySchedule,
      async (schedule) => judge(await play(schedule)).violations.length === 0,
    ),
    parameters,
  );
  console.log(`\nThe smallest such schedule: ${JSON.stringify(counterexample?.[0], null, 2)}`);
  process.exitCode = 1;
}
