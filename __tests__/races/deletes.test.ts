import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { anyDeleteSchedule, runDeleteSchedule } from './delete-schedule.ts';
import { checkDeleteSchedule, DELETE_RESULTS, type DeleteResult } from './delete-violations.ts';

test('whatever goes wrong while jobs create, update and delete the group of one key, every report is true', async () => {
  const seen = new Set<DeleteResult>();
  await fc.assert(
    fc.asyncProperty(anyDeleteSchedule, async (schedule) => {
      const { results, violations } = checkDeleteSchedule(await runDeleteSchedule(schedule));
      expect(violations).toEqual([]);
      for (const result of results) {
        seen.add(result);
      }
    }),
    // The same five thousand each time; scripts/race-schedules.ts runs more and different ones.
    { numRuns: 5_000, seed: 1 },
  );
  // Every outcome occurred, so no check passed for lack of a case.
  expect([...seen].sort()).toEqual([...DELETE_RESULTS].sort());
});
