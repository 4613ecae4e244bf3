import { expect } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import type { RecordedRequest } from '../../simulator/launchdarkly/requests.ts';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../simulator/launchdarkly/simulator.ts';
import {
  type RunActionOptions,
  runAction,
  type StepResult,
} from '../../simulator/runner/runner.ts';

/** What every scene asks for unless it says otherwise. */
export const WISH = {
  name: 'Production - All Apps',
  key: 'default-production-all-apps',
  project: 'default',
  environment: 'production',
  token: sampleWriterToken,
} as const;

/** The paths of the operations on {@link WISH}. */
export const CREATE_PATH = '/api/v2/engineering-insights/insights/group';
export const GROUP_PATH = `/api/v2/engineering-insights/insights/groups/${WISH.key}`;

/** A group that was made an hour before the run, as wanted by {@link WISH} unless said otherwise. */
export function olderGroup(differences: Partial<InsightGroup> = {}): InsightGroup {
  return {
    key: WISH.key,
    name: WISH.name,
    projectKey: WISH.project,
    environmentKey: WISH.environment,
    createdAt: Date.now() - 3_600_000,
    ...differences,
  };
}

/** A LaunchDarkly look-alike, and the bundle that speaks to it. */
export interface Scene extends AsyncDisposable {
  readonly simulator: Simulator;
  /** Starts `dist/index.js` as a runner does, with {@link WISH} and what differs from it. */
  run(inputs?: Readonly<Record<string, string>>, options?: RunOptions): Promise<StepResult>;
  /** The methods of all requests so far, in order: `POST GET POST`. */
  methods(): string;
}

type RunOptions = Omit<RunActionOptions, 'inputs'>;

/** Opens a scene. When it closes, it has made sure that nobody asked for SDK keys. */
export async function openScene(
  options: SimulatorOptions & { readonly group?: InsightGroup | undefined } = {},
): Promise<Scene> {
  const simulator = await startSimulator(options);
  if (options.group !== undefined) {
    simulator.account.groups.set(options.group.key, options.group);
  }
  return {
    simulator,
    run: (inputs = {}, runOptions = {}) =>
      runAction({
        ...runOptions,
        inputs: { ...WISH, 'base-uri': simulator.origin, ...inputs },
      }),
    methods: () => simulator.requests.map(({ method }) => method).join(' '),
    async [Symbol.asyncDispose]() {
      await simulator.close();
      expect(simulator.violations).toEqual([]);
    },
  };
}

/** Makes the next create go wrong. */
export function spoilCreate(simulator: Simulator, fault: Fault, times = 1): void {
  simulator.inject({ method: 'POST', path: CREATE_PATH, fault, times });
}

/** Says what was asked, query included: `GET /api/v2/projects?limit=100`. */
export function describeRequest({ method, path, query }: RecordedRequest): string {
  const search = query.toString();
  return `${method} ${path}${search === '' ? '' : `?${search}`}`;
}

/** The only annotation of a step that failed, as a person sees it: the title, then the message. */
export function readFailure(result: StepResult): string {
  expect(result.conclusion).toBe('failure');
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toBe('');
  expect(result.outputs).toMatchObject({ outcome: 'failed', created: 'false' });
  expect(result.annotations.map(({ kind }) => kind)).toEqual(['error']);
  return result.annotations.map(({ title, message }) => `${title}\n${message}`).join('\n');
}
