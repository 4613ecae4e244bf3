import { createServer } from 'node:net';
import { describe, expect, test } from 'vitest';
import type { InjectedResponse } from '../../simulator/launchdarkly/faults.ts';
import { headerValues } from '../../simulator/launchdarkly/requests.ts';
import { sampleReaderToken } from '../../simulator/launchdarkly/sample-account.ts';
import { sampleScores, scoreMetadata } from '../../simulator/launchdarkly/scores.ts';
import { listen } from '../../simulator/network/loopback.ts';
import { runAction } from '../../simulator/runner/runner.ts';
import { VERSION } from '../../src/version.ts';
import {
  CREATE_PATH,
  DESIRED,
  describeRequest,
  injectCreateFault,
  olderGroup,
  readFailure,
  startSimulatedRun,
} from './simulated-run.ts';

describe.concurrent('a successful create', () => {
  test('creates a group with one request with the documented path, headers and body', async () => {
    await using simulated = await startSimulatedRun();
    await simulated.run();
    expect(simulated.simulator.requests.map(describeRequest)).toEqual([`POST ${CREATE_PATH}`]);
    const [request] = simulated.simulator.requests;
    const headers = Object.fromEntries(
      (request?.headers ?? []).map(([name, value]) => [name.toLowerCase(), value]),
    );
    expect(headers).toEqual({
      host: simulated.simulator.origin.replace('http://', ''),
      connection: 'keep-alive',
      authorization: DESIRED.token,
      'ld-api-version': 'beta',
      'user-agent': `create-insight-group/${VERSION}`,
      accept: 'application/json',
      'accept-encoding': 'identity',
      'content-type': 'application/json',
      'content-length': String(request?.body.length),
    });
    expect(request && headerValues(request, 'ld-api-version')).toEqual(['beta']);
    expect(JSON.parse(request?.body ?? '')).toEqual({
      name: 'Production - All Apps',
      key: 'default-production-all-apps',
      projectKey: 'default',
      environmentKey: 'production',
    });
  });

  test('sets every output, logs one line, writes a summary and exits with 0', async () => {
    await using simulated = await startSimulatedRun({ now: () => Date.UTC(2026, 0, 31, 12) });
    const result = await simulated.run();
    expect(result.outputs).toEqual({
      outcome: 'created',
      created: 'true',
      key: 'default-production-all-apps',
      name: 'Production - All Apps',
      project: 'default',
      environment: 'production',
      applications: '[]',
      'created-at': '2026-01-31T12:00:00.000Z',
      group:
        '{"key":"default-production-all-apps","name":"Production - All Apps","projectKey":"default","environmentKey":"production","applicationKeys":[],"createdAt":"2026-01-31T12:00:00.000Z"}',
      'overall-score': '',
      'overall-indicator': '',
      scores: '{}',
      drift: '[]',
      groups:
        '[{"key":"default-production-all-apps","name":"Production - All Apps","projectKey":"default","environmentKey":"production","applicationKeys":[],"createdAt":"2026-01-31T12:00:00.000Z","outcome":"created","drift":[],"errorCode":"","message":""}]',
      counts: expect.stringMatching(/^\{"created":1,(?:"\w+":0,?)+\}$/),
      'error-code': '',
    });
    expect(result.log).toMatch(/^Created insight group "default-production-all-apps" .*\.\n$/);
    expect(result.summary).toContain('default-production-all-apps');
    expect(result).toMatchObject({ exitCode: 0, conclusion: 'success', annotations: [] });
    expect(result).toMatchObject({ stderr: '', state: {}, envFile: {}, paths: [] });
    expect(result.tempFiles).toEqual(new Map());
  });

  test('masks the token in the first line of stdout', async () => {
    await using simulated = await startSimulatedRun();
    const { stdout } = await simulated.run({ token: ` ${DESIRED.token}\n` });
    expect(stdout.split('\n')[0]).toBe(`::add-mask::${DESIRED.token}`);
  });

  test('sends the applications without blanks and duplicates, in their order', async () => {
    await using simulated = await startSimulatedRun();
    const applications = '\n  inventory-service, billing-service\n\ninventory-service\r\n,';
    const result = await simulated.run({ applications });
    const applicationKeys = ['inventory-service', 'billing-service'];
    expect(JSON.parse(simulated.simulator.requests[0]?.body ?? '')).toMatchObject({
      applicationKeys,
    });
    expect(JSON.parse(result.outputs['applications'] ?? '')).toEqual(applicationKeys);
  });

  test('passes on the scores in the response and nothing of the environment', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 201,
      body: {
        ...olderGroup({ createdAt: 1_769_860_800_000 }),
        createdAt: '1769860800000',
        applicationKeys: null,
        environment: { apiKey: 'sdk-11111111-2222-4333-8444-555555555555', mobileKey: 'mob-1' },
        scores: sampleScores(),
        scoreMetadata: scoreMetadata(1_769_860_800_000),
      },
    });
    const result = await simulated.run(
      {},
      { secrets: ['sdk-11111111-2222-4333-8444-555555555555'] },
    );
    expect(result.outputs).toMatchObject({
      outcome: 'created',
      'created-at': '2026-01-31T12:00:00.000Z',
      'overall-score': '72',
      'overall-indicator': 'good',
    });
    expect(result.outputs['group']).not.toContain('environment"');
    expect(result.masks).toContain('sdk-11111111-2222-4333-8444-555555555555');
    expect(result.summary).toContain('72');
  });

  test('warns when LaunchDarkly stored different values than requested', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 201,
      body: olderGroup({ name: 'Production' }),
    });
    const result = await simulated.run();
    expect(result.outputs).toMatchObject({
      outcome: 'created',
      name: 'Production',
      drift: '[{"field":"name","desired":"Production - All Apps","actual":"Production"}]',
    });
    expect(result.annotations).toMatchObject([
      { kind: 'warning', message: 'Name: "Production", expected "Production - All Apps".' },
    ]);
  });
});

const TRIED =
  'Tried to create insight group "default-production-all-apps" for project "default", environment "production".';
const UNKNOWN =
  'Outcome unknown: insight group "default-production-all-apps" may or may not have been created.';
const SAFE = "It is safe to run again: the key can't be created twice.";
const INSTANCES =
  'https://app.launchdarkly.com (commercial), https://app.launchdarkly.us (federal), https://app.eu.launchdarkly.com (EU)';

/** One row: LaunchDarkly's response to the create, and what a person reads then. */
interface RefusedRow {
  readonly title: string;
  readonly answer: InjectedResponse;
  readonly code: string;
  /** Title and message of the annotation. `{origin}` stands for the server. */
  readonly says: readonly string[];
  readonly asks?: string;
}

const FORBIDDEN_NEXT =
  "Next: Give the token the Writer role or better. Engineering insights is part of select plans only: ask LaunchDarkly whether yours has it. If the account has an IP allow list, the runner's address must be on it.";
const KNOWN_TOKEN_NEXT =
  'Next: It is the token "CI" (server, token). Give it the Writer role or better, or use a service token that has it.';

const REFUSED: readonly RefusedRow[] = [
  {
    title: '400 with reasons',
    answer: {
      status: 400,
      body: {
        code: 'invalid_request',
        message: 'validation failed',
        errors: [
          { attribute: 'key', reason: 'must be present' },
          { attribute: 'name', reason: 'must be a non-empty string' },
        ],
      },
    },
    code: 'bad-request',
    says: [
      'LaunchDarkly refused the request as invalid',
      `LaunchDarkly refused the request as invalid (400). ${TRIED} Nothing was written.`,
      '- key: must be present',
      '- name: must be a non-empty string',
      'LaunchDarkly answered 400 (invalid_request): "validation failed"',
      'Next: Correct the inputs that LaunchDarkly names, and run again.',
    ],
  },
  {
    title: '400 without a body',
    answer: { status: 400 },
    code: 'bad-request',
    says: [
      'LaunchDarkly refused the request as invalid',
      `LaunchDarkly refused the request as invalid (400). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 400 with an empty body.',
      'Next: LaunchDarkly does not say why: check the inputs name, key, project, environment and applications, and run again.',
    ],
  },
  {
    title: '401 for a token that LaunchDarkly knows',
    answer: { status: 401, body: { code: 'unauthorized', message: 'Invalid access token' } },
    code: 'unauthorized',
    asks: 'POST GET',
    says: [
      'LaunchDarkly did not accept the token',
      `LaunchDarkly knows the token but does not accept it for this (401). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 401 (unauthorized): "Invalid access token"',
      KNOWN_TOKEN_NEXT,
    ],
  },
  {
    title: '401 without a body',
    answer: { status: 401 },
    code: 'unauthorized',
    asks: 'POST GET',
    says: [
      'LaunchDarkly did not accept the token',
      `LaunchDarkly knows the token but does not accept it for this (401). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 401 with an empty body.',
      KNOWN_TOKEN_NEXT,
    ],
  },
  {
    title: '403 with a code',
    answer: { status: 403, body: { code: 'forbidden', message: 'Access denied.' } },
    code: 'forbidden',
    says: [
      'LaunchDarkly refused access',
      `LaunchDarkly refused access (403). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 403 (forbidden): "Access denied."',
      FORBIDDEN_NEXT,
    ],
  },
  {
    title: '403 without a code, as text',
    answer: { status: 403, body: 'Forbidden' },
    code: 'forbidden',
    says: [
      'LaunchDarkly refused access',
      `LaunchDarkly refused access (403). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 403: "Forbidden"',
      FORBIDDEN_NEXT,
    ],
  },
  {
    title: '403 for a beta header that was lost',
    answer: {
      status: 403,
      body: {
        message:
          'This API is in beta. To use it, your request must include the header `LD-API-Version: beta`.',
      },
    },
    code: 'forbidden',
    says: [
      'LaunchDarkly refused access',
      `LaunchDarkly did not see the beta header (403). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 403: "This API is in beta. To use it, your request must include the header `LD-API-Version: beta`."',
      'Next: The action sends LD-API-Version: beta with every request; check whether a proxy in between strips headers.',
    ],
  },
  {
    title: '404 although project and environment exist',
    answer: { status: 404, body: { code: 'not_found', message: 'Invalid resource identifier' } },
    code: 'not-found',
    asks: 'POST GET',
    says: [
      'LaunchDarkly returned 404',
      `LaunchDarkly did not find it (404). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 404 (not_found): "Invalid resource identifier"',
      'Next: Project "default" and environment "production" exist. Check that the token may see and create insight groups, and that the account has engineering insights.',
    ],
  },
  ...(
    [
      [402, 'Ask LaunchDarkly whether the plan of the account includes engineering insights.'],
      [405, 'Check whether a proxy between the runner and LaunchDarkly changes requests.'],
      [407, 'Put the user and the password for the proxy into HTTPS_PROXY.'],
      [413, 'The request is too large: shorten the name, or name fewer applications.'],
      [
        418,
        "Look for the reason in LaunchDarkly's answer; if it gives none, ask LaunchDarkly support.",
      ],
      [431, 'The request is too large: shorten the name, or name fewer applications.'],
      [451, 'Ask LaunchDarkly why the account or the region of the runner has no access.'],
    ] as const
  ).map(
    ([status, next]): RefusedRow => ({
      title: `${status}`,
      answer: { status, body: { code: 'no', message: 'Not this way.' } },
      code: 'bad-request',
      says: [
        'LaunchDarkly refused the request as invalid',
        `LaunchDarkly refused the request with ${status}. ${TRIED} Nothing was written.`,
        `LaunchDarkly answered ${status} (no): "Not this way."`,
        `Next: ${next}`,
      ],
    }),
  ),
  ...(
    [
      [400, 'bad-request'],
      [401, 'unauthorized'],
      [403, 'forbidden'],
      [405, 'bad-request'],
    ] as const
  ).map(
    ([status, code]): RefusedRow => ({
      title: `${status} as a page of HTML`,
      answer: { status, body: '<!DOCTYPE html><title>Blocked</title>' },
      code,
      says: [
        'Something other than LaunchDarkly answered',
        `The request was refused with ${status}, and not in the form of LaunchDarkly's errors. ${TRIED} Nothing was written.`,
        `The answer was ${status}: "<!DOCTYPE html><title>Blocked</title>"`,
        'Next: Check that base-uri names LaunchDarkly itself and that no proxy or login page answers in its place.',
      ],
    }),
  ),
  {
    title: '422',
    answer: { status: 422, body: { message: 'Unprocessable entity' } },
    code: 'bad-request',
    says: [
      'LaunchDarkly refused the request as invalid',
      `LaunchDarkly refused the request as invalid (422). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 422: "Unprocessable entity"',
      'Next: Compare the inputs with what LaunchDarkly says, and run again.',
    ],
  },
];

describe.concurrent('statuses after which nothing was written', () => {
  test.each(REFUSED)(
    'reports that nothing was written after $title',
    async ({ answer, code, says, asks = 'POST' }) => {
      await using simulated = await startSimulatedRun();
      injectCreateFault(
        simulated.simulator,
        { kind: 'respond', ...answer },
        Number.POSITIVE_INFINITY,
      );
      const result = await simulated.run();
      expect(readFailure(result)).toEqual(says.join('\n'));
      expect(result.outputs['error-code']).toBe(code);
      // A 404 is retried for a while.
      const methods =
        code === 'not-found' ? simulated.methods().replace(/( POST)+$/, '') : simulated.methods();
      expect(methods).toBe(asks);
      expect(result.summary).toContain(DESIRED.key);
      expect(result.groups).toEqual([]);
    },
  );
});

/**
 * Rows of the status table for which the account itself is wrong, so that the diagnosis can help.
 */
const DIAGNOSED = [
  {
    title: 'an unknown token',
    inputs: { token: 'api-99999999-0000-4000-8000-000000000009' },
    code: 'unauthorized',
    says: [
      'LaunchDarkly did not accept the token',
      `LaunchDarkly does not know the token (401). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 401 (unauthorized): "Invalid access token"',
      `Next: Check the secret: the token may be mistyped, expired or deleted. A token works only on its own instance; base-uri, now {origin}, chooses among ${INSTANCES}. New tokens are made under Organization settings, Authorization, with the role Writer.`,
    ],
    asks: [`POST ${CREATE_PATH}`, 'GET /api/v2/caller-identity'],
  },
  {
    title: 'a token that may only read',
    inputs: { token: sampleReaderToken },
    code: 'forbidden',
    says: [
      'LaunchDarkly refused access',
      `LaunchDarkly refused access (403). ${TRIED} Nothing was written.`,
      'LaunchDarkly answered 403 (forbidden): "Forbidden. Access to the requested resource was denied."',
      FORBIDDEN_NEXT,
    ],
    asks: [`POST ${CREATE_PATH}`],
  },
  {
    title: 'a misspelt project',
    inputs: { project: 'defualt' },
    code: 'not-found',
    says: [
      'The project or the environment does not exist',
      'Project "defualt" does not exist; did you mean "default"? Tried to create insight group "default-production-all-apps" for project "defualt", environment "production". Nothing was written.',
      'LaunchDarkly answered 404 (not_found): "Invalid resource identifier"',
      'Next: Correct the project key, or give the token access to that project. The projects that the token can see: "default".',
    ],
    asks: [
      `POST ${CREATE_PATH}`,
      'GET /api/v2/projects/defualt/environments?limit=100',
      'GET /api/v2/projects?limit=100',
    ],
  },
  {
    title: 'a misspelt environment',
    inputs: { environment: 'prodution' },
    code: 'not-found',
    says: [
      'The project or the environment does not exist',
      'Environment "prodution" does not exist in project "default"; did you mean "production"? Tried to create insight group "default-production-all-apps" for project "default", environment "prodution". Nothing was written.',
      'LaunchDarkly answered 404 (not_found): "Invalid resource identifier"',
      'Next: Correct the environment key, or create the environment before this step. The environments of project "default" that the token can see: "production", "staging", "test".',
    ],
    asks: [`POST ${CREATE_PATH}`, 'GET /api/v2/projects/default/environments?limit=100'],
  },
  {
    title: 'an environment that resembles no existing one',
    inputs: { environment: 'qa' },
    code: 'not-found',
    says: [
      'The project or the environment does not exist',
      'Environment "qa" does not exist in project "default". Tried to create insight group "default-production-all-apps" for project "default", environment "qa". Nothing was written.',
      'LaunchDarkly answered 404 (not_found): "Invalid resource identifier"',
      'Next: Correct the environment key, or create the environment before this step. The environments of project "default" that the token can see: "production", "staging", "test".',
    ],
    asks: [`POST ${CREATE_PATH}`, 'GET /api/v2/projects/default/environments?limit=100'],
  },
] as const;

describe.concurrent('rejections that LaunchDarkly can explain', () => {
  test.each(DIAGNOSED)('explains $title', async ({ inputs, code, says, asks }) => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run(inputs);
    const { origin } = simulated.simulator;
    expect(readFailure(result)).toEqual(says.join('\n').replace('{origin}', origin));
    expect(result.outputs['error-code']).toBe(code);
    // A missing environment is looked up more than once, because it may have just been created.
    expect([...new Set(simulated.simulator.requests.map(describeRequest))]).toEqual(asks);
    expect(simulated.simulator.account.groups.size).toBe(0);
  });

  test("explains a 401 with and without a body in the same way, except for LaunchDarkly's message", async () => {
    await using simulated = await startSimulatedRun({ behaviour: { unauthorizedBody: 'empty' } });
    const result = await simulated.run({ token: 'api-99999999-0000-4000-8000-000000000009' });
    expect(readFailure(result)).toContain('LaunchDarkly answered 401 with an empty body.');
  });

  test('names an application that LaunchDarkly does not know', async () => {
    await using simulated = await startSimulatedRun();
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 400,
      body: { code: 'invalid_request', message: 'Unknown application' },
    });
    const result = await simulated.run({ applications: 'billing-service, checkout' });
    expect(readFailure(result)).toContain(
      'Next: LaunchDarkly knows no application "checkout". An application appears with its first deployment event or SDK connection; correct the input applications, or run again once it has reported.',
    );
  });

  test('shows the support id in the details', async () => {
    await using simulated = await startSimulatedRun({ behaviour: { errorIds: true } });
    const result = await simulated.run({ token: sampleReaderToken });
    expect(result.groups).toEqual([
      { title: 'Details', lines: ['- Request ID for LaunchDarkly support: error-1'] },
    ]);
  });
});

test.concurrent('explains a 409 with the existing group and the other values of if-exists', async () => {
  await using simulated = await startSimulatedRun({ group: olderGroup() });
  const result = await simulated.run();
  expect(readFailure(result)).toEqual(
    [
      'The insight group already exists',
      'Insight group "default-production-all-apps" already exists in project "default", environment "production". It matches the request. Nothing was written.',
      'Next: Set if-exists: keep or if-exists: update to let the step pass when the group exists.',
    ].join('\n'),
  );
  expect(result.outputs['error-code']).toBe('conflict');
});

/**
 * Responses that leave open whether the group was created. The step fails after retrying until the
 * deadline.
 */
const UNCLEAR: readonly (RefusedRow & { readonly next: string })[] = [
  ...[500, 502, 503, 504, 599].map((status) => ({
    title: `${status} as JSON`,
    answer: { status, body: { code: 'internal_error', message: 'Upset.' } },
    code: 'server-error',
    says: [
      'LaunchDarkly returned a server error',
      `{origin} answered ${status}. ${TRIED} ${UNKNOWN}`,
      `LaunchDarkly answered ${status}: "Upset."`,
    ],
    next: 'Next: Run again later; https://status.launchdarkly.com tells whether LaunchDarkly has an incident.',
  })),
  {
    title: '502 as HTML',
    answer: { status: 502, body: '<html><h1>Bad gateway</h1></html>' },
    code: 'server-error',
    says: ['LaunchDarkly returned a server error', `{origin} answered 502. ${TRIED} ${UNKNOWN}`],
    next: 'Next: Run again later; https://status.launchdarkly.com tells whether LaunchDarkly has an incident.',
  },
  {
    title: '408',
    answer: { status: 408 },
    code: 'timeout',
    says: [
      'LaunchDarkly did not respond in time',
      `{origin} answered 408 (request timeout). ${TRIED} ${UNKNOWN}`,
    ],
    next: 'Next: Run again; raise timeout-seconds if the network is slow.',
  },
  ...[
    ...[301, 302, 303, 307, 308].map((status) => ({
      title: `${status}`,
      answer: { status, headers: { Location: 'https://attacker.example/' } },
      what: `${status}, a redirect, which is never followed`,
    })),
    ...[200, 202, 204].map((status) => ({
      title: `${status}`,
      answer: { status, ...(status !== 204 && { body: olderGroup() }) },
      what: `${status} where 201 was expected`,
    })),
    {
      title: '201 with an empty body',
      answer: { status: 201 },
      what: '201 with an empty body',
    },
    {
      title: '201 with HTML',
      answer: { status: 201, body: '<html>Sign in</html>' },
      what: '201 with a body that is not JSON',
    },
    {
      title: '201 with half a body',
      answer: { status: 201, headers: { 'Content-Length': '500', Connection: 'close' }, body: '{' },
      what: "201 with a body that can't be read: it broke off (UND_ERR_RES_CONTENT_LENGTH_MISMATCH)",
    },
    {
      title: '201 with a group of another key',
      answer: { status: 201, body: olderGroup({ key: 'other' }) },
      what: '201 with an unexpected body',
    },
    {
      title: '201 with JSON that is no group',
      answer: { status: 201, body: { ok: true } },
      what: '201 with an unexpected body',
    },
    {
      title: '201 with a body that claims to be compressed but is not',
      answer: { status: 201, headers: { 'Content-Encoding': 'br' }, body: olderGroup() },
      what: "201 with a body that can't be read: it can't be decompressed as br",
    },
  ].map(({ title, answer, what }) => ({
    title,
    answer,
    code: 'unexpected-response',
    says: [
      'LaunchDarkly returned an unexpected response',
      `{origin} answered ${what}. ${TRIED} ${UNKNOWN}`,
    ],
    next: 'Next: Check that base-uri names LaunchDarkly itself and that no proxy or login page answers in its place.',
  })),
];

describe.concurrent('indeterminate responses to a create', () => {
  test.each(UNCLEAR)(
    'finds out whether the group was created after $title',
    async ({ answer, code, says, next }) => {
      await using simulated = await startSimulatedRun();
      injectCreateFault(
        simulated.simulator,
        { kind: 'respond', ...answer },
        Number.POSITIVE_INFINITY,
      );
      const result = await simulated.run({ 'timeout-seconds': '10' });
      const { origin } = simulated.simulator;
      expect(readFailure(result)).toEqual(
        [...says, `${next} ${SAFE}`].join('\n').replace('{origin}', origin),
      );
      expect(result.outputs['error-code']).toBe(code);
      // The deadline may meet a create as well as a wait.
      expect(simulated.methods()).toMatch(/^POST GET( POST GET)*( POST)?$/);
    },
  );
});

describe.concurrent('an answer that can not be read as HTTP', () => {
  test.each([
    ['SSH-2.0-OpenSSH_9.9\r\n', 'answered with something that is not valid HTTP'],
    [
      `HTTP/1.1 200 OK\r\nX-Long: ${'x'.repeat(20_000)}\r\n\r\n`,
      'answered with more than 16 KiB of headers',
    ],
  ])('is told as what it is', async (answer, what) => {
    const server = createServer((socket) => socket.on('error', () => {}).end(answer));
    const origin = `http://127.0.0.1:${await listen(server)}`;
    const inputs = { ...DESIRED, 'base-uri': origin, 'timeout-seconds': '20' };
    const result = await runAction({ inputs });
    server.close();
    expect(result.outputs['error-code']).toBe('unexpected-response');
    expect(result.annotations[0]?.message).toContain(`${origin} ${what}.`);
    expect(result.annotations[0]?.message).toContain(
      'Next: Check that base-uri names LaunchDarkly',
    );
  });
});
