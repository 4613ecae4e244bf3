import { describe, expect, test } from 'vitest';
import { sampleWriterToken } from '../../../simulator/launchdarkly/sample-account.ts';
import { startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { PROXY_ADVICE } from '../../../src/http/proxies.ts';
import type { ApiError, RequestFailure } from '../../../src/launchdarkly/api-result.ts';
import { parseBaseUri } from '../../../src/launchdarkly/base-uri.ts';
import { createClient } from '../../../src/launchdarkly/client.ts';
import {
  describeApiError,
  describeFailure,
  quoteApiError,
} from '../../../src/launchdarkly/diagnose.ts';
import {
  findUnknownApplications,
  locateEnvironment,
} from '../../../src/launchdarkly/key-lookup.ts';
import type { DiagnosisContext } from '../../../src/launchdarkly/operation.ts';
import {
  type JsonRequest,
  openTransport,
  type Transport,
} from '../../../src/launchdarkly/transport.ts';
import { Secrets } from '../../../src/secrets.ts';

function circumstances(operation: DiagnosisContext['operation'] = 'create', baseUri = COMMERCIAL) {
  const server = parseBaseUri(baseUri);
  if ('problem' in server) {
    throw new Error(server.problem);
  }
  return {
    operation,
    server,
    desired: { key: 'k', name: 'N', projectKey: 'p', environmentKey: 'e', applicationKeys: ['a'] },
  };
}

const COMMERCIAL = 'https://app.launchdarkly.com';

/** A client of a server that responds with the status from `choose` and no body. */
function answerWith(choose: (request: JsonRequest) => number) {
  const transport: Transport = {
    send: async (request) => ({
      kind: 'response',
      status: choose(request),
      headers: {},
      body: { kind: 'text', text: '' },
      startedAt: 0,
      receivedAt: 0,
    }),
    close: async () => {},
  };
  return createClient(transport, new AbortController().signal);
}

const refuse = (status: number, parts: Partial<ApiError> = {}): ApiError => ({
  status,
  errors: [],
  text: '',
  ...parts,
});

const trouble = (parts: Partial<RequestFailure>): RequestFailure => ({
  code: 'network',
  mayHaveBeenProcessed: false,
  isRetryable: true,
  what: 'could not be reached (X)',
  causeCode: 'X',
  ...parts,
});

describe('describeApiError', () => {
  test.each([
    ['create', ' Tried to create insight group "k" for project "p", environment "e".'],
    ['read', ' Tried to read insight group "k".'],
    ['update', ' Tried to update insight group "k".'],
    ['delete', ' Tried to delete insight group "k".'],
    ['list-projects', ' Tried to list the projects.'],
    ['list-environments', ' Tried to list the environments of project "p".'],
    ['list-groups', ' Tried to list the insight groups.'],
    ['check', ' Tried to check project "p", environment "e" for insight group "k".'],
  ] as const)('says what happened, then what was tried: %s', (operation, tried) => {
    const { message } = describeFailure(trouble({}), circumstances(operation));
    expect(message).toBe(`https://app.launchdarkly.com could not be reached (X).${tried}`);
  });
});

describe('a refusal', () => {
  test.each([
    [400, 'bad-request'],
    [401, 'unauthorized'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [405, 'bad-request'],
    [409, 'conflict'],
    [422, 'bad-request'],
    [429, 'rate-limited'],
  ] as const)('a %i has the error code %s', async (status, code) => {
    expect(await describeApiError(refuse(status), circumstances(), silent)).toMatchObject({ code });
  });

  const inputs =
    'check the inputs name, key, project, environment and applications, and run again.';
  const compare = 'Compare the inputs with what LaunchDarkly says, and run again.';
  const field = { attribute: 'name', reason: 'is taken' };
  test.each([
    ['create', {}, `LaunchDarkly does not say why: ${inputs}`],
    ['create', { text: ' ' }, `LaunchDarkly does not say why: ${inputs}`],
    [
      'create',
      { unreadable: 'it broke off' },
      `LaunchDarkly's explanation can't be read: ${inputs}`,
    ],
    ['read', {}, 'LaunchDarkly does not say why: check the input key, and run again.'],
    ['delete', {}, 'LaunchDarkly does not say why: check the input key, and run again.'],
    ['create', { message: 'No.' }, compare],
    ['create', { text: 'No.' }, compare],
    [
      'update',
      { message: 'No.' },
      'Make the change in LaunchDarkly, or set if-exists: keep to go on with the group as it is.',
    ],
    ['update', { errors: [field] }, 'Correct the inputs that LaunchDarkly names, and run again.'],
  ] as const)(
    'a 400 to a %s that says %j is followed by what to do',
    async (operation, parts, next) => {
      const told = await describeApiError(refuse(400, parts), circumstances(operation), silent);
      expect(told.nextStep).toBe(next);
      expect(told).not.toHaveProperty('title');
    },
  );

  test('a server that answers even the list of projects with 404 has a title and a whole sentence of its own', async () => {
    const told = await describeApiError(
      refuse(404),
      circumstances(),
      answerWith(() => 404),
    );
    expect(told).toMatchObject({
      title: 'LaunchDarkly returned 404',
      message:
        'What answers at https://app.launchdarkly.com is not LaunchDarkly\'s API: it answers even the list of projects with 404. Tried to create insight group "k" for project "p", environment "e".',
    });
  });

  test.each([
    ['', '', 'Check that the token may see projects and insight groups, and that'],
    ['p', '', 'Check that project "p" exists, that the token may see it, and that'],
    [
      'p',
      'e',
      'Check that project "p" and environment "e" exist, that the token may see them, and that',
    ],
  ])(
    'a 404 names no key that the request did not name: "%s", "%s"',
    async (projectKey, environmentKey, next) => {
      const context = circumstances('list-environments');
      const desired = { ...context.desired, key: '', projectKey, environmentKey };
      const told = await describeApiError(refuse(404), { ...context, desired }, silent);
      expect(told.nextStep).toMatch(new RegExp(`^${next} the account has engineering insights\\.`));
    },
  );

  test.each([
    ['', 'Tried to read project "p".'],
    ['e', 'Tried to read project "p", environment "e".'],
  ])('a read for no group in particular says what it read: "%s"', (environmentKey, tried) => {
    const context = circumstances('check');
    const desired = { ...context.desired, key: '', environmentKey };
    expect(describeFailure(trouble({}), { ...context, desired }).message).toContain(tried);
  });

  test.each([
    [undefined, undefined],
    ['Upset.', 'LaunchDarkly answered 503: "Upset."'],
    ['', 'LaunchDarkly answered 503 with an empty body.'],
  ])('a failure with the words %j quotes them, and only them', (message, serverMessage) => {
    const failure = trouble({ causeCode: 'HTTP 503', message });
    expect(describeFailure(failure, circumstances()).serverMessage).toBe(serverMessage);
  });
});

describe('instances without engineering insights', () => {
  test.each([
    ['https://app.launchdarkly.us', 'not available on the federal instance.'],
    ['https://app.eu.launchdarkly.com', 'not available on the EU instance.'],
  ])(
    'a 403 or 404 from %s says that engineering insights is not available there',
    async (baseUri, words) => {
      const there = circumstances('create', baseUri);
      for (const status of [403, 404]) {
        const { nextStep } = await describeApiError(refuse(status), there, silent);
        expect(nextStep).toContain(words);
      }
    },
  );

  test.each([COMMERCIAL, 'https://x.launchdarkly.com', 'http://localhost:1'])(
    'a 403 or 404 from %s does not mention availability',
    async (baseUri) => {
      const there = circumstances('create', baseUri);
      const { nextStep } = await describeApiError(refuse(403), there, silent);
      expect(nextStep).toMatch(/the runner's address must be on it\.$/);
    },
  );
});

/** A client of a server that never responds. */
const silent = createClient(
  {
    send: async () => ({
      kind: 'no-response',
      mayHaveBeenProcessed: true,
      code: 'ECONNRESET',
      cause: undefined,
      startedAt: 0,
      receivedAt: 0,
    }),
    close: async () => {},
  } satisfies Transport,
  new AbortController().signal,
);

describe('a 400', () => {
  /** Describes a 400 with these words of LaunchDarkly's, and lists the paths that were asked for. */
  async function describe400(message: string) {
    const asked: string[] = [];
    const client = answerWith(({ path }) => {
      asked.push(path.replace(/\?.*/, ''));
      return 404;
    });
    const told = await describeApiError(refuse(400, { message }), circumstances(), client);
    return { asked: asked[0], told };
  }

  test.each([
    ['Invalid project', '/api/v2/projects/p/environments'],
    ['Invalid Environment', '/api/v2/projects/p/environments'],
    ['Invalid application', '/api/v2/applications'],
  ])('that says "%s" is worth a look', async (message, path) => {
    expect((await describe400(message)).asked).toBe(path);
  });

  test('that speaks of nothing that can be looked up asks nothing', async () => {
    const { asked, told } = await describe400('Invalid name');
    expect(asked).toBeUndefined();
    expect(told.message).toMatch(/^LaunchDarkly refused the request as invalid \(400\)\. Tried/);
  });

  test('that names the environment is told as it is when nothing can be looked up', async () => {
    const error = refuse(400, { message: 'Invalid environment' });
    const { message } = await describeApiError(error, circumstances(), silent);
    expect(message).toMatch(/^LaunchDarkly refused the request as invalid \(400\)\. Tried/);
  });
});

test('a 403 is told as a refusal of access', async () => {
  const { message } = await describeApiError(refuse(403), circumstances(), silent);
  expect(message).toMatch(/^LaunchDarkly refused access \(403\)\. Tried to create/);
});

describe('diagnosis by asking LaunchDarkly', () => {
  interface Row {
    readonly title: string;
    readonly refusal: ApiError;
    readonly desired?: Partial<DiagnosisContext['desired']>;
    readonly identity?: unknown;
    readonly says: readonly [message: string, nextStep: string];
  }

  const rows: readonly Row[] = [
    {
      title: 'a misspelt project',
      refusal: refuse(404),
      desired: { projectKey: 'defualt' },
      says: ['Project "defualt" does not exist; did you mean "default"?', '"default"'],
    },
    {
      title: 'a misspelt environment',
      refusal: refuse(404),
      desired: { environmentKey: 'Staging' },
      says: ['did you mean "staging"?', '"production", "staging", "test"'],
    },
    {
      title: 'an environment like no other',
      refusal: refuse(404),
      desired: { environmentKey: 'qa' },
      says: ['Environment "qa" does not exist in project "default".', 'create the environment'],
    },
    {
      title: 'an environment that exists',
      refusal: refuse(404),
      says: ['LaunchDarkly did not find it (404).', 'may see and create insight groups'],
    },
    {
      title: 'a 400 on an environment',
      refusal: refuse(400, { message: 'Invalid environment' }),
      desired: { environmentKey: 'qa' },
      says: ['Environment "qa" does not exist in project "default".', 'create the environment'],
    },
    {
      title: 'a 400 on an environment that exists',
      refusal: refuse(400, { text: 'Invalid environment' }),
      says: [
        'LaunchDarkly refused the request as invalid (400).',
        'Compare the inputs with what LaunchDarkly says',
      ],
    },
    {
      title: 'a 400 on an unknown application',
      refusal: refuse(400, { errors: [{ attribute: 'applicationKeys', reason: 'unknown' }] }),
      desired: { applicationKeys: ['billing-service', 'checkout'] },
      says: [
        'LaunchDarkly refused the request as invalid (400).',
        'LaunchDarkly knows no application "checkout".',
      ],
    },
    {
      title: 'a 400 on applications that exist',
      refusal: refuse(400, { errors: [{ attribute: 'applicationKeys', reason: '' }] }),
      desired: { applicationKeys: ['billing-service'] },
      says: [
        'LaunchDarkly refused the request as invalid (400).',
        'Correct the inputs that LaunchDarkly names',
      ],
    },
    {
      title: 'a 400 on applications when none was asked for',
      refusal: refuse(400, { message: 'Invalid application' }),
      says: [
        'LaunchDarkly refused the request as invalid (400).',
        'Compare the inputs with what LaunchDarkly says',
      ],
    },
    {
      title: 'a 401 for a service token',
      refusal: refuse(401),
      says: ['LaunchDarkly knows the token but', 'It is the token "CI" (server, token).'],
    },
    {
      title: 'a 401 for an SDK key',
      refusal: refuse(401),
      identity: { authKind: 'sdkKey' },
      says: ['The token is not an access token', 'LaunchDarkly says it is: sdkKey.'],
    },
    {
      title: 'a 401 for a token with a name that is said to be of a server',
      refusal: refuse(401),
      identity: { tokenName: 'CI', authKind: 'server' },
      says: ['LaunchDarkly knows the token but', 'It is the token "CI" (server).'],
    },
    {
      title: 'a 401 for somebody without a name',
      refusal: refuse(401),
      identity: { tokenKind: 'personal' },
      says: ['LaunchDarkly knows the token but', 'It is the token (personal).'],
    },
    {
      title: 'a 401 for a token of which only the name is known',
      refusal: refuse(401),
      identity: { tokenName: 'CI' },
      says: ['LaunchDarkly knows the token but', 'It is the token "CI". Give it the Writer role'],
    },
    {
      title: 'a 401 for a service token that is said to be of a server',
      refusal: refuse(401),
      identity: { serviceToken: true, authKind: 'server' },
      says: ['LaunchDarkly knows the token but', 'It is the token (server). Give it'],
    },
    {
      title: 'a 401 for nobody',
      refusal: refuse(401),
      identity: 'nobody',
      says: [
        'LaunchDarkly does not know the token (401).',
        'chooses among https://app.launchdarkly.com (commercial)',
      ],
    },
    {
      title: 'a 403 for the beta header',
      refusal: refuse(403, { message: 'This API is in beta.' }),
      says: ['LaunchDarkly did not see the beta header (403).', 'strips headers'],
    },
    {
      title: 'a 405',
      refusal: refuse(405, { id: '55bf' }),
      says: ['LaunchDarkly refused the request with 405.', 'Check whether a proxy'],
    },
  ];

  test.each(rows)('$title', async ({ refusal, desired = {}, identity, says }) => {
    await using simulator = await startSimulator();
    if (identity !== undefined) {
      const fault = { kind: 'respond', status: 200, body: identity } as const;
      simulator.inject({ path: '/api/v2/caller-identity', fault });
    }
    const transport = openTransport({
      origin: simulator.origin,
      token: sampleWriterToken,
      proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
      secrets: new Secrets(() => {}),
      observe: () => {},
    });
    const there = circumstances('create', simulator.origin);
    const sample = { projectKey: 'default', environmentKey: 'production', applicationKeys: [] };
    const parts = await describeApiError(
      refusal,
      { ...there, desired: { ...there.desired, ...sample, ...desired } },
      createClient(transport, new AbortController().signal),
    );
    await transport.close();
    expect(parts.message).toContain(says[0]);
    expect(parts.nextStep).toContain(says[1]);
    expect(parts.details).toEqual(
      refusal.id === undefined ? [] : ['Request ID for LaunchDarkly support: 55bf'],
    );
  });

  test('truncates a long list of environments and looks up a key that is not on it', async () => {
    await using simulator = await startSimulator();
    const environments = Array.from({ length: 130 }, (_, index) => `region-${index}`);
    simulator.account.addProject('huge', environments);
    const transport = openTransport({
      origin: simulator.origin,
      token: sampleWriterToken,
      proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
      secrets: new Secrets(() => {}),
      observe: () => {},
    });
    const client = createClient(transport, new AbortController().signal);
    const ask = async (environmentKey: string) => {
      const there = circumstances('create', simulator.origin);
      const desired = { ...there.desired, projectKey: 'huge', environmentKey };
      return describeApiError(refuse(404), { ...there, desired }, client);
    };
    const missing = await ask('lunar');
    const present = await ask('region-129');
    await transport.close();
    expect(missing.nextStep).toContain('"region-9" and 90 more.');
    expect(present.message).toContain('LaunchDarkly did not find it (404).');
  });
});

test('reports a missing project even when projects cannot be listed', async () => {
  const client = answerWith(({ path }) => (path === '/api/v2/projects' ? 403 : 404));
  const { message, nextStep } = await describeApiError(refuse(404), circumstances(), client);
  expect(message).toContain('Project "p" does not exist.');
  expect(nextStep).toBe('Correct the project key, or give the token access to that project.');
});

describe('a look-up of a project and applications', () => {
  /** A client of a server that responds with these bodies by path, and with 404 to anything else. */
  function answerBodies(bodies: Readonly<Record<string, unknown>>) {
    const transport: Transport = {
      async send({ path }) {
        const json = bodies[path] ?? { code: 'not_found', message: 'No.' };
        const body = { kind: 'json', text: JSON.stringify(json), json } as const;
        const isStatus = typeof json === 'number';
        const status = isStatus ? json : path in bodies ? 200 : 404;
        return { kind: 'response', status, headers: {}, body, startedAt: 0, receivedAt: 0 };
      },
      close: async () => {},
    };
    return createClient(transport, new AbortController().signal);
  }

  const { desired } = circumstances();
  const others = { items: [{ key: 'other', name: 'Other' }] };

  test.each([
    ['the list of projects is answered with 503', { '/api/v2/projects': 503 }, 'unknown'],
    [
      'the whole list lacks it',
      { '/api/v2/projects': { ...others, totalCount: 1 } },
      'project-missing',
    ],
    [
      'it is on a further page',
      {
        '/api/v2/projects': { ...others, totalCount: 2 },
        '/api/v2/projects/p': { key: 'p', name: 'P' },
      },
      'environment-missing',
    ],
    [
      'neither a further page nor a read shows it',
      { '/api/v2/projects': { ...others, totalCount: 2 } },
      'project-missing',
    ],
    [
      'the list goes on and the read is answered with 503',
      { '/api/v2/projects': { ...others, totalCount: 2 }, '/api/v2/projects/p': 503 },
      'unknown',
    ],
    [
      'neither the list nor the project may be read',
      { '/api/v2/projects': 403, '/api/v2/projects/p': 403 },
      'unknown',
    ],
    [
      'the list goes on and a gateway answers the read with 404',
      { '/api/v2/projects': { ...others, totalCount: 2 }, '/api/v2/projects/p': 404 },
      'unknown',
    ],
    [
      'the project exists and a gateway answers the list of its environments with 404',
      {
        '/api/v2/projects': { items: [{ key: 'p' }], totalCount: 1 },
        '/api/v2/projects/p/environments': 404,
      },
      'unknown',
    ],
    [
      'a gateway answers the read of an environment on a further page with 404',
      {
        '/api/v2/projects/p/environments': { ...others, totalCount: 2 },
        '/api/v2/projects/p/environments/e': 404,
      },
      'unknown',
    ],
  ] as const)('when %s', async (_case, bodies, kind) => {
    expect(await locateEnvironment(desired, answerBodies(bodies))).toMatchObject({ kind });
  });

  test.each([
    ['the page of applications is complete', 1, ['two']],
    ['the page of applications is clamped', 2, []],
  ] as const)('names unknown applications only when %s', async (_case, totalCount, keys) => {
    const items = [{ key: 'one', name: 'One' }];
    const client = answerBodies({ '/api/v2/applications': { items, totalCount } });
    const asked = { ...desired, applicationKeys: ['one', 'two'] };
    const unknown = await findUnknownApplications(asked, client);
    expect(unknown.map(({ key }) => key)).toEqual(keys);
  });
});

test('does not take a server that answers everything with 404 for LaunchDarkly', async () => {
  const client = answerWith(() => 404);
  const there = circumstances('create', 'https://x.launchdarkly.com');
  const { code, message, nextStep } = await describeApiError(refuse(404), there, client);
  expect(code).toBe('not-found');
  expect(message).toMatch(
    /^What answers at https:\/\/x\.launchdarkly\.com is not LaunchDarkly's API: /,
  );
  expect(nextStep).toMatch(/^Check base-uri: .*https:\/\/app\.launchdarkly\.com/);
});

test('does not look up a project and an environment that are already known', async () => {
  const client = answerWith(({ path }) => {
    throw new Error(`nobody should have asked for ${path}`);
  });
  const placement = { kind: 'environment-missing', environments: ['eu'] } as const;
  const known = { ...circumstances(), placement };
  const { message } = await describeApiError(refuse(404), known, client);
  expect(message).toContain('Environment "e" does not exist in project "p"; did you mean "eu"?');
});

test.each([
  ['update', refuse(422, { message: 'Could not apply patch.' }), 'Make the change in LaunchDarkly'],
  ['update', refuse(400), 'Make the change in LaunchDarkly'],
  [
    'update',
    refuse(422, { errors: [{ attribute: 'name', reason: 'is taken' }] }),
    'Correct the inputs that LaunchDarkly names',
  ],
  ['create', refuse(400), 'LaunchDarkly does not say why'],
  ['create', refuse(400, { text: 'No.' }), 'Compare the inputs with what LaunchDarkly says'],
] as const)(
  'the next step after a rejected %s matches the reason: %j',
  async (operation, error, words) => {
    const { nextStep } = await describeApiError(error, circumstances(operation), silent);
    expect(nextStep).toContain(words);
  },
);

test('leaves a 400 about applications unexplained when they cannot be looked up', async () => {
  const refusal = refuse(400, { message: 'applicationKeys is invalid' });
  const { nextStep } = await describeApiError(refusal, circumstances(), silent);
  expect(nextStep).toBe('Compare the inputs with what LaunchDarkly says, and run again.');
});

describe("LaunchDarkly's message", () => {
  test.each([
    [refuse(401), 'LaunchDarkly answered 401 with an empty body.'],
    [
      { ...refuse(401), unreadable: 'it broke off (ECONNRESET)' },
      "LaunchDarkly answered 401 with a body that can't be read: it broke off (ECONNRESET).",
    ],
    [refuse(403, { text: ' Forbidden\n' }), 'LaunchDarkly answered 403: "Forbidden"'],
    [refuse(400, { code: 'bad', message: 'No.' }), 'LaunchDarkly answered 400 (bad): "No."'],
    [
      // Truncation is left to the sinks: half a secret cannot be redacted.
      refuse(400, { message: 'x'.repeat(5_000) }),
      `LaunchDarkly answered 400: "${'x'.repeat(5_000)}"`,
    ],
  ])("quotes LaunchDarkly's message in full: %#", (refusal, quotation) => {
    expect(quoteApiError(refusal)).toBe(quotation);
  });

  test('quotes the message of a server error as well', () => {
    const parts = trouble({ code: 'server-error', causeCode: 'HTTP 500', message: 'Upset.' });
    expect(describeFailure(parts, circumstances()).serverMessage).toBe(
      'LaunchDarkly answered 500: "Upset."',
    );
  });
});

describe('remedies', () => {
  test.each<[string, Partial<RequestFailure>, string]>([
    [
      'a name',
      { causeCode: 'ENOTFOUND' },
      "Check base-uri (https://app.launchdarkly.com) and the runner's DNS.",
    ],
    ['a name, for now', { causeCode: 'EAI_AGAIN' }, "the runner's DNS."],
    [
      'a closed port',
      { causeCode: 'ECONNREFUSED' },
      'whether the runner needs a proxy (HTTPS_PROXY)',
    ],
    [
      'a proxy that refuses the credentials',
      { causeCode: 'PROXY_REFUSED_CREDENTIALS' },
      'refused the user name and password of HTTPS_PROXY (407), or requires a scheme other than Basic',
    ],
    [
      'a proxy that wants a password',
      { causeCode: 'PROXY_REFUSED_407' },
      'http://user:password@host:port',
    ],
    [
      'a proxy that refuses',
      { causeCode: 'PROXY_REFUSED_403' },
      'refused the connection (403). Have it allow https://app.launchdarkly.com',
    ],
    [
      'a proxy that is not there',
      { causeCode: 'UND_ERR_PRX_CONN' },
      'could not be used (UND_ERR_PRX_CONN). Check its address.',
    ],
    ['an unknown CA', { causeCode: 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY' }, 'NODE_EXTRA_CA_CERTS'],
    [
      'an expired certificate',
      { causeCode: 'CERT_HAS_EXPIRED' },
      "TLS verification can't be turned off.",
    ],
    ['the wrong protocol', { causeCode: 'EPROTO' }, 'the right scheme and port'],
    [
      'a server error',
      { code: 'server-error', causeCode: 'HTTP 503' },
      'https://status.launchdarkly.com',
    ],
    [
      'a login page',
      { code: 'unexpected-response', causeCode: 'HTTP 200' },
      'no proxy or login page',
    ],
    ['a timeout', { code: 'timeout', causeCode: 'ATTEMPT_TIMEOUT' }, 'raise timeout-seconds'],
    [
      'anything else',
      { causeCode: 'EPIPE' },
      "check the runner's network, firewall and proxy (EPIPE).",
    ],
  ])('offers a remedy for %s', (_title, parts, words) => {
    expect(describeFailure(trouble(parts), circumstances()).nextStep).toContain(words);
  });
});

describe('HTTPS_PROXY advice', () => {
  const advise = (parts: Partial<RequestFailure>) =>
    describeFailure(trouble(parts), circumstances()).nextStep.includes(PROXY_ADVICE);

  test.each<Partial<RequestFailure>>([
    { causeCode: 'ENOTFOUND' },
    { causeCode: 'EAI_AGAIN' },
    { causeCode: 'UND_ERR_CONNECT_TIMEOUT' },
    { causeCode: 'ETIMEDOUT' },
    { causeCode: 'ENETUNREACH' },
    { code: 'timeout', causeCode: 'ATTEMPT_TIMEOUT' },
  ])(
    'advises setting HTTPS_PROXY when the server is unreachable and no proxy is set: %j',
    (parts) => {
      expect(advise({ ...parts, isDirect: true })).toBe(true);
      expect(advise({ ...parts, isDirect: false })).toBe(false);
    },
  );

  test('does not advise setting HTTPS_PROXY when the server was reached', () => {
    const parts = { code: 'timeout', causeCode: 'ATTEMPT_TIMEOUT', isDirect: true } as const;
    expect(advise({ ...parts, mayHaveBeenProcessed: true })).toBe(false);
  });
});

test('a failure names an unreachable proxy instead of the server behind it', () => {
  const { message, nextStep } = describeFailure(
    trouble({
      what: 'could not be reached through the proxy proxy.example:3128 (ENOTFOUND)',
      causeCode: 'ENOTFOUND',
      proxy: 'proxy.example:3128',
    }),
    circumstances(),
  );
  expect(message).toContain('through the proxy proxy.example:3128');
  expect(nextStep).toBe(
    'The proxy of HTTPS_PROXY could not be reached (ENOTFOUND). Check its address, or list app.launchdarkly.com in NO_PROXY.',
  );
});
