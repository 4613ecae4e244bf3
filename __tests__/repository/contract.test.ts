import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { ACTIONS } from '../../scripts/actions.ts';
import { ERROR_CODES, ERROR_TITLES } from '../../src/errors.ts';
import { INPUT_DEFAULTS } from '../../src/inputs.ts';
import { IF_EXISTS } from '../../src/reconcile/plan.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { VERSION } from '../../src/version.ts';

/*
 * The manifests are what a workflow author sees, and the code is what runs. Whatever both state is
 * compared here.
 */

const root = join(import.meta.dirname, '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const Manifest = z.object({
  description: z.string(),
  inputs: z.record(
    z.string(),
    z.object({
      description: z.string().check(z.minLength(1)),
      required: z.boolean(),
      default: z.optional(z.string()),
    }),
  ),
  outputs: z.record(z.string(), z.object({ description: z.string().check(z.minLength(1)) })),
  runs: z.strictObject({ using: z.string(), main: z.string() }),
});

const actions = ACTIONS.map(({ manifest, uses }) => ({
  manifest,
  uses,
  ...z.parse(Manifest, parse(read(manifest))),
}));
const [main, remove, sync] = actions;

/** The error codes that only a groups file can cause. */
const FILE_CODES = ['invalid-file', 'too-many-deletes', 'drift'];

describe.each(actions)('$manifest', (action) => {
  test('starts a file of the bundle with Node.js 24', () => {
    expect(action.runs.using).toBe('node24');
    expect(existsSync(join(root, dirname(action.manifest), action.runs.main))).toBe(true);
  });

  test('has a description that fits into the Marketplace', () => {
    expect(action.description.length).toBeLessThanOrEqual(125);
  });

  test('gives no default to a required input', () => {
    const required = Object.values(action.inputs).filter((input) => input.required);
    expect(required.filter((input) => input.default !== undefined)).toEqual([]);
  });

  test('takes the token of the job for comments', () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
    expect(action.inputs['github-token']?.default).toBe('${{ github.token }}');
  });

  test.each(['token', 'base-uri', 'github-token', 'pr-number'])(
    'describes the shared input %s like the other actions',
    (name) => {
      expect(action.inputs[name]).toEqual(main?.inputs[name]);
    },
  );

  test('ends with the output error-code', () => {
    expect(Object.keys(action.outputs).at(-1)).toBe('error-code');
    expect(Object.keys(action.outputs)[0]).toBe('outcome');
  });
});

describe('the main action', () => {
  test('has the inputs that the code reads, in the same order', () => {
    expect(Object.keys(main?.inputs ?? {})).toEqual(Object.keys(INPUT_DEFAULTS));
  });

  test('has the defaults of the code, except for the token of the job', () => {
    const defaults = Object.fromEntries(
      Object.entries(main?.inputs ?? {}).map(([name, { default: value = '' }]) => [name, value]),
    );
    expect({ ...defaults, 'github-token': '' }).toEqual(INPUT_DEFAULTS);
  });

  test('requires exactly the inputs without which there is nothing to create', () => {
    expect(listRequired(main)).toEqual(['name', 'key', 'project', 'environment', 'token']);
  });

  test('has the outputs that the code writes, in the same order', () => {
    expect(Object.keys(main?.outputs ?? {})).toEqual(OUTPUT_NAMES);
  });

  test('names the values of if-exists in its description', () => {
    const words = main?.inputs['if-exists']?.description.match(/"[a-z]+"/g);
    expect(words).toEqual(IF_EXISTS.map((word) => `"${word}"`));
  });
});

test('the delete action requires the key and both of its second factors', () => {
  expect(listRequired(remove)).toEqual(['key', 'project', 'environment', 'token']);
});

test('the sync action requires nothing but the token', () => {
  expect(listRequired(sync)).toEqual(['token']);
});

describe('the error codes', () => {
  test('are named by the main action and by the delete action, except for those of a file', () => {
    const codes = ERROR_CODES.filter((code) => !FILE_CODES.includes(code));
    expect(listErrorCodes(main)).toEqual(codes);
    expect(listErrorCodes(remove)).toEqual(codes);
  });

  test('are all named by the sync action', () => {
    expect(new Set(listErrorCodes(sync))).toEqual(new Set(ERROR_CODES));
  });

  test('have one title each, and no two the same', () => {
    expect(Object.keys(ERROR_TITLES)).toEqual(ERROR_CODES);
    expect(new Set(Object.values(ERROR_TITLES)).size).toBe(ERROR_CODES.length);
  });
});

test('the version is that of the package', () => {
  expect(JSON.parse(read('package.json'))).toMatchObject({ version: VERSION });
});

type Action = (typeof actions)[number];

function listRequired(action: Action | undefined): string[] {
  return Object.entries(action?.inputs ?? {})
    .filter(([, input]) => input.required)
    .map(([name]) => name);
}

function listErrorCodes(action: Action | undefined): string[] {
  const description = action?.outputs['error-code']?.description ?? '';
  const [, list = ''] = /^Why the step failed: ([^;.]*)/.exec(description) ?? [];
  return list.split(/, | or /);
}
