import { chunk } from '../chunk.ts';
import { didYouMean, findClosest } from '../did-you-mean.ts';
import { type ErrorCode, SPECIAL_TITLES } from '../errors.ts';
import type { DesiredGroup } from '../insight-group/insight-group.ts';
import { INSTANCE_LIST, type Server } from './base-uri.ts';
import type { LaunchDarkly } from './client.ts';
import { saysNotFound } from './error-origin.ts';
import type { Page } from './paging.ts';
import { describeAvailability } from './remedies.ts';
import type { NamedKey } from './schemas.ts';

/** How many existing keys are named where none is close to the one that was given. */
const MAX_LISTED_KEYS = 10;

/** How many keys one request asks for: they stand in its URL, and a page may hold no more. */
const MAX_KEYS_PER_LOOKUP = 100;

/** What is wrong, and the next step. `code` and `title` stand in for those of the status. */
export interface Finding {
  readonly code?: ErrorCode;
  readonly title?: string;
  readonly headline: string;
  readonly nextStep: string;
}

/** What LaunchDarkly shows of the project and the environment that a group is for. Lists are first pages. */
export type Placement =
  | { readonly kind: 'found' }
  | { readonly kind: 'environment-missing'; readonly environments: readonly string[] }
  | { readonly kind: 'project-missing'; readonly projects: readonly string[] }
  /** Even the list of projects, which every account has, is answered with 404. */
  | { readonly kind: 'not-launchdarkly' }
  /** LaunchDarkly did not answer, or not to this token. */
  | { readonly kind: 'unknown' };

/**
 * Looks up whether the project and the environment of `desired` exist, as far as it names any: lists are of
 * no environment, and some of no project. Never throws.
 */
export async function locateEnvironment(
  { projectKey, environmentKey }: DesiredGroup,
  client: LaunchDarkly,
): Promise<Placement> {
  if (projectKey === '') {
    const projects = await client.listProjects(0);
    const isElsewhere = projects.kind === 'rejected' && projects.error.status === 404;
    return { kind: isElsewhere ? 'not-launchdarkly' : 'unknown' };
  }
  const environments = await client.listEnvironments(projectKey, 0);
  if (environments.kind === 'rejected' && environments.error.status === 404) {
    const placement = await locateProject(projectKey, client);
    // Only LaunchDarkly can say that a project which exists has no such environment.
    return placement.kind === 'environment-missing' && !saysNotFound(environments)
      ? { kind: 'unknown' }
      : placement;
  }
  if (environments.kind !== 'ok') {
    return { kind: 'unknown' };
  }
  const keys = listKeysOf(environments.value);
  if (environmentKey === '' || keys.includes(environmentKey)) {
    return { kind: 'found' };
  }
  // A key that is not on a page that shows everything is missing; otherwise LaunchDarkly is asked for it.
  if (isWholeList(environments.value)) {
    return { kind: 'environment-missing', environments: keys };
  }
  const environment = await client.getEnvironment(projectKey, environmentKey);
  if (saysNotFound(environment)) {
    return { kind: 'environment-missing', environments: keys };
  }
  return { kind: environment.kind === 'ok' ? 'found' : 'unknown' };
}

async function locateProject(projectKey: string, client: LaunchDarkly): Promise<Placement> {
  const projects = await client.listProjects(0);
  if (projects.kind === 'rejected' && projects.error.status === 404) {
    return { kind: 'not-launchdarkly' };
  }
  if (projects.kind === 'indeterminate') {
    return { kind: 'unknown' };
  }
  const known = projects.kind === 'ok' ? listKeysOf(projects.value) : [];
  if (known.includes(projectKey)) {
    return { kind: 'environment-missing', environments: [] };
  }
  if (projects.kind === 'ok' && isWholeList(projects.value)) {
    return { kind: 'project-missing', projects: known };
  }
  // It may be on a further page, or the token may not list projects.
  const project = await client.getProject(projectKey);
  if (saysNotFound(project)) {
    return { kind: 'project-missing', projects: known };
  }
  return project.kind === 'ok'
    ? { kind: 'environment-missing', environments: [] }
    : { kind: 'unknown' };
}

/** Whether a first page is all there is, and could be read in full. */
function isWholeList({ items, length, totalCount, hasNext }: Page<unknown>): boolean {
  return !hasNext && totalCount === length && items.length === length;
}

function listKeysOf({ items }: Page<NamedKey>): string[] {
  return items.map(({ key }) => key);
}

/** An application that LaunchDarkly does not know, and which one may have been meant. */
export interface UnknownApplication {
  readonly key: string;
  readonly suggestion: string | undefined;
}

/**
 * Finds the applications of `desired` that LaunchDarkly does not know; none where it does not answer, or not
 * in full. Never throws.
 */
export async function findUnknownApplications(
  { applicationKeys }: DesiredGroup,
  client: LaunchDarkly,
): Promise<readonly UnknownApplication[]> {
  const answers = await Promise.all(
    chunk(applicationKeys, MAX_KEYS_PER_LOOKUP).map((keys) => client.findApplications(keys)),
  );
  const pages = answers.flatMap((answer) => (answer.kind === 'ok' ? [answer.value] : []));
  const found = new Set(pages.flatMap(listKeysOf));
  const unknown = applicationKeys.filter((key) => !found.has(key));
  if (unknown.length === 0 || pages.length < answers.length || pages.some(hasMore)) {
    return [];
  }
  const all = await client.listApplications(0);
  const known = all.kind === 'ok' ? listKeysOf(all.value) : [];
  return unknown.map((key) => ({ key, suggestion: findClosest(key, known) }));
}

/** Whether there are items that a first page does not show, or shows in a way that can't be read. */
function hasMore({ items, length, totalCount = length, hasNext }: Page<unknown>): boolean {
  return hasNext || totalCount > length || items.length < length;
}

/** Describes a 404 by what LaunchDarkly shows of project and environment. */
export function describePlacement(
  placement: Placement,
  { projectKey, environmentKey }: DesiredGroup,
  server: Server,
): Finding {
  switch (placement.kind) {
    case 'project-missing': {
      const { projects } = placement;
      return {
        headline: `project "${projectKey}" does not exist${didYouMean(projectKey, projects)}`,
        nextStep: `Correct the project key, or give the token access to that project.${listKnown('projects', projects)}`,
      };
    }
    case 'environment-missing': {
      const { environments } = placement;
      return {
        headline: `environment "${environmentKey}" does not exist in project "${projectKey}"${didYouMean(environmentKey, environments)}`,
        nextStep: `Correct the environment key, or create the environment before this step.${listKnown(`environments of project "${projectKey}"`, environments)}`,
      };
    }
    case 'not-launchdarkly':
      return {
        title: SPECIAL_TITLES.notFound,
        headline: `what answers at ${server.origin} is not LaunchDarkly's API: it answers even the list of projects with 404`,
        nextStep: `Check base-uri: it has to be one of ${INSTANCE_LIST}. If it is, check whether a proxy answers in LaunchDarkly's place.`,
      };
    case 'found': {
      const existing =
        environmentKey === ''
          ? `Project "${projectKey}" exists.`
          : `Project "${projectKey}" and environment "${environmentKey}" exist.`;
      return {
        title: SPECIAL_TITLES.notFound,
        headline: 'LaunchDarkly did not find it (404)',
        nextStep:
          `${existing} Check that the token may see and create insight groups, and that the account has engineering insights. ${describeAvailability(server)}`.trim(),
      };
    }
    case 'unknown':
      return {
        title: SPECIAL_TITLES.notFound,
        headline: 'LaunchDarkly did not find it (404)',
        nextStep:
          `Check ${describeExistence({ projectKey, environmentKey })}, and that the account has engineering insights. ${describeAvailability(server)}`.trim(),
      };
  }
}

/** Says what has to be checked of the keys that a request names; it may name none. */
function describeExistence({
  projectKey,
  environmentKey,
}: Pick<DesiredGroup, 'projectKey' | 'environmentKey'>): string {
  if (projectKey === '') {
    return 'that the token may see projects and insight groups';
  }
  return environmentKey === ''
    ? `that project "${projectKey}" exists, that the token may see it`
    : `that project "${projectKey}" and environment "${environmentKey}" exist, that the token may see them`;
}

function listKnown(what: string, keys: readonly string[]): string {
  return keys.length === 0 ? '' : ` The ${what} that the token can see: ${listKeys(keys)}.`;
}

/** Lists keys in quotes, the first {@link MAX_LISTED_KEYS} of them. */
export function listKeys(keys: readonly string[]): string {
  const shown = keys.slice(0, MAX_LISTED_KEYS).map((key) => `"${key}"`);
  const hidden = keys.length - shown.length;
  return hidden > 0 ? `${shown.join(', ')} and ${hidden} more` : shown.join(', ');
}
