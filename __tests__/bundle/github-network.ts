import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority } from '../../simulator/certificates.ts';
import type { Holder } from '../../simulator/github/protocol.ts';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import { type Simulator, startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import {
  type ConnectProxy,
  type ConnectProxyOptions,
  startConnectProxy,
} from '../../simulator/network/proxy.ts';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';

/** The repository of the pull request. */
export const REPOSITORY = 'octo-org/octo-repo';

/** The owner of a job's token. */
export const JOB_HOLDER: Holder = { login: 'github-actions[bot]', permission: 'write' };

/** The event of pull request 7, which comes from a branch of the repository itself. */
export const PULL_REQUEST_EVENT = {
  name: 'pull_request',
  payload: { pull_request: { number: 7, head: { repo: { full_name: REPOSITORY } } } },
} as const;

/**
 * LaunchDarkly and GitHub over TLS, by their real names behind a proxy and on loopback without one.
 */
export interface GitHubNetwork extends AsyncDisposable {
  readonly authority: Authority;
  /** The file with the authority's certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly caPath: string;
  /** Serves https as api.github.com and as 127.0.0.1, and offers HTTP/2. */
  readonly github: GitHubSimulator;
  /** Serves https as app.launchdarkly.com and as 127.0.0.1. */
  readonly launchDarkly: Simulator;
  /** Connects to both by their real names, and to nothing else. */
  readonly proxy: ConnectProxy;
}

/** Opens the network, which has no connection to the internet. */
export async function openGitHubNetwork(
  options: { readonly holder?: Holder; readonly proxy?: Partial<ConnectProxyOptions> } = {},
): Promise<GitHubNetwork> {
  const authority = await createAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'network-'));
  const caPath = join(folder, 'ca.pem');
  await writeFile(caPath, authority.certificatePem);
  const github = await startGitHub({
    tokens: { [DEFAULT_GITHUB_TOKEN]: options.holder ?? JOB_HOLDER },
    repository: REPOSITORY,
    tls: await authority.issue({ hosts: ['api.github.com', '127.0.0.1'] }),
  });
  const launchDarkly = await startSimulator({
    tls: await authority.issue({ hosts: ['app.launchdarkly.com', '127.0.0.1'] }),
  });
  const proxy = await startConnectProxy({
    routes: {
      'api.github.com:443': github.port,
      'app.launchdarkly.com:443': Number(new URL(launchDarkly.origin).port),
    },
    ...options.proxy,
  });
  return {
    authority,
    caPath,
    github,
    launchDarkly,
    proxy,
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await github.close();
      await launchDarkly.close();
      await rm(folder, { recursive: true });
    },
  };
}
