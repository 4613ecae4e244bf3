import { describe, expect, test } from 'vitest';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';
import {
  CREATE_PATH,
  DESIRED,
  injectCreateFault,
  olderGroup,
  readFailure,
  startSimulatedRun,
} from './simulated-run.ts';

/** More `::add-mask::` lines than this are noise. */
const MAX_MASKS = 40;

/** A different value of 36 characters for each number. */
function makeUuid(number: number): string {
  return `${number.toString(16).padStart(8, '0')}-5f60-4718-8a9b-0c1d2e3f4a5b`;
}

/** Letters and digits without a pattern, the same for the same length. */
function makeLongSecret(length: number): string {
  let state = 7;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return (state % 36).toString(36);
  }).join('');
}

describe.concurrent('tokens beyond the maximum length', () => {
  test.each(['token', 'github-token'])('rejects an overlong %s', async (input) => {
    await using simulated = await startSimulatedRun();
    const token = makeLongSecret(6_000);
    const result = await simulated.run({ [input]: token });
    expect(readFailure(result)).toContain(`The input ${input} is not valid.`);
    expect(result.outputs['error-code']).toBe('invalid-input');
    expect(simulated.simulator.requests).toEqual([]);
  });
});

describe.concurrent('secrets in a response', () => {
  test.each([5_600, 65_536])('redacts a secret of %i characters', async (length) => {
    await using simulated = await startSimulatedRun();
    const secret = makeLongSecret(length);
    const message = `No: ${secret.slice(100, 400)} of ${secret.slice(0, 1_000)}, or ${secret}`;
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 400,
      body: { message, session: { token: secret } },
    });
    const result = await simulated.run({}, { secrets: [secret, secret.slice(150, 200)] });
    expect(readFailure(result)).toMatch(/No: \w{0,15}\*\*\* of \*\*\*\w{0,15}, or \*\*\*"/);
    expect(result.outputs['error-code']).toBe('bad-request');
  });

  test.each(['sdk-', 'a-word-of-no-known-shape-'])(
    'redacts or withholds ten thousand secrets (%s…) with few masks',
    async (prefix) => {
      await using simulated = await startSimulatedRun();
      const keys = Array.from({ length: 10_000 }, (_, n) => `${prefix}${makeUuid(n)}`);
      const items = keys.map((apiKey) => ({ apiKey }));
      const message = `Neither ${keys[0]} nor ${keys[9_999]}`;
      injectCreateFault(simulated.simulator, {
        kind: 'respond',
        status: 400,
        body: { message, items },
      });
      const secrets = [keys[0] ?? '', keys[9_999] ?? ''];
      const result = await simulated.run({ 'timeout-seconds': '60' }, { secrets });
      expect(readFailure(result)).not.toContain(makeUuid(9_999));
      expect(result.outputs['error-code']).toBe('bad-request');
      expect(result.masks.length).toBeLessThan(MAX_MASKS);
    },
  );

  test('can still be cancelled while it redacts ten thousand secrets', async () => {
    await using simulated = await startSimulatedRun();
    const keys = Array.from({ length: 10_000 }, (_, n) => `sdk-${makeUuid(n)}`);
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 429,
      headers: { 'Retry-After': '60' },
      body: { message: keys.join(' '), items: keys.map((apiKey) => ({ apiKey })) },
    });
    const when = (stdout: string) => stdout.includes('Trying again in');
    const result = await simulated.run({}, { signal: { name: 'SIGINT', when } });
    expect(result.signal).toBeNull();
    expect(result.outputs['error-code']).toBe('cancelled');
  });

  test('redacts a secret in an endless text that is not JSON', async () => {
    await using simulated = await startSimulatedRun();
    const secret = makeLongSecret(60_000);
    const body = `{"message": "${secret}", "token": "${secret}${'x'.repeat(3_000_000)}`;
    injectCreateFault(simulated.simulator, { kind: 'respond', status: 400, body });
    const result = await simulated.run({ 'timeout-seconds': '60' }, { secrets: [secret] });
    expect(result.outputs['error-code']).toBe('bad-request');
    expect(result.stderr).toBe('');
  });
});

describe.concurrent('values that the workflow named', () => {
  const uuid = '1b2c3d4e-5f60-4718-8a9b-0c1d2e3f4a5b';

  test('neither masks nor redacts a value from the workflow that contains the shape of a key', async () => {
    await using simulated = await startSimulatedRun();
    const environment = `pr-api-${uuid}`;
    const key = `default-${environment}-all-apps`;
    const name = `All apps of ${environment}`;
    const group = olderGroup({ key, name, environmentKey: environment });
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 201,
      body: { ...group, environment: { key: environment, apiKey: `sdk-${uuid}` } },
    });
    const result = await simulated.run({ environment, key, name });
    expect(result.outputs).toMatchObject({ outcome: 'created', environment, key, name });
    expect(result.masks).toEqual([DESIRED.token, DEFAULT_GITHUB_TOKEN, `sdk-${uuid}`]);
    expect(result.log).toContain(`environment "${environment}"`);
    expect(result.summary?.replace(/<\/?span>/g, '')).toContain(`<code>${environment}</code>`);
  });

  test('does not reveal a key because a value from the workflow is a part of it', async () => {
    await using simulated = await startSimulatedRun();
    const environment = uuid;
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 400,
      body: { message: `The key sdk-${uuid} of ${environment} is in use` },
    });
    const result = await simulated.run({ environment });
    expect(result.masks).toContain(`sdk-${uuid}`);
    expect(readFailure(result)).toContain(`The key *** of ${environment} is in use`);
  });
});

test.concurrent('masks no word shorter than eight characters', async () => {
  await using simulated = await startSimulatedRun();
  const HTTPS_PROXY = 'http://svc:prod@proxy.example:8080';
  const result = await simulated.run({ environment: 'production' }, { env: { HTTPS_PROXY } });
  expect(result.masks.filter((mask) => mask.length < 8)).toEqual([]);
  expect(result.outputs).toMatchObject({ outcome: 'created', environment: 'production' });
});

describe.concurrent('unexpected errors', () => {
  /** Returns an environment that preloads code into the process of the bundle. */
  function preload(code: string) {
    return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
  }
  const bug = `Object.assign(new Error('of ${DESIRED.token}'), { token: '${DESIRED.token}' })`;

  test('an unexpected error after the outputs were set makes the outcome a failure, and leaves the group', async () => {
    await using simulated = await startSimulatedRun();
    const env = preload(`process.once('beforeExit', () => { throw ${bug}; });`);
    const result = await simulated.run({}, { env });
    expect(result).toMatchObject({ exitCode: 1, stderr: '' });
    expect(result.annotations).toMatchObject([
      { kind: 'error', message: expect.stringContaining('failed with an unexpected error.') },
    ]);
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      created: 'true',
      key: DESIRED.key,
      'error-code': 'unexpected-response',
    });
    expect(simulated.simulator.account.groups.has(DESIRED.key)).toBe(true);
  });

  test('an unexpected error before the outputs were set sets those of a failure', async () => {
    await using simulated = await startSimulatedRun();
    simulated.simulator.inject({
      method: 'POST',
      path: CREATE_PATH,
      fault: { kind: 'respond', status: 503, headers: { 'Retry-After': '1' } },
    });
    const env = preload(`
      const write = process.stdout.write;
      process.stdout.write = function (chunk, ...rest) {
        if (String(chunk).includes('Trying again')) setTimeout(() => { throw ${bug}; });
        return write.call(this, chunk, ...rest);
      };`);
    const result = await simulated.run({}, { env: { ...env, RUNNER_DEBUG: '1' } });
    expect(readFailure(result)).toContain('The action failed with an unexpected error.');
    expect(result.outputs['error-code']).toBe('unexpected-response');
  });

  test('an unexpected error is reported without a stack on stderr even when reporting throws', async () => {
    await using simulated = await startSimulatedRun();
    const env = preload(`
      process.once('beforeExit', () => {
        process.stdout.write = () => { throw ${bug}; };
        throw ${bug};
      });`);
    const result = await simulated.run({}, { env });
    expect(result).toMatchObject({ exitCode: 1, stderr: '' });
    expect(result.outputs).toMatchObject({
      outcome: 'failed',
      'error-code': 'unexpected-response',
    });
  });
});
