import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { renderGroupsFileSchema } from '../../../scripts/groups-file-json-schema.ts';
import { parseGroupsFile } from '../../../src/inputs/groups-file.ts';

/*
 * An editor checks a file by insight-groups.schema.json, with a validator and a reader of YAML that are not
 * ours. What it accepts and refuses here is held against what the action does.
 */

const file = join(import.meta.dirname, '../../../insight-groups.schema.json');
const validate: ValidateFunction = new Ajv({ allowUnionTypes: true }).compile(
  JSON.parse(readFileSync(file, 'utf8')),
);

function editorAccepts(text: string): boolean {
  return validate(parse(text) ?? {});
}

function actionAccepts(text: string): boolean {
  return parseGroupsFile(new TextEncoder().encode(text)).kind === 'valid';
}

test('insight-groups.schema.json is what npm run docs makes of the schema that checks the file', () => {
  expect(readFileSync(file, 'utf8')).toBe(renderGroupsFileSchema());
});

const REST = 'name: N, project: p, environment: e';

test.each([
  '',
  'groups:',
  'defaults:\ngroups: []',
  `groups: [{key: k, ${REST}}]`,
  `groups: [{key: 007, ${REST}}, {key: 1.10, ${REST}}, {key: true, ${REST}}]`,
  'groups: [{key: "{environment}", name: 5, project: 1, environment: [2, no], applications: [3, 4.5]}]',
  "groups: [{key: '{project}-{environment}-x', name: '{project-name} {environment-name}', project: 'a, b*', environment: ['*', '!c?']}]",
  'groups: [{key: k, project: p, environment: e, state: absent}]',
  `groups: [{key: k, ${REST}, state: present, applications: []}]`,
  `groups: [{key: k, ${REST}, applications: '["a", "b"]'}]`,
  `groups: [{key: k, ${REST}, applications: ''}]`,
  'defaults: {name: N, project: p, environment: e, applications: a}\ngroups: [{key: k}]',
])('the editor and the action accept %j', (text) => {
  expect([editorAccepts(text), actionAccepts(text)]).toEqual([true, true]);
});

test.each([
  'x: y',
  '[]',
  'text',
  'groups: text',
  'groups: {key: k}',
  'groups: [text]',
  'groups: [null]',
  'defaults: []',
  'defaults: {key: k}',
  'defaults: {state: absent}',
  `groups: [{${REST}}]`,
  `groups: [{key: k, ${REST}, if-exists: update}]`,
  `groups: [{key: k, ${REST}, state: gone}]`,
  `groups: [{key: k, ${REST}, state: }]`,
  `groups: [{key: [k], ${REST}}]`,
  `groups: [{key: , ${REST}}]`,
  `groups: [{key: 'a b', ${REST}}]`,
  `groups: [{key: '{projct}', ${REST}}]`,
  `groups: [{key: '{project-name}', ${REST}}]`,
  `groups: [{key: '-{project}', ${REST}}]`,
  "groups: [{key: k, name: '{foo}', project: p, environment: e}]",
  "groups: [{key: k, name: '{', project: p, environment: e}]",
  "groups: [{key: k, name: ' ', project: p, environment: e}]",
  'groups: [{key: k, name: "a\\nb", project: p, environment: e}]',
  "groups: [{key: k, name: N, project: 'a b', environment: e}]",
  'groups: [{key: k, name: N, project: [], environment: e}]',
  'groups: [{key: k, name: N, project: {a: b}, environment: e}]',
  "groups: [{key: k, name: N, project: p, environment: ['*', '!']}]",
  "groups: [{key: k, name: N, project: p, environment: 'a!b'}]",
  "groups: [{key: k, name: N, project: p, environment: [['a']]}]",
  `groups: [{key: k, ${REST}, applications: [a b]}]`,
  `groups: [${Array.from({ length: 1_001 }, (_, index) => `{key: k${index}, ${REST}}`)}]`,
])('the editor and the action refuse %j', (text) => {
  expect([editorAccepts(text), actionAccepts(text)]).toEqual([false, false]);
});

test.each([
  ['what neither an entry nor the defaults say', 'groups: [{key: k}]'],
  ['two entries of one key', `groups: [{key: k, ${REST}}, {key: k, ${REST}}]`],
  [
    'several keys for an absent group',
    "groups: [{key: k, project: '*', environment: e, state: absent}]",
  ],
  ['exclusions alone', "groups: [{key: k, name: N, project: p, environment: '!e'}]"],
  [
    'exclusions that leave nothing',
    "groups: [{key: k, name: N, project: p, environment: 'e, !e'}]",
  ],
  ['JSON within a text', `groups: [{key: k, ${REST}, applications: '[1]'}]`],
])('only the action can tell %s', (_, text) => {
  expect([editorAccepts(text), actionAccepts(text)]).toEqual([true, false]);
});

const unit = fc.constantFrom(
  'a',
  'B',
  '1',
  '-',
  '_',
  '.',
  ' ',
  '\n',
  '\r',
  '\t',
  '\u00a0',
  ',',
  '*',
  '?',
  '!',
  '{',
  '}',
  '{project}',
  '{environment}',
  '{environment-name}',
  '\u0000',
  '\u0085',
  '\u2028',
  'é',
);

test.each(['key', 'name', 'project', 'environment', 'applications'])(
  'the regular expression for %s means what the rule means, for any text',
  (member) => {
    fc.assert(
      fc.property(fc.string({ unit, maxLength: 8 }), (value) => {
        const entry = { key: 'k', name: 'N', project: 'p', environment: 'e', [member]: value };
        const text = stringify({ groups: [entry] }, { defaultStringType: 'QUOTE_DOUBLE' });
        const read = parseGroupsFile(new TextEncoder().encode(text));
        const messages = read.kind === 'valid' ? [] : read.problems.map(({ message }) => message);
        // That exclusions leave nothing, or that keys are equal, is beyond a regular expression.
        const isBeyond = messages.every((each) =>
          /only excludes|excludes all that|must be unique/.test(each),
        );
        expect(validate(parse(text))).toBe(isBeyond);
      }),
      { numRuns: 2_000 },
    );
  },
);
