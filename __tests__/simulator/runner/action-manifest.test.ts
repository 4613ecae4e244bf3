// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are workflow expressions.

import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type ActionManifest,
  readActionManifest,
  resolveInputs,
} from '../../../simulator/runner/action-manifest.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'manifest-'));
});

afterEach(async () => rm(folder, { recursive: true }));

async function read(yaml: string): Promise<ActionManifest> {
  await writeFile(join(folder, 'action.yml'), yaml);
  return readActionManifest(folder, 'the-token');
}

test('inputs have their defaults as text, in the order of their declaration', async () => {
  const manifest = await read(`
    name: Sample
    inputs:
      text: { default: a }
      none:
      number: { default: 1.5 }
      boolean: { default: false }
      token: { default: "\${{ github.token }}" }
    outputs: { one: {}, two: {} }
    runs: { using: node24, main: dist/index.js }
  `);
  expect(manifest).toEqual({
    name: 'Sample',
    using: 'node24',
    main: 'dist/index.js',
    inputs: new Map([
      ['text', 'a'],
      ['none', ''],
      ['number', '1.5'],
      ['boolean', 'false'],
      ['token', 'the-token'],
    ]),
    outputs: ['one', 'two'],
  });
  const { values, unexpected } = resolveInputs(manifest, { TEXT: 'b', other: 'c' });
  expect(values.get('text')).toBe('b');
  expect(values.get('other')).toBe('c');
  expect(unexpected).toEqual(['other']);
});

test.each([
  ['runs: { using: node16, main: a.js }', "not 'node16'"],
  ['runs: { using: composite, steps: [] }', "not 'composite'"],
  ['runs: { using: node24 }', 'with a main script'],
  [
    'inputs: { a: { default: "x ${{ github.actor }}" } }\nruns: { using: node24, main: a.js }',
    'cannot evaluate the default',
  ],
])('rejects the manifest %j', async (yaml, message) => {
  await expect(read(yaml)).rejects.toThrow(message);
});
