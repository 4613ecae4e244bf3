import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ActionError } from '../src/errors.ts';
import { readInputs } from '../src/inputs.ts';
import { Secrets } from '../src/secrets.ts';

const TOKEN = 'api-5f0c1a2b-3c4d-4e6f-8081-92a3b4c5d6e7';
const PUSH = { pullRequest: undefined, withheldSecrets: undefined };

/** Reads inputs as the runner would hand them over. Other variables keep their name. */
function read(
  inputs: Readonly<Record<string, string>> = {},
  env: Readonly<Record<string, string>> = {},
) {
  const masked: string[] = [];
  const secrets = new Secrets((value) => masked.push(value));
  const given = { name: 'N', key: 'k', project: 'p', environment: 'e', token: TOKEN, ...inputs };
  const variables = Object.entries(given).map(([name, value]) => [
    `INPUT_${name.toUpperCase()}`,
    value,
  ]);
  const read = readInputs({ ...Object.fromEntries(variables), ...env }, PUSH, secrets);
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
    wish: {
      wanted: { key: 'k', name: 'N', projectKey: 'p', environmentKey: 'e', applicationKeys: [] },
      ifExists: 'fail',
      isDryRun: false,
    },
    token: TOKEN,
    server: { origin: 'https://app.launchdarkly.com', instance: 'commercial' },
    proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
    timeoutMs: 120_000,
    wantsComment: false,
    githubToken: '',
    warnings: [],
  });
});

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
  ])('%j', (applications, keys) => {
    expect(read({ applications }).inputs.wish.wanted.applicationKeys).toEqual(keys);
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
  expect([inputs.wish.isDryRun, inputs.wantsComment]).toEqual([value, value]);
});

test.each([
  ['1', 1_000],
  ['007', 7_000],
  ['3600', 3_600_000],
])('timeout-seconds: %s', (text, timeoutMs) => {
  expect(read({ 'timeout-seconds': text }).inputs.timeoutMs).toBe(timeoutMs);
});

test('the name keeps what stands inside it, and loses the white space around it', () => {
  const { inputs } = read({ name: '  Production – “All”\tApps 🚀\n' });
  expect(inputs.wish.wanted.name).toBe('Production – “All”\tApps 🚀');
});

describe('secrets', () => {
  test('are masked before anything is checked', () => {
    const masked: string[] = [];
    const secrets = new Secrets((value) => masked.push(value));
    const env = { INPUT_TOKEN: 'not a token', 'INPUT_GITHUB-TOKEN': 'ghs_x' };
    expect(() => readInputs(env, PUSH, secrets)).toThrow(ActionError);
    expect(masked).toEqual(['not a token', 'ghs_x']);
  });

  test('of a proxy are its password, also decoded and as Basic credentials', () => {
    const { masked } = read({}, { HTTPS_PROXY: 'http://user:p%40ss-word-1@proxy.example:8080' });
    expect(masked).toEqual([
      TOKEN,
      'p%40ss-word-1',
      'p@ss-word-1',
      Buffer.from('user:p@ss-word-1').toString('base64'),
    ]);
  });

  test('of a proxy that is not well encoded are masked as they are', () => {
    const { masked } = read({}, { HTTPS_PROXY: 'user:100%sure-of-it@proxy.example:8080' });
    expect(masked).toContain('100%sure-of-it');
  });

  test('of a proxy without a password are none', () => {
    const proxies = { HTTPS_PROXY: 'http://user@proxy.example', HTTP_PROXY: 'proxy.example:8080' };
    expect(read({}, proxies).masked).toEqual([TOKEN]);
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

describe('proxies', () => {
  test.each([
    [{ HTTPS_PROXY: 'http://a' }, 'http://a'],
    [{ https_proxy: 'http://b', HTTPS_PROXY: 'http://a' }, 'http://b'],
    [{ https_proxy: '', HTTPS_PROXY: 'http://a' }, ''],
    [{ HTTPS_PROXY: 'proxy.example:8080' }, 'http://proxy.example:8080'],
  ])('are read as undici reads them: %j', (env, httpsProxy) => {
    expect(read({}, env).inputs.proxies.httpsProxy).toBe(httpsProxy);
  });

  test('have their exceptions', () => {
    expect(read({}, { NO_PROXY: 'a,b', no_proxy: 'c' }).inputs.proxies.noProxy).toBe('c');
  });

  test.each(['socks5://proxy.example', 'http://', 'http://[', 'ftp://proxy.example'])(
    '%j is none',
    (proxy) => {
      const error = readProblem({}, { HTTP_PROXY: proxy });
      expect(error.reasons).toEqual([
        { attribute: 'HTTP_PROXY', reason: 'expected the URL of an http or https proxy' },
      ]);
    },
  );
});

test('keys of unusual length are accepted with a warning each', () => {
  const long = 'x'.repeat(101);
  const { inputs } = read({ key: long, project: long, environment: 'x'.repeat(100) });
  expect(inputs.warnings).toEqual([
    'The input key has 101 characters; LaunchDarkly may refuse keys of more than 100.',
    'The input project has 101 characters; LaunchDarkly may refuse keys of more than 100.',
  ]);
});

test('a base-uri that is not allowed is not echoed', () => {
  const { message, reasons } = readProblem({ 'base-uri': 'https://user:hunter2@evil.example' });
  expect(reasons).toMatchObject([{ attribute: 'base-uri' }]);
  expect(message).not.toMatch(/evil|hunter2/);
});

test('several problems are numbered, and a question keeps its mark', () => {
  expect(readProblem({ key: '', token: '', 'dry-run': 'maybe' }).message).toBe(
    '3 inputs are not valid. (1) key: is required. (2) token: is required: a LaunchDarkly access token. Is the secret spelt right, and set in this repository, organization or environment? (3) dry-run: expected true or false.',
  );
});

test('a key is accepted if and only if it is of the documented alphabet', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), (key) => {
      fc.pre(key.trim() !== '');
      const isKey = /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(key.trim());
      if (isKey) {
        expect(read({ key }).inputs.wish.wanted.key).toBe(key.trim());
      } else {
        expect(readProblem({ key }).reasons.map(({ attribute }) => attribute)).toEqual(['key']);
      }
    }),
  );
});
