/**
 * `npm run demo`: runs the action as a runner would, against the LaunchDarkly simulator, and shows
 * what a workflow gets: the log, the outputs and the job summary of each of a few steps.
 */

import {
  createSampleAccount,
  sampleWriterToken,
} from '../simulator/launchdarkly/sample-account.ts';
import { startSimulator } from '../simulator/launchdarkly/simulator.ts';
import { runAction } from '../simulator/runner/runner.ts';

const KEY = 'default-production-all-apps';

/** The steps of the workflow, in order. */
const STEPS: readonly { readonly title: string; readonly inputs: Record<string, string> }[] = [
  { title: 'An environment was provisioned: create its insight group', inputs: {} },
  { title: 'The workflow runs again: keep what exists', inputs: { 'if-exists': 'keep' } },
  {
    title: 'The workflow now wants two applications only: keep shows the drift',
    inputs: { 'if-exists': 'keep', applications: 'billing-service, inventory-service' },
  },
  {
    title: 'A dry run tells what an update would do',
    inputs: {
      'if-exists': 'update',
      'dry-run': 'true',
      applications: 'billing-service, inventory-service',
    },
  },
  {
    title: 'Update the group',
    inputs: { 'if-exists': 'update', applications: 'billing-service, inventory-service' },
  },
  {
    title: 'A misspelt environment: the step fails and says what was meant',
    inputs: { key: 'default-prodution-all-apps', environment: 'prodution' },
  },
];

await using simulator = await startSimulator({ account: createSampleAccount() });

for (const [index, { title, inputs }] of STEPS.entries()) {
  const step = {
    name: 'Production - All Apps',
    key: KEY,
    project: 'default',
    environment: 'production',
    token: sampleWriterToken,
    'base-uri': simulator.origin,
    ...inputs,
  };
  if (index === 1) {
    // By now there were some deployments.
    simulator.account.setScores(KEY);
  }
  const before = simulator.requests.length;
  const result = await runAction({ inputs: step });
  const requests = simulator.requests.slice(before);

  heading(`${index + 1}. ${title}`);
  section('with', describe({ ...step, token: '***' }));
  section('log', result.log);
  section('outputs', describe(result.outputs));
  section('job summary', result.summary ?? '(none)');
  section(
    'requests',
    requests.map(({ method, path, status }) => `${method} ${path} ${status}`).join('\n'),
  );
}

function heading(text: string): void {
  console.log(`\n\x1b[1m${text}\x1b[0m\n${'='.repeat(text.length)}`);
}

function section(title: string, text: string): void {
  const lines = text.trimEnd().split('\n');
  console.log(`\n${title}\n${lines.map((line) => `  | ${line}`).join('\n')}`);
}

function describe(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}
