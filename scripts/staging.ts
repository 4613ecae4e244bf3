/**
 * Stand-ins for dependencies, in a node_modules folder that the bundler finds before the real one.
 *
 * ncc bundles whole packages of which the action uses a corner, and parsing them is most of the action's
 * start-up. The stand-ins choose which files of a package are bundled. They change nothing in a file:
 * what stands in dist/ under a library's name is that library, and {@link verifyStaged} proves it.
 *
 * - `@actions/core` gets the flag `"sideEffects": false`, which is true of it: what is not imported can
 *   go. That is above all OpenID Connect, and with it an HTTP client.
 * - `undici` gets an index of what is imported, instead of one that loads all of it.
 * - `zod/mini` becomes one file with the schemas that are used, minified from the package, because only
 *   a minifier knows what is dead inside a file.
 *
 * The real node_modules is never written to. Each assumption about a package is checked, so that an
 * update which changes its shape fails here and not in somebody's workflow.
 */
import assert from 'node:assert/strict';
import { cpSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import ncc from '@vercel/ncc';

const require = createRequire(import.meta.url);
const modules = path.join(import.meta.dirname, '..', 'node_modules');

/** What is imported from undici, and the file of the package that each export comes from. */
const UNDICI_EXPORTS = {
  // By src/:
  Client: 'lib/dispatcher/client.js',
  buildConnector: 'lib/core/connect.js',
  // By src/ and by @actions/github:
  ProxyAgent: 'lib/dispatcher/proxy-agent.js',
};

/** The methods of a dispatcher that are called: `request` by src/, `connect` by undici's own proxy agent. */
const UNDICI_METHODS = {
  request: 'lib/api/api-request.js',
  connect: 'lib/api/api-connect.js',
};

/** The files that are written here and not copied, by the name of their package. */
const WRITTEN_FILES: Readonly<Record<string, readonly string[]>> = {
  '@actions/core': ['package.json'],
  undici: ['package.json', 'index.mjs', 'dispatchers.mjs'],
  zod: ['package.json', 'mini.js'],
};

/** Puts `@actions/core` and `@actions/github` into `folder`, so that they find the undici there. */
export function stageActions(folder: string): void {
  for (const name of ['@actions/core', '@actions/github']) {
    cpSync(path.join(modules, name), path.join(folder, name), { recursive: true });
  }
  const file = path.join(folder, '@actions/core/package.json');
  const manifest: Record<string, unknown> = JSON.parse(readFileSync(file, 'utf8'));
  assert.equal(manifest['sideEffects'], undefined, '@actions/core declares its side effects now');
  writeJson(file, { ...manifest, sideEffects: false });
}

/** Puts the part of `undici` that is used into `folder`. */
export function stageUndici(folder: string): void {
  checkUndici();
  const staged = path.join(folder, 'undici');
  cpSync(path.join(modules, 'undici', 'lib'), path.join(staged, 'lib'), { recursive: true });
  const { version } = require('undici/package.json');
  writeJson(path.join(staged, 'package.json'), {
    name: 'undici',
    version,
    main: 'index.mjs',
    // The index has no effect of its own, so the bundler follows each import to the file behind it.
    sideEffects: ['./dispatchers.mjs', './lib/**'],
  });
  const names = Object.keys(UNDICI_EXPORTS).join(', ');
  writeFileSync(
    path.join(staged, 'index.mjs'),
    [
      '// Written by scripts/staging.ts of this project: what the action imports from undici.',
      `export { ${names} } from './dispatchers.mjs';`,
      "export { fetch } from './lib/web/fetch/index.js';",
      '',
    ].join('\n'),
  );
  const methods = Object.entries(UNDICI_METHODS);
  writeFileSync(
    path.join(staged, 'dispatchers.mjs'),
    [
      "// Written by scripts/staging.ts of this project: a part of undici's own index.js.",
      "import Dispatcher from './lib/dispatcher/dispatcher.js';",
      ...methods.map(([name, file]) => `import ${name} from './${file}';`),
      '',
      `Object.assign(Dispatcher.prototype, { ${methods.map(([name]) => name).join(', ')} });`,
      '',
      ...Object.entries(UNDICI_EXPORTS).map(
        ([name, file]) => `export { default as ${name} } from './${file}';`,
      ),
      '',
    ].join('\n'),
  );
}

/**
 * Checks that each file below `folder` that bears a library's name is byte for byte the one in
 * node_modules, but for the manifests and the two indexes that this module writes and the minified zod.
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

function checkUndici(): void {
  const undici: Record<string, unknown> & { Dispatcher: { prototype: Record<string, unknown> } } =
    require('undici');
  for (const [name, file] of Object.entries(UNDICI_EXPORTS)) {
    assert.equal(require(`undici/${file}`), undici[name], `undici's ${name} is not ${file}`);
  }
  for (const [name, file] of Object.entries(UNDICI_METHODS)) {
    const method = undici.Dispatcher.prototype[name];
    assert.equal(require(`undici/${file}`), method, `undici's Dispatcher.${name} is not ${file}`);
  }
}

/**
 * Puts a `zod/mini` into `folder` that holds the given exports and what they need. Only a minifier
 * knows what is dead inside a file, so this one file is minified.
 */
export async function stageZod(folder: string, names: readonly string[]): Promise<void> {
  const staged = path.join(folder, 'zod');
  // Beside the folder, in which all that stands is a package.
  const entry = path.join(folder, '..', 'zod-entry.js');
  mkdirSync(staged, { recursive: true });
  writeFileSync(entry, `export { ${names.join(', ')} } from 'zod/mini';\n`);
  const { code, assets } = await ncc(entry, { cache: false, minify: true, quiet: true });
  assert.deepEqual(
    Object.keys(assets).filter((name) => name.endsWith('.js')),
    [],
    'zod has chunks',
  );
  writeFileSync(path.join(staged, 'mini.js'), code);
  const exports = { './mini': './mini.js' };
  writeJson(path.join(staged, 'package.json'), {
    name: 'zod',
    type: 'module',
    sideEffects: false,
    exports,
  });
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
