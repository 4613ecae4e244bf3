import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import { readInputs } from '../../../src/inputs/common-inputs.ts';
import type { WorkflowRun } from '../../../src/inputs/github-context.ts';
import { COMMON_DEFAULTS } from '../../../src/inputs/input-defaults.ts';
import { ruled } from '../../../src/inputs/input-schemas.ts';
import { parseKey } from '../../../src/inputs/rules.ts';
import { Secrets } from '../../../src/secrets.ts';
import { readActionInputs, readInputProblem, type Step, TOKEN } from './read-action-inputs.ts';

/** Reads the inputs of an action that has one of its own. */
const readOneKey = (source: Parameters<typeof readInputs>[0]) =>
  readInputs(source, { defaults: { key: '' }, shape: { key: ruled(parseKey) } });

type Inputs = NonNullable<Step['inputs']>;

function read(inputs: Inputs = {}, step: Omit<Step, 'inputs'> = {}) {
  const result = readActionInputs(readOneKey, { ...step, inputs: { key: 'k', ...inputs } });
  return { ...result, inputs: result.inputs.common };
}

function readProblem(inputs: Inputs, step: Omit<Step, 'inputs'> = {}): ActionError {
  return readInputProblem(readOneKey, { ...step, inputs: { key: 'k', ...inputs } });
}

test('inputs that are not given have their defaults', () => {
  expect(read().inputs).toEqual({
    token: TOKEN,
    server: { origin: 'https://app.launchdarkly.com', instance: 'commercial' },
    proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
    timeoutMs: undefined,
    isDryRun: false,
    wantsComment: false,
    githubToken: '',
    prNumber: undefined,
    warnings: [],
  });
});

test("the inputs of an action's own are read beside the common ones", () => {
  const { inputs } = readActionInputs(readOneKey, { inputs: { key: ' a-key\n' } });
  expect(inputs.own).toEqual({ key: 'a-key' });
});

test('an input that is blank has its default, and so has one that the runner does not set', () => {
  const blank = Object.keys(COMMON_DEFAULTS).map((name) => [name, ' \t\n']);
  expect(read({ ...Object.fromEntries(blank), token: TOKEN }).inputs).toEqual(read().inputs);
});

test.each([
  ['', undefined],
  [' ', undefined],
  ['1', 1],
  [' 42 ', 42],
  ['2147483647', 2_147_483_647],
])('pr-number %j is read as %j', (text, prNumber) => {
  expect(read({ 'pr-number': text }).inputs.prNumber).toBe(prNumber);
});

test.each(['0', '-1', '007', '1.5', '1e3', '#7', 'seven', '2147483648', '99999999999'])(
  'pr-number %j is rejected',
  (text) => {
    expect(readProblem({ 'pr-number': text }).reasons).toEqual([
      {
        attribute: 'pr-number',
        reason: `"${text}" is not valid; expected the number of a pull request, such as 42`,
      },
    ]);
  },
);

test.each([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])('a boolean has the spellings of YAML: %s', (text, value) => {
  const { inputs } = read({ 'dry-run': text, 'pr-comment': text });
  expect([inputs.isDryRun, inputs.wantsComment]).toEqual([value, value]);
});

test.each([
  ['1', 1_000],
  ['120', 120_000],
  ['3600', 3_600_000],
])('timeout-seconds: %s', (text, timeoutMs) => {
  expect(read({ 'timeout-seconds': text }).inputs.timeoutMs).toBe(timeoutMs);
});

describe('secrets', () => {
  test('are masked before anything is checked', () => {
    const masked: string[] = [];
    const secrets = new Secrets((value) => masked.push(value));
    const env = { INPUT_TOKEN: 'not a token', 'INPUT_GITHUB-TOKEN': 'ghs_x-42' };
    const source = { env, run: { withheldSecrets: undefined }, secrets };
    expect(() => readOneKey(source)).toThrow(ActionError);
    expect(masked).toEqual(['not a token', 'ghs_x-42']);
  });

  test('of a proxy are its credentials', () => {
    const { masked } = read({}, { env: { HTTPS_PROXY: 'http://svc:prod@proxy.example:8080' } });
    expect(masked).toEqual([TOKEN, 'svc:prod', Buffer.from('svc:prod').toString('base64')]);
  });

  test("are not the values of the action's own inputs, even if they look like one", () => {
    const key = 'sdk-1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';
    const { secrets } = read({ key });
    expect(secrets.redact(key)).toBe(key);
  });

  test('show in no error, whatever the token is', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 8, unit: 'binary' }), (noise) => {
        const token = `${noise.replaceAll('\0', '')} x`;
        fc.pre(token.trim().length >= 8 && /[^a-z0-9 ]/i.test(token.trim()));
        const { message, nextStep, reasons } = readProblem({ token });
        expect(JSON.stringify([message, nextStep, reasons])).not.toContain(token.trim());
      }),
    );
  });
});

const SERVERS =
  'expected https://app.launchdarkly.com (commercial), https://app.launchdarkly.us (federal), https://app.eu.launchdarkly.com (EU) or another https host below launchdarkly.com or launchdarkly.us; http is for loopback only';

test.each([
  ['app.launchdarkly.com', 'the scheme is missing'],
  ['https://app.launchdarkly.com/api/v2', 'leave out what follows the host'],
  ['https://app.launchdarkly.com:8443', 'LaunchDarkly has no other port than 443'],
  ['https://app.launchdarkly.com:8443x', 'the token is sent to LaunchDarkly only'],
  ['git+https://app.launchdarkly.com/api/v2', 'the token is sent to LaunchDarkly only'],
  ['git+https://app.launchdarkly.com:8443', 'the token is sent to LaunchDarkly only'],
])('a base-uri of %s is told what is wrong, and what there is', (baseUri, slip) => {
  expect(readProblem({ 'base-uri': baseUri }).reasons).toEqual([
    { attribute: 'base-uri', reason: `${slip}; ${SERVERS}` },
  ]);
});

test('a base-uri that is not allowed is not echoed', () => {
  const { message, reasons } = readProblem({ 'base-uri': 'https://user:hunter2@evil.example' });
  expect(reasons).toEqual([
    {
      attribute: 'base-uri',
      reason: `user names and passwords do not belong in it; ${SERVERS}`,
    },
  ]);
  expect(`${message} ${reasons[0]?.reason}`).not.toMatch(/evil|hunter2/);
});

describe('inputs that are not valid', () => {
  const TIMEOUT_RULE = 'expected a whole number of seconds from 1 to 3600';

  test.each([
    ['timeout-seconds', '0', `"0" is not valid; ${TIMEOUT_RULE}`],
    ['timeout-seconds', '007', `"007" is not valid; ${TIMEOUT_RULE}`],
    ['timeout-seconds', '1e3', `"1e3" is not valid; ${TIMEOUT_RULE}`],
    ['timeout-seconds', '0x10', `"0x10" is not valid; ${TIMEOUT_RULE}`],
    [
      'timeout-seconds',
      '99999999999999999999',
      `"99999999999999999999" is not valid; ${TIMEOUT_RULE}`,
    ],
    ['timeout-seconds', '3601', `"3601" is not valid; ${TIMEOUT_RULE}`],
    ['timeout-seconds', '-1', `"-1" is not valid; ${TIMEOUT_RULE}`],
    ['timeout-seconds', '1 s', `"1 s" is not valid; ${TIMEOUT_RULE}`],
    ['timeout-seconds', '10.5', `"10.5" is not valid; ${TIMEOUT_RULE}`],
    ['dry-run', 'yes', '"yes" is not valid; expected true or false'],
    ['dry-run', 'true!', '"true!" is not valid; expected true or false'],
    ['dry-run', 'untrue', '"untrue" is not valid; expected true or false'],
    ['pr-comment', '1', '"1" is not valid; expected true or false'],
  ])('%s: %j says what is expected', (input, value, reason) => {
    const error = readProblem({ [input]: value });
    expect(error.code).toBe('invalid-input');
    expect(error.message).toBe(`The input ${input} is not valid. No request was made.`);
    expect(error.reasons).toEqual([{ attribute: input, reason }]);
    expect(error.nextStep).toBe('Correct the inputs under with: in the workflow.');
  });

  test('are all reported at once, with each way to correct them once', () => {
    const { message, reasons, nextStep } = readProblem(
      { key: '', token: '', 'dry-run': 'maybe', 'pr-number': 'x' },
      { env: { HTTPS_PROXY: 'ftp://proxy.example' } },
    );
    expect(message).toBe(
      '4 inputs and the environment variable HTTPS_PROXY are not valid; key and token are blank. No request was made.',
    );
    expect(reasons.map(({ attribute }) => attribute)).toEqual([
      'key',
      'token',
      'dry-run',
      'pr-number',
      'HTTPS_PROXY',
    ]);
    expect(nextStep).toBe(
      'Correct the inputs under with: in the workflow. Correct the secret that token is read from, under Settings, Secrets and variables, Actions. Correct HTTPS_PROXY in env of the workflow or of the runner.',
    );
  });
});

test.each<[string, Inputs, NonNullable<Step['env']>, string]>([
  ['one input', { 'dry-run': 'maybe' }, {}, 'The input dry-run is not valid.'],
  ['one blank input', { key: '' }, {}, 'The input key is blank.'],
  ['blank inputs', { key: '', token: ' ' }, {}, '2 inputs are blank.'],
  [
    'a blank input beside another problem',
    { key: 'a b', token: '' },
    {},
    '2 inputs are not valid; token is blank.',
  ],
  [
    'an environment variable',
    {},
    { https_proxy: 'ftp://proxy.example' },
    'The environment variable https_proxy is not valid.',
  ],
  [
    'an input and an environment variable',
    { token: '' },
    { HTTPS_PROXY: 'ftp://proxy.example' },
    'The input token and the environment variable HTTPS_PROXY are not valid; token is blank.',
  ],
])('the first line names %s', (_case, inputs, env, line) => {
  expect(readProblem(inputs, { env }).message).toBe(`${line} No request was made.`);
});

describe('a blank token', () => {
  test.each<[string, WorkflowRun['withheldSecrets'], string, string]>([
    [
      'points at the secret',
      undefined,
      "is blank; expected a LaunchDarkly access token. Is the secret's name spelt right, and is it set for this repository, organization or environment?",
      'Correct the secret that token is read from, under Settings, Secrets and variables, Actions.',
    ],
    [
      'is to be expected for a pull request from a fork',
      'fork',
      'is blank: GitHub gives no secrets to workflows of pull requests from forks',
      'Run this step for pull requests of the repository itself only, or after the merge.',
    ],
    [
      'is to be expected for Dependabot',
      'dependabot',
      'is blank: workflows started by Dependabot see Dependabot secrets only',
      'Add the secret under Settings, Secrets and variables, Dependabot.',
    ],
  ])('%s', (_claim, withheldSecrets, reason, nextStep) => {
    const error = readProblem({ token: ' ' }, { run: { withheldSecrets } });
    expect(error.reasons).toEqual([{ attribute: 'token', reason }]);
    expect(error.message).toBe('The input token is blank. No request was made.');
    expect(error.nextStep).toBe(nextStep);
  });
});

describe('a token', () => {
  const uuid = '1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';
  const quotes = 'it is in quotes; store the secret without them';
  const variable = 'it is the name of a variable, not its value; use the secrets context';
  const whiteSpace = 'it has white space in it; store the secret again, in one piece';
  const characters = 'it has characters that no access token has; store the secret again';
  const tooLong = 'it has more than 2048 characters, which no token has; store the secret again';
  const swapped =
    'this is a GitHub token; expected a LaunchDarkly access token (api-…). Are token and github-token swapped?';

  test.each<readonly [token: string, reason: string]>([
    [
      `sdk-${uuid}`,
      'this is an SDK key, which the REST API does not accept; expected an access token (api-…)',
    ],
    [
      `mob-${uuid}`,
      'this is a mobile key, which the REST API does not accept; expected an access token (api-…)',
    ],
    [`rel-${uuid}`, 'this is a Relay Proxy key; expected an access token (api-…)'],
    [
      '5f0c1a2b3c4d5e6f70819203',
      'this is a client-side ID, which is no credential; expected an access token (api-…)',
    ],
    ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'].map(
      (prefix) => [`${prefix}K7mQx2VbT9nWc4RzY8pLd3HfJ6sGaE5uN1oi`, swapped] as const,
    ),
    [`Bearer api-${uuid}`, 'leave the word Bearer out: LaunchDarkly expects the token alone'],
    [`"api-${uuid}"`, quotes],
    [`'api-${uuid}`, quotes],
    [`api-${uuid}\``, quotes],
    ['$LAUNCHDARKLY_ACCESS_TOKEN', variable],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: what somebody may have pasted
    ['${{ secrets.LD_TOKEN }}', variable],
    [`api-${uuid} api-${uuid}`, whiteSpace],
    [`api-${uuid.replace('-', '\n')}`, whiteSpace],
    [`api-${uuid}🔑`, characters],
    [`api-\u0001${uuid}`, characters],
    [`api-${uuid}\u007f`, characters],
    ['api-1b2', 'it is too short for an access token (api-…)'],
    [`api-${'x'.repeat(2_045)}`, tooLong],
    [`sdk-${' '.repeat(6_000)}x`, tooLong],
  ])('%j is none, and is told what it looks like', (token, reason) => {
    const error = readProblem({ token });
    expect(error.reasons).toEqual([{ attribute: 'token', reason }]);
    expect(error.nextStep).toBe(
      'Correct the secret that token is read from, under Settings, Secrets and variables, Actions.',
    );
  });

  test.each([
    'api-1b2c',
    ...['sdk-', 'mob-', 'rel-', 'ghp_', 'bearer-', '"quoted"-', '$HOME-'].map(
      (piece) => `api-${piece}0c1d2e3f`,
    ),
    '5f0c1a2b3c4d5e6f7081920',
    'x5f0c1a2b3c4d5e6f70819203',
    '5f0c1a2b3c4d5e6f70819203x',
    `!${'~'.repeat(7)}`,
    `api-${'x'.repeat(2_044)}`,
  ])('%s may be one: LaunchDarkly decides', (token) => {
    expect(read({ token }).inputs.token).toBe(token);
  });
});

test.each(['api-1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b', 'SDK-1b2c3d4e', 'mob-1', 'rel-1b2c3d4e'])(
  'a github-token that is a credential of LaunchDarkly, as %s, is refused',
  (token) => {
    const { reasons } = readProblem({ 'github-token': token });
    expect(reasons).toEqual([
      {
        attribute: 'github-token',
        reason:
          'this is a credential of LaunchDarkly; expected a GitHub token, as the default is. Are token and github-token swapped?',
      },
    ]);
  },
);

test('a github-token that is the same as token is refused, whatever it looks like', () => {
  const token = 'a-token-of-some-new-shape';
  const { reasons } = readProblem({ token, 'github-token': token });
  expect(reasons).toMatchObject([{ attribute: 'github-token' }]);
});

test.each(['ghs_1b2c', 'github_pat_1b2c', 'v1.1b2c', 'capi-1b2c', ''])(
  'a github-token may be %j: GitHub decides',
  (token) => {
    expect(read({ 'github-token': token }).inputs.githubToken).toBe(token);
  },
);

test('a github-token is refused where it is longer than any token', () => {
  const longest = 'x'.repeat(2_048);
  expect(read({ 'github-token': longest }).inputs.githubToken).toBe(longest);
  const { reasons, message } = readProblem({ 'github-token': `${longest}x` });
  expect(message).toBe('The input github-token is not valid. No request was made.');
  expect(reasons).toEqual([
    {
      attribute: 'github-token',
      reason: 'it has more than 2048 characters, which no token has; store the secret again',
    },
  ]);
});
