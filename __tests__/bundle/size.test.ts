import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { verifyModules } from '../../scripts/provenance.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'dist');

/** The maximum size of the bundle without its chunks, in bytes. */
const MAX_BUNDLE_BYTES = 1_300_000;

/** An entry only names the bundle. */
const MAX_ENTRY_BYTES = 2_000;

const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({
      version: z.optional(z.string()),
      dev: z.optional(z.boolean()),
      optional: z.optional(z.boolean()),
      hasInstallScript: z.optional(z.boolean()),
    }),
  ),
});

/** Every installed package by its folder. The first is the project itself. */
const installed = Object.entries(
  z.parse(lockFile, JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))).packages,
)
  .filter(([folder]) => folder !== '')
  .map(([folder, entry]) => ({
    ...entry,
    folder,
    name: folder.split('node_modules/').at(-1) ?? '',
  }));

const forProduction = installed.filter(({ dev, optional }) => !dev && !optional);

const scripts = readdirSync(DIST).filter((name) => name.endsWith('.js'));

/** Counts in all of dist/, chunks included. */
function countInScripts(text: string): number {
  return scripts
    .map((name) => readFileSync(join(DIST, name), 'utf8').split(text).length - 1)
    .reduce((sum, count) => sum + count, 0);
}

test('the bundle and its entry stay within their size limits', () => {
  expect(readFileSync(join(DIST, 'run.js')).length).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
  const entry = readFileSync(join(DIST, 'index.js'), 'utf8');
  expect(entry.length).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
  expect(entry).toContain("'./run.js'");
});

test.each(['class Client ', 'class ProxyAgent ', 'class UndiciError '])(
  'the bundle contains one copy of undici: one "%s"',
  (text) => {
    expect(countInScripts(text)).toBe(1);
  },
);

test('code for comments is only in files that only a comment loads', () => {
  expect(scripts.toSorted()).toEqual([
    'comment.js',
    'index.js',
    'node-version.js',
    'octokit.js',
    'run.js',
  ]);
  // Compared as booleans: a failed comparison would print the whole bundle.
  const isIn = (name: string) => readFileSync(join(DIST, name), 'utf8').includes('class Octokit ');
  expect(scripts.filter(isIn)).toEqual(['octokit.js']);
});

describe('bundled libraries', () => {
  const folders = forProduction.map(({ folder }) => join(ROOT, folder));
  const bundle = readFileSync(join(DIST, 'run.js'), 'utf8');

  test('bundled libraries equal the files in their packages', () => {
    expect(verifyModules(bundle, folders)).toBeGreaterThan(40);
  });

  test('the comparison with the packages detects an edit', () => {
    const edited = bundle.replace('class ProxyAgent ', 'class LeftOut ');
    expect(edited === bundle).toBe(false);
    expect(() => verifyModules(edited, folders)).toThrow(/is no file of a package/);
  });
});

test('one version of undici is installed', () => {
  expect(installed.filter(({ name }) => name === 'undici')).toHaveLength(1);
});

test('licenses.txt names every production package', () => {
  const licenses = readFileSync(join(DIST, 'licenses.txt'), 'utf8').split('\n');
  expect(forProduction.length).toBeGreaterThan(5);
  for (const { name, version } of forProduction) {
    expect(licenses.some((line) => line.startsWith(`${name} ${version} (`))).toBe(true);
  }
});

test('no production package runs an install script', () => {
  expect(forProduction.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
});
