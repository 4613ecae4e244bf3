import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActionError } from '../../../src/errors.ts';
import type { WorkflowRun } from '../../../src/inputs/github-context.ts';
import { readInputs } from '../../../src/inputs/inputs.ts';
import { Secrets } from '../../../src/secrets.ts';

const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
const PUSH: WorkflowRun = { withheldSecrets: undefined };

/** Reads inputs as the runner would hand them over. Other variables keep their name. */
function read(
  inputs: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
  run: WorkflowRun = PUSH,
) {
  const masked: string[] = [];
  const secrets = new Secrets((value) => masked.push(value));
  const given = { name: 'N', key: 'k', project: 'p', environment: 'e', token: TOKEN, ...inputs };
  const variables = Object.entries(given).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const read = readInputs({ ...Object.fromEntries(variables), ...env }, run, secrets);
  return { inputs: read, masked, secrets };
}

function readProblem(...given: Parameters<typeof read>): ActionError {
  try {
    read(...given);
  } catch (error) {
    if (error instanceof ActionError) {
      return error;
    }
  }
  throw new Error('The inputs were accepted');
}

test('what is not given has its default', () => {
  expect(read().inputs).toEqual({
    request: {
      desired: { key: 'k', name: 'N', projectKey: 'p', environmentKey: 'e', applicationKeys: [] },
      ifExists: 'fail',
      isDryRun: false,
    },
    token: TOKEN,
    server: { origin: 'https://app.launchdarkly.com', instance: 'commercial' },
    proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
    timeoutMs: 120_000,
    wantsComment: false,
    githubToken: '',
    prNumber: undefined,
    warnings: [],
  });
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
  'pr-number %j is refused',
  (text) => {
    expect(readProblem({ 'pr-number': text }).reasons).toEqual([
      {
        attribute: 'pr-number',
        reason: `"${text}" is not valid; expected the number of a pull request, such as 42`,
      },
    ]);
  },
);

describe('applications', () => {
  test.each([
    ['', []],
    [' \n, ,\r\n', []],
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    ['a\nb', ['a', 'b']],
    ['a\r\nb\r\n', ['a', 'b']],
    [' b ,a, b,\n c ', ['b', 'a', 'c']],
    ['_x,.y,-z', ['_x', '.y', '-z']],
    ['[]', []],
    ['["a","b"]', ['a', 'b']],
    [' [ "b",\n  "a", "b"\n]\n', ['b', 'a']],
    ['[" a "]', ['a']],
  ])('are read from a list or from a JSON array: %j', (applications, keys) => {
    expect(read({ applications }).inputs.request.desired.applicationKeys).toEqual(keys);
  });
});

test.each([
  ['true', true],
  ['True', true],
  ['TRUE', true],
  ['false', false],
  ['False', false],
  ['FALSE', false],
])('a boolean has the spellings of YAML: %s', (text, value) => {
  const { inputs } = read({ 'dry-run': text, 'pr-comment': text });
  expect([inputs.request.isDryRun, inputs.wantsComment]).toEqual([value, value]);
});

test.each([
  ['1', 1_000],
  ['007', 7_000],
  ['3600', 3_600_000],
])('timeout-seconds: %s', (text, timeoutMs) => {
  expect(read({ 'timeout-seconds': text }).inputs.timeoutMs).toBe(timeoutMs);
});

test('the name keeps what stands inside it, and loses the white space around it', () => {
  const { inputs } = read({ name: '  Production – “All”  Apps 🚀\n' });
  expect(inputs.request.desired.name).toBe('Production – “All”  Apps 🚀');
});

describe('secrets', () => {
  test('are masked before anything is checked', () => {
    const masked: string[] = [];
    const secrets = new Secrets((value) => masked.push(value));
    const env = { INPUT_TOKEN: 'not a token', 'INPUT_GITHUB-TOKEN': 'ghs_x-42' };
    expect(() => readInputs(env, PUSH, secrets)).toThrow(ActionError);
    expect(masked).toEqual(['not a token', 'ghs_x-42']);
  });

  test('of a proxy are its credentials', () => {
    const { masked } = read({}, { HTTPS_PROXY: 'http://svc:prod@proxy.example:8080' });
    expect(masked).toEqual([TOKEN, 'svc:prod', Buffer.from('svc:prod').toString('base64')]);
  });

  test('are not the names and keys that the workflow gave, though they look like one', () => {
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

test('keys of unusual length are accepted with a warning each', () => {
  const long = 'x'.repeat(101);
  const { inputs } = read({ key: long, project: long, environment: 'x'.repeat(100) });
  expect(inputs.warnings).toEqual([
    'The input key has 101 characters; LaunchDarkly may refuse keys of more than 100.',
    'The input project has 101 characters; LaunchDarkly may refuse keys of more than 100.',
  ]);
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

const KEY_RULE = 'expected letters, digits, ".", "-" and "_", the first one a letter or a digit';
const APPLICATIONS_RULE =
  'expected application keys, one per line or separated by commas: letters, digits, ".", "-" and "_"';
const JSON_RULE =
  'begins with "[" and is not a JSON array of strings; expected ["web", "tv"], or application keys, one per line or separated by commas';
const TIMEOUT_RULE = 'expected a whole number of seconds from 1 to 3600';

describe('an input that is not valid', () => {
  test.each([
    ['name', '', "is required: the group's display name"],
    ['name', ' \t\n', "is required: the group's display name"],
    ['name', 'two\nlines', 'expected one line, without control characters'],
    ['name', 'in the\u2028middle', 'expected one line, without control characters'],
    ['name', 'in the\u2029middle', 'expected one line, without control characters'],
    ['key', ' ', 'is required'],
    ['key', '-k', `"-k" is not valid; ${KEY_RULE}`],
    ['key', 'has space', `"has space" is not valid; ${KEY_RULE}`],
    ['key', 'slash/../admin', `"slash/../admin" is not valid; ${KEY_RULE}`],
    ['key', 'ключ', `"ключ" is not valid; ${KEY_RULE}`],
    ['key', 'two\nlines', `"two\nlines" is not valid; ${KEY_RULE}`],
    ['project', '', 'is required'],
    ['project', '.p', `".p" is not valid; ${KEY_RULE}`],
    ['environment', '', 'is required'],
    ['environment', 'e?', `"e?" is not valid; ${KEY_RULE}`],
    ['applications', 'web, a b, tv', `"a b" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', 'billing;inventory', `"billing;inventory" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '["a b"]', `"a b" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '[""]', `"" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '["a,b"]', `"a,b" is not valid; ${APPLICATIONS_RULE}`],
    ['applications', '[a, b]', JSON_RULE],
    ['applications', "['a', 'b']", JSON_RULE],
    ['applications', '["a", 1]', JSON_RULE],
    ['applications', '["a", null]', JSON_RULE],
    ['applications', '[["a"]]', JSON_RULE],
    ['applications', '[{"key":"a"}]', JSON_RULE],
    ['applications', '["a"', JSON_RULE],
    ['applications', '["a"], b', JSON_RULE],
    ['timeout-seconds', '0', TIMEOUT_RULE],
    ['timeout-seconds', '1e3', TIMEOUT_RULE],
    ['timeout-seconds', '0x10', TIMEOUT_RULE],
    ['timeout-seconds', '99999999999999999999', TIMEOUT_RULE],
    ['timeout-seconds', '3601', TIMEOUT_RULE],
    ['timeout-seconds', '-1', TIMEOUT_RULE],
    ['timeout-seconds', '1 s', TIMEOUT_RULE],
    ['timeout-seconds', '10.5', TIMEOUT_RULE],
    ['if-exists', 'Keep', '"Keep" is not valid; expected one of fail, keep, update'],
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

  test('is one input, however many of its entries are not valid', () => {
    const { message, reasons } = readProblem({ applications: 'a b, c, d e' });
    expect(message).toBe('The input applications is not valid. No request was made.');
    expect(reasons).toEqual([
      { attribute: 'applications', reason: `"a b" is not valid; ${APPLICATIONS_RULE}` },
      { attribute: 'applications', reason: `"d e" is not valid; ${APPLICATIONS_RULE}` },
    ]);
  });

  test('does not hide another one, and the ways to correct them are told once each', () => {
    const { message, reasons, nextStep } = readProblem(
      { key: '', project: '', token: '', 'dry-run': 'maybe' },
      { HTTPS_PROXY: 'ftp://proxy.example' },
    );
    expect(message).toBe('5 inputs are not valid. No request was made.');
    expect(reasons.map(({ attribute }) => attribute)).toEqual([
      'key',
      'project',
      'token',
      'dry-run',
      'HTTPS_PROXY',
    ]);
    expect(nextStep).toBe(
      'Correct the inputs under with: in the workflow. Correct the secret that token is read from, under Settings, Secrets and variables, Actions. Correct HTTPS_PROXY in env of the workflow or of the runner.',
    );
  });
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
    const run = { pullRequest: undefined, withheldSecrets };
    const error = readProblem({ token: ' ' }, {}, run);
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

test('a github-token is refused only where it is longer than any token', () => {
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

test('a key is accepted if and only if it is of the documented alphabet', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (key) => {
      fc.pre(key.trim() !== '');
      const isKey = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(key.trim());
      if (isKey) {
        expect(read({ key }).inputs.request.desired.key).toBe(key.trim());
      } else {
        expect(readProblem({ key }).reasons.map(({ attribute }) => attribute)).toEqual(['key']);
      }
    }),
  );
});
