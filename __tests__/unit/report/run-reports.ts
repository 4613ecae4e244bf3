import { metricScore, sampleScores } from '../../../simulator/launchdarkly/scores.ts';
import { ActionError, type ActionErrorParts } from '../../../src/errors.ts';
import { diffGroups } from '../../../src/insight-group/diff.ts';
import type { DesiredGroup, InsightGroup } from '../../../src/insight-group/insight-group.ts';
import type { GroupOutcome, GroupTarget } from '../../../src/reconcile/group-result.ts';
import type { RunReport } from '../../../src/report/run-report.ts';

/** What the reports' runs ask for. */
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

/** What the run of {@link updatedReport} asks for. */
const desiredUpdate: DesiredGroup = {
  ...desired,
  applicationKeys: ['checkout-api', 'payments-worker', 'web-storefront'],
};

/** Completes a report: one group, created, nothing remarkable. */
export function buildReport(changes: Partial<RunReport> = {}): RunReport {
  return {
    command: 'create',
    isSingle: true,
    isDryRun: false,
    results: [],
    failure: undefined,
    notices: [],
    helpUrl: () => undefined,
    origin: 'https://app.launchdarkly.com',
    requests: 1,
    ...changes,
  };
}

/** The report of a run on one group. */
export function reportOne(
  outcome: GroupOutcome,
  { target = desired, ...changes }: Partial<RunReport> & { readonly target?: GroupTarget } = {},
): RunReport {
  return buildReport({ results: [{ target, outcome }], ...changes });
}

/** The report of a run on several groups. Those that exist have their target's key. */
export function reportSeveral(
  outcomes: readonly GroupOutcome[],
  changes: Partial<RunReport> = {},
): RunReport {
  const results = outcomes.map((outcome, index) => ({
    target: { ...desired, key: outcome.group?.key ?? `group-${index}` },
    outcome,
  }));
  return buildReport({ isSingle: false, results, ...changes });
}

/** The outcome of a group that failed. */
export function failedOutcome(parts: ActionErrorParts): GroupOutcome {
  const error = new ActionError(parts);
  const { group, drift = [] } = error.existing ?? {};
  return { kind: 'failed', error, group, drift };
}

/** The report of a run whose one group failed. */
export function reportFailed(
  parts: ActionErrorParts,
  changes: Parameters<typeof reportOne>[1] = {},
): RunReport {
  return reportOne(failedOutcome(parts), changes);
}

/** A group was created, and has no scores yet. */
export const createdReport: RunReport = reportOne({ kind: 'created', group: stored, drift: [] });

/** A group with scores was changed to what is desired. */
export const updatedReport: RunReport = reportOne(
  {
    kind: 'updated',
    group: { ...scored, ...desiredUpdate },
    drift: diffGroups(desiredUpdate, scored),
  },
  { target: desiredUpdate, requests: 4 },
);

/** A key was mistyped. */
export const failedReport: RunReport = reportFailed(
  {
    code: 'not-found',
    message:
      'Environment "prodution" does not exist in project "default"; did you mean "production"? Tried to create insight group "default-production-all-apps" for project "default", environment "prodution". Nothing was written.',
    serverMessage: 'LaunchDarkly answered 404 (not_found): "Invalid resource identifier"',
    nextStep:
      'Correct the environment key, or create the environment before this step. The environments of project "default" that the token can see: "production", "staging", "test".',
  },
  { target: { ...desired, environmentKey: 'prodution' }, requests: 3 },
);
