/**
 * `npm run demo`: runs the actions as a runner would, against the LaunchDarkly simulator, and shows what a
 * workflow gets from each of a few steps: the log, the outcome, and the outputs that changed. The job
 * summaries become pages in a folder. `--full` shows inputs, outputs, requests and summaries in full.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, styleText } from 'node:util';
import type { RecordedRequest } from '../simulator/launchdarkly/requests.ts';
import {
  createSampleAccount,
  sampleWriterToken,
} from '../simulator/launchdarkly/sample-account.ts';
import { startSimulator } from '../simulator/launchdarkly/simulator.ts';
import { type RunActionOptions, runAction } from '../simulator/runner/runner.ts';
import type { StepResult } from '../simulator/runner/step-result.ts';
import { frameSummary, renderPage } from './github-page.ts';

const KEY = 'default-production-all-apps';

const GROUPS_FILE = `defaults:
  project: default
groups:
  - key: ${KEY}
    name: Production - All Apps
    environment: production
  - key: '{project}-{environment}-billing'
    name: '{environment-name} - Billing'
    environment: ['*', '!production']
    applications: [billing-service]
  - key: default-test-all-apps
    environment: test
    state: absent
`;

/** The `with:` of a step for one group. */
const GROUP = {
  name: 'Production - All Apps',
  key: KEY,
  project: 'default',
  environment: 'production',
} as const;

interface Step {
  readonly title: string;
  readonly inputs: Readonly<Record<string, string>>;
  readonly main?: RunActionOptions['main'];
}

/** The steps of the workflow, in order. */
const STEPS: readonly Step[] = [
  { title: 'Create the insight group of an environment', inputs: GROUP },
  { title: 'Run again: keep the group that exists', inputs: { ...GROUP, 'if-exists': 'keep' } },
  {
    title: 'Update the group: one application only',
    inputs: { ...GROUP, 'if-exists': 'update', applications: 'billing-service' },
  },
  {
    title: 'Create a group for every environment',
    inputs: {
      project: 'default',
      environment: '*',
      key: '{project}-{environment}-all-apps',
      name: '{environment-name} - All Apps',
      'if-exists': 'update',
    },
  },
  {
    title: 'Delete a group',
    main: 'delete.js',
    inputs: { key: 'default-staging-all-apps', project: 'default', environment: 'staging' },
  },
  {
    title: 'Plan what a file of groups would change',
    main: 'sync.js',
    inputs: { file: '.github/insight-groups.yml', 'dry-run': 'true' },
  },
  {
    title: 'Fail, and say what was meant: a misspelt environment',
    inputs: { ...GROUP, key: 'default-prodution-all-apps', environment: 'prodution' },
  },
];

/** Longer values are cut, in characters: `groups` is a whole JSON document. */
const MAX_VALUE_LENGTH = 90;

const { values: options } = parseArgs({ options: { full: { type: 'boolean', default: false } } });
const workspace = await mkdtemp(join(tmpdir(), 'insight-group-workspace-'));
const pages = join(tmpdir(), 'create-insight-group-demo');

try {
  await prepareFolders();
  await runDemo();
} finally {
  await rm(workspace, { recursive: true, force: true });
}

async function prepareFolders(): Promise<void> {
  await mkdir(join(workspace, '.github'));
  await writeFile(join(workspace, '.github', 'insight-groups.yml'), GROUPS_FILE);
  await rm(pages, { recursive: true, force: true });
  await mkdir(pages, { recursive: true });
}

async function runDemo(): Promise<void> {
  await using simulator = await startSimulator({ account: createSampleAccount() });
  console.log(
    `${STEPS.length} steps of a workflow, each started as a GitHub runner starts the action, against a simulated\nLaunchDarkly on this machine. Below each: its log, its outcome, and the outputs that changed.`,
  );
  const summaries: string[] = [];
  let before: Readonly<Record<string, string>> = {};
  for (const [index, step] of STEPS.entries()) {
    if (index === 1) {
      // By now there were some deployments.
      simulator.account.setScores(KEY);
    }
    const firstRequest = simulator.requests.length;
    const inputs = { ...step.inputs, token: sampleWriterToken, 'base-uri': simulator.origin };
    const result = await runAction({ main: step.main, inputs, workspace });
    const title = `${index + 1}. ${step.title}`;
    showStep(title, { step, result, before });
    if (options.full) {
      showDetails(result, simulator.requests.slice(firstRequest));
    }
    before = result.outputs;
    summaries.push(frameSummary(result.summary ?? '', title));
  }
  const page = join(pages, 'index.html');
  await writeFile(page, renderPage(summaries.join('\n'), 'system'));
  console.log(`\nThe job summaries as GitHub shows them: ${page}`);
  console.log(
    options.full ? '' : 'Everything else, requests and summaries included: npm run demo -- --full',
  );
}

interface Shown {
  readonly step: Step;
  readonly result: StepResult;
  readonly before: Readonly<Record<string, string>>;
}

function showStep(title: string, { step, result, before }: Shown): void {
  console.log(`\n${styleText('bold', title)}`);
  const given = Object.entries(step.inputs).map(([name, value]) => `${name}: ${value}`);
  console.log(styleText('dim', `   with ${given.join(' · ')}`));
  for (const line of result.log.trimEnd().split('\n')) {
    console.log(`   │ ${line}`);
  }
  const changed = Object.entries(result.outputs).filter(
    ([name, value]) => name !== 'outcome' && value !== '' && value !== before[name],
  );
  const outcome = `${result.conclusion}, outcome ${result.outputs['outcome'] ?? ''}`;
  console.log(`   → ${styleText(result.conclusion === 'success' ? 'green' : 'red', outcome)}`);
  for (const [name, value] of options.full ? [] : changed) {
    const shown = value.length > MAX_VALUE_LENGTH ? `${value.slice(0, MAX_VALUE_LENGTH)}…` : value;
    console.log(`     ${name}: ${shown}`);
  }
}

function showDetails(result: StepResult, requests: readonly RecordedRequest[]): void {
  const outputs = Object.entries(result.outputs).map(([name, value]) => `${name}: ${value}`);
  showSection('outputs', outputs);
  showSection('job summary', (result.summary ?? '(none)').trimEnd().split('\n'));
  showSection(
    'requests',
    requests.map(
      ({ method, path, processedStatus }) => `${method} ${path} ${processedStatus ?? ''}`,
    ),
  );
}

function showSection(title: string, lines: readonly string[]): void {
  console.log(`\n   ${title}\n${lines.map((line) => `   │ ${line}`).join('\n')}`);
}
