import { metricScore, sampleScores } from '../../../simulator/launchdarkly/scores.ts';
import { ActionError, type ActionErrorParts } from '../../../src/errors.ts';
import { diffGroups } from '../../../src/insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../../../src/insight-group/insight-group.ts';
import type { Outcome } from '../../../src/reconcile/outcome.ts';
import type { Ending, Story } from '../../../src/report/story.ts';

/** What the stories ask for. */
export const desired: DesiredGroup = {
  key: 'default-production-all-apps',
  name: 'Production - All Apps',
  projectKey: 'default',
  environmentKey: 'production',
  applicationKeys: [],
};

/** The group as LaunchDarkly has it, without scores. */
export const stored: InsightGroup = { ...desired, createdAt: Date.UTC(2026, 9, 28, 14, 5, 30) };

/** A group that has been there for a while: another name, other applications, and scores. */
export const scored: InsightGroup = {
  ...stored,
  name: 'Prod',
  applicationKeys: ['checkout-api', 'web-storefront'],
  scores: { ...sampleScores(), leadTime: metricScore('leadTime', 81) },
  scoreMetadata: {
    period: { startTime: Date.UTC(2026, 9, 2), endTime: Date.UTC(2026, 10, 1) },
    lastPeriod: { startTime: Date.UTC(2026, 8, 2), endTime: Date.UTC(2026, 9, 2) },
  },
};

/** What {@link updatedStory} asks for. */
const desiredUpdate: DesiredGroup = {
  ...desired,
  applicationKeys: ['checkout-api', 'payments-worker', 'web-storefront'],
};

/** Completes a story. */
export function tellStory(ending: Ending, changes: Partial<Story> = {}): Story {
  return {
    request: { desired, ifExists: 'fail', isDryRun: false },
    ending,
    origin: 'https://app.launchdarkly.com',
    requests: 1,
    attempts: 1,
    elapsedMs: 412,
    ...changes,
  };
}

/** A story that ends well. */
export function succeed(outcome: Outcome, changes: Partial<Story> = {}): Story {
  return tellStory({ kind: 'success', outcome }, changes);
}

/** A story that does not. */
export function fail(parts: ActionErrorParts, changes: Partial<Story> = {}): Story {
  return tellStory({ kind: 'failure', error: new ActionError(parts) }, changes);
}

/** A group was created, and has no scores yet. */
export const createdStory: Story = succeed({ kind: 'created', group: stored, drift: [] });

/** A group with scores was changed to what is desired. */
export const updatedStory: Story = succeed(
  {
    kind: 'updated',
    group: { ...scored, ...desiredUpdate },
    drift: diffGroups(desiredUpdate, scored),
  },
  {
    request: { desired: desiredUpdate, ifExists: 'update', isDryRun: false },
    requests: 4,
    attempts: 2,
    elapsedMs: 2_345,
  },
);

/** A key was mistyped. */
export const failedStory: Story = fail(
  {
    code: 'not-found',
    message:
      'Environment "prodution" does not exist in project "default"; did you mean "production"? Tried to create insight group "default-production-all-apps" for project "default", environment "prodution". Nothing was written.',
    said: 'LaunchDarkly answered 404 (not_found): "Invalid resource identifier"',
    nextStep:
      'Correct the input environment, or create the environment before this step. The environments of project "default" that the token can see: "production", "staging", "test".',
  },
  {
    request: {
      desired: { ...desired, environmentKey: 'prodution' },
      ifExists: 'fail',
      isDryRun: false,
    },
    requests: 3,
    elapsedMs: 803,
  },
);
