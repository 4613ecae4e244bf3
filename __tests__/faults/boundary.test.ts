import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  DESIRED,
  injectCreateFault,
  olderGroup,
  startSimulatedRun,
} from '../bundle/simulated-run.ts';

const root = join(import.meta.dirname, '..', '..');

let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'boundary-'));
});

afterAll(async () => rm(folder, { recursive: true }));

/** Unexpected errors thrown while a request is in flight. Each contains the token. */
const SURPRISES = {
  'an exception in a timer': 'throw new TypeError(token);',
  'a rejection that nobody handles': 'Promise.reject(new Error(token));',
  'something thrown that is no error': 'throw { token };',
  'nothing, thrown': 'throw undefined;',
} as const;

describe('unexpected errors', () => {
  test.each(Object.entries(SURPRISES))(
    '(%s) is reported in constant words, without a stack, and fails the step',
    async (title, code) => {
      const path = join(folder, `${title.replaceAll(/\W/g, '-')}.mjs`);
      await writeFile(
        path,
        `const token = process.env.INPUT_TOKEN;
        const poll = setInterval(() => {
          if (process.getActiveResourcesInfo().includes('TCPSocketWrap')) {
            clearInterval(poll);
            ${code}
          }
        }, 5);\n`,
      );
      await using simulated = await startSimulatedRun();
      injectCreateFault(simulated.simulator, { kind: 'delay', delayMs: 3_000 });
      const result = await simulated.run({}, { env: { NODE_OPTIONS: `--import=${path}` } });
      expect(result).toMatchObject({ exitCode: 1, conclusion: 'failure', stderr: '' });
      expect(result.annotations).toMatchObject([
        {
          title: 'The action has a bug',
          message: expect.stringMatching(
            /^The action failed with an unexpected error\.\nNext: Re-run the job with debug logging, .* it is safe to run again\.$/,
          ),
        },
      ]);
      expect(result.stdout).not.toMatch(/^\s+at /m);
      // The run continued, but a failed step must not have the outputs of a success.
      expect(result.outputs).toMatchObject({
        outcome: 'failed',
        created: '',
        'error-code': 'unexpected-response',
      });
      expect(simulated.simulator.createdCount(DESIRED.key)).toBe(1);
    },
  );
});

test('the run ends when nobody reads its output', async () => {
  await using simulated = await startSimulatedRun();
  const action = spawn(
    process.env['BUNDLE_NODE'] ?? process.execPath,
    [join(root, 'dist', 'index.js')],
    {
      env: {
        ...Object.fromEntries(
          Object.entries({ ...DESIRED, 'base-uri': simulated.simulator.origin }).map(
            ([name, value]) => [`INPUT_${name.toUpperCase()}`, value],
          ),
        ),
        RUNNER_DEBUG: '1',
      },
      stdio: ['ignore', 'pipe', 'ignore'],
    },
  );
  action.stdout.destroy();
  const [exitCode] = await once(action, 'exit', { signal: AbortSignal.timeout(120_000) });
  expect(exitCode).toBe(1);
});

describe('the event file', () => {
  test.each([
    ['that is no JSON', '{"pull_request": '],
    ['that is binary', '\u0000\ufffd'],
    ['that is null', 'null'],
    ['that holds something else', '{"pull_request":{"number":"1","head":[]}}'],
  ])('ignores an event file %s', async (_, content) => {
    const path = join(folder, 'event.json');
    await writeFile(path, content);
    await expectQuietSuccess({ GITHUB_EVENT_PATH: path, GITHUB_EVENT_NAME: 'pull_request' });
  });

  test.each([
    ['is missing', () => join(folder, 'missing')],
    ['is a folder', () => folder],
  ])('ignores an event file that %s', async (_, path) => {
    await expectQuietSuccess({
      GITHUB_EVENT_PATH: path(),
      GITHUB_EVENT_NAME: 'pull_request_target',
    });
  });
});

test('ends with a message and without a stack when the runner provides no files', async () => {
  const env = {
    GITHUB_OUTPUT: undefined,
    GITHUB_STATE: undefined,
    GITHUB_ENV: undefined,
    GITHUB_PATH: undefined,
    GITHUB_STEP_SUMMARY: undefined,
    GITHUB_EVENT_PATH: undefined,
    GITHUB_EVENT_NAME: undefined,
    GITHUB_REPOSITORY: undefined,
    RUNNER_TEMP: undefined,
    HOME: undefined,
  };
  await using simulated = await startSimulatedRun({ group: olderGroup() });
  const result = await simulated.run({}, { env });
  expect(result).toMatchObject({ exitCode: 1, stderr: '' });
  expect(result.stdout).not.toMatch(/^\s+at /m);
  expect(result.annotations).toHaveLength(1);
});

test('no code in src/ ends the process, because that would lose pending output', async () => {
  const folder = join(root, 'src');
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) {
    const source = await readFile(join(folder, file), 'utf8');
    expect(source, file).not.toMatch(/process\s*\.\s*(?:exit|abort|kill)\s*\(/);
    expect(source, file).not.toMatch(/\bconsole\s*\.|process\s*\.\s*std(?:out|err)/);
  }
});

async function expectQuietSuccess(env: Readonly<Record<string, string>>): Promise<void> {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run({ 'pr-comment': 'true' }, { env });
  expect(result).toMatchObject({ exitCode: 0, stderr: '', annotations: [] });
  expect(result.outputs['outcome']).toBe('created');
}
