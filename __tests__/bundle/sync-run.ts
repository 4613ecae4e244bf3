import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import type { InsightGroup } from '../../simulator/launchdarkly/account.ts';
import { sampleWriterToken } from '../../simulator/launchdarkly/sample-account.ts';
import {
  type Simulator,
  type SimulatorOptions,
  startSimulator,
} from '../../simulator/launchdarkly/simulator.ts';
import { type RunActionOptions, runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';

/** Where the sync action looks for the groups file by default. */
export const DEFAULT_FILE = '.github/insight-groups.yml';

/** A LaunchDarkly simulator, a workspace, and the bundle of the sync action. */
export interface SyncRun extends AsyncDisposable {
  readonly simulator: Simulator;
  readonly workspace: string;
  /** Writes a file of the workspace. */
  write(content: string | Uint8Array, file?: string): Promise<void>;
  /** Runs `dist/sync.js` as a runner does. */
  run(inputs?: Readonly<Record<string, string>>, options?: RunOptions): Promise<StepResult>;
  /** The requests so far that change something: `POST /api/…`. */
  writes(): string[];
}

type RunOptions = Omit<RunActionOptions, 'inputs'>;

/** Starts the simulator with a workspace whose groups file has this content. */
export async function startSyncRun(
  content?: string,
  options: SimulatorOptions & { readonly groups?: readonly InsightGroup[] } = {},
): Promise<SyncRun> {
  const simulator = await startSimulator(options);
  for (const group of options.groups ?? []) {
    simulator.account.groups.set(group.key, group);
  }
  const workspace = await mkdtemp(join(tmpdir(), 'sync-'));
  const write = async (text: string | Uint8Array, file = DEFAULT_FILE) => {
    await mkdir(dirname(join(workspace, file)), { recursive: true });
    await writeFile(join(workspace, file), text);
  };
  if (content !== undefined) {
    await write(content);
  }
  return {
    simulator,
    workspace,
    write,
    run: (inputs = {}, runOptions = {}) =>
      runAction({
        workspace,
        ...runOptions,
        main: 'sync.js',
        inputs: { token: sampleWriterToken, 'base-uri': simulator.origin, ...inputs },
      }),
    writes: () =>
      simulator.requests
        .filter(({ method }) => method !== 'GET')
        .map(({ method, path }) => `${method} ${path}`),
    async [Symbol.asyncDispose]() {
      await simulator.close();
      await rm(workspace, { recursive: true });
      expect(simulator.violations).toEqual([]);
    },
  };
}

/** A group of the sample account's project `default`, created an hour ago. */
export function existingGroup(
  group: Partial<InsightGroup> & Pick<InsightGroup, 'key'>,
): InsightGroup {
  return {
    name: 'Production - All Apps',
    projectKey: 'default',
    environmentKey: 'production',
    createdAt: Date.now() - 3_600_000,
    ...group,
  };
}

/** The output `groups` as `key: outcome`, by key. */
export function listOutcomes({ outputs }: StepResult): string[] {
  const groups: readonly { readonly key: string; readonly outcome: string }[] = JSON.parse(
    outputs['groups'] ?? '[]',
  );
  return groups.map(({ key, outcome }) => `${key}: ${outcome}`).sort();
}

/** The annotations of a step, as a person sees them: `error file:line:column title: message`. */
export function listAnnotations({ annotations }: StepResult): string[] {
  return annotations.map(({ kind, title, message, properties }) => {
    const { file, line, col } = properties;
    const place = file === undefined ? '' : ` ${file}:${line}:${col}`;
    return `${kind}${place} ${title}: ${message}`;
  });
}
