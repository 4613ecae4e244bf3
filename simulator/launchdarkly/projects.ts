import type { Environment, Project } from './account.ts';
import { type Call, invalidRequest, notFound, pathParameter, type Reply } from './exchange.ts';
import { cutPage, linkTo } from './paging.ts';

/** `GET /api/v2/projects`, in pages of twenty by default. */
export function getProjects(call: Call): Reply {
  const page = cutPage(call, [...call.account.projects.values()], { defaultLimit: 20 });
  return { status: 200, body: { ...page, items: page.items.map(representProject) } };
}

/** `GET /api/v2/projects/{projectKey}`. */
export function getProject(call: Call): Reply {
  return { status: 200, body: representProject(findProject(call)) };
}

/**
 * `GET /api/v2/projects/{projectKey}/environments`, in pages of twenty by default; `filter=query:text`
 * looks in key and name. The items carry SDK keys, as the real ones do.
 */
export function getEnvironmentsByProject(call: Call): Reply {
  const project = findProject(call);
  const filter = call.query.get('filter') ?? 'query:';
  if (!filter.startsWith('query:')) {
    throw invalidRequest('Invalid filter');
  }
  const wanted = filter.slice('query:'.length).toLowerCase();
  const environments = [...project.environments.values()].filter(({ key, name }) =>
    `${key}\n${name}`.toLowerCase().includes(wanted),
  );
  const page = cutPage(call, environments, { defaultLimit: 20 });
  return {
    status: 200,
    body: { ...page, items: page.items.map((item) => representEnvironment(project, item)) },
  };
}

/** `GET /api/v2/projects/{projectKey}/environments/{environmentKey}`, with its SDK and mobile keys. */
export function getEnvironment(call: Call): Reply {
  const project = findProject(call);
  const environment = project.environments.get(pathParameter(call, 'environmentKey'));
  if (environment === undefined) {
    throw notFound();
  }
  return { status: 200, body: representEnvironment(project, environment) };
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
    critical: environment.key === 'production',
  };
}

function representProject(project: Project): unknown {
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
  };
}

function projectPath(project: Project): string {
  return `/api/v2/projects/${project.key}`;
}

function findProject(call: Call): Project {
  const project = call.account.projects.get(pathParameter(call, 'projectKey'));
  if (project === undefined) {
    throw notFound();
  }
  return project;
}
