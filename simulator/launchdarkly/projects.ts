import type { Environment, Project } from './account.ts';
import { type Call, notFound, pathParameter, type Reply, validationFailed } from './exchange.ts';
import { selectItems } from './list-query.ts';
import { cutPage, linkTo, type Page } from './paging.ts';

/**
 * `GET /api/v2/projects`, in pages of twenty by default. `expand=environments` adds the first page of
 * environments to each project, with their SDK keys.
 */
export function getProjects(call: Call): Reply {
  const hasEnvironments = readExpand(call);
  const projects = [...call.account.projects.values()].filter((project) =>
    isVisible(call, project),
  );
  const selected = selectItems(call, projects, {
    filters: ['query', 'tags', 'keys'],
    sortFields: { name: ({ name }) => name, createdOn: ({ createdAt = 0 }) => createdAt },
  });
  const page = cutPage(call, selected, { defaultLimit: 20 });
  const items = page.items.map((project) => representProject(call, project, hasEnvironments));
  return { status: 200, body: { ...page, items } };
}

/** `GET /api/v2/projects/{projectKey}`. */
export function getProject(call: Call): Reply {
  const hasEnvironments = readExpand(call);
  return { status: 200, body: representProject(call, projectOfPath(call), hasEnvironments) };
}

/**
 * `GET /api/v2/projects/{projectKey}/environments`, in pages of twenty by default. The items carry SDK
 * keys, as the real ones do.
 */
export function getEnvironmentsByProject(call: Call): Reply {
  return { status: 200, body: listEnvironments(call, projectOfPath(call)) };
}

/** `GET /api/v2/projects/{projectKey}/environments/{environmentKey}`, with its SDK and mobile keys. */
export function getEnvironment(call: Call): Reply {
  const found = findEnvironment(call, {
    projectKey: pathParameter(call, 'projectKey'),
    environmentKey: pathParameter(call, 'environmentKey'),
  });
  if (found === undefined) {
    throw notFound();
  }
  return { status: 200, body: representEnvironment(found.project, found.environment) };
}

/** Finds a project as it can be seen at this moment, with the given lag for new ones. */
export function findProject(
  call: Call,
  key: string,
  lagMs = call.behaviour.environmentLagMs,
): Project | undefined {
  const project = findByKey(call, call.account.projects, key);
  return project !== undefined && isVisible(call, project, lagMs) ? project : undefined;
}

/** Finds an environment and its project as they can be seen at this moment, with the given lag for new ones. */
export function findEnvironment(
  call: Call,
  keys: { readonly projectKey: string; readonly environmentKey: string },
  lagMs = call.behaviour.environmentLagMs,
): { readonly project: Project; readonly environment: Environment } | undefined {
  const project = findProject(call, keys.projectKey, lagMs);
  if (project === undefined) {
    return undefined;
  }
  const environment = findByKey(call, project.environments, keys.environmentKey);
  return environment !== undefined && isVisible(call, environment, lagMs)
    ? { project, environment }
    : undefined;
}

/** `Environment` of the specification: every required attribute, the secrets `apiKey` and `mobileKey` too. */
export function representEnvironment(project: Project, environment: Environment): unknown {
  return {
    _links: { self: linkTo(`${projectPath(project)}/environments/${environment.key}`) },
    _id: environment.id,
    key: environment.key,
    name: environment.name,
    apiKey: environment.apiKey,
    mobileKey: environment.mobileKey,
    color: '417505',
    defaultTtl: 0,
    secureMode: false,
    defaultTrackEvents: false,
    requireComments: false,
    confirmChanges: false,
    tags: [],
    critical: isCritical(environment),
  };
}

function representProject(call: Call, project: Project, hasEnvironments: boolean): unknown {
  return {
    _links: {
      self: linkTo(projectPath(project)),
      environments: linkTo(`${projectPath(project)}/environments`),
    },
    _id: project.id,
    key: project.key,
    includeInSnippetByDefault: false,
    defaultClientSideAvailability: { usingMobileKey: false, usingEnvironmentId: false },
    name: project.name,
    tags: [],
    ...(hasEnvironments
      ? {
          environments: listEnvironments(
            {
              ...call,
              path: `${projectPath(project)}/environments`,
              query: new URLSearchParams(),
            },
            project,
          ),
        }
      : {}),
  };
}

function listEnvironments(call: Call, project: Project): Page<unknown> {
  const environments = [...project.environments.values()].filter((environment) =>
    isVisible(call, environment),
  );
  const selected = selectItems(call, environments, {
    filters: ['query', 'tags'],
    sortFields: {
      name: ({ name }) => name,
      createdOn: ({ createdAt = 0 }) => createdAt,
      critical: (environment) => (isCritical(environment) ? 0 : 1),
    },
  });
  const page = cutPage(call, selected, { defaultLimit: 20 });
  return { ...page, items: page.items.map((item) => representEnvironment(project, item)) };
}

function readExpand(call: Call): boolean {
  const options = (call.query.get('expand') ?? '').split(',').filter((option) => option !== '');
  if (options.some((option) => option !== 'environments')) {
    throw validationFailed([{ attribute: 'expand', reason: 'must be among: environments' }]);
  }
  return options.length > 0;
}

function isCritical({ key }: Environment): boolean {
  return key === 'production';
}

function isVisible(
  call: Call,
  item: { readonly createdAt?: number },
  lagMs = call.behaviour.environmentLagMs,
): boolean {
  return item.createdAt === undefined || item.createdAt + lagMs <= call.nowMs;
}

function findByKey<Item>(
  call: Call,
  items: ReadonlyMap<string, Item>,
  key: string,
): Item | undefined {
  const exact = items.get(key);
  if (
    exact !== undefined ||
    !call.behaviour.storeAs.includes('lower-case-project-and-environment')
  ) {
    return exact;
  }
  const [, found] = [...items].find(([other]) => other.toLowerCase() === key.toLowerCase()) ?? [];
  return found;
}

function projectPath(project: Project): string {
  return `/api/v2/projects/${project.key}`;
}

function projectOfPath(call: Call): Project {
  const project = findProject(call, pathParameter(call, 'projectKey'));
  if (project === undefined) {
    throw notFound();
  }
  return project;
}
