import { expect } from 'vitest';
import type { Holder } from '../../simulator/github/protocol.ts';
import { type GitHubSimulator, startGitHub } from '../../simulator/github/simulator.ts';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { runDelete } from './simulated-delete.ts';
import { type SimulatedRun, startSimulatedRun } from './simulated-run.ts';

const REPOSITORY = 'octo-org/shop';
const NUMBER = 7;
export const JOB: Holder = { login: 'github-actions[bot]', permission: 'write' };

/** The two halves of the workflow say the same words. */
const WORDS = {
  key: '{project}-{environment}-all-apps',
  project: 'default',
  environment: 'pr-7',
  'pr-comment': 'true',
} as const;
export const GROUP_KEY = 'default-pr-7-all-apps';

/** What happens to a pull request. A push is a create as well. */
export type Step = 'open' | 'push' | 'close';

/** A pull request of the repository, or of a fork of it, and the account of its previews. */
interface Preview extends AsyncDisposable {
  readonly simulated: SimulatedRun;
  readonly github: GitHubSimulator;
  run(step: Step, inputs?: Readonly<Record<string, string>>): Promise<StepResult>;
}

export async function startPreview(
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

export function hasGroup({ simulated }: Preview): boolean {
  return simulated.simulator.account.groups.has(GROUP_KEY);
}

/** Checks what one step says against the account directly after it. */
export function expectTruth(preview: Preview, result: StepResult): void {
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
export function expectOneComment({ github }: Preview, last: StepResult): void {
  expect(github.comments).toHaveLength(1);
  const [comment] = github.comments;
  const isWritten = !last.annotations.some(({ title = '' }) => title.includes('comment'));
  if (isWritten) {
    const heading = /^## .*$/m.exec(last.summary ?? '')?.[0];
    expect(heading).toBeDefined();
    expect(comment?.body).toContain(heading);
  }
}
