import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import { startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import { runAction } from '../../simulator/runner/runner.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** What only a groups file or a proxy needs. */
const CHUNKS = ['yaml.js', 'groups-file.js', 'proxy-agent.js', 'undici-proxy.js'];

/** A copy of the actions without these chunks. */
let actions: string;

beforeAll(async () => {
  actions = await mkdtemp(join(tmpdir(), 'actions-'));
  for (const name of ['dist', 'action.yml', 'delete', 'sync']) {
    await cp(join(ROOT, name), join(actions, name), { recursive: true });
  }
  for (const chunk of CHUNKS) {
    await rm(join(actions, 'dist', chunk));
  }
});
afterAll(() => rm(actions, { recursive: true }));

test.each([
  { folder: '.', inputs: { name: 'A' }, outcome: 'created' },
  {
    folder: '.',
    inputs: { name: 'A', key: '{environment}-a', environment: '*', 'if-exists': 'update' },
    outcome: 'changed',
  },
  { folder: 'delete', inputs: {}, outcome: 'absent' },
])(
  'the action in $folder loads neither the YAML parser nor the proxy agent: $outcome',
  async ({ folder, inputs, outcome }) => {
    await using simulator = await startSimulator();
    const result = await runAction({
      actionPath: join(actions, folder),
      inputs: {
        key: 'a',
        project: 'default',
        environment: 'production',
        token: sampleWriterToken,
        'base-uri': simulator.origin,
        ...inputs,
      },
    });
    expect(result.outputs).toMatchObject({ outcome });
  },
);
