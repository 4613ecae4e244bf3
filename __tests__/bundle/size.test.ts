import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import * as z from 'zod/mini';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'dist');

/** What index.js may come to, in bytes. */
const MAX_INDEX_BYTES = 1_200_000;

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

/** Every package that is installed, by its folder. The first is the project itself. */
const installed = Object.entries(
  z.parse(lockFile, JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8'))).packages,
)
  .filter(([folder]) => folder !== '')
  .map(([folder, entry]) => ({ ...entry, name: folder.split('node_modules/').at(-1) ?? '' }));

const forProduction = installed.filter(({ dev, optional }) => !dev && !optional);

const scripts = readdirSync(DIST).filter((name) => name.endsWith('.js'));

/** Counts in all of dist/, chunks included. */
function countInScripts(text: string): number {
  return scripts
    .map((name) => readFileSync(join(DIST, name), 'utf8').split(text).length - 1)
    .reduce((sum, count) => sum + count, 0);
}

test('index.js is lean', () => {
  const size = readFileSync(join(DIST, 'index.js')).length;
  expect(size).toBeGreaterThan(0);
  expect(size).toBeLessThanOrEqual(MAX_INDEX_BYTES);
});

test.each(['class Client ', 'class ProxyAgent ', 'class UndiciError '])(
  'there is one undici in the bundle: one "%s"',
  (text) => {
    expect(countInScripts(text)).toBe(1);
  },
);

test('the client for GitHub is in a chunk that only a comment loads', () => {
  const index = readFileSync(join(DIST, 'index.js'), 'utf8');
  expect(scripts.length).toBeGreaterThan(1);
  expect(countInScripts('octokit')).toBeGreaterThan(0);
  expect(index).not.toContain('octokit');
});

test('one undici is installed', () => {
  expect(installed.filter(({ name }) => name === 'undici')).toHaveLength(1);
});

test('licenses.txt names every package that is in production', () => {
  const licenses = readFileSync(join(DIST, 'licenses.txt'), 'utf8').split('\n');
  expect(forProduction.length).toBeGreaterThan(5);
  for (const { name, version } of forProduction) {
    expect(licenses.some((line) => line.startsWith(`${name} ${version} (`))).toBe(true);
  }
});

test('no package that is in production runs a script when it is installed', () => {
  expect(forProduction.filter(({ hasInstallScript }) => hasInstallScript)).toEqual([]);
});
