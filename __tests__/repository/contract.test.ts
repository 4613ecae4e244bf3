import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import * as z from 'zod/mini';
import { ERROR_CODES, ERROR_TITLES } from '../../src/errors.ts';
import { INPUT_DEFAULTS } from '../../src/inputs/inputs.ts';
import { IF_EXISTS } from '../../src/reconcile/plan.ts';
import { OUTPUT_NAMES } from '../../src/report/outputs.ts';
import { VERSION } from '../../src/version.ts';

/*
 * `action.yml` is what a workflow author sees, and the code is what runs. Whatever stands in both is
 * compared here.
 */

const root = join(import.meta.dirname, '..', '..');
const read = (file: string) => readFileSync(join(root, file), 'utf8');

const input = z.object({
  description: z.string().check(z.minLength(1)),
  required: z.boolean(),
  default: z.optional(z.string()),
});

const manifest = z.parse(
  z.object({
    inputs: z.record(z.string(), input),
    outputs: z.record(z.string(), z.object({ description: z.string().check(z.minLength(1)) })),
    runs: z.strictObject({ using: z.string(), main: z.string() }),
  }),
  parse(read('action.yml')),
);

test('the inputs are those that the code reads, in the same order', () => {
  expect(Object.keys(manifest.inputs)).toEqual(Object.keys(INPUT_DEFAULTS));
});

test('the defaults are those of the code; the job token is only the default of action.yml', () => {
  const defaults = Object.fromEntries(
    Object.entries(manifest.inputs).map(([name, { default: value = '' }]) => [name, value]),
  );
  // biome-ignore lint/suspicious/noTemplateCurlyInString: an expression of GitHub's
  expect(defaults).toEqual({ ...INPUT_DEFAULTS, 'github-token': '${{ github.token }}' });
});

test('required are exactly the inputs without which there is nothing to create', () => {
  const required = Object.entries(manifest.inputs).filter(([, each]) => each.required);
  expect(required.map(([name]) => name)).toEqual([
    'name',
    'key',
    'project',
    'environment',
    'token',
  ]);
  expect(required.map(([, each]) => each.default)).toEqual(required.map(() => undefined));
});

test('the outputs are those that the code writes, in the same order', () => {
  expect(Object.keys(manifest.outputs)).toEqual(OUTPUT_NAMES);
});

test('the description of error-code names every code, and each has a title', () => {
  const description = manifest.outputs['error-code']?.description ?? '';
  const [, list = ''] = /: (.*?);/.exec(description) ?? [];
  expect(list.split(/, | or /)).toEqual(ERROR_CODES);
  expect(Object.keys(ERROR_TITLES)).toEqual(ERROR_CODES);
  expect(new Set(Object.values(ERROR_TITLES)).size).toBe(ERROR_CODES.length);
});

test('the description of if-exists names its words', () => {
  const words = manifest.inputs['if-exists']?.description.match(/"[a-z]+"/g);
  expect(words).toEqual(IF_EXISTS.map((word) => `"${word}"`));
});

test('the runner starts the bundle with Node.js 24', () => {
  expect(manifest.runs.using).toBe('node24');
  expect(existsSync(join(root, manifest.runs.main))).toBe(true);
});

test('the version is that of the package', () => {
  expect(JSON.parse(read('package.json'))).toMatchObject({ version: VERSION });
});
