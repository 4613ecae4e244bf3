import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import type { RecordedRequest } from '../../simulator/launchdarkly/requests.ts';
import type { Simulator } from '../../simulator/launchdarkly/simulator.ts';
import { type RunActionOptions, runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { CREATE_PATH, DESIRED, olderGroup, startSimulatedRun } from './simulated-run.ts';

/** What a user does, and what there is before. */
interface Scenario {
  /** The first line of the snapshot: what it shows. */
  readonly title: string;
  /** The snapshot's file, without its extension. */
  readonly file: string;
  readonly main?: RunActionOptions['main'];
  /** The `with:` of the step. Defaults to that of a step for one group. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly groups?: readonly InsightGroup[];
  /** Other preparations of the simulator. */
  readonly prepare?: (simulator: Simulator) => void;
  /** Whether requests are sent again for some seconds: how often is up to the machine. */
  readonly isRepeated?: boolean;
  /** The groups file of a sync. */
  readonly groupsFile?: string;
}

const { token, ...ONE_GROUP } = DESIRED;

const EVERY_ENVIRONMENT = {
  project: 'default',
  environment: 'production, staging, test, nowhere',
  key: '{project}-{environment}-all-apps',
  name: '{environment-name} - All Apps',
  'if-exists': 'update',
};

/** The group of another environment of the sample project. */
function groupOf(environmentKey: string, name: string): InsightGroup {
  return olderGroup({ key: `default-${environmentKey}-all-apps`, environmentKey, name });
}

const SCENARIOS: readonly Scenario[] = [
  { title: 'A group is created', file: 'created' },
  {
    title: 'The group exists and matches, and has scores',
    file: 'unchanged',
    inputs: { ...ONE_GROUP, 'if-exists': 'keep' },
    groups: [olderGroup()],
    prepare: ({ account }) => account.setScores(DESIRED.key),
  },
  {
    title: 'The group exists, differs, and is kept',
    file: 'kept',
    inputs: { ...ONE_GROUP, 'if-exists': 'keep' },
    groups: [olderGroup({ name: 'Prod', applicationKeys: ['billing-service'] })],
  },
  {
    title: 'The group exists, differs, and is updated',
    file: 'updated',
    inputs: { ...ONE_GROUP, 'if-exists': 'update', applications: 'billing-service' },
    groups: [olderGroup({ name: 'Prod' })],
  },
  {
    title: 'A dry run would create the group',
    file: 'would-create',
    inputs: { ...ONE_GROUP, 'dry-run': 'true' },
  },
  {
    title: 'The environment is misspelt',
    file: 'misspelt-environment',
    inputs: { ...ONE_GROUP, environment: 'prodution' },
    isRepeated: true,
  },
  {
    title: 'The key belongs to a group of another environment',
    file: 'foreign-key',
    groups: [olderGroup({ environmentKey: 'staging' })],
  },
  {
    title: 'The token is not known',
    file: 'unauthorized',
    inputs: { ...ONE_GROUP, token: 'api-00000000-0000-4000-8000-00000000dead' },
  },
  {
    title: 'The rate limit is reached for a moment',
    file: 'rate-limited',
    prepare: (simulator) =>
      simulator.inject({
        method: 'POST',
        path: CREATE_PATH,
        fault: { kind: 'rate-limit', waitsMs: {} },
      }),
  },
  {
    title: 'Several environments: created, updated, unchanged, and one that does not exist',
    file: 'several-groups',
    isRepeated: true,
    inputs: EVERY_ENVIRONMENT,
    groups: [groupOf('production', 'Prod'), groupOf('test', 'Test - All Apps')],
  },
  {
    title: 'A group is deleted',
    file: 'deleted',
    main: 'delete.js',
    inputs: { key: DESIRED.key, project: 'default', environment: 'production' },
    groups: [olderGroup()],
  },
  {
    title: 'A groups file is planned',
    file: 'sync-plan',
    main: 'sync.js',
    inputs: { file: 'groups.yml', 'dry-run': 'true' },
    groups: [
      groupOf('production', 'Prod'),
      groupOf('staging', 'Staging - All Apps'),
      groupOf('test', 'Test - All Apps'),
    ],
    groupsFile: `defaults:
  project: default
groups:
  - key: '{project}-{environment}-all-apps'
    name: '{environment-name} - All Apps'
    environment: ['*', '!test']
  - key: default-production-billing
    name: Production - Billing
    environment: production
    applications: [billing-service]
  - key: default-test-all-apps
    environment: test
    state: absent
`,
  },
];

test.concurrent.for(SCENARIOS)('$title', async (scenario, { expect }) => {
  await using run = await startSimulatedRun();
  const { simulator } = run;
  for (const group of scenario.groups ?? []) {
    simulator.account.groups.set(group.key, group);
  }
  scenario.prepare?.(simulator);
  const workspace = await mkdtemp(join(tmpdir(), 'snapshot-'));
  try {
    await writeFile(join(workspace, 'groups.yml'), scenario.groupsFile ?? '');
    const inputs = scenario.inputs ?? ONE_GROUP;
    const result = await runAction({
      main: scenario.main,
      inputs: { token, ...inputs, 'base-uri': simulator.origin },
      workspace,
    });
    const text = renderSnapshot({ ...scenario, inputs }, result, simulator.requests);
    const counted = scenario.isRepeated ? text.replace(/\d+(?= requests)/, '<count>') : text;
    await expect(normalize(counted, simulator.origin)).toMatchFileSnapshot(
      `./__snapshots__/${scenario.file}.md`,
    );
  } finally {
    await rm(workspace, { recursive: true, force: true });
  }
});

function renderSnapshot(
  { title, main = 'index.js', inputs = {}, groupsFile, isRepeated = false }: Scenario,
  result: StepResult,
  requests: readonly RecordedRequest[],
): string {
  const { token: _, ...shown } = inputs;
  const sent = requests.map(describe).sort(byConcurrency(main, inputs));
  return [
    `# ${title}`,
    section('Inputs', [`main: ${main}`, ...list(shown)].join('\n')),
    ...(groupsFile === undefined ? [] : [section('Groups file', groupsFile)]),
    section('Log', sortChanges(result.log)),
    section('Conclusion', result.conclusion),
    section('Outputs', list(result.outputs).join('\n')),
    section('Requests', (isRepeated ? [...new Set(sent)] : sent).join('\n')),
    section('Summary', result.summary ?? ''),
  ].join('\n\n');
}

function section(title: string, text: string): string {
  // Four backticks: a summary may hold three.
  return `## ${title}\n\n\`\`\`\`text\n${text.trimEnd()}\n\`\`\`\``;
}

/** Values that are JSON are laid out: a line that differs is seen at once. */
function list(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).map(([name, value]) =>
    /^[[{]./.test(value) && isJson(value)
      ? `${name}: ${JSON.stringify(JSON.parse(value), null, 2)}`
      : `${name}: ${value}`.trimEnd(),
  );
}

function isJson(value: string): boolean {
  try {
    JSON.parse(value);
    return true;
  } catch {
    return false;
  }
}

function describe({ method, path, query, body, processedStatus, fault }: RecordedRequest): string {
  const search = query.size === 0 ? '' : `?${query}`;
  const sent = body === '' ? '' : ` ${body}`;
  return `${method} ${path}${search}${sent} → ${processedStatus ?? fault ?? 'not processed'}`;
}

/** Several groups are read and written at the same time: in what order is up to the machine. */
function byConcurrency(
  main: string,
  inputs: Readonly<Record<string, string>>,
): (left: string, right: string) => number {
  const isSeveral = main === 'sync.js' || /[*,]/.test(inputs['environment'] ?? '');
  return (left, right) => (isSeveral ? left.localeCompare(right, 'en') : 0);
}

function sortChanges(log: string): string {
  return log.replace(
    /(?:^(?:Created|Updated|Deleted) insight group .*\n)+/gm,
    (lines) => `${lines.trimEnd().split('\n').sort().join('\n')}\n`,
  );
}

/** Takes out what differs from run to run: ports, times, and waits, which are random. */
function normalize(text: string, origin: string): string {
  const port = origin.split(':').at(-1) ?? '';
  const normalized = text
    .replaceAll(port, '<port>')
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
    .replace(/\d{4}-\d\d-\d\d/g, '<date>')
    .replace(/\d\d:\d\d(?= UTC)/g, '<time>')
    .replace(/(?<="createdAt": ?)\d+/g, '<time>')
    .replace(/(?<=Trying again in )[\d.]+/g, '<wait>');
  return `${normalized}\n`;
}
