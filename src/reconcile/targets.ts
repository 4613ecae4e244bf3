import { findClosest } from '../did-you-mean.ts';
import type { DesiredEntry, PresentEntry } from '../inputs/desired-entry.ts';
import { mayBeSeveral, renderKey } from '../inputs/group-template.ts';
import {
  formatSelector,
  hasWildcard,
  includes,
  listExactKeys,
  listPatterns,
  matchesPattern,
  type Selector,
  selects,
} from '../inputs/selector.ts';
import { type Catalog, type CatalogProject, findCatalogNeed } from './catalog.ts';

/** A project and one of its environments. Names are undefined where none are asked for. */
export interface Target {
  readonly project: { readonly key: string; readonly name: string | undefined };
  readonly environment: { readonly key: string; readonly name: string | undefined };
}

/** A project or an environment that is named in full and does not exist, or a project that shows no environments. */
export interface MissingTarget {
  readonly reason: 'project-not-found' | 'environment-not-found' | 'no-environments';
  readonly projectKey: string;
  /** Undefined where only patterns say which environments are meant. */
  readonly environmentKey: string | undefined;
  /** The key of the group that would have been, where the environment is known. */
  readonly key: string | undefined;
  /** A key that exists and was probably meant. */
  readonly suggestion: string | undefined;
  readonly entry: PresentEntry;
}

/** Something that makes the inputs or the file invalid. `message` continues the name of `input`. */
export interface ExpandProblem {
  readonly input: 'project' | 'environment' | 'key' | 'name';
  readonly message: string;
  readonly entry: DesiredEntry;
}

/** An entry that matches nothing, which is no failure. A whole sentence. */
export interface ExpandNotice {
  readonly message: string;
  readonly entry: PresentEntry;
}

/** What an entry means in an account. */
export interface FoundTargets {
  readonly targets: readonly Target[];
  readonly missing: readonly MissingTarget[];
  readonly problems: readonly ExpandProblem[];
  readonly notices: readonly ExpandNotice[];
}

/** Finds what an entry means. The catalog has to hold what {@link findCatalogNeed} asks for. */
export function findTargets(entry: PresentEntry, catalog: Catalog): FoundTargets {
  const { project, environment } = entry.template;
  if (
    project.kind === 'exact' &&
    environment.kind === 'exact' &&
    findCatalogNeed(entry).kind === 'none'
  ) {
    const target = {
      project: { key: project.key, name: undefined },
      environment: { key: environment.key, name: undefined },
    };
    return { targets: [target], missing: [], problems: [], notices: [] };
  }
  const projects = catalog.projects.filter(({ key }) => selects(project, key));
  const missing = [
    ...findMissingProjects(entry, catalog),
    ...projects.flatMap((each) => findMissingEnvironments(entry, each)),
  ];
  const targets = projects.flatMap((each) =>
    each.environments
      .filter(({ key }) => selects(environment, key))
      .map((found) => ({ project: { key: each.key, name: each.name }, environment: found })),
  );
  if (targets.length > 0 || missing.length > 0) {
    return {
      targets,
      missing,
      problems: [],
      notices: findUnmatchedPatterns(entry, catalog, projects),
    };
  }
  const problems = findOverExclusion(entry, catalog, projects);
  const message =
    projects.length === 0
      ? describeNoProject(formatSelector(project))
      : describeNoEnvironment(formatSelector(environment), entry, projects);
  return { targets, missing, problems, notices: problems.length > 0 ? [] : [{ message, entry }] };
}

/** Finds the patterns that match nothing beside others that do: one of them may be misspelt. */
function findUnmatchedPatterns(
  entry: PresentEntry,
  catalog: Catalog,
  projects: readonly CatalogProject[],
): ExpandNotice[] {
  const { project, environment } = entry.template;
  const environments = listEnvironmentKeys(projects);
  const messages = [
    ...findUnmatched(project, listProjectKeys(catalog)).map(describeNoProject),
    // Without any environment, it is the projects that are missing or at fault.
    ...(environments.length === 0 ? [] : findUnmatched(environment, environments)).map((pattern) =>
      describeNoEnvironment(pattern, entry, projects),
    ),
  ];
  return messages.map((message) => ({ message, entry }));
}

function findUnmatched(selector: Selector, keys: readonly string[]): string[] {
  return listPatterns(selector).filter(
    (pattern) => !keys.some((key) => matchesPattern(pattern, key)),
  );
}

function listProjectKeys({ projects, otherProjects = [] }: Catalog): string[] {
  return [...projects.map(({ key }) => key), ...otherProjects];
}

function listEnvironmentKeys(projects: readonly CatalogProject[]): string[] {
  return projects.flatMap(({ environments }) => environments.map(({ key }) => key));
}

function findMissingProjects(entry: PresentEntry, catalog: Catalog): MissingTarget[] {
  const { project, environment } = entry.template;
  const known = catalog.projects.map(({ key }) => key);
  return listExactKeys(project)
    .filter((projectKey) => !known.includes(projectKey))
    .flatMap((projectKey) => {
      const suggestion = findClosest(projectKey, listProjectKeys(catalog));
      const keys: (string | undefined)[] = [...listExactKeys(environment)];
      // Which environments the patterns would have matched is not known, but that they were meant is.
      const meant = hasWildcard(environment) ? [...keys, undefined] : keys;
      return meant.map((environmentKey) =>
        toMissing('project-not-found', { entry, projectKey, environmentKey, suggestion }),
      );
    });
}

function findMissingEnvironments(entry: PresentEntry, project: CatalogProject): MissingTarget[] {
  const known = project.environments.map(({ key }) => key);
  const named = { entry, projectKey: project.key };
  // "All projects must have at least one environment", so an empty list shows a fault or a lack of permission.
  // (Of a single exact environment no list was read.)
  if (known.length === 0 && mayBeSeveral(entry.template)) {
    return [
      toMissing('no-environments', { ...named, environmentKey: undefined, suggestion: undefined }),
    ];
  }
  return listExactKeys(entry.template.environment)
    .filter((environmentKey) => !known.includes(environmentKey))
    .map((environmentKey) =>
      toMissing('environment-not-found', {
        ...named,
        environmentKey,
        suggestion: findClosest(environmentKey, known),
      }),
    );
}

function toMissing(
  reason: MissingTarget['reason'],
  parts: Omit<MissingTarget, 'reason' | 'key'>,
): MissingTarget {
  const { entry, projectKey, environmentKey } = parts;
  const key =
    environmentKey === undefined
      ? undefined
      : renderKey(entry.template, projectKey, environmentKey);
  return { reason, ...parts, key };
}

/** Tells exclusions that leave nothing, which is a mistake, from patterns that match nothing, which is none. */
function findOverExclusion(
  entry: PresentEntry,
  catalog: Catalog,
  projects: readonly CatalogProject[],
): ExpandProblem[] {
  const { project, environment } = entry.template;
  const find = (
    input: 'project' | 'environment',
    selector: Selector,
    keys: readonly string[],
  ): ExpandProblem[] =>
    keys.some((key) => includes(selector, key))
      ? [
          {
            input,
            message: `"${formatSelector(selector)}" leaves nothing: each ${input} that it matches is excluded as well`,
            entry,
          },
        ]
      : [];
  return projects.length === 0
    ? find('project', project, listProjectKeys(catalog))
    : find('environment', environment, listEnvironmentKeys(projects));
}

function describeNoProject(pattern: string): string {
  return `No project matches "${pattern}".`;
}

function describeNoEnvironment(
  pattern: string,
  { template: { project } }: PresentEntry,
  projects: readonly CatalogProject[],
): string {
  const where =
    projects.length === 1
      ? `in project "${projects[0]?.key}"`
      : `in the ${projects.length} projects that match "${formatSelector(project)}"`;
  return `No environment ${where} matches "${pattern}".`;
}
