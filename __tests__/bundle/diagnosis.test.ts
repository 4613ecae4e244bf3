import { describe, expect, test } from 'vitest';
import type { Injection } from '../../simulator/launchdarkly/faults.ts';
import { injectCreateFault, readFailure, startSimulatedRun } from './simulated-run.ts';

const UNAUTHORIZED = {
  kind: 'respond',
  status: 401,
  body: { code: 'unauthorized', message: 'Invalid access token' },
} as const;

describe.concurrent('401', () => {
  test.each([
    [
      'an SDK key',
      { authKind: 'sdkKey', environmentName: 'Production' },
      'The token is not an access token: LaunchDarkly identifies it as an SDK key or similar (401)',
    ],
    [
      'a personal token',
      { authKind: 'token', tokenKind: 'personal', tokenName: "Ariel's laptop" },
      'Next: It is the token "Ariel\'s laptop" (personal, token). Give it the Writer role or better',
    ],
    [
      'a token of which nothing is said',
      {},
      'Next: It is the token. Give it the Writer role or better',
    ],
  ])('explains a 401 for %s', async (_title, identity, words) => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, UNAUTHORIZED);
    simulated.simulator.inject({
      path: '/api/v2/caller-identity',
      fault: { kind: 'respond', status: 200, body: identity },
    });
    const result = await simulated.run();
    expect(readFailure(result)).toContain(words);
    expect(simulated.methods()).toBe('POST GET');
  });
});

describe.concurrent('404 for a misspelt key', () => {
  test.each([
    ['PRODUCTION', 'production'],
    ['prodcution', 'production'],
    ['stagin', 'staging'],
    ['tset', 'test'],
  ])(
    'suggests a key for a misspelt one: environment %s: did you mean %s?',
    async (environment, meant) => {
      await using simulated = await startSimulatedRun();
      const result = await simulated.run({ environment });
      expect(readFailure(result)).toContain(`did you mean "${meant}"?`);
    },
  );

  test('names the first ten environments of a project that has more', async () => {
    await using simulated = await startSimulatedRun();
    const environments = Array.from({ length: 25 }, (_, index) => `region-${index}`);
    simulated.simulator.account.addProject('large', environments);
    const result = await simulated.run({ project: 'large', environment: 'lunar' });
    expect(readFailure(result)).toContain('"region-8", "region-9" and 15 more.');
  });

  test('looks up the key in a project with more environments than fit a page', async () => {
    await using simulated = await startSimulatedRun();
    const environments = Array.from({ length: 130 }, (_, index) => `region-${index}`);
    simulated.simulator.account.addProject('huge', environments);
    const missing = await simulated.run({ project: 'huge', environment: 'lunar' });
    expect(readFailure(missing)).toContain('Environment "lunar" does not exist in project "huge"');
    expect(simulated.methods()).toMatch(/^POST GET GET( POST GET GET)+$/);

    // This one exists, on the second page, so something else is wrong.
    injectCreateFault(
      simulated.simulator,
      { kind: 'respond', status: 404 },
      Number.POSITIVE_INFINITY,
    );
    const present = await simulated.run({ project: 'huge', environment: 'region-129' });
    expect(readFailure(present)).toContain('LaunchDarkly did not find it (404)');
  });

  test('masks the SDK keys of the listed environments and shows them nowhere', async () => {
    await using simulated = await startSimulatedRun();
    const environments = [
      ...(simulated.simulator.account.projects.get('default')?.environments ?? []),
    ];
    const secrets = environments.flatMap(([, { apiKey, mobileKey }]) => [apiKey, mobileKey]);
    expect(secrets).toHaveLength(6);
    const result = await simulated.run({ environment: 'prodution' }, { secrets });
    expect(result.masks).toEqual(expect.arrayContaining(secrets));
  });
});

describe.concurrent('diagnosis requests that fail', () => {
  const faults: readonly (readonly [title: string, fault: Injection['fault']])[] = [
    ['is refused', { kind: 'respond', status: 403, body: { message: 'No.' } }],
    ['meets a server error', { kind: 'respond', status: 500 }],
    ['is limited', { kind: 'rate-limit', waitsMs: { global: 60_000 } }],
    ['is cut off', { kind: 'reset' }],
    ['gets nonsense', { kind: 'respond', status: 200, body: { items: 'many' } }],
    ['stalls', { kind: 'stall' }],
  ];

  test.each(faults)(
    'shortens the explanation and does not repeat the request when the diagnosis %s',
    async (_title, fault) => {
      await using simulated = await startSimulatedRun();
      simulated.simulator.inject({
        path: '/api/v2/projects',
        fault,
        times: Number.POSITIVE_INFINITY,
      });
      const result = await simulated.run({ environment: 'prodution', 'timeout-seconds': '20' });
      expect(readFailure(result)).toContain('LaunchDarkly did not find it (404)');
      expect(result.outputs['error-code']).toBe('not-found');
      expect(simulated.methods()).toBe('POST GET');
    },
  );
});

describe.concurrent('400', () => {
  const invalidRequest = (message: string) =>
    ({ kind: 'respond', status: 400, body: { code: 'invalid_request', message } }) as const;

  test('checks a 400 about the environment against the environments that exist', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, invalidRequest('Invalid environment'));
    const result = await simulated.run({ environment: 'prodution' });
    expect(readFailure(result)).toContain('did you mean "production"?');
    expect(result.outputs['error-code']).toBe('bad-request');
  });

  test('leaves a 400 about an existing project as it is', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, invalidRequest('Invalid project'));
    const result = await simulated.run();
    expect(readFailure(result)).toContain('LaunchDarkly refused the request as invalid (400)');
    expect(simulated.methods()).toBe('POST GET');
  });

  test('sends no further request for a 400 about applications when none was requested', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, invalidRequest('applicationKeys is invalid'));
    const result = await simulated.run();
    expect(readFailure(result)).toContain('Compare the inputs with what LaunchDarkly says');
    expect(simulated.methods()).toBe('POST');
  });

  test('names no application in a 400 about applications that all exist', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, invalidRequest('applicationKeys is invalid'));
    const result = await simulated.run({ applications: 'billing-service' });
    expect(readFailure(result)).toContain('Compare the inputs with what LaunchDarkly says');
    expect(simulated.methods()).toBe('POST GET');
  });

  test('shows a server message with workflow commands without executing them', async () => {
    await using simulated = await startSimulatedRun();
    const message = 'no\n::set-output name=created::true\r##[add-mask]production\u2028::error::x';
    injectCreateFault(simulated.simulator, invalidRequest(message));
    const result = await simulated.run();
    expect(readFailure(result)).toContain('set-output name=created');
    expect(result.outputs['created']).toBe('false');
    expect(result.masks).not.toContain('production');
  });
});
