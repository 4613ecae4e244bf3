/**
 * Stand-ins for dependencies, in a node_modules folder that the bundler finds before the real one.
 *
 * ncc bundles whole packages of which the action uses a corner, and parsing them is most of the action's
 * start-up. The stand-ins choose which files of a package are bundled. They change nothing in a file:
 * what stands in dist/ under a library's name is that library, and {@link verifyStaged} proves it.
 *
 * - `@actions/core` gets the flag `"sideEffects": false`, which is true of it: what is not imported can
 *   go. That is above all OpenID Connect, and with it an HTTP client.
 * - `undici` is reduced to the files that can be reached; see undici.ts.
 * - `zod/mini`, `@actions/github` and `yaml` become one file each with the exports that are used, minified
 *   from the packages. Only a minifier knows what is dead inside a file. The last two are loaded by a
 *   comment and by the sync action only, and would otherwise be a third of what every runner downloads.
 *
 * The real node_modules is never written to. Each assumption about a package is checked, so that an
 * update which changes its shape fails here and not in somebody's workflow.
 */
import assert from 'node:assert/strict';
import { cpSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ncc from '@vercel/ncc';
import { WRITTEN_UNDICI_FILES } from './undici.ts';

const modules = path.join(import.meta.dirname, '..', 'node_modules');

/** The files that are written here and not copied, by the name of their package. */
const WRITTEN_FILES: Readonly<Record<string, readonly string[]>> = {
  '@actions/core': ['package.json'],
  '@actions/github': ['package.json', 'minified.js'],
  undici: WRITTEN_UNDICI_FILES,
  yaml: ['package.json', 'minified.js'],
  zod: ['package.json', 'minified.js'],
};

/** Puts `@actions/core` into `folder`. */
export function stageCore(folder: string): void {
  copyPackage('@actions/core', folder);
  const file = path.join(folder, '@actions/core/package.json');
  const manifest = readManifest(file);
  assert.equal(manifest['sideEffects'], undefined, '@actions/core declares its side effects now');
  writeJson(file, { ...manifest, sideEffects: false });
}

/** A package of which one minified file is bundled. */
export interface MinifiedPackage {
  readonly name: string;
  /** What the sources import from: the name, or the name and a subpath. */
  readonly specifier: string;
  /** The exports that the sources use. */
  readonly exports: readonly string[];
  /** The folder that the bundler starts from: its node_modules and those above it are searched. */
  readonly from: string;
}

/** Puts a package into `folder` that has the given exports and what they need, in one minified file. */
export async function stageMinified(
  folder: string,
  { name, specifier, exports, from }: MinifiedPackage,
): Promise<void> {
  mkdirSync(from, { recursive: true });
  const entry = path.join(from, `${name.replaceAll('/', '-')}-entry.js`);
  writeFileSync(entry, `export { ${exports.join(', ')} } from '${specifier}';\n`);
  const { code, assets } = await ncc(entry, { cache: false, minify: true, quiet: true });
  const chunks = Object.keys(assets).filter((asset) => asset.endsWith('.js'));
  assert.deepEqual(chunks, [], `${name} has chunks`);
  const { version } = readManifest(path.join(modules, name, 'package.json'));
  const header = `${minifiedMark(name)} ${version}, the parts that are used; see scripts/staging.ts. */`;
  const staged = path.join(folder, name);
  mkdirSync(staged, { recursive: true });
  writeFileSync(path.join(staged, 'minified.js'), `${header}\n${withoutAssetPath(code)}`);
  writeJson(path.join(staged, 'package.json'), {
    name,
    type: 'module',
    sideEffects: false,
    exports: { [`.${specifier.slice(name.length)}`]: './minified.js' },
  });
}

/** The statement of ncc's own code that locates the files of a package. No package here has any. */
const ASSET_PATH =
  /if\(typeof __nccwpck_require__!=="undefined"\)__nccwpck_require__\.ab=[^;]*import\.meta\.url[^;]*;/;

/** Removes the statement, because the second bundling would take it for a reference to a file. */
function withoutAssetPath(code: string): string {
  const rest = code.replace(ASSET_PATH, '');
  assert(!/\.ab\b/.test(rest), 'a minified package has files, or ncc locates them differently now');
  return rest;
}

/** How the comment begins that stands before a minified package in dist/. */
export function minifiedMark(name: string): string {
  return `/*! Minified: ${name}`;
}

/**
 * Puts what `@actions/github` is minified from into `folder`. It imports undici for a client of its own,
 * which is never used, as `src/report/github-comments.ts` gives it a `fetch`. In the place of undici is a
 * module that refuses, so GitHub's token has no way to the network but `src/http/`.
 */
export function stageGitHubToolkit(folder: string): void {
  copyPackage('@actions/github', folder);
  copyPackage('@actions/http-client', folder);
  const undici = path.join(folder, 'undici');
  mkdirSync(undici, { recursive: true });
  writeJson(path.join(undici, 'package.json'), { name: 'undici', main: 'index.mjs' });
  writeFileSync(
    path.join(undici, 'index.mjs'),
    [
      '// Written by scripts/staging.ts of this project.',
      'function refuse() {',
      "  throw new Error('@actions/github must send its requests by the fetch that it is given.');",
      '}',
      'export { refuse as fetch, refuse as ProxyAgent };',
      '',
    ].join('\n'),
  );
}

/**
 * Checks that each file below `folder` that bears a library's name is byte for byte the one in
 * node_modules, but for the manifests, the indexes of undici and the minified files that are written here.
 *
 * @throws when a file differs or is none of the package's
 */
export function verifyStaged(folder: string): void {
  for (const file of globSync('**', { cwd: folder })) {
    if (!statSync(path.join(folder, file)).isFile()) {
      continue;
    }
    const [scope = '', name = '', ...rest] = file.split(path.sep);
    const isScoped = scope.startsWith('@');
    const packageName = isScoped ? `${scope}/${name}` : scope;
    const inPackage = isScoped ? rest.join('/') : [name, ...rest].join('/');
    if (WRITTEN_FILES[packageName]?.includes(inPackage)) {
      continue;
    }
    const original = readFileSync(path.join(modules, file));
    assert(original.equals(readFileSync(path.join(folder, file))), `${file} was changed`);
  }
}

function copyPackage(name: string, folder: string): void {
  cpSync(path.join(modules, name), path.join(folder, name), { recursive: true });
}

function readManifest(file: string): Record<string, unknown> {
  return JSON.parse(readFileSync(file, 'utf8'));
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
