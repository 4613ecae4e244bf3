import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseGroupsFile } from '../../../src/inputs/groups-file.ts';
import { formatSelector } from '../../../src/inputs/selector.ts';

const encoder = new TextEncoder();

function parse(text: string) {
  return parseGroupsFile(encoder.encode(text));
}

/** Every problem as a compiler would print it. */
function findProblems(file: string | Uint8Array): string[] {
  const read = parseGroupsFile(typeof file === 'string' ? encoder.encode(file) : file);
  return read.kind === 'valid'
    ? []
    : read.problems.map(({ line, column, path, message }) =>
        path === '' ? `${line}:${column} ${message}` : `${line}:${column} ${path} ${message}`,
      );
}

/** A file with one entry, from its members, line by line. Without other words it is complete. */
function entry(...lines: string[]): string {
  const rest = ['key: k', 'name: N', 'project: p', 'environment: e'].filter(
    (line) => !lines.some((other) => other.split(':')[0] === line.split(':')[0]),
  );
  return `groups:\n  - ${[...lines, ...rest].join('\n    ')}\n`;
}

test('entries are read as templates and as groups that should be gone', () => {
  const file = parse(`# a comment
defaults:
  project: default
  applications: [a]
groups:
  - key: default-production-billing
    name: Production - Billing
    environment: production
    applications: billing, invoices
  - key: '{project}-{environment}-all-apps'
    name: '{environment-name} - All Apps'
    environment: ['*', '!production']
  - key: '{project}-{environment}-all-apps'
    environment: old
    state: absent
`);
  expect(file).toEqual({
    kind: 'valid',
    entries: [
      {
        kind: 'present',
        source: { line: 6, column: 5, path: 'groups[0]' },
        template: {
          key: [{ kind: 'literal', text: 'default-production-billing' }],
          name: [{ kind: 'literal', text: 'Production - Billing' }],
          project: { kind: 'exact', key: 'default' },
          environment: { kind: 'exact', key: 'production' },
          applicationKeys: ['billing', 'invoices'],
        },
      },
      {
        kind: 'present',
        source: { line: 10, column: 5, path: 'groups[1]' },
        template: {
          key: [
            { kind: 'placeholder', name: 'project' },
            { kind: 'literal', text: '-' },
            { kind: 'placeholder', name: 'environment' },
            { kind: 'literal', text: '-all-apps' },
          ],
          name: [
            { kind: 'placeholder', name: 'environment-name' },
            { kind: 'literal', text: ' - All Apps' },
          ],
          project: { kind: 'exact', key: 'default' },
          environment: {
            kind: 'patterns',
            include: [{ text: '*', isExact: false }],
            exclude: [{ text: 'production', isExact: true }],
          },
          applicationKeys: ['a'],
        },
      },
      {
        kind: 'absent',
        source: { line: 13, column: 5, path: 'groups[2]' },
        group: { key: 'default-old-all-apps', projectKey: 'default', environmentKey: 'old' },
      },
    ],
  });
});

test.each([
  '',
  '\n# nothing yet\n',
  '---\n',
  'groups:\n',
  'groups: []\n',
  'groups: []\n...\n',
  'defaults:\ngroups:\n',
  'defaults:\n  project: p\n',
  '\ufeffgroups: []\n',
  '{"groups": []}',
])('%j is a file without groups', (text) => {
  expect(parse(text)).toEqual({ kind: 'valid', entries: [] });
});

test('scalars stay the text that they are', () => {
  const file = parse(
    entry(
      'key: 007',
      'name: no',
      'project: 1.10',
      'environment: true',
      'applications: [1e3, null]',
    ),
  );
  expect(file).toMatchObject({
    entries: [
      {
        template: {
          key: [{ text: '007' }],
          name: [{ text: 'no' }],
          project: { key: '1.10' },
          environment: { key: 'true' },
          applicationKeys: ['1e3', 'null'],
        },
      },
    ],
  });
});

test.each([
  ['a text with several lines', entry('environment: |\n      *\n      !production')],
  ['one text with commas', entry("environment: '*, !production'")],
  ['a list', entry("environment:\n      - '*'\n      - '!production'")],
  ['a list in brackets', entry("environment: ['*', '!production']")],
])('patterns may be %s', (_, text) => {
  const file = parse(text);
  const [first] = file.kind === 'valid' ? file.entries : [];
  expect(first?.kind === 'present' && formatSelector(first.template.environment)).toBe(
    '*, !production',
  );
});

test('an entry overrides the defaults, also with no applications', () => {
  const file = parse(
    `defaults:\n  name: D\n  project: d\n  environment: d\n  applications: [a]\n${entry('applications: []')}  - key: d\n`,
  );
  expect(file).toMatchObject({
    entries: [
      { template: { name: [{ text: 'N' }], project: { key: 'p' }, applicationKeys: [] } },
      { template: { name: [{ text: 'D' }], project: { key: 'd' }, applicationKeys: ['a'] } },
    ],
  });
});

const ALIAS = 'quote it: * is an alias in YAML, and aliases are not supported here';
const TAG = 'quote it: ! is a tag in YAML, and tags are not supported here';
const ANCHOR = 'quote it: & is an anchor in YAML, and anchors are not supported here';
const MAP = 'quote it: { starts a map in YAML';

test.each([
  ['a bare star', entry('environment: *'), [`2:18 groups[0].environment ${ALIAS}`]],
  ['a star in front', entry('environment: *-eu'), [`2:18 groups[0].environment ${ALIAS}`]],
  ['a star and more', entry('environment: *, !x'), [`2:18 groups[0].environment ${ALIAS}`]],
  ['a star in brackets', entry('environment: [a, *]'), [`2:22 groups[0].environment[1] ${ALIAS}`]],
  ['an unquoted !', entry('environment: !production'), [`2:18 groups[0].environment ${TAG}`]],
  [
    'an unquoted ! and a bare star in a list',
    entry('environment:\n    - *\n    - !production\n    - x'),
    [`3:7 groups[0].environment[0] ${ALIAS}`, `4:7 groups[0].environment[1] ${TAG}`],
  ],
  ['a tag of YAML', entry('key: !!str k'), [`2:10 groups[0].key ${TAG}`]],
  ['a ! alone', entry('key: ! k'), [`2:10 groups[0].key ${TAG}`]],
  ['an anchor', entry('key: &k k'), [`2:10 groups[0].key ${ANCHOR}`]],
  [
    'a merge key',
    `defaults: &d\n  project: p\n${entry('<<: *d')}`,
    [
      `1:11 defaults ${ANCHOR}`,
      '4:5 groups[0].<< merge keys are not supported here; use defaults, or write the values out',
    ],
  ],
  [
    'a leading brace',
    entry('key: {project}-{environment}-all', 'name: {environment-name} - All Apps'),
    [`2:10 groups[0].key ${MAP}`, `3:11 groups[0].name ${MAP}`],
  ],
  ['braces alone', entry('key: {project}'), [`2:10 groups[0].key ${MAP}`]],
  [
    'a leading bracket',
    entry('name: [beta] x'),
    ['2:11 groups[0].name quote it: [ starts a list in YAML'],
  ],
  ['a reserved character', entry('name: @x'), ['2:11 quote it: @ cannot start a value in YAML']],
  [
    'a colon in a value',
    entry('name: Production: All'),
    ['2:11 quote the value: a colon followed by a space starts another key in YAML'],
  ],
  [
    'text behind quotes',
    entry('name: "Production" - All'),
    ['2:24 unexpected text after the end of the value; quote the whole value'],
  ],
  ['an open quote', entry('name: "Production'), ['2:11 the quote that starts here is not closed']],
  [
    'an open bracket',
    'groups: [',
    ['1:10 a bracket is not closed, or its content is not indented: ] is missing'],
  ],
  [
    'an unknown escape',
    entry('name: "a\\q"'),
    ['2:13 invalid escape sequence \\q; use single quotes to take a backslash as it is'],
  ],
  [
    'a tab',
    'groups:\n\t- key: k\n',
    ['2:1 tabs are not allowed as indentation in YAML; use spaces'],
  ],
  [
    'a key that is not aligned',
    'groups:\n  - key: a\n   name: b\n',
    ['3:1 the indentation fits neither the list above nor its items; align the keys of an entry'],
  ],
  [
    'a missing colon',
    'groups:\n  - key a\n    name: b\n',
    ['2:5 a colon is missing after the key'],
  ],
  [
    'a missing space',
    'groups:\n  - key:a\n',
    [
      '2:5 groups[0] "key:a" is not valid; expected an entry with key, name, project and environment. Is the space after a colon missing?',
    ],
  ],
  ['a key that is a list', '[a]: b\n', ['1:1 a key must be text; if a value was meant, quote it']],
  [
    'several documents',
    'groups: []\n---\ngroups: []\n---\n',
    ['2:1 a second document starts here; the file must have only one'],
  ],
  [
    'an unknown directive',
    '%FOO bar\n---\ngroups: []\n',
    ['1:1 Unknown directive %FOO; directives are not needed here'],
  ],
  [
    'a list at the top',
    '- key: a\n',
    ['1:1 is a list; expected a map with groups and, if need be, defaults'],
  ],
  [
    'text at the top',
    'groups',
    ['1:1 "groups" is not valid; expected a map with groups and, if need be, defaults'],
  ],
])('%s is told with its place and what to do', (_, text, problems) => {
  expect(findProblems(text)).toEqual(problems);
});

test.each([
  ['a blank name', entry('name:'), ['2:5 groups[0].name is blank; expected text']],
  [
    'a name of two quotes',
    entry("name: ''"),
    ["2:11 groups[0].name is required: the group's display name"],
  ],
  [
    'a blank environment',
    entry('environment:'),
    ['2:5 groups[0].environment is blank; expected text or a list'],
  ],
  [
    'no environment in a list',
    entry('environment: []'),
    ['2:18 groups[0].environment is required'],
  ],
  ['a map for a name', entry('name:\n      a: b'), ['3:7 groups[0].name is a map; expected text']],
  [
    'a map for applications',
    entry('applications: {a: b}'),
    ['2:19 groups[0].applications is a map; expected text or a list'],
  ],
  [
    'a list for defaults',
    'defaults: []\n',
    ['1:11 defaults is a list; expected name, project, environment or applications'],
  ],
  [
    'a map for groups',
    'groups:\n  key: a\n',
    ['2:3 groups is a map; expected a list of entries, each of which starts with "- "'],
  ],
  [
    'a blank entry',
    'groups:\n  -\n',
    ['2:4 groups[0] is blank; expected an entry with key, name, project and environment'],
  ],
  [
    'a misspelt state',
    entry('state: abscent'),
    [
      '2:12 groups[0].state "abscent" is not valid; expected present or absent; did you mean "absent"?',
    ],
  ],
  [
    'a misspelt word',
    entry('enviroment: x'),
    ['2:5 groups[0].enviroment is not known here; did you mean "environment"?'],
  ],
  [
    'a word of the API',
    entry('applicationKeys: x'),
    ['2:5 groups[0].applicationKeys is not known here; did you mean "applications"?'],
  ],
  [
    'another word',
    entry('owner: x'),
    [
      '2:5 groups[0].owner is not known here; expected key, name, project, environment, applications or state',
    ],
  ],
  [
    'a word of JavaScript',
    entry('__proto__: x'),
    [expect.stringMatching(/^2:5 groups\[0\]\.__proto__ is not known/)],
  ],
  [
    'if-exists',
    entry('if-exists: update'),
    [
      '2:5 groups[0].if-exists has no place in a file: a group that exists is always updated to what the file says',
    ],
  ],
  [
    'an input of the step',
    'dry-run: true\n',
    ['1:1 dry-run is an input of the step; set it under with: in the workflow'],
  ],
  ['an entry at the top', 'key: a\n', ['1:1 key belongs in an entry of groups, or under defaults']],
  [
    'a default key',
    'defaults:\n  key: a\n',
    ['2:3 defaults.key has no default: each entry needs a key of its own'],
  ],
  [
    'a default state',
    'defaults:\n  state: absent\n',
    ['2:3 defaults.state has no default: nothing is deleted unless its own entry says so'],
  ],
  [
    'a key that is set twice',
    entry('key: a', 'key: b'),
    ['3:5 groups[0].key is set twice; the first time on line 2'],
  ],
  [
    'an entry that says nothing',
    'groups:\n  - state: present\n',
    [
      '2:5 groups[0].key is required',
      '2:5 groups[0].name is required, in the entry or under defaults',
      '2:5 groups[0].project is required, in the entry or under defaults',
      '2:5 groups[0].environment is required, in the entry or under defaults',
    ],
  ],
  [
    'an absent entry that may mean several',
    entry("project: '*'", 'environment: [a, b]', 'state: absent'),
    [
      '5:5 groups[0].project "*" may mean several; state: absent needs one exact key',
      '5:5 groups[0].environment "a, b" may mean several; state: absent needs one exact key',
    ],
  ],
  [
    'an unknown placeholder',
    entry("key: '{projct}'"),
    ['2:10 groups[0].key {projct} is not a placeholder; did you mean {project}?'],
  ],
  [
    'patterns of which several are not valid',
    entry("environment: ['*', 'a b', 'x!']"),
    [
      '2:24 groups[0].environment[1] "a b" is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
      '2:31 groups[0].environment[2] "x!" is not valid; a single "!" may stand in front of a key or pattern, nowhere else',
    ],
  ],
  [
    'exclusions alone',
    entry("environment: '!production'"),
    [
      '2:18 groups[0].environment "!production" only excludes; add a key or pattern to start from, such as "*"',
    ],
  ],
])('%s is not valid', (_, text, problems) => {
  expect(findProblems(text)).toEqual(problems);
});

test('entries of one key are told at both lines', () => {
  const text = `groups:
  - { key: a, name: N, project: p, environment: e }
  - { key: b, name: N, project: p, environment: e }
  - { key: A, project: p, environment: f, state: absent }
  - { key: '{project}-x', name: N, project: p, environment: [e, f] }
`;
  expect(findProblems(text)).toEqual([
    '2:7 groups[0].key gives "a" for project "p", environment "e", and so does the entry on line 4; the keys of groups must be unique',
    '4:7 groups[2].key gives "A" for project "p", environment "f", and so does the entry on line 2; the keys of groups must be unique',
    '5:7 groups[3].key gives "p-x" for project "p", environment "e" and project "p", environment "f"; the keys of groups must be unique, so use {project} and {environment} in it',
  ]);
});

test('a pattern may render the key of an exact entry', () => {
  const text = `groups:
  - { key: '{project}-{environment}', name: N, project: p, environment: '*' }
  - { key: p-e, name: Exact, project: p, environment: e }
`;
  expect(findProblems(text)).toEqual([]);
});

test('an absent entry needs neither name nor applications', () => {
  expect(
    findProblems('groups:\n  - {key: k, project: p, environment: e, state: absent}\n'),
  ).toEqual([]);
});

test('all problems come at once, in the order of the lines', () => {
  const text = `token: x
defaults:
  projct: p
groups:
  - key: {project}-all
    name: N
    environment: !production
  - kee: b
    name: a: b
  - key: c/d
    applications: [a b, c]
`;
  // Line 9 is broken, so what is missing from entries is not certain, and is not told.
  expect(findProblems(text)).toEqual([
    '1:1 token is an input of the step; set it under with: in the workflow',
    '3:3 defaults.projct is not known here; did you mean "project"?',
    `5:10 groups[0].key ${MAP}`,
    `7:18 groups[0].environment ${TAG}`,
    expect.stringMatching(/^8:5 groups\[1\]\.kee is not known here/),
    '9:11 quote the value: a colon followed by a space starts another key in YAML',
    expect.stringMatching(/^10:10 groups\[2\]\.key "c\/d" is not valid/),
    expect.stringMatching(/^11:20 groups\[2\]\.applications\[0\] "a b" is not valid/),
  ]);
});

test('lines end as on Windows, too', () => {
  expect(findProblems(entry('nam: x').replaceAll('\n', '\r\n'))).toEqual([
    '2:5 groups[0].nam is not known here; did you mean "name"?',
  ]);
});

test('a file that is not UTF-8 is told with the place of the first wrong byte', () => {
  const latin1 = Buffer.from('groups:\n  - key: ü\n', 'latin1');
  expect(findProblems(latin1)).toEqual(['2:10 this is not UTF-8; save the file as UTF-8']);
  const utf16 = Buffer.from('\ufeffgroups: []\n', 'utf16le');
  expect(findProblems(utf16)).toEqual(['1:1 the file is UTF-16; save it as UTF-8']);
});

test('256 KiB is the largest file', () => {
  const size = 256 * 1024;
  expect(findProblems(`groups: [] #${' '.repeat(size - 12)}`)).toEqual([]);
  expect(findProblems(`groups: [] #${' '.repeat(size - 11)}`)).toEqual([
    '1:1 the file is larger than 256 KiB; split it, one step for each part',
  ]);
});

test('1,000 entries are the most', () => {
  const write = (count: number) =>
    `groups:\n${Array.from({ length: count }, (_, index) => `  - {key: k${index}, name: N, project: p, environment: e}\n`).join('')}`;
  expect(findProblems(write(1_000))).toEqual([]);
  expect(findProblems(write(1_001))).toEqual([
    '2:3 groups has more than 1000 entries; split the file, one step for each part',
  ]);
});

test.each([
  '[',
  '{a: ',
  '- ',
  '? ',
  '"',
  '&a ',
  '*a ',
  '- *\n',
  '- !\n',
  '---\n',
  '- key: a\n',
  ': ',
  '!',
])('a file full of %j is refused without exhausting the parser', (piece) => {
  const text = piece.repeat(Math.floor((64 * 1024) / piece.length));
  expect(findProblems(text).length).toBeGreaterThan(0);
});

test('no sentence grows with the values of a file', () => {
  const problems = findProblems(entry(`key: ${'x'.repeat(100_000)}/`, `${'y'.repeat(1_000)}: z`));
  expect(problems).toHaveLength(2);
  expect(Math.max(...problems.map(({ length }) => length))).toBeLessThan(1_200);
});

test('the YAML library has one importer, which only the groups file leads to', () => {
  const root = join(import.meta.dirname, '../../../src');
  const importers = (pattern: RegExp) =>
    readdirSync(root, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .filter((name) => pattern.test(readFileSync(join(root, name), 'utf8')));
  expect(importers(/from 'yaml'/)).toEqual([join('inputs', 'located-yaml.ts')]);
  expect(importers(/\bparseLocatedYaml\b/).sort()).toEqual([
    join('inputs', 'groups-file.ts'),
    join('inputs', 'located-yaml.ts'),
  ]);
});
