import { execFileSync } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import { startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import { runAction } from '../../simulator/runner/runner.ts';

const node = process.env['BUNDLE_NODE'] ?? process.execPath;

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

/** What `import` loads of Node.js besides what is named, or what undici would load for a clock or HTTP/2. */
const UNNEEDED = ['internal/fs/promises', 'internal/fs/streams', 'http2', 'perf_hooks', 'zlib'];

/** Node.js 20 loads a built-in module's promises and streams however it is asked for. */
const loadsAll = execFileSync(node, ['--version'], { encoding: 'utf8' }).startsWith('v20.');

test.skipIf(loadsAll)('a create loads no module of Node.js that it does not need', async () => {
  await using simulator = await startSimulator();
  const preload = join(actions, 'preload.cjs');
  const list = join(actions, 'modules.json');
  await writeFile(
    preload,
    `const { writeFileSync } = require('fs');
    process.on('exit', () => writeFileSync(${JSON.stringify(list)}, JSON.stringify(process.moduleLoadList)));`,
  );
  const result = await runAction({
    actionPath: ROOT,
    inputs: {
      name: 'A',
      key: 'a',
      project: 'default',
      environment: 'production',
      token: sampleWriterToken,
      'base-uri': simulator.origin,
    },
    env: { NODE_OPTIONS: `--require "${preload}"` },
  });
  expect(result.outputs).toMatchObject({ outcome: 'created' });
  const loaded: readonly string[] = JSON.parse(await readFile(list, 'utf8'));
  expect(loaded).toContain('NativeModule tls');
  expect(UNNEEDED.filter((name) => loaded.includes(`NativeModule ${name}`))).toEqual([]);
});
