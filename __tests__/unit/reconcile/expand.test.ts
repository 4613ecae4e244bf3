import { expect, test } from 'vitest';
import type { DesiredEntry } from '../../../src/inputs/desired-entry.ts';
import {
  type Catalog,
  findCatalogNeed,
  needsEnvironmentsOf,
} from '../../../src/reconcile/catalog.ts';
import { type Expansion, expandEntries } from '../../../src/reconcile/expand.ts';
import { absent, present } from './desired-entries.ts';

const CATALOG: Catalog = {
  projects: [
    {
      key: 'web',
      name: 'Web Shop',
      environments: [
        { key: 'production', name: 'Production' },
        { key: 'staging', name: 'Staging' },
        { key: 'dev', name: 'Development' },
      ],
    },
    { key: 'app', name: 'App', environments: [{ key: 'production', name: 'Live' }] },
  ],
};

function expand(entries: readonly DesiredEntry[], catalog = CATALOG) {
  const expansion: Expansion = expandEntries(entries, catalog);
  if (expansion.kind === 'invalid') {
    return expansion.problems.map(({ input, message, entry }) =>
      [entry.source?.line, input, message].filter((part) => part !== undefined).join(' '),
    );
  }
  return {
    keys: expansion.groups.map(({ desired }) => desired.key),
    absent: expansion.absent.map(({ group }) => group.key),
    missing: expansion.missing.map(({ entry: _, ...missing }) => missing),
    notices: expansion.notices.map(({ message }) => message),
  };
}

const NOTHING = { keys: [], absent: [], missing: [], notices: [] };

test('a pattern expands to a group for each environment that it matches', () => {
  const entry = present({
    environment: '*, !production',
    key: '{project}-{environment}-all-apps',
    name: '{project-name}: {environment-name}',
  });
  expect(expandEntries([entry], CATALOG)).toEqual({
    kind: 'expanded',
    groups: [
      {
        desired: {
          key: 'web-staging-all-apps',
          name: 'Web Shop: Staging',
          projectKey: 'web',
          environmentKey: 'staging',
          applicationKeys: ['api'],
        },
        entry,
      },
      {
        desired: {
          key: 'web-dev-all-apps',
          name: 'Web Shop: Development',
          projectKey: 'web',
          environmentKey: 'dev',
          applicationKeys: ['api'],
        },
        entry,
      },
    ],
    absent: [],
    missing: [],
    notices: [],
  });
});

test('combines patterns for projects and environments', () => {
  expect(expand([present({ project: '*', environment: 'prod*' })])).toEqual({
    ...NOTHING,
    keys: ['web-production', 'app-production'],
  });
});

test('takes an exact project and environment as given when no display name is needed', () => {
  const entry = present({ project: 'other', environment: 'nowhere', name: '{environment}' });
  expect(findCatalogNeed(entry)).toEqual({ kind: 'none' });
  expect(expand([entry], { projects: [] })).toEqual({ ...NOTHING, keys: ['other-nowhere'] });
});

test.each([
  [
    { environment: 'dev', name: '{environment-name}' },
    {
      kind: 'names',
      projectKey: 'web',
      environmentKey: 'dev',
      needsProjectName: false,
      needsEnvironmentName: true,
    },
  ],
  [
    { environment: 'dev', name: '{project-name}' },
    {
      kind: 'names',
      projectKey: 'web',
      environmentKey: 'dev',
      needsProjectName: true,
      needsEnvironmentName: false,
    },
  ],
  [
    { environment: '*' },
    { kind: 'lists', needsProjectList: false, projectKeys: ['web'], needsProjectNames: false },
  ],
  [
    { project: 'web, app*, !app', environment: 'dev', name: '{project-name}' },
    { kind: 'lists', needsProjectList: true, projectKeys: ['web'], needsProjectNames: true },
  ],
])('reads only what %j needs', (inputs, need) => {
  expect(findCatalogNeed(present(inputs))).toEqual(need);
});

test('reads the environments of the projects that an entry selects', () => {
  const read = (entry: DesiredEntry) =>
    ['web', 'app'].filter((key) => needsEnvironmentsOf(entry, key));
  expect(read(present({ project: '*, !app' }))).toEqual(['web']);
  expect(read(present({ project: '*', environment: 'dev' }))).toEqual(['web', 'app']);
  expect(read(present({ project: 'web', environment: 'dev' }))).toEqual([]);
  expect(read(absent('x', 1))).toEqual([]);
});

test('reports an exact environment that does not exist, with a suggestion', () => {
  expect(expand([present({ environment: 'staging, develop' })])).toEqual({
    ...NOTHING,
    keys: ['web-staging'],
    missing: [
      {
        reason: 'environment-not-found',
        projectKey: 'web',
        environmentKey: 'develop',
        key: 'web-develop',
        suggestion: undefined,
      },
    ],
  });
  expect(expand([present({ environment: 'stagin, dev' })])).toMatchObject({
    keys: ['web-dev'],
    missing: [{ environmentKey: 'stagin', suggestion: 'staging' }],
  });
});

test('an exact environment is case-sensitive, and the suggestion shows the right spelling', () => {
  expect(expand([present({ environment: 'Dev, staging' })])).toMatchObject({
    missing: [{ environmentKey: 'Dev', suggestion: 'dev' }],
  });
});

test('reports an exact environment in each project that lacks it', () => {
  expect(expand([present({ project: '*', environment: 'dev' })])).toMatchObject({
    keys: ['web-dev'],
    missing: [{ reason: 'environment-not-found', projectKey: 'app', environmentKey: 'dev' }],
  });
});

test('reports an exact project that does not exist once for each known group', () => {
  expect(expand([present({ project: 'web, ap', environment: 'production, prod*' })])).toEqual({
    ...NOTHING,
    keys: ['web-production'],
    missing: [
      {
        reason: 'project-not-found',
        projectKey: 'ap',
        environmentKey: 'production',
        key: 'ap-production',
        suggestion: 'app',
      },
      {
        reason: 'project-not-found',
        projectKey: 'ap',
        environmentKey: undefined,
        key: undefined,
        suggestion: 'app',
      },
    ],
  });
});

test('reports a single exact environment that does not exist when its display name is needed', () => {
  const catalog = { projects: [{ key: 'web', name: undefined, environments: [] }] };
  const entry = present({ environment: 'dev', name: '{environment-name}' });
  expect(expand([entry], catalog)).toMatchObject({
    keys: [],
    missing: [{ reason: 'environment-not-found', environmentKey: 'dev' }],
  });
});

test.each([
  [{ environment: 'dev, x-*, st*' }, ['No environment in project "web" matches "x-*".']],
  [{ project: 'web, x-*', environment: 'dev' }, ['No project matches "x-*".']],
  [
    { project: '*, x-*', environment: 'prod*, y-*' },
    [
      'No project matches "x-*".',
      'No environment in the 2 projects that match "*, x-*" matches "y-*".',
    ],
  ],
  // What is excluded was matched, and what an exact key lacks is a failure of its own.
  [{ environment: 'dev, st*, !staging' }, []],
  [{ environment: 'dev, x' }, []],
])('%j names each pattern that matches nothing beside others', (inputs, notices) => {
  expect(expand([present(inputs)])).toMatchObject({ notices });
});

test('a project without any environment is a failure, never an empty match', () => {
  const projects = [{ key: 'new', name: 'New', environments: [] }, ...CATALOG.projects];
  expect(expand([present({ project: '*', environment: 'dev*' })], { projects })).toEqual({
    ...NOTHING,
    keys: ['web-dev'],
    missing: [
      {
        reason: 'no-environments',
        projectKey: 'new',
        environmentKey: undefined,
        key: undefined,
        suggestion: undefined,
      },
    ],
  });
});

test.each([
  [{ environment: 'pr-*' }, 'No environment in project "web" matches "pr-*".'],
  [{ environment: 'pr-*, !dev' }, 'No environment in project "web" matches "pr-*, !dev".'],
  [{ project: 'x-*' }, 'No project matches "x-*".'],
  [
    { project: '*', environment: 'pr-*' },
    'No environment in the 2 projects that match "*" matches "pr-*".',
  ],
])('%j matches nothing, which is only a notice', (inputs, notice) => {
  expect(expand([present(inputs)])).toEqual({ ...NOTHING, notices: [notice] });
});

test.each([
  [
    { environment: '*, !production, !staging, !dev*' },
    'environment "*, !production, !staging, !dev*" leaves nothing: each environment that it matches is excluded as well',
  ],
  [
    { project: 'w*, !web' },
    'project "w*, !web" leaves nothing: each project that it matches is excluded as well',
  ],
])('%j is a problem because its exclusions leave nothing', (inputs, problem) => {
  expect(expand([present(inputs)])).toEqual([problem]);
});

test('two groups with the same key are a problem that names both', () => {
  expect(expand([present({ environment: '*, !dev', key: 'all-apps' })])).toEqual([
    'key gives "all-apps" for project "web", environment "production" and project "web", environment "staging"; the keys of groups must be unique, so use {project} and {environment} in it',
  ]);
});

test('names three of many groups with the same key', () => {
  const [problem] = [expand([present({ project: '*', key: 'all-apps' })])].flat();
  expect(problem).toContain(' and 1 more; ');
});

test('accepts a constant key where the pattern matches one environment', () => {
  expect(expand([present({ environment: 'prod*', key: 'live' })])).toEqual({
    ...NOTHING,
    keys: ['live'],
  });
});

test('keys that differ only in letter case are the same key', () => {
  const entries = [
    present({ environment: 'dev', key: 'Live', line: 3 }),
    present({ environment: 'staging', key: 'live', line: 7 }),
  ];
  expect(expand(entries)).toEqual([
    '3 key gives "Live" for project "web", environment "dev", and so does the entry on line 7; the keys of groups must be unique',
    '7 key gives "live" for project "web", environment "staging", and so does the entry on line 3; the keys of groups must be unique',
  ]);
});

test('reports two patterns that render the same key at both lines', () => {
  const entries = [
    present({ environment: 'prod*', line: 3 }),
    present({ environment: '*ion', line: 7 }),
  ];
  expect(expand(entries)).toEqual([
    expect.stringMatching(/^3 key gives "web-production" .* line 7;/),
    expect.stringMatching(/^7 key gives "web-production" .* line 3;/),
  ]);
});

test('an exact entry takes precedence over a pattern that renders the same key', () => {
  const pattern = present({ name: 'by pattern', line: 3 });
  const exact = present({ environment: 'dev', name: 'exact', line: 7 });
  const expansion = expandEntries([pattern, exact], CATALOG);
  expect(
    expansion.kind === 'expanded' &&
      expansion.groups.map(({ desired }) => [desired.key, desired.name]),
  ).toEqual([
    ['web-production', 'by pattern'],
    ['web-staging', 'by pattern'],
    ['web-dev', 'exact'],
  ]);
});

test('an absent entry takes precedence over a pattern that renders the same key', () => {
  expect(expand([present({ line: 3 }), absent('web-dev', 7)])).toEqual({
    ...NOTHING,
    keys: ['web-production', 'web-staging'],
    absent: ['web-dev'],
  });
});

test('an entry cannot be present and absent at once', () => {
  expect(expand([present({ environment: 'dev', line: 3 }), absent('web-dev', 7)])).toEqual([
    expect.stringMatching(/^3 key gives "web-dev" .* line 7;/),
    expect.stringMatching(/^7 key gives "web-dev" .* line 3;/),
  ]);
});

test('validates a key rendered from unusual keys of the account again', () => {
  const projects = [{ key: 'web', name: 'W', environments: [{ key: '_old', name: 'Old' }] }];
  expect(expand([present({ key: '{environment}' })], { projects })).toEqual([
    'key gives "_old" for project "web", environment "_old", which is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
  ]);
});

test('turns a display name from the account into a single line', () => {
  const projects = [
    { key: 'web', name: 'W', environments: [{ key: 'dev', name: ' Dev\r\n\u2028two ' }] },
  ];
  const expansion = expandEntries([present({ name: '{environment-name}!' })], { projects });
  expect(expansion.kind === 'expanded' && expansion.groups[0]?.desired.name).toBe('Dev two!');
});

test('a rendered name that is blank is a problem', () => {
  const projects = [{ key: 'web', name: 'W', environments: [{ key: 'dev', name: ' ' }] }];
  expect(expand([present({ name: '{environment-name}' })], { projects })).toEqual([
    'name is blank for project "web", environment "dev"',
  ]);
});

test('reports all problems of all entries at once', () => {
  const entries = [
    present({ environment: '*, !*d*', line: 1 }),
    present({ environment: '*ion, !production', line: 2 }),
    present({ key: 'same', environment: 'd*, s*', line: 3 }),
  ];
  expect(expand(entries)).toHaveLength(2);
});
