import { describe, expect, test } from 'vitest';
import { play } from './play.ts';
import { SCENARIOS } from './scenarios.ts';
import { judge } from './verdict.ts';

// Most runs wait most of the time, so many go side by side.
describe.concurrent('on a wire that is hostile, nothing is lost, doubled, misreported or leaked:', () => {
  test.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
    '%s',
    async (_, scenario) => {
      expect(judge(await play(scenario, 1))).toEqual([]);
    },
    90_000,
  );
});
