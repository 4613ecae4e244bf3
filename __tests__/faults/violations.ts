import type { StepResult } from '../../simulator/runner/step-result.ts';
import type { ScenarioRun } from './run-scenario.ts';
import { DESIRED } from './scenario.ts';

/** What can be wrong with a run. */
export const VIOLATION_KINDS = ['lost', 'duplicated', 'misreported', 'leaked'] as const;

export type ViolationKind = (typeof VIOLATION_KINDS)[number];

/** What each kind means, for the table that `npm run test:faults` prints. */
export const MEANINGS: Readonly<Record<ViolationKind, string>> = {
  lost: 'ended in a way that the scenario does not allow, or not at all',
  duplicated: 'wrote more often than the log says, or created more than one group',
  misreported: 'said something of the group, in log, outputs or summary, that is not true',
  leaked: 'showed a secret, or connected to a host that is not LaunchDarkly',
};

/** One violation, in words. */
export interface Violation {
  readonly kind: ViolationKind;
  readonly what: string;
}

/** Compares what the action reported with what is true. Empty when nothing is wrong. */
export function findViolations(run: ScenarioRun): Violation[] {
  const { result, failure, hasLeaked } = run;
  if (result === undefined) {
    const what = failure?.message ?? 'the run did not end';
    return [...findUnexpectedTraffic(run), { kind: hasLeaked ? 'leaked' : 'lost', what }];
  }
  return [
    ...findUnexpectedTraffic(run),
    ...findLosses(result, run),
    ...findDuplicates(result, run),
    ...findFalseReports(result, run),
    ...(run.scenario.main === 'delete.js'
      ? findFalseDeletes(result, run)
      : findFalseOutputs(result, run)),
  ];
}

function findUnexpectedTraffic({ scenario, decoyConnections, requests }: ScenarioRun): Violation[] {
  const { certificate = 'trusted' } = scenario;
  return report('leaked', [
    [decoyConnections > 0, 'another host was contacted'],
    [certificate !== 'trusted' && requests > 0, 'a server that is not trusted got a request'],
  ]);
}

/** Node's own warning about `NODE_TLS_REJECT_UNAUTHORIZED=0`, before our first line. */
const NODE_WARNING =
  /^\(node:\d+\) Warning: Setting the NODE_TLS_REJECT_UNAUTHORIZED .*\n\(Use `node --trace-warnings .*\n/;

function findLosses(result: StepResult, run: ScenarioRun): Violation[] {
  const { scenario, creations, faultCount, hasFault } = run;
  const outcome = describeOutcome(result);
  const isSuccess = result.outputs['error-code'] === '';
  // How far a run that uses up its time gets depends on the machine; that it reports the truth does
  // not.
  const ranOutOfTime = outcome === 'timeout' && scenario.usesUpTime === true;
  const isAllowed = ranOutOfTime || scenario.allowedOutcomes.some((allowed) => allowed === outcome);
  return report('lost', [
    [!isAllowed, `ended as ${outcome}`],
    [result.exitCode !== (isSuccess ? 0 : 1), `exit code ${result.exitCode}`],
    [result.stderr.replace(NODE_WARNING, '') !== '', `stderr: ${result.stderr}`],
    [
      creations.length !== scenario.creations && !(ranOutOfTime && creations.length === 0),
      `${creations.length} groups were created`,
    ],
    [hasFault && faultCount === 0 && !ranOutOfTime, 'the fault did not happen'],
  ]);
}

function findDuplicates(result: StepResult, { creations, writes }: ScenarioRun): Violation[] {
  const known = result.stdout.match(/^::debug::Request \d+: (?:POST|PATCH|DELETE) /gm)?.length ?? 0;
  return report('duplicated', [
    [creations.length > 1, `${creations.length} groups were created`],
    [writes > known, `${writes} writes arrived, and the log has ${known}`],
  ]);
}

function findFalseReports(result: StepResult, run: ScenarioRun): Violation[] {
  const { scenario, changes } = run;
  const { annotations, outputs, summary = '' } = result;
  const said = annotations.map(({ message }) => message).join('\n');
  const isSuccess = outputs['error-code'] === '';
  const isCertain = DENIAL.test(said);
  const isUncertain = said.includes('Outcome unknown');
  const isDelete = scenario.main === 'delete.js';
  const isEmptyAccount = scenario.existing === undefined;
  return report('misreported', [
    [isCertain && changes > 0, 'says that nothing was written or deleted, but a group was'],
    [isEmptyAccount && said.includes('already exists'), 'takes its own group for another'],
    [
      !isSuccess && changes === 0 && !isCertain && !isUncertain,
      'leaves open that nothing was written',
    ],
    [isSuccess && (isCertain || isUncertain), `annotates a success as a failure: ${said}`],
    [!summary.includes(DESIRED.key), 'the summary does not name the group'],
    [DENIAL.test(summary) && changes > 0, 'the summary denies a write'],
    [isDelete && /creat/.test(said), 'speaks of a create'],
    [isUncertain !== summary.includes('Outcome unknown'), 'annotation and summary differ in doubt'],
  ]);
}

/** How a failure says that it changed nothing. */
const DENIAL = /Nothing was (?:written|deleted)/;

/** The output of that name, as outcome and annotations have it: empty where they leave it open. */
function expectFlag(name: 'created' | 'deleted', { annotations, outputs }: StepResult): string {
  const said = annotations.map(({ message }) => message).join('\n');
  const isOpen = said.includes(`may or may not have been ${name}`);
  return isOpen && outputs['outcome'] !== name ? '' : String(outputs['outcome'] === name);
}

/** Checks what a delete says against the stored group. */
function findFalseDeletes(result: StepResult, run: ScenarioRun): Violation[] {
  const { annotations, outputs } = result;
  const { group, changes, scenario } = run;
  const outcome = outputs['outcome'];
  return report('misreported', [
    [
      outputs['deleted'] !== expectFlag('deleted', result),
      'outcome and deleted contradict each other',
    ],
    [outcome === 'deleted' && group !== undefined, 'says deleted, but the group is there'],
    [outcome === 'deleted' && changes !== 1, `says deleted, after ${changes} changes`],
    [outcome === 'absent' && scenario.existing !== undefined, 'says absent, but there was a group'],
    [outputs['error-code'] === '' && annotations.length > 0, 'annotates a success'],
    [
      outcome === 'deleted' && !outputs['group']?.includes(DESIRED.key),
      'does not show the group that it has deleted',
    ],
  ]);
}

/** Checks the outputs and annotations of a success against the stored group. */
function findFalseOutputs(result: StepResult, run: ScenarioRun): Violation[] {
  const { scenario, creations, changes, group } = run;
  const { annotations, outputs } = result;
  const outcome = outputs['outcome'];
  const contradiction = [
    outputs['created'] !== expectFlag('created', result),
    'outcome and created contradict each other',
  ] as const;
  if (outputs['error-code'] !== '') {
    return report('misreported', [contradiction]);
  }
  const { name = DESIRED.name, applications = '' } = scenario.inputs ?? {};
  const requested = {
    name: name.normalize('NFC'),
    applications: listKeys(applications.split(',')),
  };
  const stored = {
    name: group?.name.normalize('NFC'),
    applications: listKeys(group?.applicationKeys ?? []),
  };
  const isAsRequested = JSON.stringify(stored) === JSON.stringify(requested);
  const isWrite = outcome === 'created' || outcome === 'updated';
  const createdAt = group && new Date(group.createdAt).toISOString();
  return report('misreported', [
    contradiction,
    [outcome === 'created' && creations.length === 0, 'says created, but nothing was'],
    [outcome === 'updated' && changes === 0, 'says updated, but nothing was'],
    [!isWrite && changes > 0, `says ${outcome}, but the group was changed`],
    // Empty when the response that showed the group had no creation time.
    [
      outputs['created-at'] !== '' && outputs['created-at'] !== createdAt,
      'shows another group than the one there is',
    ],
    [outputs['name'] !== group?.name, 'shows another name than the group has'],
    [
      outputs['applications'] !== JSON.stringify(group?.applicationKeys ?? []),
      'shows other applications than the group has',
    ],
    [
      isWrite && isAsRequested && annotations.length > 0,
      'annotates a success that is as requested',
    ],
    [isWrite && !isAsRequested && annotations.length === 0, 'is silent on what was stored instead'],
    [outcome === 'created' && isAsRequested !== (outputs['drift'] === '[]'), 'drift is not true'],
  ]);
}

/** Sorted application keys: LaunchDarkly treats them as a set. */
function listKeys(keys: readonly string[]): string[] {
  return keys
    .map((key) => key.trim())
    .filter((key) => key !== '')
    .sort();
}

/** The error code of a failure, else the outcome. */
function describeOutcome({ outputs }: StepResult): string {
  return outputs['error-code'] || (outputs['outcome'] ?? 'no outcome at all');
}

function report(
  kind: ViolationKind,
  findings: readonly (readonly [boolean, string])[],
): Violation[] {
  return findings.flatMap(([isViolated, what]) => (isViolated ? [{ kind, what }] : []));
}
