import type { DesiredEntry } from '../inputs/desired-entry.ts';
import type { GroupTemplate } from '../inputs/group-template.ts';
import { listExactKeys, selects } from '../inputs/selector.ts';
import type { WholeList } from '../launchdarkly/paging.ts';
import type { NamedKey } from '../launchdarkly/schemas.ts';
import {
  type Catalog,
  type CatalogNeed,
  type CatalogProject,
  findCatalogNeed,
  type IncompleteList,
  needsEnvironmentsOf,
} from './catalog.ts';
import type { Lists } from './lists.ts';

/** The catalog of entries that need none. */
const EMPTY_CATALOG: Catalog = { projects: [] };

/**
 * Reads what the entries need to be expanded, and nothing else: the list of projects only where a project
 * is a pattern, and environments only of projects that an entry selects. As soon as some environments of a
 * project are known, `onPart` is called with them.
 *
 * @throws {ActionError} when a list can't be read
 */
export async function readCatalog(
  entries: readonly DesiredEntry[],
  lists: Lists,
  onPart: (part: Catalog) => void,
): Promise<Catalog> {
  const needs = entries.map(findCatalogNeed);
  const isListed = needs.some((need) => need.kind === 'lists' && need.needsProjectList);
  const projects = isListed ? await lists.readProjects() : undefined;
  const listed = projects?.items;
  const needsNames = needs.some(
    (need) =>
      (need.kind === 'lists' && need.needsProjectNames) ||
      (need.kind === 'names' && need.needsProjectName),
  );
  const named = needs.flatMap(listNamedProjects);
  const selected = (listed ?? [])
    .map(({ key }) => key)
    .filter((key) => entries.some((entry) => needsEnvironmentsOf(entry, key)));
  const read = await Promise.all(
    [...new Set([...named, ...selected])].map((key) => {
      const expected = entries.flatMap((entry) => listExpectedEnvironments(entry, key));
      return readProject(key, { listed, needsNames, expected, onPart }, lists);
    }),
  );
  return {
    projects: read.flatMap((found) => (found.kind === 'found' ? [found.project] : [])),
    otherProjects: [
      ...(listed ?? []).map(({ key }) => key).filter((key) => !selected.includes(key)),
      ...read.flatMap((found) => (found.kind === 'missing' ? found.projects : [])),
    ],
    incompleteLists: [
      ...(projects === undefined ? [] : findGap(projects)),
      ...read.flatMap((found) => (found.kind === 'found' ? found.gap : [])),
    ],
  };
}

function listExpectedEnvironments(entry: DesiredEntry, projectKey: string): readonly string[] {
  return entry.kind === 'present' &&
    findCatalogNeed(entry).kind !== 'none' &&
    selects(entry.template.project, projectKey)
    ? listExactKeys(entry.template.environment)
    : [];
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
  /** Environments that are named in full. */
  readonly expected: readonly string[];
  readonly onPart: (part: Catalog) => void;
}

type FoundProject =
  | {
      readonly kind: 'found';
      readonly project: CatalogProject;
      readonly gap: readonly IncompleteList[];
    }
  /** There is none of that key; `projects` are the keys of some that there are. */
  | { readonly kind: 'missing'; readonly projects: readonly string[] };

async function readProject(
  key: string,
  { listed, needsNames, expected, onPart }: ProjectNeeds,
  lists: Lists,
): Promise<FoundProject> {
  const known = listed?.find((project) => project.key === key);
  const [project, list] = await Promise.all([
    known ?? (needsNames ? lists.readProject(key) : undefined),
    lists.readEnvironments(key, {
      expected,
      onFirstPage: (environments) =>
        onPart({ projects: [{ key, name: known?.name, environments }] }),
    }),
  ]);
  if (list.kind !== 'found') {
    return { kind: 'missing', projects: list.projects };
  }
  // A project that was made a moment ago may show its environments first.
  const { name } = project ?? (needsNames ? await lists.requireProject(key) : { name: undefined });
  const { environments } = list;
  return {
    kind: 'found',
    project: { key, name, environments: environments.items },
    gap: findGap(environments, key),
  };
}

function findGap({ items, count }: WholeList<NamedKey>, projectKey?: string): IncompleteList[] {
  const shown = items.length;
  return shown < count ? [{ ...(projectKey !== undefined && { projectKey }), count, shown }] : [];
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
