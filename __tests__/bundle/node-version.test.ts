import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ERROR_TITLES } from '../../src/errors.ts';
import { OLDEST_NODE } from '../../src/node-version.ts';
import { startSimulatedRun } from './simulated-run.ts';
import { startSyncRun } from './sync-run.ts';

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'node-version-'));
});

afterAll(async () => rm(folder, { recursive: true }));

/** Variables that make the process report another Node.js version. */
async function pretendNode(version: string): Promise<Record<string, string>> {
  const path = join(folder, `node-${version}.cjs`);
  await writeFile(
    path,
    `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });\n`,
  );
  return { NODE_OPTIONS: `--require=${path}` };
}

describe('Node.js version', () => {
  test.each(['0.10.48', '16.20.2', '18.20.8', '20.9.0'])(
    'refuses Node.js %s in one sentence before any request',
    async (version) => {
      await using simulated = await startSimulatedRun();
      const result = await simulated.run({}, { env: await pretendNode(version) });
      expect(result).toMatchObject({ exitCode: 1, conclusion: 'failure', stderr: '' });
      expect(result.annotations).toMatchObject([
        {
          kind: 'error',
          title: ERROR_TITLES['unsupported-node'],
          message: `This runner starts the action with Node.js ${version}, but the action needs Node.js ${OLDEST_NODE} or later: update the runner, or the image that its Node.js comes from.`,
        },
      ]);
      expect(result.outputs).toEqual({
        outcome: 'failed',
        created: 'false',
        drift: '[]',
        groups: '[]',
        counts: '{}',
        scores: '{}',
        'error-code': 'unsupported-node',
      });
      expect(simulated.simulator.requests).toEqual([]);
    },
  );

  test('sync refuses an old Node.js without claiming that there is no drift', async () => {
    await using sync = await startSyncRun('groups: []');
    const result = await sync.run({}, { env: await pretendNode('18.20.8') });
    expect(result.outputs).toEqual({
      outcome: 'failed',
      groups: '[]',
      counts: '{}',
      'error-code': 'unsupported-node',
    });
  });

  test('refuses an old Node.js even without a file for the outputs', async () => {
    await using simulated = await startSimulatedRun();
    const env = { ...(await pretendNode('18.20.8')), GITHUB_OUTPUT: undefined };
    const result = await simulated.run({}, { env });
    expect(result).toMatchObject({ exitCode: 1, stderr: '' });
    expect(result.annotations).toHaveLength(1);
  });

  test.each([OLDEST_NODE, '21.0.0', '100.0.0-nightly20300101'])(
    'runs on Node.js %s',
    async (version) => {
      await using simulated = await startSimulatedRun();
      const result = await simulated.run({}, { env: await pretendNode(version) });
      expect(result.outputs['outcome']).toBe('created');
    },
  );
});
