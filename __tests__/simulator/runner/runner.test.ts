import { AssertionError } from 'node:assert';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  DEFAULT_GITHUB_TOKEN,
  type RunActionOptions,
  runAction,
} from '../../../simulator/runner/runner.ts';
import type { StepResult } from '../../../simulator/runner/step-result.ts';

const actionPath = join(import.meta.dirname, 'fixtures', 'echo');
const token = 'api-5f0c2d1e-93ab-4e77-b0aa-cafe12345678';

async function runScript(
  script: string,
  options: Partial<RunActionOptions> = {},
): Promise<StepResult> {
  return runAction({
    actionPath,
    ...options,
    inputs: { name: 'n', script, ...options.inputs },
  });
}

afterEach(() => vi.unstubAllEnvs());

describe('the environment', () => {
  const printEnvironment = `
    const { INPUT_SCRIPT, 'INPUT_GITHUB-TOKEN': token, ...rest } = process.env;
    print(JSON.stringify({ ...rest, cwd: process.cwd(), version: process.version }));`;

  async function readEnvironment(options: Partial<RunActionOptions> = {}) {
    const { stdout } = await runScript(printEnvironment, options);
    const environment: Record<string, string> = JSON.parse(stdout);
    return environment;
  }

  test('provides the variables of a runner and no others', async () => {
    vi.stubEnv('HTTPS_PROXY', 'http://127.0.0.1:9');
    vi.stubEnv('NODE_OPTIONS', '--no-warnings');
    vi.stubEnv('INPUT_NAME', 'of the caller');
    vi.stubEnv('INPUT_OTHER', 'of the caller');
    const environment = await readEnvironment();
    const { cwd, version, ...variables } = environment;
    const unexpected = Object.keys(variables).filter(
      (name) => !/^(?:PATH|HOME|TMPDIR|CI|GITHUB_[A-Z_]+|RUNNER_[A-Z_]+)$/.test(name),
    );
    expect(new Set(unexpected)).toEqual(
      new Set(['INPUT_BASE-URI', 'INPUT_NAME', 'INPUT_RETRIES', 'INPUT_TOKEN', 'INPUT_TWO_WORDS']),
    );
    expect(environment).toMatchObject({
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REPOSITORY: 'octo-org/octo-repo',
      INPUT_NAME: 'n',
      INPUT_TOKEN: '',
    });
    expect(cwd).toBe(variables['GITHUB_WORKSPACE']);
    expect(version).toBe(process.version);
  });

  test('names inputs as the runner does, with defaults for omitted ones', async () => {
    const environment = await readEnvironment({ inputs: { NAME: 'other case', 'two words': 'x' } });
    expect(environment).toMatchObject({
      INPUT_NAME: 'other case',
      INPUT_TWO_WORDS: 'x',
      INPUT_RETRIES: '3',
      'INPUT_BASE-URI': 'https://app.launchdarkly.com',
    });
  });

  test('adds and removes variables, but never an input', async () => {
    const environment = await readEnvironment({
      env: {
        NO_PROXY: '*',
        GITHUB_ACTOR: 'dependabot[bot]',
        GITHUB_SHA: undefined,
        INPUT_NAME: 'x',
      },
    });
    expect(environment).toMatchObject({
      NO_PROXY: '*',
      GITHUB_ACTOR: 'dependabot[bot]',
      INPUT_NAME: 'n',
    });
    expect(environment).not.toHaveProperty('GITHUB_SHA');
  });

  test('writes the event to a file', async () => {
    const { stdout } = await runScript(
      `print(process.env.GITHUB_EVENT_NAME, fs.readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8').length);
       print(JSON.parse(fs.readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8')).number);`,
      { event: { name: 'pull_request', payload: { number: 7 } } },
    );
    expect(stdout).toBe('pull_request\n7\n');
  });

  test("resolves the job's token as a default", async () => {
    const { outputs } = await runScript(
      `append('GITHUB_OUTPUT', 'length=' + input('github-token').length + '\\n');`,
    );
    expect(outputs).toEqual({ length: String(DEFAULT_GITHUB_TOKEN.length) });
  });

  test('removes the environment after the step', async () => {
    const { stdout } = await runScript('print(process.cwd())');
    await expect(stat(stdout.trim())).rejects.toThrow('ENOENT');
  });

  test('keeps a given workspace after the step', async () => {
    const workspace = await mkdtemp(join(tmpdir(), 'workspace-'));
    try {
      const { tempFiles } = await runScript(`fs.writeFileSync('kept', '');`, { workspace });
      expect([...tempFiles]).toEqual([]);
      const again = await runScript(`print(fs.existsSync('kept'));`, { workspace });
      expect(again.stdout).toBe('true\n');
    } finally {
      await rm(workspace, { recursive: true });
    }
  });
});

test('reads everything that a step reports', async () => {
  const result = await runScript(
    `
    print('::add-mask::' + input('token'));
    print('::group::Work');
    print('working with ' + process.env.INPUT_NAME);
    print('::endgroup::');
    print('::warning title=Hm::odd');
    process.stderr.write('to stderr\\n');
    append('GITHUB_OUTPUT', 'a=1\\nb<<E\\nx\\ny\\nE\\n');
    append('GITHUB_STATE', 's=2\\n');
    append('GITHUB_ENV', 'E=3\\nNODE_OPTIONS=--inspect\\n');
    append('GITHUB_PATH', '/tools\\n');
    append('GITHUB_STEP_SUMMARY', '# Hello\\n');
    fs.writeFileSync(path.join(process.env.RUNNER_TEMP, 'left.txt'), 'over');
    process.stdout.write('no line end');`,
    { inputs: { token } },
  );
  expect(result).toMatchObject({
    conclusion: 'success',
    exitCode: 0,
    signal: null,
    masks: [token],
    groups: [{ title: 'Work', lines: ['working with n'] }],
    outputs: { a: '1', b: 'x\ny' },
    state: { s: '2' },
    envFile: { E: '3' },
    paths: ['/tools'],
    summary: '# Hello\n',
    stderr: 'to stderr\n',
  });
  expect(result.commands.map(({ name }) => name)).toEqual([
    'add-mask',
    'group',
    'endgroup',
    'warning',
  ]);
  expect(result.annotations.map(({ kind, title }) => [kind, title])).toEqual([
    ['warning', 'Hm'],
    ['error', undefined],
  ]);
  expect(result.log).toContain('▾ Work\n  working with n\n');
  expect(result.log).toContain('no line end\n');
  expect([...result.tempFiles.values()].map(String)).toEqual(['over']);
  expect(result.durations.wallMs).toBeGreaterThan(0);
});

describe('failing steps', () => {
  test('a step fails with its exit code, and its outputs are still read', async () => {
    const result = await runScript(
      `print('::error::no'); append('GITHUB_OUTPUT', 'a=1\\n'); process.exitCode = 3;`,
    );
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 3, outputs: { a: '1' } });
    expect(result.annotations).toHaveLength(1);
  });

  test('a step fails when an output cannot be read', async () => {
    const result = await runScript(`append('GITHUB_OUTPUT', 'a<<E\\nnever ends');`);
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 0, outputs: {} });
    expect(result.annotations[0]?.message).toBe(
      "Unable to process file command 'output' successfully.",
    );
  });

  test('a step fails with the signal that ended it', async () => {
    const result = await runScript(`print('ready'); setInterval(() => {}, 1000);`, {
      signal: { name: 'SIGINT', when: (stdout) => stdout.includes('ready') },
    });
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: null, signal: 'SIGINT' });
  });

  test('a step fails with the exit code that it chose after a signal', async () => {
    const result = await runScript(
      `process.on('SIGTERM', () => process.exit(9)); setInterval(() => {}, 1000); print('ready');`,
      { signal: { name: 'SIGTERM', when: (stdout) => stdout.includes('ready') } },
    );
    expect(result).toMatchObject({ conclusion: 'failure', exitCode: 9, signal: null });
  });

  test('a step fails with a signal sent at a given time', async () => {
    const result = await runScript('setInterval(() => {}, 1000);', {
      signal: { name: 'SIGTERM', afterMs: 100 },
    });
    expect(result).toMatchObject({ exitCode: null, signal: 'SIGTERM' });
  });
});

describe('job summary', () => {
  test('drops a summary that is too large with an error, and the step succeeds', async () => {
    const result = await runScript(`append('GITHUB_STEP_SUMMARY', 'x'.repeat(1024 * 1024 + 1));`);
    expect(result).toMatchObject({ conclusion: 'success', summary: undefined });
    expect(result.annotations[0]?.message).toContain('upload aborted');
  });

  test.each([
    ['missing', undefined],
    ['unwritable', '/nowhere/at/all'],
  ])('accepts a summary file that is %s', async (_, path) => {
    const result = await runScript('print(String(process.env.GITHUB_STEP_SUMMARY));', {
      env: { GITHUB_STEP_SUMMARY: path },
    });
    expect(result.stdout).toBe(`${path}\n`);
    expect(result.summary).toBeUndefined();
  });
});

test('warns of an undeclared input and passes it on', async () => {
  const result = await runScript('print(input("naem"));', { inputs: { naem: 'typo' } });
  expect(result.stdout).toBe('typo\n');
  expect(result.annotations[0]?.message).toMatch(/^Unexpected input\(s\) 'naem', valid inputs are/);
});

describe('a process that hangs', () => {
  test('kills a hanging process with its children and shows its log', async () => {
    const hanging = runScript(
      `const { spawn } = await import('node:child_process');
       print('before it hung');
       spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
       setInterval(() => {}, 1000);`,
      { timeoutMs: 5_000 },
    );
    await expect(hanging).rejects.toThrow(/did not end within 5000 ms.*before it hung/s);
  });
});

test('reports a missing script before it starts anything', async () => {
  await expect(runAction({ actionPath: join(actionPath, '..'), inputs: {} })).rejects.toThrow(
    'ENOENT',
  );
});

describe('leaks', () => {
  const places: [string, string][] = [
    ['stdout', 'print(secret)'],
    ['stdout', 'print("::notice::" + secret)'],
    ['stdout', 'print("::stop-commands::abcdefgh"); print("::add-mask::" + secret)'],
    ['stderr', 'process.stderr.write(secret)'],
    ['stderr', 'process.stderr.write("::add-mask::" + secret)'],
    [
      'annotations',
      'print("::notice title=" + secret.replace("-", "%250A").replace("%25", "%") + "::x")',
    ],
    ['GITHUB_OUTPUT', 'append("GITHUB_OUTPUT", "a=" + secret)'],
    ['outputs', 'append("GITHUB_OUTPUT", "a=" + secret)'],
    ['GITHUB_STATE', 'append("GITHUB_STATE", secret)'],
    ['GITHUB_ENV', 'append("GITHUB_ENV", "A=" + secret)'],
    ['GITHUB_PATH', 'append("GITHUB_PATH", secret)'],
    ['GITHUB_STEP_SUMMARY', 'append("GITHUB_STEP_SUMMARY", secret + " ".repeat(1024 * 1024))'],
    ['work/_temp/left', 'fs.writeFileSync(process.env.RUNNER_TEMP + "/left", secret)'],
    ['work/repository/repository/left', 'fs.writeFileSync("left", secret)'],
    [
      'home/.cache/left',
      'fs.mkdirSync(os.homedir() + "/.cache"); fs.writeFileSync(os.homedir() + "/.cache/left", secret)',
    ],
    ['tmp/left', 'fs.writeFileSync(os.tmpdir() + "/left", secret)'],
    ['the file name', 'fs.writeFileSync(os.tmpdir() + "/" + secret, "")'],
  ];

  test.each(places)('a leak in %s fails the call: %s', async (sink, plant) => {
    const script = `print("::add-mask::" + input("token")); const secret = input("token"); ${plant}`;
    const leaking = runScript(script, { inputs: { token } });
    await expect(leaking).rejects.toThrow(AssertionError);
    await expect(leaking).rejects.toThrow(`  ${sink}`);
  });

  test.each([
    ["the job's token", 'input("github-token")', {}],
    ['a given job token', 'input("github-token")', { inputs: { 'github-token': 'x'.repeat(16) } }],
    ['a secret of the test', '"mob-" + "0f".repeat(10)', { secrets: [`mob-${'0f'.repeat(10)}`] }],
  ])('finds a leak of %s, too', async (_, expression, options) => {
    await expect(runScript(`print("see " + ${expression})`, options)).rejects.toThrow(
      'A secret leaked',
    );
  });

  test('does not report placeholders and values as short as a word as leaks', async () => {
    const script = 'print(input("token"))';
    const short = await runScript(script, { inputs: { token: 'token' } });
    expect(short.stdout).toBe('token\n');
    const placeholder = await runScript(script, { inputs: { token }, notSecrets: [token] });
    expect(placeholder.stdout).toBe(`${token}\n`);
  });
});
