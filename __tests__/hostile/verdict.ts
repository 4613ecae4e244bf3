import type { StepResult } from '../../simulator/runner/runner.ts';
import type { Evidence } from './play.ts';

/** What can be wrong with a run on a hostile wire. */
export const WRONGS = ['lost', 'duplicated', 'misreported', 'leaked'] as const;

export type Wrong = (typeof WRONGS)[number];

/** What each means, for the table that the deep run prints. */
export const MEANINGS: Readonly<Record<Wrong, string>> = {
  lost: 'ended otherwise than such a wire allows, or not at all',
  duplicated: 'wrote more often than the action knows of, or more than one group',
  misreported: 'said something of the group, in log or outputs, that is not true',
  leaked: 'showed a secret, or spoke to a host that is not LaunchDarkly',
};

/** One thing that is wrong, in words. */
export interface Complaint {
  readonly wrong: Wrong;
  readonly what: string;
}

/** Holds what the action said against what is true. Empty when nothing is wrong. */
export function judge(evidence: Evidence): Complaint[] {
  const { result, failure, hasLeaked } = evidence;
  if (result === undefined) {
    const what = failure?.message ?? 'the run came to no end';
    return [...findStrayTraffic(evidence), { wrong: hasLeaked ? 'leaked' : 'lost', what }];
  }
  return [
    ...findStrayTraffic(evidence),
    ...findLosses(result, evidence),
    ...findDuplicates(result, evidence),
    ...findLies(result, evidence),
  ];
}

function findStrayTraffic({ scenario, strayConnections, requests }: Evidence): Complaint[] {
  const { certificate = 'trusted' } = scenario;
  return complain('leaked', [
    [strayConnections > 0, 'another host was contacted'],
    [certificate !== 'trusted' && requests > 0, 'a server that nobody trusts got a request'],
  ]);
}

/** What Node itself says of `NODE_TLS_REJECT_UNAUTHORIZED=0`, before the first line of ours. */
const NODE_WARNING =
  /^\(node:\d+\) Warning: Setting the NODE_TLS_REJECT_UNAUTHORIZED .*\n\(Use `node --trace-warnings .*\n/;

function findLosses(result: StepResult, evidence: Evidence): Complaint[] {
  const { scenario, creations, befallen, hasFault } = evidence;
  const ending = nameEnding(result);
  return complain('lost', [
    [!scenario.endings.some((allowed) => allowed === ending), `ended as ${ending}`],
    [result.exitCode !== (ending === 'created' ? 0 : 1), `exit code ${result.exitCode}`],
    [result.stderr.replace(NODE_WARNING, '') !== '', `stderr: ${result.stderr}`],
    [creations.length !== scenario.creations, `${creations.length} groups were created`],
    [hasFault && befallen === 0, 'the wire did nothing'],
  ]);
}

function findDuplicates(result: StepResult, { creations, creates }: Evidence): Complaint[] {
  const known = result.stdout.match(/^::debug::Request \d+: POST /gm)?.length ?? 0;
  return complain('duplicated', [
    [creations.length > 1, `${creations.length} groups were created`],
    [creates > known, `${creates} creates arrived, but the action knows of ${known}`],
  ]);
}

/** No scenario begins with a group, so one that exists is one that this run has made. */
function findLies(result: StepResult, { creations, group }: Evidence): Complaint[] {
  const { outputs, annotations } = result;
  const said = annotations.map(({ message }) => message).join('\n');
  const isCreated = outputs['outcome'] === 'created';
  const createdAt = group && new Date(group.createdAt).toISOString();
  return complain('misreported', [
    [isCreated && creations.length === 0, 'says created, but nothing was'],
    // Empty when the answer that showed the group told no time.
    [
      isCreated && outputs['created-at'] !== '' && outputs['created-at'] !== createdAt,
      'shows another group than the one there is',
    ],
    [isCreated && outputs['name'] !== group?.name, 'shows another name than the group has'],
    [outputs['created'] !== String(isCreated), 'outcome and created contradict each other'],
    [said.includes('Nothing was written') && creations.length > 0, 'denies a group that it made'],
    [said.includes('already exists'), 'takes its own group for that of somebody else'],
    [!isCreated && !/Nothing was written|Outcome unknown/.test(said), 'leaves open what is true'],
    [isCreated && annotations.length > 0, `annotates a success: ${said}`],
  ]);
}

/** The word for how a run ended: the error code of a failure, else the outcome. */
function nameEnding({ outputs }: StepResult): string {
  return outputs['error-code'] || (outputs['outcome'] ?? 'no outcome at all');
}

function complain(wrong: Wrong, findings: readonly (readonly [boolean, string])[]): Complaint[] {
  return findings.flatMap(([isWrong, what]) => (isWrong ? [{ wrong, what }] : []));
}
