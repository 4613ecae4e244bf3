import type { DesiredEntry } from '../inputs/desired-entry.ts';
import type { GroupTemplate } from '../inputs/rules.ts';
import type { NamedKey } from '../launchdarkly/schemas.ts';
import {
  type Catalog,
  type CatalogNeed,
  type CatalogProject,
  findCatalogNeed,
  needsEnvironmentsOf,
} from './catalog.ts';
import type { Lists } from './lists.ts';

/** The catalog of entries that need none. */
export const EMPTY_CATALOG: Catalog = { projects: [] };

/**
 * Reads what the entries need to be expanded, and nothing else: the list of projects only where a project
 * is a pattern, and environments only of projects that an entry selects.
 *
 * @throws {ActionError} when a list can't be read
 */
export async function readCatalog(
  entries: readonly DesiredEntry[],
  lists: Lists,
): Promise<Catalog> {
  const needs = entries.map(findCatalogNeed);
  const isListed = needs.some((need) => need.kind === 'lists' && need.needsProjectList);
  const listed = isListed ? await lists.readProjects() : undefined;
  const needsNames = needs.some(
    (need) =>
      (need.kind === 'lists' && need.needsProjectNames) ||
      (need.kind === 'names' && need.needsProjectName),
  );
  const named = needs.flatMap(listNamedProjects);
  const selected = (listed ?? [])
    .map(({ key }) => key)
    .filter((key) => entries.some((entry) => needsEnvironmentsOf(entry, key)));
  const projects = await Promise.all(
    [...new Set([...named, ...selected])].map((key) =>
      readProject(key, { listed, needsNames }, lists),
    ),
  );
  return { projects: projects.filter((project) => project !== undefined) };
}

function listNamedProjects(need: CatalogNeed): readonly string[] {
  switch (need.kind) {
    case 'none':
      return [];
    case 'names':
      return [need.projectKey];
    case 'lists':
      return need.projectKeys;
  }
}

interface ProjectNeeds {
  readonly listed: readonly NamedKey[] | undefined;
  readonly needsNames: boolean;
}

async function readProject(
  key: string,
  { listed, needsNames }: ProjectNeeds,
  lists: Lists,
): Promise<CatalogProject | undefined> {
  const known = listed?.find((project) => project.key === key);
  const [project, environments] = await Promise.all([
    known ?? (needsNames ? lists.readProject(key) : undefined),
    lists.readEnvironments(key),
  ]);
  return environments && { key, name: project?.name, environments };
}

/**
 * Reads the display names that a template of one exact project and environment uses, by single reads.
 *
 * @throws {ActionError} when one of the two does not exist, or can't be read
 */
export async function readNames(template: GroupTemplate, lists: Lists): Promise<Catalog> {
  const need = findCatalogNeed({ kind: 'present', template });
  if (need.kind !== 'names') {
    return EMPTY_CATALOG;
  }
  const { projectKey, environmentKey } = need;
  const [project, environment] = await Promise.all([
    need.needsProjectName ? lists.requireProject(projectKey) : undefined,
    need.needsEnvironmentName ? lists.requireEnvironment(projectKey, environmentKey) : undefined,
  ]);
  const environments = [{ key: environmentKey, name: environment?.name }];
  return { projects: [{ key: projectKey, name: project?.name, environments }] };
}
