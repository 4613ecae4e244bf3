import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { RunActionOptions } from '../../simulator/runner/runner.ts';
import { readFailure, startSimulatedRun } from './simulated-run.ts';

const KEY_RULE = 'expected letters, digits, ".", "-" and "_", the first one a letter or a digit';
const APPLICATIONS_RULE =
  'expected application keys, one per line or separated by commas: letters, digits, ".", "-" and "_"';
const JSON_RULE = 'is not valid JSON; expected an array such as ["api", "web"]';
const EXCLUSION_RULE = 'a single "!" may stand in front of a key or pattern, nowhere else';
const TIMEOUT_RULE = 'expected a whole number of seconds from 1 to 3600';
const BLANK_TOKEN =
  "is blank; expected a LaunchDarkly access token. Is the secret's name spelt right, and is it set for this repository, organization or environment?";

const CORRECT_WITH = 'Next: Correct the inputs under with: in the workflow.';
const CORRECT_SECRET =
  'Next: Correct the secret that token is read from, under Settings, Secrets and variables, Actions.';

/** Runs the bundle with invalid inputs and returns the error. The run must not send any request. */
async function readProblems(
  inputs: Readonly<Record<string, string>>,
  options: Partial<RunActionOptions> = {},
): Promise<string[]> {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run(inputs, options);
  expect(simulated.simulator.requests).toEqual([]);
  expect(result.outputs['error-code']).toBe('invalid-input');
  expect(result.outputs['group']).toBe('');
  expect(result.outputs['drift']).toBe('[]');
  const [title, ...lines] = readFailure(result).split('\n');
  expect(title).toBe('The inputs are not valid');
  return lines;
}

// The tests of unit/inputs have every rule; these show that the bundle reads and reports the inputs.
describe.concurrent('invalid inputs', () => {
  test.each([
    ['name', 'a\u2028b', 'expected one line, without control characters'],
    ['key', '--all-apps', `"--all-apps" is not valid; ${KEY_RULE}`],
    ['environment', `${'x'.repeat(60)}%`, `"${'x'.repeat(60)}%" is not valid; ${KEY_RULE}`],
    ['environment', 'x!', `"x!" is not valid; ${EXCLUSION_RULE}`],
    ['applications', 'web, a b, tv', `"a b" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '["web", 1]', '1 is not valid; expected a text in quotes'],
    ['applications', '["web"', `"["web"" ${JSON_RULE}`],
    ['timeout-seconds', '1.5', `"1.5" is not valid; ${TIMEOUT_RULE}`],
    ['if-exists', 'replace', '"replace" is not valid; expected one of fail, keep, update'],
    ['dry-run', 'yes', '"yes" is not valid; expected true or false'],
  ])('shows an invalid input with its rule: %s: %j', async (input, value, problem) => {
    expect(await readProblems({ [input]: value })).toEqual([
      `The input ${input} is not valid. No request was made.`,
      `- ${input}: ${problem}`,
      CORRECT_WITH,
    ]);
  });

  test('shows an invalid input without executing the commands in it', async () => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ key: 'a\n::set-output name=created::true' });
    expect(result.outputs).toMatchObject({ created: 'false', key: '' });
  });
});

describe.concurrent('applications', () => {
  test('accepts applications from an output of another step of this action', async () => {
    await using simulated = await startSimulatedRun();
    const first = await simulated.run({ applications: 'billing\ninventory' });
    expect(first.outputs['applications']).toBe('["billing","inventory"]');
    const second = await simulated.run({
      applications: first.outputs['applications'] ?? '',
      'if-exists': 'update',
    });
    expect(second.outputs['outcome']).toBe('unchanged');
  });
});

test.concurrent('reports all problems in one error, each with the name of its input', async () => {
  const [message, ...lines] = await readProblems({
    name: ' ',
    key: '-x',
    project: '',
    environment: 'a b',
    applications: 'a b, c',
    token: '',
    'base-uri': 'http://app.launchdarkly.com',
    'timeout-seconds': '0',
    'if-exists': 'replace',
    'dry-run': 'yes',
    'pr-comment': '1',
  });
  expect(message).toBe(
    '11 inputs are not valid; name, project and token are blank. No request was made.',
  );
  expect(lines.map((line) => /^- ([a-z-]+): |Next/.exec(line)?.[1])).toEqual([
    'name',
    'key',
    'project',
    'environment',
    'applications',
    'if-exists',
    'token',
    'base-uri',
    'timeout-seconds',
    'dry-run',
    'pr-comment',
    undefined,
  ]);
  expect(lines.at(-1)).toBe(`${CORRECT_WITH} ${CORRECT_SECRET.replace('Next: ', '')}`);
});

test.concurrent('asks for the four names and the token when no input is given', async () => {
  const blank = { name: '', key: '', project: '', environment: '', token: '', 'base-uri': '' };
  expect(await readProblems(blank)).toEqual([
    '5 inputs are blank. No request was made.',
    "- name: is required: the group's display name",
    '- key: is required',
    '- project: is required',
    '- environment: is required',
    `- token: ${BLANK_TOKEN}`,
    `${CORRECT_WITH} ${CORRECT_SECRET.replace('Next: ', '')}`,
  ]);
});

describe.concurrent('blank optional inputs', () => {
  test('treats a blank optional input as its default', async () => {
    await using simulated = await startSimulatedRun();
    const blanks = { applications: ' ', 'timeout-seconds': '', 'if-exists': '\n', 'dry-run': ' ' };
    const result = await simulated.run({ ...blanks, 'pr-comment': '' });
    expect(result.outputs).toMatchObject({ outcome: 'created', applications: '[]' });
  });
});

test.concurrent('only warns of a key of unusual length', async () => {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run({ key: 'k'.repeat(101) });
  expect(result.outputs['outcome']).toBe('created');
  expect(result.annotations).toMatchObject([
    {
      kind: 'warning',
      title: 'An input is unusual',
      message: 'The input key has 101 characters; LaunchDarkly may refuse keys of more than 100.',
    },
  ]);
});

test.concurrent('ignores an unknown input', async () => {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run(
    {},
    { env: { INPUT_DRY_RUN: 'true', 'INPUT_PROJECT-KEY': 'x' } },
  );
  expect(result.outputs['outcome']).toBe('created');
});

describe.concurrent('blank tokens', () => {
  const fork = {
    number: 7,
    head: { repo: { full_name: 'stranger/octo-repo' } },
  };
  const own = { number: 7, head: { repo: { full_name: 'octo-org/octo-repo' } } };
  const rows: readonly {
    readonly title: string;
    readonly options: Partial<RunActionOptions>;
    readonly problem: string;
    readonly next?: string;
  }[] = [
    { title: 'on a push', options: {}, problem: BLANK_TOKEN },
    {
      title: "on a pull request of the repository's own",
      options: { event: { name: 'pull_request', payload: { pull_request: own } } },
      problem: BLANK_TOKEN,
    },
    {
      title: 'on a pull request from a fork',
      options: { event: { name: 'pull_request', payload: { pull_request: fork } } },
      problem: 'is blank: GitHub gives no secrets to workflows of pull requests from forks',
      next: 'Next: Run this step for pull requests of the repository itself only, or after the merge.',
    },
    {
      title: 'on a pull request from a fork that is gone',
      options: {
        event: {
          name: 'pull_request',
          payload: { pull_request: { ...fork, head: { repo: null } } },
        },
      },
      problem: 'is blank: GitHub gives no secrets to workflows of pull requests from forks',
      next: 'Next: Run this step for pull requests of the repository itself only, or after the merge.',
    },
    {
      title: 'on pull_request_target, which has secrets',
      options: { event: { name: 'pull_request_target', payload: { pull_request: fork } } },
      problem: BLANK_TOKEN,
    },
    {
      title: 'for Dependabot',
      options: {
        event: { name: 'pull_request', payload: { pull_request: own } },
        env: { GITHUB_ACTOR: 'dependabot[bot]' },
      },
      problem: 'is blank: workflows started by Dependabot see Dependabot secrets only',
      next: 'Next: Add the secret under Settings, Secrets and variables, Dependabot.',
    },
  ];

  test.each(rows)(
    'explains a blank token: $title',
    async ({ options, problem, next = CORRECT_SECRET }) => {
      expect(await readProblems({ token: ' \n' }, options)).toEqual([
        'The input token is blank. No request was made.',
        `- token: ${problem}`,
        next,
      ]);
    },
  );
});

describe.concurrent('tokens of the wrong shape', () => {
  const uuid = '1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';

  test.each([
    [
      `sdk-${uuid}`,
      'this is an SDK key, which the REST API does not accept; expected an access token (api-…)',
    ],
    [
      `api-1b2c3d4e-5f60-4718\r\nX-Injected: 0c1d2e3f4a5b`,
      'it has white space in it; store the secret again, in one piece',
    ],
    [`api-\u0001${uuid}`, 'it has characters that no access token has; store the secret again'],
  ])('explains a token of the wrong shape without echoing it: %j', async (token, hint) => {
    // The simulated runner fails the test when the token appears anywhere, in any form.
    const lines = await readProblems({ token });
    expect(lines.slice(1)).toEqual([`- token: ${hint}`, CORRECT_SECRET]);
    expect(lines.join('\n')).not.toContain(token);
  });
});

describe.concurrent('malicious base-uri', () => {
  // Any connection of the bundle, direct or through the proxy, would end in the trap.
  const rows = [
    'https://user:hunter2pass@app.launchdarkly.com',
    'https://app.launchdarkly.com@127.0.0.1:{trap}',
    'https://app.launchdarkly.com:secret@evil.example',
    'https://app.launchdarkly.com%40evil.example',
    'https://app%2elaunchdarkly.com',
    'https://app.launchdarkly.com%2eevil.example',
    'https://аpp.launchdarkly.com',
    'https://app。launchdarkly。com',
    'https://ａpp.launchdarkly.com',
    'https://xn--pp-8ia..launchdarkly.com',
    'https://app.launchdarkly.com.',
    'https://app.launchdarkly.com.evil.example',
    'https://launchdarkly.com',
    'https://evil-launchdarkly.com',
    'https://app.launchdarkly.com.us',
    'https://app.launchdarkly.dev',
    'https://app.launchdarkly.com:8443',
    'https://app.launchdarkly.com:443',
    'https://app.launchdarkly.com/api/v2',
    'https://app.launchdarkly.com//',
    'https://app.launchdarkly.com?x=1',
    'https://app.launchdarkly.com#x',
    'https://app.launchdarkly.com\\evil.example',
    'https://evil.example\\.launchdarkly.com',
    'https://evil.example/.launchdarkly.com',
    'https://evil.example#.launchdarkly.com',
    'https://evil.example?.launchdarkly.com',
    'https:/app.launchdarkly.com',
    'https:app.launchdarkly.com',
    '//app.launchdarkly.com',
    'app.launchdarkly.com',
    'http://app.launchdarkly.com',
    'ftp://app.launchdarkly.com',
    'file:///etc/passwd',
    'https://app.launchdarkly.com\nhttps://evil.example',
    'https://app.launchdarkly.com evil',
    'https://*.launchdarkly.com',
    'https://-app.launchdarkly.com',
    'https://_app.launchdarkly.com',
    'http://user:hunter2pass@127.0.0.1:{trap}',
    'http://2130706433:{trap}',
    'http://0x7f000001:{trap}',
    'http://0177.0.0.1:{trap}',
    'http://127.1:{trap}',
    'http://127.0.0.2:{trap}',
    'http://0.0.0.0:{trap}',
    'http://[::]:{trap}',
    'http://[::ffff:127.0.0.1]:{trap}',
    'http://[0:0:0:0:0:0:0:1]:{trap}',
    'http://localhost.:{trap}',
    'http://localhost.evil.example:{trap}',
    'http://127.0.0.1:{trap}/api',
    'http://127.0.0.1:0',
    'http://127.0.0.1:99999',
    'http://127.0.0.1:',
    'http://10.0.0.1',
    'http://169.254.169.254',
    'https://10.0.0.1',
  ];

  /** Counts all connections to it. */
  async function setTrap() {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      socket.destroy();
    }).listen(0);
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? (address?.port ?? 0) : 0;
    const proxy = `http://127.0.0.1:${port}`;
    return {
      port,
      env: { HTTP_PROXY: proxy, HTTPS_PROXY: proxy, NO_PROXY: '' },
      count: () => connections,
      async [Symbol.asyncDispose]() {
        server.close();
        await once(server, 'close');
      },
    };
  }

  test.each(rows)('rejects %j without echoing it', async (template) => {
    await using trap = await setTrap();
    const uri = template.replace('{trap}', String(trap.port));
    const lines = await readProblems({ 'base-uri': uri }, { env: trap.env });
    expect(lines[1]).toMatch(
      /^- base-uri: .*; expected https:\/\/app\.launchdarkly\.com \(commercial\), .*http is for loopback only$/,
    );
    expect(lines.join('\n')).not.toMatch(/evil|hunter2|127|secret|passwd/);
    expect(trap.count()).toBe(0);
  });

  test('the trap catches a connection to an allowed host', async () => {
    await using trap = await setTrap();
    await using simulated = await startSimulatedRun();
    const result = await simulated.run(
      { 'base-uri': 'https://App.LaunchDarkly.com/', 'timeout-seconds': '1' },
      { env: trap.env },
    );
    expect(result.outputs['error-code']).toBe('network');
    expect(trap.count()).toBeGreaterThan(0);
  });
});

test.concurrent('reports an invalid proxy URL under its variable without echoing the password', async () => {
  const lines = await readProblems(
    { 'base-uri': 'https://app.launchdarkly.com' },
    {
      env: { HTTPS_PROXY: 'socks5://user:correct-horse-battery@proxy.example:1080' },
      secrets: ['correct-horse-battery'],
    },
  );
  expect(lines.slice(1)).toEqual([
    '- HTTPS_PROXY: expected the URL of an http or https proxy; SOCKS is not supported',
    'Next: Correct HTTPS_PROXY in env of the workflow or of the runner.',
  ]);
});
