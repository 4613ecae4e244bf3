import { AssertionError } from 'node:assert';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority, issueSelfSigned, type KeyPair } from '../../simulator/certificates.ts';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import { startDecoyServer } from '../../simulator/network/decoy-server.ts';
import { startFaultyServer } from '../../simulator/network/faulty-server.ts';
import { runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { SeededRandom } from '../races/seeded-random.ts';
import { type CertificateKind, DESIRED, EMBEDDED_SDK_KEY, type Scenario } from './scenario.ts';

/** What the action reported in a run, and what is true. */
export interface ScenarioRun {
  readonly scenario: Scenario;
  /** Absent when the run did not end. */
  readonly result: StepResult | undefined;
  /** Why it did not end, or which secret leaked. */
  readonly failure: Error | undefined;
  readonly hasLeaked: boolean;
  readonly creations: readonly string[];
  /** How many writes changed the stored group, creations included. */
  readonly changes: number;
  /** The group as it is stored after the run. */
  readonly group: InsightGroup | undefined;
  /** How many requests were received completely, and how many of them were writes. */
  readonly requests: number;
  readonly writes: number;
  /** Whether there is a fault besides the certificate. */
  readonly hasFault: boolean;
  /** How often the fault was injected. */
  readonly faultCount: number;
  /** How many connections were made to a host that is not LaunchDarkly. */
  readonly decoyConnections: number;
}

/** Enough for a run to recover, even on a busy machine. */
const AMPLE_SECONDS = 120;

/** The deadline of a run that uses up its time. */
const SHORT_SECONDS = 2;

/** How long after its deadline a run is killed, in milliseconds. */
const GRACE_MS = 120_000;

/**
 * Runs the bundle in one scenario. `seed` decides where bytes are split and how long pauses are.
 */
export async function runScenario(scenario: Scenario, seed: number): Promise<ScenarioRun> {
  const random = new SeededRandom(seed);
  const { certificate, existing, isTlsSwitchedOff, usesUpTime = false } = scenario;
  const timeoutSeconds = usesUpTime ? SHORT_SECONDS : AMPLE_SECONDS;
  await using decoy = await startDecoyServer();
  await using trust = await openTrust();
  const fault = scenario.fault(`http://127.0.0.1:${decoy.port}`);
  await using server = await startFaultyServer({
    fault,
    random: random.next,
    group: existing && { ...DESIRED, createdAt: Date.now() - 3_600_000, ...existing },
    behaviour: scenario.behaviour ?? {},
    ...(certificate === undefined ? {} : { tls: await trust.issue(certificate) }),
  });
  let result: StepResult | undefined;
  let failure: Error | undefined;
  try {
    result = await runAction({
      main: scenario.main,
      inputs: {
        ...(scenario.main === 'delete.js' ? {} : { name: DESIRED.name }),
        key: DESIRED.key,
        project: DESIRED.projectKey,
        environment: DESIRED.environmentKey,
        token: sampleWriterToken,
        'base-uri': server.origin,
        'timeout-seconds': String(timeoutSeconds),
        ...scenario.inputs,
      },
      env: {
        NODE_EXTRA_CA_CERTS: trust.path,
        // The debug log shows requests, and is one more place in which nothing may leak.
        RUNNER_DEBUG: '1',
        ...(isTlsSwitchedOff === true ? { NODE_TLS_REJECT_UNAUTHORIZED: '0' } : {}),
      },
      secrets: [EMBEDDED_SDK_KEY],
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
    changes: server.changes,
    group: server.account.groups.get(DESIRED.key),
    requests: server.requests.length,
    hasFault: Object.keys(fault).length > 0,
    writes: server.requests.filter(({ method }) => method !== 'GET').length,
    faultCount: server.faultCount,
    decoyConnections: decoy.connections,
  };
}

/** A certificate authority that the action is told of in a file. */
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
