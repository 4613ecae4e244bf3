import { describe, expect, test } from 'vitest';
import type { GitHubFault, Holder } from '../../simulator/github/protocol.ts';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import type { Fault } from '../../simulator/launchdarkly/faults.ts';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { readDeleteFailure, runDelete } from './simulated-delete.ts';
import { type SimulatedRun, startSimulatedRun } from './simulated-run.ts';

const REPOSITORY = 'octo-org/shop';
const NUMBER = 7;
const JOB: Holder = { login: 'github-actions[bot]', permission: 'write' };

/** The two halves of the workflow say the same words. */
const WORDS = {
  key: '{project}-{environment}-all-apps',
  project: 'default',
  environment: 'pr-7',
  'pr-comment': 'true',
} as const;
const GROUP_KEY = 'default-pr-7-all-apps';

/** What happens to a pull request. A push is a create as well. */
type Step = 'open' | 'push' | 'close';

/** A pull request of the repository, or of a fork of it, and the account of its previews. */
interface Preview extends AsyncDisposable {
  readonly simulated: SimulatedRun;
  readonly github: GitHubSimulator;
  run(step: Step, inputs?: Readonly<Record<string, string>>): Promise<StepResult>;
}

async function startPreview(
  options: { readonly holder?: Holder; readonly head?: string } = {},
): Promise<Preview> {
  const { holder = JOB, head = REPOSITORY } = options;
  const simulated = await startSimulatedRun();
  simulated.simulator.account.addEnvironment('default', 'pr-7');
  const tokens = { [DEFAULT_GITHUB_TOKEN]: holder };
  const github = await startGitHub({ tokens, repository: REPOSITORY });
  const pullRequest = { number: NUMBER, head: { repo: { full_name: head } } };
  const runOptions = {
    event: { name: 'pull_request', payload: { pull_request: pullRequest } },
    env: { GITHUB_API_URL: github.apiUrl, GITHUB_REPOSITORY: REPOSITORY },
  };
  return {
    simulated,
    github,
    run: (step, inputs = {}) =>
      step === 'close'
        ? runDelete(simulated, { ...WORDS, ...inputs }, runOptions)
        : simulated.run(
            { ...WORDS, name: 'Preview 7', 'if-exists': 'update', ...inputs },
            runOptions,
          ),
    async [Symbol.asyncDispose]() {
      await github.close();
      await simulated[Symbol.asyncDispose]();
    },
  };
}

function hasGroup({ simulated }: Preview): boolean {
  return simulated.simulator.account.groups.has(GROUP_KEY);
}

/** Checks what one step says against the account directly after it. */
function expectTruth(preview: Preview, result: StepResult): void {
  const { outputs, annotations, summary = '' } = result;
  const said = annotations.map(({ message }) => message).join('\n');
  switch (outputs['outcome']) {
    case 'created':
    case 'updated':
    case 'unchanged':
      expect(hasGroup(preview)).toBe(true);
      break;
    case 'deleted':
    case 'absent':
      expect(hasGroup(preview)).toBe(false);
      break;
    default:
      expect(outputs['outcome']).toBe('failed');
      expect(result.exitCode).toBe(1);
      expect(said).toMatch(/Outcome unknown|Nothing was (?:written|deleted)\./);
      expect(summary).toMatch(/Outcome unknown|Nothing was (?:written|deleted)\./);
  }
}

/** Checks that one comment is there, and that it says what the last step that could write it has said. */
function expectOneComment({ github }: Preview, last: StepResult): void {
  expect(github.comments).toHaveLength(1);
  const [comment] = github.comments;
  const isWritten = !last.annotations.some(({ title = '' }) => title.includes('comment'));
  if (isWritten) {
    const heading = /^## .*$/m.exec(last.summary ?? '')?.[0];
    expect(heading).toBeDefined();
    expect(comment?.body).toContain(heading);
  }
}

describe.concurrent('the group of a preview environment', () => {
  test('is created on open, left alone on push and deleted on close, with one comment throughout', async () => {
    await using preview = await startPreview();
    const { github, run } = preview;

    const opened = await run('open');
    expect(opened.outputs).toMatchObject({ outcome: 'created', key: GROUP_KEY });
    expect(opened.log).toContain('Commented on the pull request: ');
    expect(github.comments[0]?.body).toContain('✅ Insight group created: Preview 7');

    const pushed = await run('push');
    expect(pushed.outputs).toMatchObject({ outcome: 'unchanged', key: GROUP_KEY });

    const closed = await run('close');
    expect(closed.outputs).toMatchObject({ outcome: 'deleted', deleted: 'true', key: GROUP_KEY });
    expect(closed.log).toContain('Updated the comment on the pull request: ');
    expect(github.comments).toHaveLength(1);
    expect(github.comments[0]?.body).toContain('✅ Insight group deleted: <del>Preview 7</del>');
    expect(github.comments[0]?.body).not.toContain('created:');
    expect(hasGroup(preview)).toBe(false);
  });

  test.each<readonly [readonly Step[], readonly string[]]>([
    [
      ['open', 'close', 'close'],
      ['created', 'deleted', 'absent'],
    ],
    [
      ['close', 'open', 'close'],
      ['absent', 'created', 'deleted'],
    ],
    [
      ['open', 'close', 'open', 'push', 'close'],
      ['created', 'deleted', 'created', 'unchanged', 'deleted'],
    ],
    [
      ['close', 'close'],
      ['absent', 'absent'],
    ],
  ])('is what the log says after each of: %j', async (steps, outcomes) => {
    await using preview = await startPreview();
    const seen: (string | undefined)[] = [];
    for (const step of steps) {
      const result = await preview.run(step);
      expectTruth(preview, result);
      expectOneComment(preview, result);
      seen.push(result.outputs['outcome']);
    }
    expect(seen).toEqual(outcomes);
    expect(hasGroup(preview)).toBe(false);
  });

  test('keeps its comment when only letter case differs between the halves', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    await preview.run('close', { project: 'Default' });
    expect(preview.github.comments).toHaveLength(1);
  });

  test('is deleted after its environment', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    preview.simulated.simulator.account.projects.get('default')?.environments.delete('pr-7');
    const closed = await preview.run('close');
    expect(closed.outputs['outcome']).toBe('deleted');
    expect(hasGroup(preview)).toBe(false);
  });

  test('a dry run of the delete says on the pull request what would be deleted', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    const planned = await preview.run('close', { 'dry-run': 'true' });
    expect(planned.outputs['outcome']).toBe('would-delete');
    expect(preview.github.comments).toHaveLength(1);
    expect(preview.github.comments[0]?.body).toContain('Insight group to delete: Preview 7');
    expect(hasGroup(preview)).toBe(true);
  });

  test('reports a delete that failed in the same comment', async () => {
    await using preview = await startPreview();
    await preview.run('open');
    const fault = { kind: 'respond', status: 403 } as const;
    preview.simulated.simulator.inject({ method: 'DELETE', fault });
    const closed = await preview.run('close');
    expect(readDeleteFailure(closed)).toContain('LaunchDarkly refused access');
    expect(preview.github.comments).toHaveLength(1);
    expect(preview.github.comments[0]?.body).toContain('LaunchDarkly refused access');
  });
});

describe.concurrent('a pull request from a fork', () => {
  test('deletes the group with one warning when the token may not comment', async () => {
    const holder: Holder = { ...JOB, permission: 'read' };
    await using preview = await startPreview({ holder, head: 'mallory/shop' });
    await preview.run('open');
    const closed = await preview.run('close');
    expect(closed).toMatchObject({ conclusion: 'success', outputs: { outcome: 'deleted' } });
    expect(closed.annotations).toMatchObject([
      { kind: 'warning', title: 'The pull request comment could not be written' },
    ]);
    expect(preview.github.comments).toEqual([]);
    expect(hasGroup(preview)).toBe(false);
  });

  test('explains why there is no secret, and makes no request to LaunchDarkly', async () => {
    await using preview = await startPreview({ head: 'mallory/shop' });
    const closed = await preview.run('close', { token: '' });
    expect(readDeleteFailure(closed)).toMatch(/token: .*fork/);
    expect(preview.simulated.simulator.requests).toEqual([]);
  });
});

describe.concurrent('steps at the same time', () => {
  test.each<readonly Step[]>([
    ['open', 'close'],
    ['close', 'close'],
    ['open', 'close', 'close'],
  ])('leave the account as one order of them would: %s, %s, %s', async (...given) => {
    const steps = given.filter((step) => step !== undefined);
    await using preview = await startPreview();
    if (steps[0] === 'close') {
      await preview.run('open');
    }
    const results = await Promise.all(steps.map((step) => preview.run(step)));
    const outcomes = results.map(({ outputs }) => outputs['outcome']);
    const { simulator } = preview.simulated;
    const deletions = simulator.deletionsOf(GROUP_KEY).length;
    expect(hasGroup(preview)).toBe(simulator.createdCount(GROUP_KEY) > deletions);
    expect(results.map(({ exitCode }) => exitCode)).toEqual(steps.map(() => 0));
    // Two deletes that saw the group may both report it deleted: the second one got a 404.
    expect(outcomes.filter((outcome) => outcome === 'deleted').length).toBeGreaterThanOrEqual(
      deletions,
    );
    expect(deletions === 0 && outcomes.includes('deleted')).toBe(false);
  });
});

/** How many requests the story makes to LaunchDarkly without faults. */
const STORY: readonly Step[] = ['open', 'push', 'close', 'close'];
const LAUNCHDARKLY_REQUESTS = 6;

const LAUNCHDARKLY_FAULTS: readonly (readonly [string, Fault])[] = [
  ['is reset before it is processed', { kind: 'reset' }],
  ['is reset after it was processed', { kind: 'process-then-reset' }],
  ['is cut off after it was processed', { kind: 'process-then-truncate' }],
  ['stalls before it is processed', { kind: 'stall' }],
  ['stalls after it was processed', { kind: 'process-then-stall' }],
  ['gets a 503 before it is processed', { kind: 'respond', status: 503 }],
  ['gets a 502 after it was processed', { kind: 'process-then-respond', status: 502 }],
  ['gets a 429', { kind: 'rate-limit', waitsMs: { global: 1_000 } }],
];

describe.concurrent.each(LAUNCHDARKLY_FAULTS)(
  'when a request to LaunchDarkly %s',
  (_what, fault) => {
    const numbers = Array.from({ length: LAUNCHDARKLY_REQUESTS }, (_, index) => index + 1);
    test.each(numbers)(
      'every step is true, and the group is gone at the end: request %i',
      async (number) => {
        await using preview = await startPreview();
        const { simulator } = preview.simulated;
        simulator.inject({ skip: number - 1, fault });
        // A request that stalls takes all the time of its step.
        const timeout = fault.kind.endsWith('stall') ? '3' : '120';
        let last: StepResult | undefined;
        for (const step of STORY) {
          last = await preview.run(step, { 'timeout-seconds': timeout });
          expectTruth(preview, last);
          expectOneComment(preview, last);
        }
        expect(simulator.requests.length).toBeGreaterThanOrEqual(number);
        // The one fault is over, so a step that had failed was made up for, unless it was the last delete.
        expect(last?.outputs['outcome'] === 'failed' || !hasGroup(preview)).toBe(true);
        expect(simulator.createdCount(GROUP_KEY)).toBeGreaterThanOrEqual(1);
        expect(simulator.deletionsOf(GROUP_KEY)).toHaveLength(simulator.createdCount(GROUP_KEY));
      },
    );
  },
);

/** How many requests of each method the story makes to GitHub without faults. */
const GITHUB_REQUESTS = { GET: 5, POST: 4, PATCH: 3 } as const;

const PAGE = { status: 502, body: '<html>Bad gateway</html>' };
const GITHUB_FAULTS: readonly (readonly [string, Omit<GitHubFault, 'method'>])[] = [
  ['is reset before it is processed', { resets: true }],
  ['is reset after it was processed', { resets: true, isProcessed: true }],
  ['gets a 502 before it is processed', { answer: PAGE }],
  ['gets a 502 after it was processed', { answer: PAGE, isProcessed: true }],
];

describe.concurrent.each(GITHUB_FAULTS)('when a request to GitHub %s', (_what, fault) => {
  const places = Object.entries(GITHUB_REQUESTS).flatMap(([method, count]) =>
    Array.from({ length: count }, (_, index) => ({ method, number: index + 1 })),
  );
  test.each(places)(
    'every step is done and one comment is left: $method $number',
    async ({ method, number }) => {
      await using preview = await startPreview();
      const { github } = preview;
      if (number > 1) {
        // The requests before are processed as usual.
        github.inject({ method, times: number - 1 });
      }
      github.inject({ ...fault, method });
      const outcomes: (string | undefined)[] = [];
      for (const step of STORY) {
        const result = await preview.run(step);
        expectTruth(preview, result);
        expectOneComment(preview, result);
        expect(result.exitCode).toBe(0);
        outcomes.push(result.outputs['outcome']);
      }
      expect(outcomes).toEqual(['created', 'unchanged', 'deleted', 'absent']);
      const sent = github.requests.filter((request) => request.method === method);
      expect(sent.length).toBeGreaterThanOrEqual(number);
    },
  );
});
