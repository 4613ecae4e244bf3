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
import { type RunActionOptions, runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';

/** The inputs that every simulated run gets unless it overrides them. */
export const DESIRED = {
  name: 'Production - All Apps',
  key: 'default-production-all-apps',
  project: 'default',
  environment: 'production',
  token: sampleWriterToken,
} as const;

/** The paths of the operations on {@link DESIRED}. */
export const CREATE_PATH = '/api/v2/engineering-insights/insights/group';
export const GROUP_PATH = `/api/v2/engineering-insights/insights/groups/${DESIRED.key}`;

/** Answers of gateways that do not know a path. None is LaunchDarkly's: its errors have a code. */
export const FOREIGN_404S: readonly (readonly [title: string, fault: Fault])[] = [
  ['a page of HTML', { kind: 'respond', status: 404, body: '<h1>Not found</h1>' }],
  [
    'the JSON of a gateway',
    { kind: 'respond', status: 404, body: { message: 'no Route matched with those values' } },
  ],
  ['plain text', { kind: 'respond', status: 404, body: 'default backend - 404' }],
];

/** A group created an hour before the run. Equal to {@link DESIRED} except for `differences`. */
export function olderGroup(differences: Partial<InsightGroup> = {}): InsightGroup {
  return {
    key: DESIRED.key,
    name: DESIRED.name,
    projectKey: DESIRED.project,
    environmentKey: DESIRED.environment,
    createdAt: Date.now() - 3_600_000,
    ...differences,
  };
}

/** The answer to one request for a page that shows `items` of `totalCount`, and no link to a next page. */
export function showPage(items: readonly object[], totalCount = items.length): Fault {
  return { kind: 'respond', status: 200, body: { items, totalCount, _links: {} } };
}

/** A LaunchDarkly simulator, and the bundle that talks to it. */
export interface SimulatedRun extends AsyncDisposable {
  readonly simulator: Simulator;
  /** Runs `dist/index.js` as a runner does, with {@link DESIRED} overridden by `inputs`. */
  run(inputs?: Readonly<Record<string, string>>, options?: RunOptions): Promise<StepResult>;
  /** The methods of all requests so far, in order: `POST GET POST`. */
  methods(): string;
}

/** How to run the bundle, besides its inputs. */
export type RunOptions = Omit<RunActionOptions, 'inputs'>;

/** Starts the simulator. Disposing of the run asserts that nothing asked for SDK keys. */
export async function startSimulatedRun(
  options: SimulatorOptions & { readonly group?: InsightGroup | undefined } = {},
): Promise<SimulatedRun> {
  const simulator = await startSimulator(options);
  if (options.group !== undefined) {
    simulator.account.groups.set(options.group.key, options.group);
  }
  return {
    simulator,
    run: (inputs = {}, runOptions = {}) =>
      runAction({
        ...runOptions,
        inputs: { ...DESIRED, 'base-uri': simulator.origin, ...inputs },
      }),
    methods: () => simulator.requests.map(({ method }) => method).join(' '),
    async [Symbol.asyncDispose]() {
      await simulator.close();
      expect(simulator.violations).toEqual([]);
    },
  };
}

/** Injects a fault into the next `times` creates. */
export function injectCreateFault(simulator: Simulator, fault: Fault, times = 1): void {
  simulator.inject({ method: 'POST', path: CREATE_PATH, fault, times });
}

/** Describes a request, query included: `GET /api/v2/projects?limit=100`. */
export function describeRequest({ method, path, query }: RecordedRequest): string {
  const search = query.toString();
  return `${method} ${path}${search === '' ? '' : `?${search}`}`;
}

/** The only annotation of a failed step as a person sees it: the title, then the message. */
export function readFailure(result: StepResult): string {
  expect(result.conclusion).toBe('failure');
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toBe('');
  const isInDoubt = /may or may not have been created|unexpected error/.test(
    result.annotations[0]?.message ?? '',
  );
  const created = isInDoubt ? '' : 'false';
  expect(result.outputs).toMatchObject({ outcome: 'failed', created });
  expect(result.annotations.map(({ kind }) => kind)).toEqual(['error']);
  return result.annotations.map(({ title, message }) => `${title}\n${message}`).join('\n');
}
