/**
 * The simulator in a separate process, so that it shares no event loop with the measurement.
 * Started with fork(): it sends a {@link Started} and replies to each {@link Order} with a {@link
 * Traffic}.
 */
import { createAuthority } from '../simulator/certificates.ts';
import type { InsightGroup } from '../simulator/launchdarkly/account.ts';
import type { RecordedRequest } from '../simulator/launchdarkly/requests.ts';
import { startSimulator } from '../simulator/launchdarkly/simulator.ts';

/** The server is listening. */
export interface Started {
  readonly origin: string;
  /** The certificate of the authority that issued its certificate. */
  readonly certificatePem: string;
}

/** Prepares the next run, and asks for the traffic since the last order. */
export interface Order {
  /** A group to put in place. */
  readonly group?: InsightGroup;
  /** The headers of the next response to a create, among {@link LONG_HEADERS}. */
  readonly answer?: InsightGroup;
  /** Environments and groups that stand in for all that there were, and the time that each response takes. */
  readonly scene?: Scene;
}

/** A project of many environments, each of which may have its group. */
export interface Scene {
  readonly projectKey: string;
  readonly environments: number;
  /** How many of the environments have a group, the first ones. */
  readonly existing: number;
  /** How many of those differ in their name from what is asked for, the first ones. */
  readonly drifted: number;
  /** Added to each response, in milliseconds. */
  readonly roundTripMs: number;
}

function setScene({ projectKey, environments, existing, drifted, roundTripMs }: Scene): void {
  const { account } = simulator;
  const keys = Array.from({ length: environments }, (_, index) => `env-${index + 1}`);
  account.groups.clear();
  const project = account.addProject(projectKey, keys);
  for (const [index, environmentKey] of keys.slice(0, existing).entries()) {
    const title = project.environments.get(environmentKey)?.name ?? '';
    const key = `${projectKey}-${environmentKey}-all-apps`;
    const name = index < drifted ? title : `${title} - All Apps`;
    account.groups.set(key, { key, name, projectKey, environmentKey, createdAt: Date.now() });
  }
  simulator.clearFaults();
  if (roundTripMs > 0) {
    const fault = { kind: 'delay', delayMs: roundTripMs } as const;
    simulator.inject({ times: Number.POSITIVE_INFINITY, fault });
  }
}

/** As many headers as servers behind a content delivery network send, about 1.5 kB. */
const LONG_HEADERS = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`X-Header-${index}`, 'max-age=31536000; '.repeat(3)]),
);

/** The traffic. Bytes are those of paths, header lines and bodies, before TLS. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
  readonly statuses: readonly number[];
}

const authority = await createAuthority();
const simulator = await startSimulator({
  tls: await authority.issue({ hosts: ['127.0.0.1'] }),
  // A limit that is never reached, but whose headers are on every response, as LaunchDarkly
  // documents them.
  behaviour: { limits: { global: 1_000_000, route: 1_000_000 } },
});
for (let index = 1; index <= 1_000; index += 1) {
  simulator.account.addApplication(`application-${index}`);
}

let seen = 0;
process.on('message', ({ group, answer, scene }: Order) => {
  if (scene !== undefined) {
    setScene(scene);
  }
  if (group !== undefined) {
    simulator.account.groups.set(group.key, group);
  }
  if (answer !== undefined) {
    const fault = {
      kind: 'process-then-respond' as const,
      status: 201,
      headers: LONG_HEADERS,
      body: answer,
    };
    simulator.inject({ method: 'POST', fault });
  }
  const fresh = simulator.requests.slice(seen);
  seen += fresh.length;
  send({
    requests: fresh.length,
    bytes: fresh.map(countBytes).reduce((sum, bytes) => sum + bytes, 0),
    statuses: fresh.map(({ status }) => status ?? 0),
  });
});
process.on('disconnect', () => void simulator.close());
send({ origin: simulator.origin, certificatePem: authority.certificatePem });

function send(message: Started | Traffic): void {
  process.send?.(message);
}

function countBytes({ method, path, query, headers, body }: RecordedRequest): number {
  const search = query.size > 0 ? `?${query}` : '';
  const lines = [
    `${method} ${path}${search} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    '',
    body,
  ];
  return Buffer.byteLength(lines.join('\r\n'));
}
