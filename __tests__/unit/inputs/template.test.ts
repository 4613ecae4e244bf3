import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isKey } from '../../../src/inputs/rules.ts';
import {
  parseKeyTemplate,
  parseNameTemplate,
  renderTemplate,
  uses,
} from '../../../src/inputs/template.ts';

const VALUES = {
  project: 'web',
  environment: 'pr-1',
  'project-name': 'Web Shop',
  'environment-name': 'Preview 1',
};

function render(parse: typeof parseKeyTemplate, text: string): string | readonly string[] {
  const ruling = parse(text);
  return ruling.kind === 'valid'
    ? renderTemplate(ruling.value, VALUES)
    : ruling.problems.map(({ message }) => message);
}

test.each([
  ['all-apps', 'all-apps'],
  ['{project}-{environment}-all-apps', 'web-pr-1-all-apps'],
  ['{environment}', 'pr-1'],
  ['{project}{project}', 'webweb'],
  ['x.{project}_', 'x.web_'],
])('renders the key %j as %j', (text, rendered) => {
  expect(render(parseKeyTemplate, text)).toBe(rendered);
});

test.each([
  ['Production – “All” Apps 🚀', 'Production – “All” Apps 🚀'],
  ['{environment-name} - All Apps', 'Preview 1 - All Apps'],
  [
    '{project-name} ({project}) {environment-name} ({environment})',
    'Web Shop (web) Preview 1 (pr-1)',
  ],
])('renders the name %j as %j', (text, rendered) => {
  expect(render(parseNameTemplate, text)).toBe(rendered);
});

test.each([
  ['', ['is required']],
  [
    'a b',
    [
      '"a b" is not valid; expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
    ],
  ],
  ['{projct}', ['{projct} is not a placeholder; did you mean {project}?']],
  ['{Project}', ['{Project} is not a placeholder; did you mean {project}?']],
  ['{ project }', ['{ project } is not a placeholder; did you mean {project}?']],
  ['{env}', ['{env} is not a placeholder; did you mean {environment}?']],
  ['{}', ['{} is not a placeholder; expected {project} or {environment}']],
  ['{region}', ['{region} is not a placeholder; expected {project} or {environment}']],
  [
    '{projct}-{enviroment}-{projct}',
    [
      '{projct} is not a placeholder; did you mean {project}?',
      '{enviroment} is not a placeholder; did you mean {environment}?',
    ],
  ],
  [
    '{environment-name}',
    [
      "{environment-name} can't be used in a key, because a display name is rarely a valid key; use {environment}",
    ],
  ],
  [
    '{project',
    ['"{project" has a brace without its counterpart; expected {project} or {environment}'],
  ],
  [
    '{{project}}',
    ['"{{project}}" has a brace without its counterpart; expected {project} or {environment}'],
  ],
  [
    '-{project}',
    [
      '"-{project}" is not valid; apart from {project} and {environment}, expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
    ],
  ],
  [
    '{project}/{environment}',
    [
      '"{project}/{environment}" is not valid; apart from {project} and {environment}, expected letters, digits, ".", "-" and "_", the first one a letter or a digit',
    ],
  ],
])('rejects the key %j', (text, problems) => {
  expect(render(parseKeyTemplate, text)).toEqual(problems);
});

test.each([
  ['', ["is required: the group's display name"]],
  ['  ', ["is required: the group's display name"]],
  ['a\nb', ['expected one line, without control characters']],
  [
    '{envname}',
    [
      '{envname} is not a placeholder; expected {project}, {environment}, {project-name} or {environment-name}',
    ],
  ],
  [
    '{environment_name}',
    ['{environment_name} is not a placeholder; did you mean {environment-name}?'],
  ],
  [
    'a } b',
    [
      '"a } b" has a brace without its counterpart; expected {project}, {environment}, {project-name} or {environment-name}',
    ],
  ],
])('rejects the name %j', (text, problems) => {
  expect(render(parseNameTemplate, text)).toEqual(problems);
});

test('reports which placeholders a template uses', () => {
  const ruling = parseNameTemplate('{project} {environment-name}');
  expect(
    ruling.kind === 'valid' &&
      (['project', 'environment', 'project-name', 'environment-name'] as const).filter((name) =>
        uses(ruling.value, name),
      ),
  ).toEqual(['project', 'environment-name']);
});

test('an accepted key template renders a valid key for any project and environment', () => {
  const unit = fc.constantFrom(
    '{project}',
    '{environment}',
    '{',
    '}',
    'a',
    'Z',
    '0',
    '-',
    '.',
    '_',
    '/',
    ' ',
  );
  const key = fc.stringMatching(/^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,5}$/);
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 6 }), key, key, (text, project, environment) => {
      const ruling = parseKeyTemplate(text);
      if (ruling.kind === 'valid') {
        expect(isKey(renderTemplate(ruling.value, { project, environment }))).toBe(true);
      }
    }),
    { numRuns: 1_000 },
  );
});

test('rendering without a value that the template needs is a programming error', () => {
  const ruling = parseNameTemplate('{environment-name}');
  expect(() => ruling.kind === 'valid' && renderTemplate(ruling.value, { project: 'p' })).toThrow(
    'The template needs a value for {environment-name}',
  );
});

test('a key template in quotes is told to go without them', () => {
  expect(parseKeyTemplate("'{project}-all'")).toMatchObject({
    problems: [{ message: `"'{project}-all'" is not valid; leave out the quotes` }],
  });
});
