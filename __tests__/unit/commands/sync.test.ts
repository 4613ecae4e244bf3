import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleWriterToken } from '../../../simulator/launchdarkly/sample-account.ts';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { syncCommand } from '../../../src/commands/sync.ts';
import { ActionError } from '../../../src/errors.ts';
import { Secrets } from '../../../src/secrets.ts';
import { openSession } from '../../../src/session.ts';

/*
 * The tests of the bundle show what a user sees. These run the command in this process, so that its
 * coverage is seen.
 */

let workspace = '';
let simulator: Simulator;

beforeEach(async () => {
  workspace = mkdtempSync(join(tmpdir(), 'sync-'));
  simulator = await startSimulator();
});

afterEach(async () => {
  rmSync(workspace, { recursive: true });
  await simulator.close();
});

/** Runs the command on a file of this content. */
async function runSync(content: string, given: Readonly<Record<string, string>> = {}) {
  writeFileSync(join(workspace, 'groups.yml'), content);
  const inputs = {
    file: './groups.yml',
    token: sampleWriterToken,
    'base-uri': simulator.origin,
    ...given,
  };
  const env = {
    GITHUB_WORKSPACE: workspace,
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value]),
    ),
  };
  const secrets = new Secrets(() => {});
  const source = { env, secrets, run: { withheldSecrets: undefined } };
  const checked = syncCommand.readInputs(source);
  const session = openSession({
    inputs: checked,
    timeoutMs: 60_000,
    cancellation: new AbortController().signal,
    secrets,
    isSeveral: true,
    observe: () => {},
    announceWait: () => {},
  });
  const finished: string[] = [];
  try {
    const { results, notices, failure } = await syncCommand.execute(checked, {
      session,
      source,
      progress: {
        begin: () => {},
        finish: ({ target }) => finished.push(target.key),
        advance: () => {},
        show: ({ target }) => finished.push(target.key),
      },
    });
    return {
      outcomes: results.map(({ target, outcome }) => `${target.key}: ${outcome.kind}`),
      notices,
      failure: failure?.code,
      finished,
    };
  } finally {
    await session.close();
  }
}

async function catchError(work: Promise<unknown>): Promise<ActionError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ActionError)) {
    throw new Error('The command was to throw an ActionError', { cause: error });
  }
  return error;
}

function addGroup(key: string, environmentKey = 'production'): void {
  const group = { key, name: 'Before', projectKey: 'default', environmentKey, createdAt: 0 };
  simulator.account.groups.set(key, group);
}

const FILE = `defaults: {project: default, environment: production}
groups:
  - {key: new, name: New}
  - {key: changed, name: After}
  - {key: old, state: absent}
`;

test('a plan lists every group in the order of the file', async () => {
  addGroup('changed');
  addGroup('old');
  expect(await runSync(FILE, { 'dry-run': 'true' })).toEqual({
    outcomes: ['new: would-create', 'changed: would-update', 'old: would-delete'],
    finished: ['new', 'changed', 'old'],
    notices: [],
    failure: undefined,
  });
});

test('an apply makes the account match, and the next plan finds no drift', async () => {
  addGroup('changed');
  addGroup('old');
  const { outcomes } = await runSync(FILE);
  expect(outcomes).toEqual(['new: created', 'changed: updated', 'old: deleted']);
  const next = await runSync(FILE, { 'dry-run': 'true', 'on-drift': 'fail' });
  expect(next.outcomes).toEqual(['new: unchanged', 'changed: unchanged', 'old: absent']);
  expect(next.failure).toBeUndefined();
});

test('on-drift: fail adds the failure only where nothing else failed', async () => {
  const inputs = { 'dry-run': 'true', 'on-drift': 'fail' };
  expect((await runSync(FILE, inputs)).failure).toBe('drift');
  addGroup('changed', 'test');
  expect((await runSync(FILE, inputs)).failure).toBeUndefined();
});

test('a failed group keeps the deletions from being attempted', async () => {
  addGroup('changed', 'test');
  addGroup('old');
  const { outcomes } = await runSync(FILE);
  expect(outcomes).toEqual(['new: created', 'changed: failed', 'old: skipped']);
});

test('too many deletions stop an apply, and fail a plan that is still shown', async () => {
  addGroup('old');
  const inputs = { 'max-deletes': '0' };
  const error = await catchError(runSync(FILE, inputs));
  expect([error.code, error.details]).toEqual(['too-many-deletes', ['To delete: old']]);
  const { outcomes, failure } = await runSync(FILE, { ...inputs, 'dry-run': 'true' });
  expect(outcomes).toHaveLength(3);
  expect(failure).toBe('too-many-deletes');
});

test('problems of the file have their places, whether or not they need the account to be seen', async () => {
  const unknown = await catchError(runSync('groups: [{key: a, nmae: A}]'));
  expect(unknown.code).toBe('invalid-file');
  expect(unknown.problems).toContainEqual({
    file: 'groups.yml',
    line: 1,
    column: 19,
    message: 'groups[0].nmae: is not known here; did you mean "name"?',
  });
  const clash = await catchError(
    runSync(`groups:\n  - {key: same, name: A, project: default, environment: '*'}\n`),
  );
  expect(clash.message).toBe('The groups file groups.yml has 1 problem. Nothing was written.');
  expect(clash.problems).toMatchObject([{ file: 'groups.yml', line: 2, column: 6 }]);
});

test('more than nine notices are counted, with their lines', async () => {
  const entries = Array.from(
    { length: 11 },
    (_, index) =>
      `  - {key: '{environment}-${index}', name: X, project: default, environment: pr-*}`,
  );
  const { notices } = await runSync(['groups:', ...entries].join('\n'));
  expect(notices).toHaveLength(10);
  expect(notices[0]).toBe('groups.yml:2: No environment in project "default" matches "pr-*".');
  expect(notices[9]).toBe('groups.yml: 2 more patterns match nothing, on lines 11, 12.');
});

test('the comment of a file is found again however its path is written', () => {
  const identify = (file: string) => {
    const source = {
      env: { INPUT_TOKEN: sampleWriterToken, INPUT_FILE: file },
      secrets: new Secrets(() => {}),
      run: { withheldSecrets: undefined },
    } as const;
    const inputs = syncCommand.readInputs(source);
    return [syncCommand.identifyComment(inputs), syncCommand.findFile?.(inputs)];
  };
  expect(identify('./a/../groups.yml')).toEqual(identify('groups.yml'));
  expect(identify('other.yml')).not.toEqual(identify('groups.yml'));
});
