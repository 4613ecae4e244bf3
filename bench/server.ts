/**
 * The simulator in a process of its own, so that it shares no event loop with who measures. Started
 * with fork(): it sends a {@link Started} and answers each {@link Order} with a {@link Traffic}.
 */
import { createAuthority } from '../simulator/certificates.ts';
import type { InsightGroup } from '../simulator/launchdarkly/account.ts';
import type { RecordedRequest } from '../simulator/launchdarkly/requests.ts';
import { startSimulator } from '../simulator/launchdarkly/simulator.ts';

/** The server is up. */
export interface Started {
  readonly origin: string;
  /** Of the authority that issued its certificate. */
  readonly certificatePem: string;
}

/** Sets the scene for the next run, and asks what was requested since the last order. */
export interface Order {
  /** A group to put in place. */
  readonly group?: InsightGroup;
  /** What the next create is to be answered with, among {@link LONG_HEADERS}. */
  readonly answer?: InsightGroup;
}

/** As many headers as servers send that stand behind a content delivery network, about 1.5 kB. */
const LONG_HEADERS = Object.fromEntries(
  Array.from({ length: 20 }, (_, index) => [`X-Header-${index}`, 'max-age=31536000; '.repeat(3)]),
);

/** What was requested. Bytes are those of paths, header lines and bodies, before TLS. */
export interface Traffic {
  readonly requests: number;
  readonly bytes: number;
  readonly statuses: readonly number[];
}

const authority = await createAuthority();
const simulator = await startSimulator({
  tls: await authority.issue({ hosts: ['127.0.0.1'] }),
  // Far away, but its headers are on every answer, as LaunchDarkly documents them.
  behaviour: { limits: { global: 1_000_000, route: 1_000_000 } },
});
for (let index = 1; index <= 1_000; index += 1) {
  simulator.account.addApplication(`application-${index}`);
}

let seen = 0;
process.on('message', ({ group, answer }: Order) => {
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
