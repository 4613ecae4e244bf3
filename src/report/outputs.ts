import * as core from '@actions/core';
import type { ActionError } from '../errors.ts';
import type { InsightGroup } from '../insight-group/insight-group.ts';
import { countOutcomes, type GroupResult, type OutcomeKind } from '../reconcile/group-result.ts';
import type { Secrets } from '../secrets.ts';
import {
  describeResult,
  describeScore,
  formatTime,
  pickPublicFields,
  pickScores,
} from './group-values.ts';
import { type CommandName, listErrors, type RunReport } from './run-report.ts';

/** What the outputs of a run are made of. */
interface Source {
  readonly report: RunReport;
  /** The result, where the workflow named one group; its outputs are empty where it named several. */
  readonly only: GroupResult | undefined;
  readonly group: InsightGroup | undefined;
}

/** A text, or the items of a JSON array: each is redacted by itself, since a text that is very long would be cut. */
type OutputValue = string | readonly string[];

type Outputs = Readonly<Record<string, (source: Source) => OutputValue>>;

/** The outputs that show the one group; empty where there are several. */
const GROUP: Outputs = {
  key: ({ group }) => group?.key ?? '',
  name: ({ group }) => group?.name ?? '',
  project: ({ group }) => group?.projectKey ?? '',
  environment: ({ group }) => group?.environmentKey ?? '',
  applications: ({ group }) => (group ? JSON.stringify(group.applicationKeys) : ''),
  'created-at': ({ group }) => formatTime(group?.createdAt),
  group: ({ group }) => (group ? JSON.stringify(pickPublicFields(group)) : ''),
};

/** The one table of outputs: those of each `action.yml`, and the value of each for the way the run ended. */
const OUTPUTS: Readonly<Record<CommandName, Outputs>> = {
  create: {
    outcome: ({ report, only }) => only?.outcome.kind ?? describeOverall(report),
    created: ({ report }) => describeCreated(report),
    ...GROUP,
    'overall-score': ({ group }) => describeScore(group?.scores?.overall),
    'overall-indicator': ({ group }) => group?.scores?.overall?.indicator ?? '',
    scores: ({ group }) => JSON.stringify(pickScores(group?.scores)),
    drift: ({ only }) => JSON.stringify(only?.outcome.drift ?? []),
    groups: ({ report }) => describeGroups(report),
    counts: ({ report }) => describeCounts(report, CREATE_COUNTS),
    'error-code': ({ report }) => findErrorCode(report),
  },
  delete: {
    outcome: ({ only }) => only?.outcome.kind ?? 'failed',
    deleted: ({ report }) => describeDone(report, 'deleted', isWriteInDoubt(report, 'delete')),
    key: ({ only, group }) => group?.key ?? only?.target.key ?? '',
    group: ({ group }) => (group ? JSON.stringify(pickPublicFields(group)) : ''),
    'error-code': ({ report }) => findErrorCode(report),
  },
  sync: {
    outcome: ({ report }) => describeSync(report),
    drift: ({ report }) => describeSyncDrift(report),
    counts: ({ report }) => describeCounts(report, SYNC_COUNTS),
    groups: ({ report }) => describeGroups(report),
    'error-code': ({ report }) => findErrorCode(report),
  },
};

/** The names of an action's outputs, for the tests that hold them against its `action.yml` and README. */
export function listOutputNames(command: CommandName): string[] {
  return Object.keys(OUTPUTS[command]);
}

/** Describes the outputs of a run: every name, with an empty string where there is nothing to say. */
export function describeOutputs(
  report: RunReport,
  redact = (text: string) => text,
): Record<string, string> {
  const only = report.isSingle ? report.results[0] : undefined;
  const source = { report, only, group: only?.outcome.group };
  return Object.fromEntries(
    Object.entries(OUTPUTS[report.command]).map(([name, describe]) => {
      const value = describe(source);
      return [name, typeof value === 'string' ? redact(value) : `[${value.map(redact).join(',')}]`];
    }),
  );
}

/** Hands the outputs to the runner. It would drop a value that holds a secret whole, so they are redacted first. */
export function writeOutputs(report: RunReport, secrets: Secrets): void {
  const outputs = describeOutputs(report, (text) => secrets.redact(text));
  for (const [name, value] of Object.entries(outputs)) {
    core.setOutput(name, value);
  }
}

/** Says that the run failed after all. What the other outputs say of groups stays true. */
export function overwriteOutcome({ code }: ActionError): void {
  // The runner takes the last value of an output.
  core.setOutput('outcome', 'failed');
  core.setOutput('error-code', code);
}

const CHANGES = ['created', 'updated', 'deleted'] as const satisfies OutcomeKind[];
const PLANNED = ['would-create', 'would-update', 'would-delete'] as const satisfies OutcomeKind[];

/** What the output `counts` counts, in the order of its members. */
const CREATE_COUNTS = [
  'created',
  'updated',
  'unchanged',
  'kept',
  'failed',
  'skipped',
  'would-create',
  'would-update',
] as const satisfies OutcomeKind[];
const SYNC_COUNTS = [
  'created',
  'updated',
  'unchanged',
  'deleted',
  'absent',
  'failed',
  'skipped',
  ...PLANNED,
] as const satisfies OutcomeKind[];

/** The outcome of a run on several groups: the first that applies, the worst first. */
function describeOverall(report: RunReport): string {
  if (listErrors(report).length > 0) {
    return 'failed';
  }
  if (hasOutcome(report, ...CHANGES)) {
    return 'changed';
  }
  if (hasOutcome(report, ...PLANNED)) {
    return 'would-change';
  }
  return hasOutcome(report, 'kept') ? 'kept' : 'unchanged';
}

function describeSync(report: RunReport): string {
  if (listErrors(report).some(({ code }) => code !== 'drift')) {
    return 'failed';
  }
  if (hasOutcome(report, ...PLANNED)) {
    return 'drift';
  }
  return hasOutcome(report, ...CHANGES) ? 'changed' : 'in-sync';
}

/**
 * Whether the account differs from the file at the end of the run: a dry run found it so, or LaunchDarkly has
 * stored a created group differently. Empty where it is not known: the run failed before it had looked at
 * everything, or did not finish.
 */
function describeSyncDrift(report: RunReport): string {
  const isStoredDifferently = report.results.some(
    ({ outcome }) => outcome.kind === 'created' && outcome.drift.length > 0,
  );
  if (isStoredDifferently || hasOutcome(report, ...PLANNED)) {
    return 'true';
  }
  return describeSync(report) === 'failed' ? '' : 'false';
}

/** Empty where it is not known: a create got no answer, and nothing tells whether it made the group. */
function describeCreated(report: RunReport): string {
  const isInDoubt =
    isWriteInDoubt(report, 'create') ||
    report.results.some(
      ({ outcome }) => 'mayHaveBeenCreated' in outcome && outcome.mayHaveBeenCreated,
    );
  return describeDone(report, 'created', isInDoubt);
}

/** Says whether any group has the outcome `kind`; empty where it has not as far as is known, but may. */
function describeDone(
  report: RunReport,
  kind: 'created' | 'deleted',
  isInDoubt: boolean,
): 'true' | 'false' | '' {
  if (hasOutcome(report, kind)) {
    return 'true';
  }
  return isInDoubt ? '' : 'false';
}

function isWriteInDoubt(report: RunReport, write: 'create' | 'delete'): boolean {
  return listErrors(report).some(({ writes }) => writes?.[write] === 'unknown');
}

function findErrorCode(report: RunReport): string {
  return listErrors(report)[0]?.code ?? '';
}

function hasOutcome({ results }: RunReport, ...kinds: readonly OutcomeKind[]): boolean {
  return results.some(({ outcome }) => kinds.includes(outcome.kind));
}

/** The counts under names that read well in an expression: `would-create` is `wouldCreate`. */
function describeCounts({ results }: RunReport, kinds: readonly OutcomeKind[]): string {
  const counts = countOutcomes(results);
  const members = kinds.map((kind) => [
    kind.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase()),
    counts[kind],
  ]);
  return JSON.stringify(Object.fromEntries(members));
}

function describeGroups({ results }: RunReport): readonly string[] {
  return results.map((result) => JSON.stringify(describeResult(result)));
}
