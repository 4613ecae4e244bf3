import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** The pull request that a workflow runs for. */
export interface PullRequest {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

/** What the runner tells of the workflow run, as far as the action cares. */
export interface WorkflowRun {
  /** Set when the run was started by a pull request event. */
  readonly pullRequest: PullRequest | undefined;
  /** Why the run gets no secrets of the repository, when that is so. */
  readonly withheldSecrets: 'fork' | 'dependabot' | undefined;
}

const PULL_REQUEST_EVENTS = new Set([
  'pull_request',
  'pull_request_review',
  'pull_request_review_comment',
  'pull_request_target',
]);

const pullRequestEvent = z.object({
  pull_request: z.object({
    number: z.int(),
    head: z.object({ repo: z.nullish(z.object({ full_name: z.string() })) }),
  }),
});

/** Reads the run's context from the variables that the runner sets. Whatever is missing or broken reads as absent. */
export function readWorkflowRun(env: NodeJS.ProcessEnv): WorkflowRun {
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const event = PULL_REQUEST_EVENTS.has(env['GITHUB_EVENT_NAME'] ?? '')
    ? readEvent(env['GITHUB_EVENT_PATH'])
    : undefined;
  const [owner = '', repo = ''] = repository.split('/');
  const head = event?.pull_request.head.repo?.full_name;
  return {
    pullRequest:
      event && owner !== '' && repo !== ''
        ? { owner, repo, number: event.pull_request.number }
        : undefined,
    withheldSecrets: findWithholding({
      isFork: event !== undefined && head !== repository,
      isTarget: env['GITHUB_EVENT_NAME'] === 'pull_request_target',
      actor: env['GITHUB_ACTOR'],
    }),
  };
}

/** @see https://docs.github.com/actions/security-for-github-actions/security-guides/using-secrets-in-github-actions */
function findWithholding(run: {
  readonly isFork: boolean;
  readonly isTarget: boolean;
  readonly actor: string | undefined;
}): WorkflowRun['withheldSecrets'] {
  if (run.actor === 'dependabot[bot]') {
    return 'dependabot';
  }
  return run.isFork && !run.isTarget ? 'fork' : undefined;
}

function readEvent(path: string | undefined): z.infer<typeof pullRequestEvent> | undefined {
  try {
    const event: unknown = JSON.parse(readFileSync(path ?? '', 'utf8'));
    return z.safeParse(pullRequestEvent, event).data;
  } catch {
    return undefined;
  }
}
