import { createServer, type Server } from 'node:http';
import { describe, expect, test } from 'vitest';
import { issueSelfSigned } from '../../simulator/certificates.ts';
import { startGitHub } from '../../simulator/github/simulator.ts';
import { startDecoyServer } from '../../simulator/network/decoy-server.ts';
import {
  DEFAULT_GITHUB_TOKEN,
  type RunActionOptions,
  runAction,
} from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import {
  type GitHubNetwork,
  JOB_HOLDER,
  openGitHubNetwork,
  PULL_REQUEST_EVENT,
  REPOSITORY,
} from './github-network.ts';
import { DESIRED } from './simulated-run.ts';

/**
 * The runner sends SIGTERM 7.5 s after SIGINT. A step that takes that long did not end by itself.
 */
const MAX_END_MS = 5_000;

/** Runs the bundle on the pull request, with LaunchDarkly and GitHub on loopback by default. */
function runDirectly(
  { caPath, github, launchDarkly }: GitHubNetwork,
  env: NonNullable<RunActionOptions['env']> = {},
  options: Partial<RunActionOptions> = {},
): Promise<StepResult> {
  return runAction({
    event: PULL_REQUEST_EVENT,
    ...options,
    inputs: {
      ...DESIRED,
      'base-uri': launchDarkly.origin,
      'if-exists': 'keep',
      'pr-comment': 'true',
      ...options.inputs,
    },
    env: { NODE_EXTRA_CA_CERTS: caPath, GITHUB_API_URL: github.apiUrl, RUNNER_DEBUG: '1', ...env },
  });
}

/** Runs the bundle with both servers by their real names, which only the proxy can reach. */
function runBehindProxy(
  network: GitHubNetwork,
  env: NonNullable<RunActionOptions['env']>,
): Promise<StepResult> {
  const inputs = { 'base-uri': '' };
  return runDirectly(network, { GITHUB_API_URL: 'https://api.github.com', ...env }, { inputs });
}

/** The only warning of a step that succeeded without a comment. */
function readWarning(result: StepResult): string {
  expect(result.exitCode).toBe(0);
  expect(result.outputs['outcome']).toBe('created');
  expect(result.annotations).toMatchObject([
    { kind: 'warning', title: 'The pull request comment could not be written' },
  ]);
  return result.annotations[0]?.message ?? '';
}

describe('over TLS with HTTP/2 offered', () => {
  test('creates, updates and then leaves the comment alone over HTTP/1.1', async () => {
    await using network = await openGitHubNetwork();
    const { github } = network;
    const created = await runDirectly(network);
    expect(created.log).toContain('Commented on the pull request: ');
    const updated = await runDirectly(network);
    expect(updated.log).toContain('Updated the comment on the pull request: ');
    const unchanged = await runDirectly(network);
    expect(unchanged.log).toContain('Left the comment on the pull request as it is');
    expect(github.comments).toHaveLength(1);
    expect(new Set(github.requests.map(({ httpVersion }) => httpVersion))).toEqual(
      new Set(['1.1']),
    );
    for (const { exitCode, annotations, stderr } of [created, updated, unchanged]) {
      expect({ exitCode, annotations, stderr }).toEqual({
        exitCode: 0,
        annotations: [],
        stderr: '',
      });
    }
  });

  test('creates the comment through a tunnel without showing the proxy a token', async () => {
    await using network = await openGitHubNetwork();
    const result = await runBehindProxy(network, { HTTPS_PROXY: `http://${network.proxy.host}` });
    expect(result.log).toContain('Commented on the pull request: ');
    expect(network.github.comments).toHaveLength(1);
    expect(network.github.requests[0]?.httpVersion).toBe('1.1');
    expect(network.proxy.requests).toContain('CONNECT api.github.com:443 HTTP/1.1');
    expect(network.proxy.seen).not.toContain(DEFAULT_GITHUB_TOKEN);
  });
});

describe('proxies for GitHub', () => {
  const credentials = { user: 'user', password: '50%off' };

  test.each<[string, (host: string) => Record<string, string>, object]>([
    ['without a scheme', (host) => ({ HTTPS_PROXY: host }), {}],
    ['with a path', (host) => ({ HTTPS_PROXY: `http://${host}/wpad.dat` }), {}],
    [
      'with a bare percent sign in the password',
      (host) => ({ HTTPS_PROXY: `http://user:50%off@${host}` }),
      { credentials },
    ],
    [
      'with the user of a domain',
      (host) => ({ HTTPS_PROXY: `http://DOMAIN\\user:password-of-mine@${host}` }),
      { credentials: { user: 'DOMAIN\\user', password: 'password-of-mine' } },
    ],
    [
      'beside an empty variable of the other letter case',
      (host) => ({ https_proxy: '', HTTPS_PROXY: `http://${host}` }),
      {},
    ],
  ])('uses the same proxy for GitHub and LaunchDarkly: %s', async (_title, env, proxy) => {
    await using network = await openGitHubNetwork({ proxy });
    const result = await runBehindProxy(network, env(network.proxy.host));
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.tunnels).toBe(2);
    expect(network.github.comments).toHaveLength(1);
  });

  test('uses HTTP_PROXY alone for neither GitHub nor LaunchDarkly', async () => {
    await using network = await openGitHubNetwork();
    await using decoy = await startDecoyServer();
    const result = await runDirectly(network, { HTTP_PROXY: `http://127.0.0.1:${decoy.port}` });
    expect(result.outputs['outcome']).toBe('created');
    expect(network.github.comments).toHaveLength(1);
    expect(decoy.connections).toBe(0);
  });

  test.each(['127.0.0.1', '*'])(
    'NO_PROXY=%s bypasses the proxy for GitHub and LaunchDarkly',
    async (noProxy) => {
      await using network = await openGitHubNetwork();
      await using decoy = await startDecoyServer();
      const HTTPS_PROXY = `http://127.0.0.1:${decoy.port}`;
      await runDirectly(network, { HTTPS_PROXY, NO_PROXY: noProxy });
      expect(network.github.comments).toHaveLength(1);
      expect(decoy.connections).toBe(0);
    },
  );

  test('does not bypass a proxy that refuses the tunnel to GitHub', async () => {
    await using network = await openGitHubNetwork({ proxy: { refusal: 403 } });
    const port = Number(new URL(network.launchDarkly.origin).port);
    const env = { HTTPS_PROXY: `http://${network.proxy.host}`, NO_PROXY: `127.0.0.1:${port}` };
    const result = await runDirectly(network, env);
    expect(readWarning(result)).toContain('GitHub could not be reached');
    expect(network.github.connections).toBe(0);
  });

  test('warns of an invalid proxy used for GitHub alone, and does not bypass it', async () => {
    await using network = await openGitHubNetwork();
    const port = Number(new URL(network.launchDarkly.origin).port);
    const env = { HTTPS_PROXY: 'socks5://127.0.0.1:1', NO_PROXY: `127.0.0.1:${port}` };
    const result = await runDirectly(network, env);
    expect(readWarning(result)).toContain('The proxy on the way to GitHub is not valid');
    expect(network.github.connections).toBe(0);
  });
});

describe('the certificate of GitHub', () => {
  test.each([undefined, '0'])(
    'rejects a self-signed certificate of GitHub, also with NODE_TLS_REJECT_UNAUTHORIZED=%s, and does not send the token',
    async (NODE_TLS_REJECT_UNAUTHORIZED) => {
      await using network = await openGitHubNetwork();
      await using impostor = await startGitHub({
        tokens: { [DEFAULT_GITHUB_TOKEN]: JOB_HOLDER },
        repository: REPOSITORY,
        tls: await issueSelfSigned({ hosts: ['127.0.0.1'] }),
      });
      const result = await runDirectly(network, {
        GITHUB_API_URL: impostor.apiUrl,
        NODE_TLS_REJECT_UNAUTHORIZED,
      });
      const warning = readWarning(result);
      expect(warning).toContain('DEPTH_ZERO_SELF_SIGNED_CERT');
      expect(warning).toContain("TLS verification can't be turned off.");
      expect(impostor.requests).toEqual([]);
      // No certificate is fixed while the step waits.
      expect(impostor.connections).toBe(1);
    },
  );

  test('rejects a certificate of another host for GitHub', async () => {
    await using network = await openGitHubNetwork();
    await using impostor = await startGitHub({
      tokens: { [DEFAULT_GITHUB_TOKEN]: JOB_HOLDER },
      repository: REPOSITORY,
      tls: await network.authority.issue({ hosts: ['elsewhere.test'] }),
    });
    const result = await runDirectly(network, {
      GITHUB_API_URL: impostor.apiUrl,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
    });
    expect(readWarning(result)).toContain('ERR_TLS_CERT_ALTNAME_INVALID');
    expect(impostor.requests).toEqual([]);
  });

  test('does not send the GitHub token over plain http to another host', async () => {
    await using network = await openGitHubNetwork();
    const result = await runDirectly(network, { GITHUB_API_URL: 'http://github.test/api/v3' });
    expect(readWarning(result)).toContain('GITHUB_API_URL is not an https URL');
  });
});

describe('redirects from GitHub', () => {
  test.each([
    ['GET', 301],
    ['GET', 307],
    ['POST', 308],
    ['POST', 303],
  ])(
    'does not follow a redirect, so the token stays with GitHub: %s %i',
    async (method, status) => {
      await using network = await openGitHubNetwork();
      const visits: string[] = [];
      const elsewhere = createServer((request, response) => {
        visits.push(request.url ?? '');
        response.end('[]');
      });
      const location = await listen(elsewhere);
      network.github.inject({
        method,
        answer: { status, headers: { Location: location }, body: {} },
      });
      const result = await runDirectly(network);
      elsewhere.close();
      expect(readWarning(result)).toContain(`GitHub answered ${status}`);
      expect(visits).toEqual([]);
    },
  );
});

describe('cancellation while commenting', () => {
  interface Phase {
    readonly title: string;
    /** Returns the environment, and a promise for when the run has reached the phase. */
    readonly open: (
      network: GitHubNetwork,
    ) => Promise<AsyncDisposable & { env: Record<string, string>; isReached: () => boolean }>;
  }

  const phases: readonly Phase[] = [
    {
      title: 'the TLS handshake with GitHub',
      open: async () => {
        const silent = await startDecoyServer();
        return {
          env: { GITHUB_API_URL: `https://127.0.0.1:${silent.port}` },
          isReached: () => silent.connections > 0,
          [Symbol.asyncDispose]: () => silent[Symbol.asyncDispose](),
        };
      },
    },
    {
      title: 'a tunnel to GitHub that the proxy does not open',
      open: async ({ launchDarkly }) => {
        const silent = await startDecoyServer();
        return {
          env: {
            GITHUB_API_URL: 'https://api.github.com',
            HTTPS_PROXY: `http://127.0.0.1:${silent.port}`,
            NO_PROXY: new URL(launchDarkly.origin).host,
          },
          isReached: () => silent.connections > 0,
          [Symbol.asyncDispose]: () => silent[Symbol.asyncDispose](),
        };
      },
    },
    {
      title: 'a request to which GitHub does not respond',
      open: async ({ github }) => {
        github.inject({ method: 'GET', stalls: true });
        return {
          env: {},
          isReached: () => github.requests.length > 0,
          [Symbol.asyncDispose]: async () => {},
        };
      },
    },
    {
      title: 'a wait for a rate limit of GitHub',
      open: async ({ github }) => {
        const answer = { status: 429, headers: { 'retry-after': '15' }, body: {} };
        github.inject({ method: 'GET', answer });
        return {
          env: {},
          isReached: () => github.requests[0]?.status === 429,
          [Symbol.asyncDispose]: async () => {},
        };
      },
    },
  ];

  test.concurrent.each(phases)(
    'a cancellation during $title ends the run at once and is reported',
    async ({ open }) => {
      await using network = await openGitHubNetwork();
      await using phase = await open(network);
      let signalledAt = Number.NaN;
      const when = () => {
        const isTime = phase.isReached();
        signalledAt = isTime ? performance.now() : Number.NaN;
        return isTime;
      };
      const result = await runDirectly(network, phase.env, { signal: { name: 'SIGINT', when } });
      expect(performance.now() - signalledAt).toBeLessThan(MAX_END_MS);
      expect(result.signal).toBeNull();
      const warning = readWarning(result);
      expect(warning).toContain('The run was cancelled');
      expect(warning).not.toContain('in time');
    },
  );
});

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/`;
}
