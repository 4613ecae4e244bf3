import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import { type Simulator, startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import { parseKeyValues } from '../../simulator/runner/file-commands.ts';
import type { CommandName } from '../../src/report/run-report.ts';
import { run } from '../../src/run.ts';

/*
 * The tests in bundle/ run what a runner would run. These run the same code in this process, for the
 * branches that a test of the bundle can't reach and for the coverage to be seen.
 */

let folder = '';
let printed = '';
let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
  folder = mkdtempSync(join(tmpdir(), 'run-'));
  for (const name of ['GITHUB_OUTPUT', 'GITHUB_STEP_SUMMARY']) {
    writeFileSync(join(folder, name), '');
    vi.stubEnv(name, join(folder, name));
  }
  printed = '';
  vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    printed += String(chunk);
    return true;
  });
});

afterEach(async () => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = undefined;
  rmSync(folder, { recursive: true });
  await simulator.close();
});

/** The variables of a step that asks for the sample group. */
function stepEnv(inputs: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const given = {
    name: 'Production - All Apps',
    key: 'default-production-all-apps',
    project: 'default',
    environment: 'production',
    token: sampleWriterToken,
    'base-uri': simulator.origin,
    ...inputs,
  };
  return {
    GITHUB_STEP_SUMMARY: join(folder, 'GITHUB_STEP_SUMMARY'),
    GITHUB_WORKSPACE: folder,
    ...Object.fromEntries(
      Object.entries(given).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
  };
}

/** Runs the step, and leaves no listener of it behind. */
async function runStep(env: NodeJS.ProcessEnv, command: CommandName = 'create') {
  const before = process.listeners('uncaughtException');
  await run(command, env);
  const added = process.listeners('uncaughtException').filter((each) => !before.includes(each));
  for (const listener of added) {
    process.off('uncaughtException', listener);
  }
  return {
    outputs: Object.fromEntries(
      parseKeyValues(readFileSync(join(folder, 'GITHUB_OUTPUT'), 'utf8')),
    ),
    summary: readFileSync(join(folder, 'GITHUB_STEP_SUMMARY'), 'utf8'),
    onUncaught: added,
  };
}

test('a run that succeeds creates the group and says so', async () => {
  const { outputs, summary } = await runStep(stepEnv());
  expect(outputs).toMatchObject({ outcome: 'created', created: 'true' });
  expect(summary).toContain('default-production-all-apps');
  expect(printed).toMatch(/^::add-mask::api-.*\nCreated insight group .*\n$/);
  expect(process.exitCode).toBeUndefined();
});

test('a run that fails says why and fails the step', async () => {
  const { outputs } = await runStep(stepEnv({ project: 'defualt', 'timeout-seconds': '60' }));
  expect(outputs).toMatchObject({ outcome: 'failed', 'error-code': 'not-found' });
  expect(process.exitCode).toBe(1);
});

test('a run that gets server errors only reports one', async () => {
  const fault = { kind: 'respond', status: 500 } as const;
  simulator.inject({ fault, times: Number.POSITIVE_INFINITY });
  const { outputs } = await runStep(stepEnv({ 'timeout-seconds': '10' }));
  expect(outputs).toMatchObject({ outcome: 'failed', 'error-code': 'server-error' });
});

test('a run without inputs asks for them', async () => {
  const { outputs } = await runStep({});
  expect(outputs).toMatchObject({ outcome: 'failed', 'error-code': 'invalid-input' });
});

test('an unusual input is accepted with a warning', async () => {
  await runStep(stepEnv({ key: 'k'.repeat(101) }));
  expect(printed).toContain('::warning title=An input is unusual::');
});

test('a run on several groups logs its start, each change and the counts', async () => {
  const { outputs } = await runStep(
    stepEnv({ environment: '*', key: '{project}-{environment}', 'if-exists': 'update' }),
  );
  const lines = printed.split('\n').filter((line) => line !== '' && !line.startsWith('::add-mask'));
  const total = lines.length - 2;
  expect(total).toBeGreaterThan(1);
  expect(lines[0]).toMatch(new RegExp(`^Working on ${total} insight groups\\b.*\\.$`));
  expect(lines.filter((line) => line.startsWith('Created insight group "'))).toHaveLength(total);
  expect(lines.at(-1)).toBe(`Done: ${total} created.`);
  expect(outputs).toMatchObject({ outcome: 'changed', created: 'true', key: '' });
});

test('a run of the delete action deletes the group, and says so', async () => {
  await runStep(stepEnv());
  printed = '';
  const { outputs } = await runStep(stepEnv(), 'delete');
  expect(outputs).toMatchObject({ outcome: 'deleted', deleted: 'true' });
  expect(printed).toMatch(/\nDeleted insight group "default-production-all-apps" of .*\n$/);
  expect(simulator.account.groups.has('default-production-all-apps')).toBe(false);
});

test('a run of the sync action makes the groups of the file, and the next one finds them in sync', async () => {
  const file = 'groups: [{ key: a, name: A, project: default, environment: production }]';
  writeFileSync(join(folder, 'groups.yml'), file);
  const first = await runStep(stepEnv({ file: 'groups.yml' }), 'sync');
  expect(first.outputs).toMatchObject({ outcome: 'changed', drift: 'false' });
  const second = await runStep(stepEnv({ file: 'groups.yml' }), 'sync');
  expect(second.outputs).toMatchObject({ outcome: 'in-sync', drift: 'false' });
  expect(printed).toMatch(/\nDone: 1 unchanged\.\n$/);
});

test('a groups file with many problems has ten annotations, and all problems in the log', async () => {
  const entries = Array.from({ length: 30 }, (_, index) => `  - kye: k${index}`);
  writeFileSync(join(folder, 'groups.yml'), ['groups:', ...entries].join('\n'));
  const { outputs } = await runStep(stepEnv({ file: 'groups.yml' }), 'sync');
  expect(outputs).toMatchObject({ outcome: 'failed', 'error-code': 'invalid-file' });
  const errors = printed.split('\n').filter((line) => line.startsWith('::error '));
  expect(errors).toHaveLength(10);
  expect(errors.slice(0, 9).every((line) => line.includes('file=groups.yml,line='))).toBe(true);
  expect(errors[9]).toMatch(/ more are in the log and in the job summary\.$/);
  expect(printed).toMatch(/^Error groups\.yml:31: /m);
  expect(simulator.requests).toEqual([]);
});

describe('files of the runner that cannot be written', () => {
  test('the summary: is not worth failing for', async () => {
    vi.stubEnv('GITHUB_STEP_SUMMARY', join(folder, 'missing', 'file'));
    await run('create', stepEnv());
    expect(process.exitCode).toBeUndefined();
  });

  test('the outputs: fail the step', async () => {
    vi.stubEnv('GITHUB_OUTPUT', join(folder, 'missing', 'file'));
    await run('create', stepEnv());
    expect(process.exitCode).toBe(1);
    expect(printed).toContain('::error title=The outputs could not be written::');
  });
});

describe('an unexpected error', () => {
  test('ends in the same words as any failure, without its own', async () => {
    const bug = () => {
      throw new TypeError('a secret detail');
    };
    const env = Object.defineProperty({ ...stepEnv() }, 'INPUT_KEY', { get: bug });
    const { outputs } = await runStep(env);
    expect(outputs).toMatchObject({ outcome: 'failed', 'error-code': 'unexpected-response' });
    expect(printed).toContain('The action failed with an unexpected error.');
    expect(printed).not.toContain('a secret detail');
    expect(process.exitCode).toBe(1);
  });

  test('anywhere else in the process is reported as well', async () => {
    const { onUncaught } = await runStep(stepEnv());
    expect(onUncaught).toHaveLength(1);
    printed = '';
    for (const listener of onUncaught) {
      listener(new Error('a secret detail'), 'uncaughtException');
    }
    expect(printed).toContain('The action failed with an unexpected error.');
    expect(printed).not.toContain('a secret detail');
    expect(process.exitCode).toBe(1);
  });
});

describe('a comment', () => {
  test('without a pull request is not written, and the log says why', async () => {
    await runStep(stepEnv({ 'pr-comment': 'true' }));
    expect(printed).toContain('No comment: this run is not for a pull request.\n');
  });

  test('that cannot be written does not fail the step', async () => {
    const event = { pull_request: { number: 7, head: { repo: { full_name: 'octo-org/repo' } } } };
    writeFileSync(join(folder, 'event.json'), JSON.stringify(event));
    const { outputs } = await runStep({
      ...stepEnv({
        'pr-comment': 'true',
        'github-token': 'ghs_K7mQx2VbT9nWc4RzY8pLd3HfJ6sGaE5uN1oi',
      }),
      GITHUB_API_URL: 'http://github.example',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: join(folder, 'event.json'),
      GITHUB_REPOSITORY: 'octo-org/repo',
    });
    expect(outputs['outcome']).toBe('created');
    expect(printed).toContain('::warning title=The pull request comment could not be written::');
    expect(process.exitCode).toBeUndefined();
  });

  test('is not written by a run that was cancelled', async () => {
    simulator.inject({ fault: { kind: 'stall' } });
    const running = runStep(stepEnv({ 'pr-comment': 'true' }));
    await vi.waitFor(() => expect(simulator.requests).toHaveLength(1));
    process.emit('SIGINT');
    const { outputs } = await running;
    expect(outputs['error-code']).toBe('cancelled');
    expect(printed).not.toContain('omment');
  });
});
