import { AssertionError } from 'node:assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueSelfSigned, type KeyPair } from '../../simulator/certificates.ts';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import { runAction, type StepResult } from '../../simulator/runner/runner.ts';
import { startWireServer } from '../../simulator/wire/server.ts';
import { startWitness } from '../../simulator/wire/witness.ts';
import { SeededRandom } from '../races/seeded-random.ts';
import { type CertificateKind, type Scenario, STRAY_SDK_KEY } from './scenarios.ts';

/** What a scenario left behind: what the action says of it, and what is true. */
export interface Evidence {
  readonly scenario: Scenario;
  /** Absent when the run did not come to an end. */
  readonly result: StepResult | undefined;
  /** Why it did not, or which secret leaked. */
  readonly failure: Error | undefined;
  readonly hasLeaked: boolean;
  readonly creations: readonly string[];
  readonly group: InsightGroup | undefined;
  /** How many requests arrived whole, and how many of them were creates. */
  readonly requests: number;
  readonly creates: number;
  /** Whether the scenario has something happen besides the certificate that is shown. */
  readonly hasFault: boolean;
  /** How often the fault has happened. */
  readonly befallen: number;
  /** How many connections there were to a host that is not LaunchDarkly. */
  readonly strayConnections: number;
}

/** The key that every run asks for. */
export const KEY = 'default-production-all-apps';

/** How long after the end of its time a run is killed, in milliseconds. */
const GRACE_MS = 15_000;

/** Starts the bundle against one hostile wire. `seed` decides where bytes are torn and how long pauses are. */
export async function play(scenario: Scenario, seed: number): Promise<Evidence> {
  const random = new SeededRandom(seed);
  const { certificate, isTlsSwitchedOff, timeoutSeconds } = scenario;
  await using witness = await startWitness();
  await using trust = await openTrust();
  const fault = scenario.fault(`http://127.0.0.1:${witness.port}`);
  await using server = await startWireServer({
    fault,
    random: random.next,
    ...(certificate === undefined ? {} : { tls: await trust.issue(certificate) }),
  });
  let result: StepResult | undefined;
  let failure: Error | undefined;
  try {
    result = await runAction({
      inputs: {
        name: 'Production - All Apps',
        key: KEY,
        project: 'default',
        environment: 'production',
        token: sampleWriterToken,
        'base-uri': server.origin,
        'timeout-seconds': String(timeoutSeconds),
      },
      env: {
        NODE_EXTRA_CA_CERTS: trust.path,
        // The debug log says what was sent, and is one more place in which nothing may leak.
        RUNNER_DEBUG: '1',
        ...(isTlsSwitchedOff === true ? { NODE_TLS_REJECT_UNAUTHORIZED: '0' } : {}),
      },
      secrets: [STRAY_SDK_KEY],
      timeoutMs: timeoutSeconds * 1_000 + GRACE_MS,
    });
  } catch (error) {
    failure = error instanceof Error ? error : new Error(String(error));
  }
  return {
    scenario,
    result,
    failure,
    hasLeaked: failure instanceof AssertionError,
    creations: [...server.creations],
    group: server.account.groups.get(KEY),
    requests: server.requests.length,
    hasFault: Object.keys(fault).length > 0,
    creates: server.requests.filter(({ method }) => method === 'POST').length,
    befallen: server.befallen,
    strayConnections: witness.connections,
  };
}

/** An authority that the action is told of, by way of a file. */
interface Trust extends AsyncDisposable {
  readonly path: string;
  issue(kind: CertificateKind): Promise<KeyPair>;
}

async function openTrust(): Promise<Trust> {
  const authority = await createAuthority();
  const folder = await mkdtemp(join(tmpdir(), 'trust-'));
  const path = join(folder, 'ca.pem');
  await writeFile(path, authority.certificatePem);
  const hosts = ['127.0.0.1'];
  const past = new Date(Date.now() - 60_000);
  const future = new Date(Date.now() + 60_000);
  return {
    path,
    async issue(kind) {
      switch (kind) {
        case 'trusted':
          return authority.issue({ hosts });
        case 'expired':
          return authority.issue({ hosts, notAfter: past });
        case 'not yet valid':
          return authority.issue({ hosts, notBefore: future });
        case 'for another host':
          return authority.issue({ hosts: ['app.launchdarkly.com', '127.0.0.2'] });
        case 'self-signed':
          return issueSelfSigned({ hosts });
        case 'of an unknown authority':
          return (await createAuthority()).issue({ hosts });
      }
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true }),
  };
}
