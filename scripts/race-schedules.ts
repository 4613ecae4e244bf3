/**
 * Runs many simulated schedules of concurrent jobs that ask for an insight group with the same key, then as
 * many in which jobs delete it as well, and prints the results. Exits with 1 when a report was not true, and
 * prints the smallest such schedule.
 *
 * Usage: node scripts/race-schedules.ts [--schedules 1000000] [--seed 1]
 */

import { parseArgs } from 'node:util';
import * as fc from 'fast-check';
import {
  anyDeleteSchedule,
  type DeleteSchedule,
  runDeleteSchedule,
} from '../__tests__/races/delete-schedule.ts';
import { checkDeleteSchedule } from '../__tests__/races/delete-violations.ts';
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

await raceCreates();
await raceDeletes();

async function raceCreates(): Promise<void> {
  const totals = Object.fromEntries(COUNTS.map((count) => [count, 0])) as Record<Count, number>;
  const violations = await tally(anySchedule, async (schedule) => {
    const { counts, violations: found } = checkSchedule(await runSchedule(schedule));
    for (const count of COUNTS) {
      totals[count] += counts[count];
    }
    return found.map(({ what }) => what);
  });
  for (const count of COUNTS) {
    printCount(totals[count], MEANINGS[count]);
  }
  await report(
    violations,
    anySchedule,
    async (schedule) => checkSchedule(await runSchedule(schedule)).violations.length === 0,
  );
}

async function raceDeletes(): Promise<void> {
  const totals = new Map<string, number>();
  const check = async (schedule: DeleteSchedule) =>
    checkDeleteSchedule(await runDeleteSchedule(schedule));
  const violations = await tally(anyDeleteSchedule, async (schedule) => {
    const { results, violations: found } = await check(schedule);
    for (const result of results) {
      totals.set(result, (totals.get(result) ?? 0) + 1);
    }
    return found;
  });
  console.log('\nDeletes among creates and updates:');
  for (const [result, count] of totals) {
    printCount(count, `ended "${result}"`);
  }
  await report(
    violations,
    anyDeleteSchedule,
    async (schedule) => (await check(schedule)).violations.length === 0,
  );
}

/** Runs all schedules, and counts how often each violation occurred. */
async function tally<Schedule>(
  schedules: fc.Arbitrary<Schedule>,
  findViolations: (schedule: Schedule) => Promise<readonly string[]>,
): Promise<ReadonlyMap<string, number>> {
  const startedAt = Date.now();
  const violations = new Map<string, number>();
  const check = await fc.check(
    fc.asyncProperty(schedules, async (schedule) => {
      for (const what of await findViolations(schedule)) {
        violations.set(what, (violations.get(what) ?? 0) + 1);
      }
    }),
    parameters,
  );
  if (check.failed) {
    throw check.errorInstance;
  }
  const seconds = (Date.now() - startedAt) / 1_000;
  console.log(`Seed ${parameters.seed}, ${seconds.toFixed(0)} s.`);
  return violations;
}

/** Prints the violations, if any, and the smallest schedule with one. */
async function report<Schedule>(
  violations: ReadonlyMap<string, number>,
  schedules: fc.Arbitrary<Schedule>,
  isTrue: (schedule: Schedule) => Promise<boolean>,
): Promise<void> {
  if (violations.size === 0) {
    return;
  }
  console.log('\nViolations, and how often each occurred:');
  for (const [violation, times] of violations) {
    printCount(times, violation);
  }
  // Run the same schedules again to stop at the first violation and shrink it.
  const { counterexample } = await fc.check(fc.asyncProperty(schedules, isTrue), parameters);
  console.log(`\nThe smallest such schedule: ${JSON.stringify(counterexample?.[0], null, 2)}`);
  process.exitCode = 1;
}

function printCount(count: number, meaning: string): void {
  console.log(`${count.toLocaleString('en').padStart(12)}  ${meaning}`);
}
