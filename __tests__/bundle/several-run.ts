import { expect } from 'vitest';
import type { Account } from '../../simulator/launchdarkly/account.ts';
import { createSampleAccount } from '../../simulator/launchdarkly/sample-account.ts';
import type { SimulatorOptions } from '../../simulator/launchdarkly/simulator.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { type RunOptions, type SimulatedRun, startSimulatedRun } from './simulated-run.ts';

/** The inputs of a step for every environment of a project. */
export const EVERY_ENVIRONMENT = {
  environment: '*',
  key: '{project}-{environment}-all-apps',
  name: '{environment-name} - All Apps',
  'if-exists': 'update',
} as const;

/** The path of one page of all groups, and of the environments of the sample project. */
export const GROUPS_PATH = '/api/v2/engineering-insights/insights/groups';
export const ENVIRONMENTS_PATH = '/api/v2/projects/default/environments';

/** A simulated run whose inputs are {@link EVERY_ENVIRONMENT} unless overridden. */
export interface SeveralRun extends SimulatedRun {
  readonly account: Account;
  /** How often each operation was called: `{ 'GET groups': 2, 'POST group': 3 }`. */
  calls(): Record<string, number>;
}

/** What the account holds, and how the server behaves. */
export interface SeveralOptions extends SimulatorOptions {
  /** The environments of the project `default`; those of the sample account unless set. */
  readonly environments?: readonly string[];
  /** The environments whose group exists as {@link EVERY_ENVIRONMENT} asks for it. */
  readonly existing?: readonly string[];
  /** The environments whose group exists under another name. */
  readonly drifted?: readonly string[];
  /** Groups of other projects that the list of groups has as well. */
  readonly others?: number;
}

/** Names environments `env-1`, `env-2`, …, with leading zeros so that their order is that of the numbers. */
export function nameEnvironments(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `env-${String(index + 1).padStart(4, '0')}`);
}

/** Starts the simulator with an account for a step on several groups. */
export async function startSeveralRun(options: SeveralOptions = {}): Promise<SeveralRun> {
  const { environments, existing = [], drifted = [], others = 0, ...simulatorOptions } = options;
  const account = options.account ?? createSampleAccount();
  if (environments !== undefined) {
    account.addProject('default', environments);
  }
  for (const environmentKey of [...existing, ...drifted]) {
    const name = account.projects.get('default')?.environments.get(environmentKey)?.name ?? '';
    addGroup(account, {
      key: `default-${environmentKey}-all-apps`,
      name: drifted.includes(environmentKey) ? `${name} (old)` : `${name} - All Apps`,
      environmentKey,
    });
  }
  for (let number = 1; number <= others; number += 1) {
    addGroup(account, { key: `other-${number}`, name: `Other ${number}`, projectKey: 'other' });
  }
  const simulated = await startSimulatedRun({ ...simulatorOptions, account });
  return {
    ...simulated,
    account,
    run: (inputs: Readonly<Record<string, string>> = {}, runOptions: RunOptions = {}) =>
      simulated.run({ ...EVERY_ENVIRONMENT, ...inputs }, runOptions),
    calls() {
      const counts: Record<string, number> = {};
      for (const { method, path } of simulated.simulator.requests) {
        const call = `${method} ${path.split('/').at(-1)}`;
        counts[call] = (counts[call] ?? 0) + 1;
      }
      return counts;
    },
    [Symbol.asyncDispose]: () => simulated[Symbol.asyncDispose](),
  };
}

function addGroup(
  account: Account,
  group: {
    readonly key: string;
    readonly name: string;
    readonly projectKey?: string;
    readonly environmentKey?: string;
  },
): void {
  account.groups.set(group.key, {
    projectKey: 'default',
    environmentKey: 'production',
    createdAt: Date.now() - 3_600_000,
    ...group,
  });
}

/** One entry of the output `groups`. */
export interface ReportedGroup {
  readonly key: string;
  readonly name: string;
  readonly projectKey: string;
  readonly environmentKey: string;
  readonly applicationKeys: readonly string[];
  readonly createdAt: string;
  readonly outcome: string;
  readonly drift: readonly unknown[];
  readonly errorCode: string;
  readonly message: string;
}

/** Reads the output `groups`. */
export function readGroups({ outputs }: StepResult): ReportedGroup[] {
  return JSON.parse(outputs['groups'] ?? 'null');
}

/** Reads the output `counts`, without what is zero. */
export function readCounts({ outputs }: StepResult): Record<string, number> {
  const counts: Record<string, number> = JSON.parse(outputs['counts'] ?? 'null');
  return Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
}

/**
 * Holds the report of a run that wrote against the account: each group that it says exists does so with the
 * values that it says, and whatever the run has created it also reports.
 */
export function expectTrueReport(result: StepResult, { account, simulator }: SeveralRun): void {
  const groups = readGroups(result);
  for (const { key, name, projectKey, environmentKey, outcome, message } of groups) {
    // What is said of one group must not read as if it were said of the run.
    expect(message).not.toMatch(/Nothing was (written|deleted)\./);
    if (['created', 'updated', 'unchanged', 'kept'].includes(outcome)) {
      expect(account.groups.get(key)).toMatchObject({ key, name, projectKey, environmentKey });
    }
    if (outcome === 'created') {
      expect(simulator.createdCount(key)).toBe(1);
    }
    if (outcome === 'skipped') {
      expect(simulator.createdCount(key)).toBe(0);
    }
  }
  const hasFailed = groups.some(({ outcome }) => outcome === 'failed' || outcome === 'skipped');
  expect(result.conclusion).toBe(hasFailed ? 'failure' : 'success');
}
