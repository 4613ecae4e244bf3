import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anySchedule, runSchedule } from './schedule.ts';
import { COUNTS, type Count, checkSchedule, RESULT_COUNTS } from './violations.ts';

test('whatever goes wrong while jobs ask for the same key at once, there is one group and every report is true', async () => {
  const seen = new Set<Count>();
  await fc.assert(
    fc.asyncProperty(anySchedule, async (schedule) => {
      const { counts, violations } = checkSchedule(await runSchedule(schedule));
      expect(violations).toEqual([]);
      for (const count of COUNTS) {
        if (counts[count] > 0) {
          seen.add(count);
        }
      }
    }),
    // The same five thousand each time; scripts/race-schedules.ts runs more and different ones.
    { numRuns: 5_000, seed: 1 },
  );
  // Every outcome occurred, so no check passed for lack of a case.
  expect([...seen].sort()).toEqual([...RESULT_COUNTS].sort());
});

test('running a schedule twice produces the same record', async () => {
  await fc.assert(
    fc.asyncProperty(anySchedule, async (schedule) => {
      expect(await runSchedule(schedule)).toEqual(await runSchedule(schedule));
    }),
    { numRuns: 50 },
  );
});
