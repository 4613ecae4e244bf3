import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority } from '../../simulator/certificates.ts';
import { type Simulator, startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import {
  type ConnectProxy,
  type ConnectProxyOptions,
  startConnectProxy,
} from '../../simulator/network/proxy.ts';
import { type RunActionOptions, runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { DESIRED as DESIRED_GROUP } from '../bundle/simulated-run.ts';

/** The desired group, without a `base-uri`: these runs talk to https://app.launchdarkly.com. */
export const DESIRED = { ...DESIRED_GROUP, 'timeout-seconds': '30' } as const;

/** A corporate network with its own certificate authority, and LaunchDarkly behind its proxy. */
export interface CorporateNetwork extends AsyncDisposable {
  readonly authority: Authority;
  /** The file with the authority's certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly caPath: string;
  /** Serves https as app.launchdarkly.com and as localhost. */
  readonly launchDarkly: Simulator;
  readonly launchDarklyPort: number;
  readonly proxy: ConnectProxy;
  /** Runs the bundle, which trusts the authority unless `env` says otherwise. */
  run(
    env: NonNullable<RunActionOptions['env']>,
    inputs?: Readonly<Record<string, string>>,
    options?: Partial<RunActionOptions>,
  ): Promise<StepResult>;
}

/** How the proxy differs from one that lets everything through. */
export interface CorporateNetworkOptions extends Partial<ConnectProxyOptions> {
  /** The proxy speaks TLS itself, with a certificate of the corporate authority. */
  readonly isProxyTls?: boolean;
}

/** Opens the network, which has no connection to the internet. */
export async function openCorporateNetwork(
  options: CorporateNetworkOptions = {},
): Promise<CorporateNetwork> {
  const { isProxyTls = false, ...proxyOptions } = options;
  const authority = await createAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'corporate-network-'));
  const caPath = join(folder, 'ca.pem');
  await writeFile(caPath, authority.certificatePem);
  const hosts = ['app.launchdarkly.com', 'localhost', '127.0.0.1'];
  const launchDarkly = await startSimulator({ tls: await authority.issue({ hosts }) });
  const launchDarklyPort = Number(new URL(launchDarkly.origin).port);
  const proxy = await startConnectProxy({
    routes: {
      'app.launchdarkly.com:443': launchDarklyPort,
      [`localhost:${launchDarklyPort}`]: launchDarklyPort,
    },
    ...proxyOptions,
    ...(isProxyTls && { tls: await authority.issue({ hosts: ['127.0.0.1'] }) }),
  });
  return {
    authority,
    caPath,
    launchDarkly,
    launchDarklyPort,
    proxy,
    run: (env, inputs = {}, options = {}) =>
      runAction({
        timeoutMs: 30_000,
        ...options,
        inputs: { ...DESIRED, ...inputs },
        env: { NODE_EXTRA_CA_CERTS: caPath, RUNNER_DEBUG: '1', ...env },
      }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await launchDarkly.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** The error annotation of a step, title first. */
export function readError({ annotations }: StepResult): string {
  return annotations
    .filter(({ kind }) => kind === 'error')
    .map(({ title, message }) => `${title}\n${message}`)
    .join('\n---\n');
}
