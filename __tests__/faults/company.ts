import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Authority, createAuthority } from '../../simulator/certificates.ts';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import { type Simulator, startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import {
  type ConnectProxy,
  type ConnectProxyOptions,
  startConnectProxy,
} from '../../simulator/network/proxy.ts';
import {
  type RunActionOptions,
  runAction,
  type StepResult,
} from '../../simulator/runner/runner.ts';

/** A wish that says nothing of a server, so that it goes to https://app.launchdarkly.com. */
export const WISH = {
  name: 'Production - All Apps',
  key: 'default-production-all-apps',
  project: 'default',
  environment: 'production',
  token: sampleWriterToken,
  'timeout-seconds': '10',
} as const;

/** The network of a company: its own authority, its proxy, and LaunchDarkly somewhere behind that. */
export interface Company extends AsyncDisposable {
  readonly authority: Authority;
  /** The file with the authority's certificate, for `NODE_EXTRA_CA_CERTS`. */
  readonly caPath: string;
  /** Serves https as app.launchdarkly.com and as localhost. */
  readonly launchDarkly: Simulator;
  readonly launchDarklyPort: number;
  readonly proxy: ConnectProxy;
  /** Starts the bundle, which knows the authority unless `env` says otherwise. */
  run(
    env: NonNullable<RunActionOptions['env']>,
    inputs?: Readonly<Record<string, string>>,
    options?: Partial<RunActionOptions>,
  ): Promise<StepResult>;
}

/** How the company's proxy differs from one that lets everything through. */
export interface CompanyOptions extends Partial<ConnectProxyOptions> {
  /** The proxy speaks TLS itself, with a certificate of the company's. */
  readonly isProxyTls?: boolean;
}

/** Opens the network. Nothing in it has to do with the internet. */
export async function openCompany(options: CompanyOptions = {}): Promise<Company> {
  const { isProxyTls = false, ...proxyOptions } = options;
  const authority = await createAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'company-'));
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
        inputs: { ...WISH, ...inputs },
        env: { NODE_EXTRA_CA_CERTS: caPath, RUNNER_DEBUG: '1', ...env },
      }),
    async [Symbol.asyncDispose]() {
      await proxy[Symbol.asyncDispose]();
      await launchDarkly.close();
      await rm(folder, { recursive: true });
    },
  };
}

/** What a step said in its one red annotation, title first. */
export function readError({ annotations }: StepResult): string {
  return annotations
    .filter(({ kind }) => kind === 'error')
    .map(({ title, message }) => `${title}\n${message}`)
    .join('\n---\n');
}
