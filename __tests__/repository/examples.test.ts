import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { findYamlExamples, isWorkflow } from '../../scripts/markdown-examples.ts';
import { readActionMetadata, readRepositoryFile, repositoryRoot } from './workflow-files.ts';

const action = readActionMetadata();
const examples = ['README.md', ...globSync('docs/**/*.md', { cwd: repositoryRoot })].flatMap(
  (file) =>
    findYamlExamples(readRepositoryFile(file)).map((example) => ({
      place: `${file}:${example.line}`,
      example,
    })),
);

/** A mapping with `uses`: a step, or a job that calls a workflow. */
const User = z.object({
  uses: z.string(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const Script = z.object({ run: z.string() });

describe('YAML examples in the documentation', () => {
  test('the documentation has YAML examples', () => {
    expect(examples.filter(({ example }) => isWorkflow(example))).not.toEqual([]);
  });

  test.each(examples)('$place uses existing inputs and sets the required ones', ({ example }) => {
    for (const user of findMappings(parse(example.text), User)) {
      if (/^org\/create-insight-group@/.test(user.uses)) {
        const given = Object.keys(user.with ?? {});
        expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(given));
        expect(given).toEqual(expect.arrayContaining(requiredInputs()));
      }
    }
  });

  test.each(examples)('$place has no expression in a script', ({ example }) => {
    for (const { run } of findMappings(parse(example.text), Script)) {
      expect(run).not.toContain('${{');
    }
  });

  test.each(examples.filter(({ example }) => isWorkflow(example)))(
    '$place states its permissions',
    ({ example }) => {
      expect(example.text).toMatch(/^ *permissions:/m);
    },
  );

  test.each(examples)('$place reads existing outputs', ({ example }) => {
    const ids = findMappings(parse(example.text), User.extend({ id: z.string() }))
      .filter(({ uses }) => uses.startsWith('org/create-insight-group@'))
      .map(({ id }) => id);
    for (const [, id, output] of example.text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      if (id && ids.includes(id)) {
        expect(Object.keys(action.outputs)).toContain(output);
      }
    }
  });
});

function requiredInputs(): string[] {
  return Object.entries(action.inputs).flatMap(([name, { required }]) => (required ? [name] : []));
}

/** Finds the mappings of a shape anywhere in a document. */
function findMappings<T>(value: unknown, shape: z.ZodType<T>): T[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const { data } = shape.safeParse(value);
  const below = Object.values(value).flatMap((child) => findMappings(child, shape));
  return data === undefined ? below : [data, ...below];
}
