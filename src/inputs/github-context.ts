import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';

/** A pull request to comment on. */
export interface PullRequest {
  readonly owner: string;
  readonly repo: string;
  readonly number: number;
}

/** What the inputs need to know of the run in order to explain a blank secret. */
export interface WorkflowRun {
  /** Why the run gets no secrets of the repository, when that is the case. */
  readonly withheldSecrets: 'fork' | 'dependabot' | undefined;
}

/** What the runner tells about the workflow run, as far as the action cares. */
export interface GitHubContext extends WorkflowRun {
  /** `owner/repo`, split; undefined where the runner names none. */
  readonly repository: { readonly owner: string; readonly repo: string } | undefined;
  /** The number of the one pull request that the event belongs to. */
  readonly pullRequestNumber: number | undefined;
  /** Whether the event's file could be read, where the event may name a pull request. */
  readonly isEventReadable: boolean;
  /** The REST API of the GitHub instance, as the runner spells it. */
  readonly apiUrl: string;
  /** Builds the address of the page that explains a failure, by the failure's title; undefined for a local action. */
  readonly helpUrl: (title: string) => string | undefined;
}

/** Where the runner names no API, GitHub's own. */
const DEFAULT_API_URL = 'https://api.github.com';

/**
 * Reads the run's context from the variables that the runner sets and from the event's file. Whatever is
 * missing or malformed reads as absent. Never throws.
 *
 * @see https://docs.github.com/actions/reference/workflows-and-actions/variables
 */
export function readGitHubContext(env: NodeJS.ProcessEnv): GitHubContext {
  const repository = env['GITHUB_REPOSITORY'] ?? '';
  const [owner = '', repo = ''] = repository.split('/');
  const name = env['GITHUB_EVENT_NAME'] ?? '';
  const read = namesPullRequest(name) ? readEvent(env['GITHUB_EVENT_PATH']) : {};
  const event = read ?? {};
  const pullRequest = isPullRequestEvent(name) ? event.pull_request : undefined;
  return {
    repository: owner === '' || repo === '' ? undefined : { owner, repo },
    pullRequestNumber: findPullRequestNumber(name, event, repository),
    isEventReadable: read !== undefined,
    withheldSecrets: findWithheldSecrets({
      event: name,
      isFork: pullRequest !== undefined && pullRequest.head?.repo?.full_name !== repository,
      actor: env['GITHUB_ACTOR'],
    }),
    apiUrl: env['GITHUB_API_URL'] || DEFAULT_API_URL,
    helpUrl: (title) => buildHelpUrl(env, title),
  };
}

/** Why there is no pull request to comment on. */
export interface NoPullRequest {
  readonly kind: 'none';
  readonly reason: 'no-number' | 'no-event' | 'no-repository';
}

/** Finds the pull request to comment on: the input `pr-number` wins over the event. */
export function choosePullRequest(
  { repository, pullRequestNumber, isEventReadable }: GitHubContext,
  requestedNumber: number | undefined,
): { readonly kind: 'found'; readonly pullRequest: PullRequest } | NoPullRequest {
  const number = requestedNumber ?? pullRequestNumber;
  if (number === undefined) {
    return { kind: 'none', reason: isEventReadable ? 'no-number' : 'no-event' };
  }
  return repository === undefined
    ? { kind: 'none', reason: 'no-repository' }
    : { kind: 'found', pullRequest: { ...repository, number } };
}

/** Builds the schemas on demand: most runs have an event that names no pull request. */
function describeEvent() {
  const repositoryReference = z.object({ id: z.optional(z.int()), url: z.optional(z.string()) });
  // A pull request as the events of workflow runs and checks list it.
  const listedPullRequest = z.object({
    number: z.int(),
    base: z.optional(z.object({ repo: z.optional(repositoryReference) })),
  });
  const list = z.optional(z.object({ pull_requests: z.optional(z.array(listedPullRequest)) }));
  const pullRequest = z.object({
    number: z.int(),
    head: z.optional(z.object({ repo: z.nullish(z.object({ full_name: z.string() })) })),
  });
  const issue = z.object({ number: z.int(), pull_request: z.nullish(z.looseObject({})) });
  // A part that is malformed reads as absent, and does not take the others along.
  return z.object({
    repository: z.catch(z.optional(repositoryReference), undefined),
    pull_request: z.catch(z.optional(pullRequest), undefined),
    issue: z.catch(z.optional(issue), undefined),
    workflow_run: z.catch(list, undefined),
    check_run: z.catch(list, undefined),
    check_suite: z.catch(list, undefined),
    merge_group: z.catch(z.optional(z.object({ head_ref: z.string() })), undefined),
  });
}

/**
 * The parts of an event's payload that name a pull request.
 *
 * @see https://docs.github.com/webhooks/webhook-events-and-payloads
 */
type EventPayload = z.infer<ReturnType<typeof describeEvent>>;

type PullRequestList = EventPayload['workflow_run'];

/** The branch that a merge queue makes for a pull request. The base may have slashes of its own. */
const MERGE_QUEUE_REF = /^(?:refs\/heads\/)?gh-readonly-queue\/.+\/pr-([1-9]\d*)-[0-9a-f]+$/;

/** The events besides those of pull requests whose payload can name one. */
const OTHER_EVENTS: ReadonlySet<string> = new Set([
  'issue_comment',
  'workflow_run',
  'check_run',
  'check_suite',
  'merge_group',
]);

function namesPullRequest(event: string): boolean {
  return isPullRequestEvent(event) || OTHER_EVENTS.has(event);
}

function isPullRequestEvent(name: string): boolean {
  return name === 'pull_request' || name.startsWith('pull_request_');
}

function findPullRequestNumber(
  name: string,
  event: EventPayload,
  repository: string,
): number | undefined {
  if (isPullRequestEvent(name)) {
    return event.pull_request?.number;
  }
  switch (name) {
    case 'issue_comment':
      // Comments on issues start it as well, and only those on pull requests have this member.
      return event.issue?.pull_request ? event.issue.number : undefined;
    case 'workflow_run':
      return findOnlyNumber(event.workflow_run, event, repository);
    case 'check_run':
      return findOnlyNumber(event.check_run, event, repository);
    case 'check_suite':
      return findOnlyNumber(event.check_suite, event, repository);
    case 'merge_group': {
      const number = MERGE_QUEUE_REF.exec(event.merge_group?.head_ref ?? '')?.[1];
      return number === undefined ? undefined : Number(number);
    }
    default:
      return undefined;
  }
}

/** With several pull requests of the same commit, none of them is the one. */
function findOnlyNumber(
  list: PullRequestList,
  event: EventPayload,
  repository: string,
): number | undefined {
  const ours = (list?.pull_requests ?? []).filter((entry) =>
    isOfRepository(entry.base?.repo, event, repository),
  );
  const [first] = ours;
  return ours.length === 1 ? first?.number : undefined;
}

/** A fork's commit may be listed with a pull request of the repository that was forked. */
function isOfRepository(
  base: EventPayload['repository'],
  { repository: own }: EventPayload,
  repository: string,
): boolean {
  if (base?.id !== undefined && own?.id !== undefined) {
    return base.id === own.id;
  }
  return base?.url === undefined
    ? true
    : base.url.toLowerCase().endsWith(`/repos/${repository.toLowerCase()}`);
}

/** Runs of these events have the repository's secrets, whoever caused them. */
const EVENTS_WITH_SECRETS: ReadonlySet<string> = new Set(['issue_comment', 'workflow_run']);

/** @see https://docs.github.com/actions/security-for-github-actions/security-guides/using-secrets-in-github-actions */
function findWithheldSecrets(run: {
  readonly event: string;
  readonly isFork: boolean;
  readonly actor: string | undefined;
}): WorkflowRun['withheldSecrets'] {
  if (EVENTS_WITH_SECRETS.has(run.event)) {
    return undefined;
  }
  if (run.actor === 'dependabot[bot]') {
    return 'dependabot';
  }
  return run.isFork && run.event !== 'pull_request_target' ? 'fork' : undefined;
}

function readEvent(path: string | undefined): EventPayload | undefined {
  try {
    const event: unknown = JSON.parse(readFileSync(path ?? '', 'utf8'));
    return z.safeParse(describeEvent(), event).data;
  } catch {
    return undefined;
  }
}

/** The page of this repository that has a heading for each title. */
const HELP_PAGE = 'docs/troubleshooting.md';

/** The action may come from another repository and another server than the workflow, and be at any version. */
function buildHelpUrl(env: NodeJS.ProcessEnv, title: string): string | undefined {
  const repository = env['GITHUB_ACTION_REPOSITORY'] ?? '';
  const ref = env['GITHUB_ACTION_REF'] ?? '';
  const server = env['GITHUB_SERVER_URL'] ?? '';
  const isKnown =
    /^[\w.-]+\/[\w.-]+$/.test(repository) &&
    /^[\w./-]+$/.test(ref) &&
    /^https?:\/\/[\w.:-]+$/.test(server);
  return isKnown
    ? `${server}/${repository}/blob/${ref}/${HELP_PAGE}#${toAnchor(title)}`
    : undefined;
}

/** Makes the anchor of a heading as GitHub does. */
export function toAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-');
}
