import { describe, expect, test } from 'vitest';
import type { GitHubFault } from '../../simulator/github/protocol.ts';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import {
  expectOneComment,
  expectTruth,
  GROUP_KEY,
  hasGroup,
  type Step,
  startPreview,
} from '../bundle/preview-run.ts';

/** What happens to a pull request. The second close is a job that was run again. */
const STORY: readonly Step[] = ['open', 'push', 'close', 'close'];

/** How many requests the story makes to LaunchDarkly without faults. */
const LAUNCHDARKLY_REQUESTS = 6;

const LAUNCHDARKLY_FAULTS: readonly (readonly [string, Fault])[] = [
  ['is reset before it is processed', { kind: 'reset' }],
  ['is reset after it was processed', { kind: 'process-then-reset' }],
  ['is cut off after it was processed', { kind: 'process-then-truncate' }],
  ['stalls before it is processed', { kind: 'stall' }],
  ['stalls after it was processed', { kind: 'process-then-stall' }],
  ['gets a 503 before it is processed', { kind: 'respond', status: 503 }],
  ['gets a 502 after it was processed', { kind: 'process-then-respond', status: 502 }],
  ['gets a 429', { kind: 'rate-limit', waitsMs: { global: 1_000 } }],
];

describe.concurrent.each(LAUNCHDARKLY_FAULTS)(
  'when a request to LaunchDarkly %s',
  (_what, fault) => {
    const numbers = Array.from({ length: LAUNCHDARKLY_REQUESTS }, (_, index) => index + 1);
    test.each(numbers)(
      'every step is true, and the group is gone at the end: request %i',
      async (number) => {
        await using preview = await startPreview();
        const { simulator } = preview.simulated;
        simulator.inject({ skip: number - 1, fault });
        // A request that stalls takes all the time of its step.
        const timeout = fault.kind.endsWith('stall') ? '10' : '120';
        let last: StepResult | undefined;
        for (const step of STORY) {
          last = await preview.run(step, { 'timeout-seconds': timeout });
          expectTruth(preview, last);
          expectOneComment(preview, last);
        }
        expect(simulator.requests.length).toBeGreaterThanOrEqual(number);
        // The one fault is over, so a step that had failed was made up for, unless it was the last delete.
        expect(last?.outputs['outcome'] === 'failed' || !hasGroup(preview)).toBe(true);
        expect(simulator.createdCount(GROUP_KEY)).toBeGreaterThanOrEqual(1);
        expect(simulator.deletionsOf(GROUP_KEY)).toHaveLength(simulator.createdCount(GROUP_KEY));
      },
    );
  },
);

/** How many requests of each method the story makes to GitHub without faults. */
const GITHUB_REQUESTS = { GET: 5, POST: 4, PATCH: 3 } as const;

const PAGE = { status: 502, body: '<html>Bad gateway</html>' };
const GITHUB_FAULTS: readonly (readonly [string, Omit<GitHubFault, 'method'>])[] = [
  ['is reset before it is processed', { resets: true }],
  ['is reset after it was processed', { resets: true, isProcessed: true }],
  ['gets a 502 before it is processed', { answer: PAGE }],
  ['gets a 502 after it was processed', { answer: PAGE, isProcessed: true }],
];

describe.concurrent.each(GITHUB_FAULTS)('when a request to GitHub %s', (_what, fault) => {
  const places = Object.entries(GITHUB_REQUESTS).flatMap(([method, count]) =>
    Array.from({ length: count }, (_, index) => ({ method, number: index + 1 })),
  );
  test.each(places)(
    'every step is done and one comment is left: $method $number',
    async ({ method, number }) => {
      await using preview = await startPreview();
      const { github } = preview;
      if (number > 1) {
        // The requests before are processed as usual.
        github.inject({ method, times: number - 1 });
      }
      github.inject({ ...fault, method });
      const outcomes: (string | undefined)[] = [];
      for (const step of STORY) {
        const result = await preview.run(step);
        expectTruth(preview, result);
        expectOneComment(preview, result);
        expect(result.exitCode).toBe(0);
        outcomes.push(result.outputs['outcome']);
      }
      expect(outcomes).toEqual(['created', 'unchanged', 'deleted', 'absent']);
      const sent = github.requests.filter((request) => request.method === method);
      expect(sent.length).toBeGreaterThanOrEqual(number);
    },
  );
});
