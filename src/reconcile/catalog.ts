import type { DesiredEntry } from '../inputs/desired-entry.ts';
import { mayBeSeveral } from '../inputs/group-template.ts';
import { hasWildcard, listExactKeys, selects } from '../inputs/selector.ts';
import { uses } from '../inputs/template.ts';

/** The projects and environments that were read. A project that is not in it does not exist. */
export interface Catalog {
  readonly projects: readonly CatalogProject[];
  /** The keys of further projects that exist, as far as they are known: one of them may have been meant. */
  readonly otherProjects?: readonly string[];
  /** The lists that LaunchDarkly did not show whole. */
  readonly incompleteLists?: readonly IncompleteList[];
}

/** A list of which LaunchDarkly counts more items than it shows. */
export interface IncompleteList {
  /** The project whose environments they are; undefined for the projects. */
  readonly projectKey?: string;
  readonly count: number;
  readonly shown: number;
}

/** A project. Its name is undefined where it was not read, and its environments are all or none. */
export interface CatalogProject {
  readonly key: string;
  readonly name: string | undefined;
  readonly environments: readonly CatalogEnvironment[];
}

/** An environment, without the SDK and mobile keys that LaunchDarkly lists with it. Its name is undefined where it was not read. */
export interface CatalogEnvironment {
  readonly key: string;
  readonly name: string | undefined;
}

/** What has to be read before an entry can be expanded. */
export type CatalogNeed =
  | { readonly kind: 'none' }
  /** The display names of one project and of one of its environments, by single reads. */
  | {
      readonly kind: 'names';
      readonly projectKey: string;
      readonly environmentKey: string;
      readonly needsProjectName: boolean;
      readonly needsEnvironmentName: boolean;
    }
  /** The environments of the projects that are named in full, and of those on the list that patterns match. */
  | {
      readonly kind: 'lists';
      readonly needsProjectList: boolean;
      readonly projectKeys: readonly string[];
      readonly needsProjectNames: boolean;
    };

/** Says what has to be read for an entry. One exact project and environment need nothing unless a name is asked for. */
export function findCatalogNeed(entry: DesiredEntry): CatalogNeed {
  if (entry.kind === 'absent') {
    return { kind: 'none' };
  }
  const { project, environment, name } = entry.template;
  const needsProjectName = uses(name, 'project-name');
  const needsEnvironmentName = uses(name, 'environment-name');
  if (project.kind === 'patterns' || environment.kind === 'patterns') {
    return {
      kind: 'lists',
      needsProjectList: hasWildcard(project),
      projectKeys: listExactKeys(project),
      needsProjectNames: needsProjectName,
    };
  }
  return needsProjectName || needsEnvironmentName
    ? {
        kind: 'names',
        projectKey: project.key,
        environmentKey: environment.key,
        needsProjectName,
        needsEnvironmentName,
      }
    : { kind: 'none' };
}

/** Tells whether an entry needs the list of a project's environments. */
export function needsEnvironmentsOf(entry: DesiredEntry, projectKey: string): boolean {
  return (
    entry.kind === 'present' &&
    mayBeSeveral(entry.template) &&
    selects(entry.template.project, projectKey)
  );
}
