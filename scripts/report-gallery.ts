/** Reports of every kind, to look at: each outcome, failures, long and foreign texts, few and many groups. */
import {
  buildReport,
  createdReport,
  desired,
  failedOutcome,
  failedReport,
  reportFailed,
  reportOne,
  scored,
  stored,
  updatedReport,
} from '../__tests__/unit/report/run-reports.ts';
import { ActionError } from '../src/errors.ts';
import { diffGroups } from '../src/insight-group/diff.ts';
import type { InsightGroup } from '../src/insight-group/insight-group.ts';
import type { GroupOutcome, GroupResult } from '../src/reconcile/group-result.ts';
import type { RunReport } from '../src/report/run-report.ts';

const HELP = 'https://github.com/example/create-insight-group/blob/v1/docs/troubleshooting.md';

const none = { group: undefined, drift: [] } as const;
const drift = diffGroups(desired, scored);

function one(outcome: GroupOutcome, changes: Partial<RunReport> = {}): RunReport {
  return reportOne(outcome, { helpUrl: () => HELP, ...changes });
}

/** The results of so many groups in two projects. */
function many(count: number, build: (group: InsightGroup, index: number) => GroupOutcome) {
  return Array.from({ length: count }, (_, index): GroupResult => {
    const projectKey = index % 3 === 0 ? 'storefront' : 'default';
    const environmentKey = `region-${index}`;
    const key = `${projectKey}-${environmentKey}-all-apps`;
    const group = { ...stored, key, projectKey, environmentKey, name: `Region ${index}` };
    return { target: group, outcome: build(group, index) };
  });
}

function several(results: readonly GroupResult[], changes: Partial<RunReport> = {}): RunReport {
  return buildReport({ isSingle: false, helpUrl: () => HELP, results, requests: 42, ...changes });
}

function unchanged(group: InsightGroup): GroupOutcome {
  return { kind: 'unchanged', group, drift: [] };
}

function notFound({ key, projectKey, environmentKey }: InsightGroup): GroupOutcome {
  return failedOutcome({
    code: 'not-found',
    message: `Environment "${environmentKey}" does not exist in project "${projectKey}"; did you mean "production"? Nothing was written for it.`,
    nextStep: 'Correct the environment, or create it before this step.',
    details: [key],
  });
}

function forbidden({ key }: InsightGroup): GroupOutcome {
  return failedOutcome({
    code: 'forbidden',
    message: `LaunchDarkly refused to create insight group "${key}". Nothing was written.`,
    nextStep: 'Use a token of a service account with the Writer role.',
  });
}

function mixed(group: InsightGroup, index: number): GroupOutcome {
  switch (index % 4) {
    case 0:
      return { kind: 'created', group, drift: [] };
    case 1:
      return { kind: 'updated', group, drift: diffGroups(group, { ...group, name: 'Old' }) };
    case 2:
      return unchanged(group);
    default:
      return notFound(group);
  }
}

function planned(group: InsightGroup, index: number): GroupOutcome {
  switch (index % 4) {
    case 0:
      return { kind: 'would-create', ...none };
    case 1:
      return {
        kind: 'would-update',
        group,
        drift: diffGroups({ ...group, applicationKeys: ['web'] }, { ...group, name: 'Old' }),
      };
    case 2:
      return { kind: 'would-delete', group, drift: [] };
    default:
      return unchanged(group);
  }
}

const applications = Array.from({ length: 100 }, (_, index) => `service-${index + 1}`);
const rtlName = 'سلام – שלום 👩‍👩‍👧 می‌خواهم';
const bands: InsightGroup = {
  ...scored,
  scores: {
    ...scored.scores,
    overall: { score: 71.6, indicator: 'good' },
    leadTime: { score: 0, indicator: 'notCalculated' },
    creationRatio: { score: 12, indicator: 'notGreatAtAll', indicatorRange: { min: 10, max: 20 } },
  },
};

/** The reports by name. */
export const GALLERY: Readonly<Record<string, RunReport>> = {
  created: createdReport,
  'created-differently': one({ kind: 'created', group: scored, drift }),
  unchanged: one({
    kind: 'unchanged',
    group: bands,
    drift: [],
    mayHaveBeenCreated: true,
    unknownApplications: [{ key: 'wbe', suggestion: 'web' }],
  }),
  kept: one({ kind: 'kept', group: scored, drift }),
  updated: updatedReport,
  deleted: one({ kind: 'deleted', group: scored, drift: [] }, { command: 'delete' }),
  absent: reportOne(
    { kind: 'absent', ...none },
    { command: 'delete', target: { ...desired, name: undefined, applicationKeys: undefined } },
  ),
  'would-create': one({ kind: 'would-create', ...none }, { isDryRun: true }),
  'would-update': one({ kind: 'would-update', group: scored, drift }, { isDryRun: true }),
  'would-delete': one({ kind: 'would-delete', group: scored, drift: [] }, { isDryRun: true }),
  'hundred-applications': reportOne(
    {
      kind: 'updated',
      group: { ...stored, applicationKeys: applications },
      drift: diffGroups(
        { ...desired, applicationKeys: applications },
        { ...desired, applicationKeys: ['service-3', 'legacy'] },
      ),
    },
    { target: { ...desired, applicationKeys: applications } },
  ),
  'long-name': one({
    kind: 'created',
    group: { ...stored, name: 'A very long name '.repeat(15).trim(), key: 'long-key-'.repeat(25) },
    drift: [],
  }),
  'right-to-left': one({
    kind: 'kept',
    group: { ...stored, name: rtlName },
    drift: diffGroups(desired, { ...desired, name: rtlName }),
  }),
  'failed-not-found': { ...failedReport, helpUrl: () => HELP },
  'failed-inputs': buildReport({
    origin: undefined,
    requests: 0,
    failure: new ActionError({
      code: 'invalid-input',
      message: 'Two inputs are not valid. No request was made.',
      nextStep: 'Correct the inputs of the step.',
      reasons: [
        { attribute: 'key', reason: 'must start with a letter or a digit' },
        { attribute: 'timeout-seconds', reason: 'must be a whole number from 1 to 3600' },
      ],
    }),
  }),
  'failed-conflict': reportFailed(
    {
      code: 'conflict',
      message: `Insight group "${desired.key}" already exists in project "default", environment "production". It differs in name and applications.`,
      nextStep:
        'Set if-exists: keep to go on with the group as it is, or if-exists: update to change it to what is requested.',
      serverMessage: 'LaunchDarkly answered 409 (conflict): "The key is taken"',
      existing: { group: scored, drift },
      details: ['Request 1: POST 409', 'Request 2: GET 200'],
    },
    { helpUrl: () => HELP },
  ),
  'failed-file': buildReport({
    command: 'sync',
    isSingle: false,
    helpUrl: () => HELP,
    failure: new ActionError({
      code: 'invalid-file',
      message: 'The groups file .github/insight-groups.yml has 2 problems. Nothing was written.',
      nextStep: 'Correct the file, and run again.',
      problems: [
        {
          file: '.github/insight-groups.yml',
          line: 4,
          column: 10,
          message: 'groups[0].key: must start with a letter or a digit',
        },
        {
          file: '.github/insight-groups.yml',
          line: 12,
          column: 5,
          message: 'groups[3]: unknown key "enviroment"; did you mean "environment"?',
        },
      ],
    }),
  }),
  'several-3': several(many(4, mixed)),
  'several-all-unchanged': several(many(2, unchanged)),
  'several-kept': several(
    many(2, (group) => ({
      kind: 'kept',
      group,
      drift: diffGroups({ ...group, name: 'New' }, group),
    })),
  ),
  'several-plan': several(many(5, planned), { isDryRun: true, command: 'sync' }),
  'several-drift': several(many(5, planned), {
    isDryRun: true,
    command: 'sync',
    failure: new ActionError({
      code: 'drift',
      message: '4 groups differ from the groups file. This was a dry run: nothing was written.',
      nextStep: 'Apply the file, or change it to what LaunchDarkly has.',
    }),
  }),
  'several-in-sync': several(many(200, unchanged), { command: 'sync' }),
  'several-none': several([], {
    notices: ['No environment of project "default" matches environment: preview-*.'],
  }),
  'several-300': several(many(300, mixed)),
  'several-300-plan': several(many(300, planned), { isDryRun: true, command: 'sync' }),
  'several-300-forbidden': several(many(300, forbidden)),
  'several-1000-created': several(many(1_000, (group) => ({ kind: 'created', group, drift: [] }))),
  'several-1000-unchanged': several(many(1_000, unchanged)),
};
