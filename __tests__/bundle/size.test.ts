import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import * as z from 'zod/mini';
import { verifyModules } from '../../scripts/provenance.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const DIST = join(ROOT, 'dist');

/** What the bundle may come to without its chunks, in bytes. */
const MAX_BUNDLE_BYTES = 1_000_000;

/**
 * What all of dist/ may come to in an archive, in bytes. A release has to stay below 350 kB with its
 * manifests and READMEs; see __tests__/repository/archive.test.ts.
 */
const MAX_GZIPPED_BYTES = 340_000;

/** An entry names the bundle and no more. */
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

/** Every package that is installed, by its folder. The first is the project itself. */
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

test('the bundle and the entry are lean', () => {
  expect(readFileSync(join(DIST, 'run.js')).length).toBeLessThanOrEqual(MAX_BUNDLE_BYTES);
  const entry = readFileSync(join(DIST, 'index.js'), 'utf8');
  expect(entry.length).toBeLessThanOrEqual(MAX_ENTRY_BYTES);
  expect(entry).toContain("'./run.js'");
});

test.each(['class Client ', 'class ProxyAgent ', 'class UndiciError '])(
  'there is one undici in the bundle: one "%s"',
  (text) => {
    expect(countInScripts(text)).toBe(1);
  },
);

test('dist/ is a small download', () => {
  const sizes = readdirSync(DIST).map((name) => gzipSync(readFileSync(join(DIST, name))).length);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(MAX_GZIPPED_BYTES);
});

test('dist/ holds three entries over one bundle, and chunks for a comment, a proxy and a groups file', () => {
  expect(scripts.toSorted()).toEqual([
    'comment.js',
    'delete.js',
    'groups-file.js',
    'index.js',
    'node-version.js',
    'octokit.js',
    'proxy-agent.js',
    'run.js',
    'sync.js',
    'undici-proxy.js',
    'yaml.js',
  ]);
  // As booleans: a failed comparison would print the whole bundle.
  const isIn = (name: string) =>
    readFileSync(join(DIST, name), 'utf8').includes('/repos/{owner}/{repo}/issues/');
  expect(scripts.filter(isIn)).toEqual(['octokit.js']);
});

describe('the libraries in the bundle', () => {
  const folders = forProduction.map(({ folder }) => join(ROOT, folder));
  const read = (name: string) => readFileSync(join(DIST, name), 'utf8');

  test('have the text of the files in their packages', () => {
    const compared = scripts.map((name) => verifyModules(read(name), folders));
    expect(compared.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(30);
  });

  test.each(['class H1Parser', 'class FormData', 'eval("require")'])(
    'have no file that is never reached: no "%s"',
    (text) => {
      expect(countInScripts(text)).toBe(0);
    },
  );

  test('are compared so that an edit is noticed', () => {
    const bundle = read('run.js');
    const edited = bundle.replace('class Client ', 'class LeftOut ');
    expect(edited === bundle).toBe(false);
    expect(() => verifyModules(edited, folders)).toThrow(/is no file of a package/);
  });
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
