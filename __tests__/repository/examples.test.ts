import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { ACTIONS } from '../../scripts/actions.ts';
import { findYamlExamples, isWorkflow } from '../../scripts/markdown-examples.ts';
import { parseGroupsFile } from '../../src/inputs/groups-file.ts';
import { parseApplications, type Ruling } from '../../src/inputs/rules.ts';
import { parseSelector } from '../../src/inputs/selector.ts';
import { parseKeyTemplate, parseNameTemplate } from '../../src/inputs/template.ts';
import { readActionMetadata, readRepositoryFile, repositoryRoot } from './workflow-files.ts';

const actions = ACTIONS.map((action) => ({ ...action, ...readActionMetadata(action.manifest) }));
const pages = [
  ...ACTIONS.map(({ readme }) => readme),
  ...globSync('docs/**/*.md', { cwd: repositoryRoot }).sort(),
];
const examples = pages.flatMap((file) =>
  findYamlExamples(readRepositoryFile(file)).map((example) => ({
    place: `${file}:${example.line}`,
    example,
  })),
);

/** A mapping that uses something: a step, or a job that calls a workflow. */
const User = z.object({
  uses: z.string(),
  id: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const Script = z.object({ run: z.string() });

describe('the YAML examples of the documentation', () => {
  test('use each action in a whole workflow at least once', () => {
    const workflows = examples.filter(({ example }) => isWorkflow(example));
    const used = workflows.flatMap(({ example }) => findUses(example.text));
    expect(new Set(used.map(({ action }) => action.uses))).toEqual(
      new Set(ACTIONS.map(({ uses }) => uses)),
    );
  });

  test.each(examples)(
    '$place passes only inputs that exist, and all required ones',
    ({ example }) => {
      for (const { action, step } of findUses(example.text)) {
        const given = Object.keys(step.with ?? {});
        const required = Object.keys(action.inputs).filter((name) => action.inputs[name]?.required);
        expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(given));
        expect(given).toEqual(expect.arrayContaining(required));
      }
    },
  );

  test.each(examples)('$place follows the rules for names, keys and patterns', ({ example }) => {
    const rules: Readonly<Record<string, (text: string) => Ruling<unknown>>> = {
      name: parseNameTemplate,
      key: parseKeyTemplate,
      project: parseSelector,
      environment: parseSelector,
      applications: parseApplications,
    };
    for (const { step } of findUses(example.text)) {
      for (const [input, rule] of Object.entries(rules)) {
        const text = String(step.with?.[input] ?? '').replaceAll(/\$\{\{.*?\}\}/g, 'x');
        if (text !== '') {
          expect(rule(text), input).toMatchObject({ kind: 'valid' });
        }
      }
    }
  });

  test('include a groups file, and every one is valid', () => {
    const files = examples.filter(({ example }) => /^groups:/m.test(example.text));
    expect(files).not.toEqual([]);
    for (const { place, example } of files) {
      const file = parseGroupsFile(new TextEncoder().encode(example.text));
      expect(file, place).toMatchObject({ kind: 'valid' });
    }
  });

  test.each(examples)('$place sets if-exists to keep or update with patterns', ({ example }) => {
    for (const { step } of findUses(example.text)) {
      const { project, environment, 'if-exists': ifExists } = step.with ?? {};
      if (/[*?!,\n]/.test(withoutExpressions(`${project} ${environment}`))) {
        expect(['keep', 'update']).toContain(ifExists);
      }
    }
  });

  test.each(examples)('$place has no expression in a script', ({ example }) => {
    for (const { run } of findMappings(parse(example.text), Script)) {
      expect(run).not.toContain('${{');
    }
  });

  // bash has an array of its own by this name, and ignores what is assigned to it.
  test.each(examples)('$place passes no variable GROUPS to a script', ({ example }) => {
    expect(example.text).not.toMatch(/^ *GROUPS:/m);
  });

  test.each(examples.filter(({ example }) => isWorkflow(example)))(
    '$place states its permissions',
    ({ example }) => {
      expect(example.text).toMatch(/^ *permissions:/m);
    },
  );

  test.each(examples)('$place reads only outputs that the action has', ({ example }) => {
    const used = findUses(example.text);
    for (const [, id, output] of example.text.matchAll(/steps\.([\w-]+)\.outputs\.([\w-]+)/g)) {
      const action = used.find(({ step }) => step.id === id)?.action;
      if (action !== undefined) {
        expect(Object.keys(action.outputs)).toContain(output);
      }
    }
  });
});

/** Finds the steps that use an action of this repository, with the action. */
function findUses(text: string) {
  return findMappings(parse(text), User).flatMap((step) => {
    const name = step.uses.split('@')[0];
    if (name?.startsWith('org/create-insight-group')) {
      const action = actions.find(({ uses }) => uses === name);
      expect(action, step.uses).toBeDefined();
      return action === undefined ? [] : [{ action, step }];
    }
    return [];
  });
}

function withoutExpressions(text: string): string {
  return text.replaceAll(/\$\{\{.*?\}\}/g, '');
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
