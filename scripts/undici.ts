/**
 * Chooses the files of undici that are bundled: those that the action can reach, unedited.
 *
 * A file that is behind a condition which never holds here is left out. Each such condition is written
 * down in {@link UNREACHABLE} and compared with undici's source, so that an update which changes it fails
 * the build and not somebody's workflow.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const original = path.join(import.meta.dirname, '..', 'node_modules', 'undici');

/** What src/ imports from undici, and the file that each export comes from. */
const EXPORTS = {
  Client: 'lib/dispatcher/client.js',
  buildConnector: 'lib/core/connect.js',
  ProxyAgent: 'lib/dispatcher/proxy-agent.js',
};

/** The methods of a dispatcher that are called: `request` by src/, `connect` by undici's own proxy agent. */
const METHODS = {
  request: 'lib/api/api-request.js',
  connect: 'lib/api/api-connect.js',
};

const names = Object.keys(EXPORTS);

/** The files that {@link stageUndici} writes. */
export const WRITTEN_UNDICI_FILES: readonly string[] = [
  'package.json',
  ...['index', 'methods', ...names].map((name) => `${name}.mjs`),
];

/** A piece of undici's source that is never executed here, with the condition that prevents it. */
interface Guard {
  readonly file: string;
  /** The condition and what it guards, as the source has them once; white space does not count. */
  readonly source: string;
  /** What stands in `source` and nowhere else in the file. */
  readonly guarded: readonly string[];
}

/**
 * - Milo is a second HTTP parser, experimental and off by default. undici does not load it where the
 *   global `esbuildDetection` exists, which `src/startup.ts` defines, as Node's own build of undici does.
 * - The sources of `fetch` are loaded for a body that is a `FormData`. `src/http/` sends strings only.
 * - HTTP/2 is never offered, see `src/http/connections.ts`. Node's module for it would be loaded all the same,
 *   which takes 4 ms; where it is missing, undici goes on without it.
 */
const UNREACHABLE: readonly Guard[] = [
  {
    file: 'lib/dispatcher/client-h1.js',
    source: `const { H1Parser, getMiloEnabled } = typeof esbuildDetection === 'undefined'
      ? require('./parser-h1.js')
      : {}`,
    guarded: ["require('./parser-h1.js')"],
  },
  {
    file: 'lib/dispatcher/client-h1.js',
    source: `typeof esbuildDetection === 'undefined' && (client[kUseMilo] ?? getMiloEnabled())
      ? new H1Parser(client, socket)`,
    guarded: ['getMiloEnabled(', 'new H1Parser('],
  },
  {
    file: 'lib/dispatcher/client-h1.js',
    source: `if (util.isFormDataLike(body)) {
      if (!extractBody) {
        extractBody = require('../web/fetch/body.js').extractBody
      }`,
    guarded: ["require('../web/fetch/body.js')"],
  },
  {
    file: 'lib/dispatcher/client-h2.js',
    source: `if (util.isFormDataLike(body)) {
      extractBody ??= require('../web/fetch/body.js').extractBody`,
    guarded: ["require('../web/fetch/body.js')"],
  },
  {
    file: 'lib/dispatcher/client-h2.js',
    source: `try {
      http2 = require('node:http2')
    } catch {
      // @ts-ignore
      http2 = { constants: {} }
    }`,
    guarded: ["require('node:http2')"],
  },
  {
    file: 'lib/core/request.js',
    source: `function isUndiciFormData (body) {
      if (isFormData === undefined) {
        require('../web/fetch/formdata')
        isFormData = require('../web/webidl').webidl.is.FormData
      }`,
    guarded: ["require('../web/fetch/formdata')", "require('../web/webidl')"],
  },
  {
    file: 'lib/core/request.js',
    source: `} else if (isFormDataLike(body)) {
      if (!isUndiciFormData(body)) {`,
    guarded: ['isUndiciFormData(body)'],
  },
];

const REQUIRE = /\brequire\(\s*['"]([^'"]+)['"]\s*\)/g;

/**
 * What is not bundled: each specifier that is left out, and the module name that is required in its
 * place. No such module exists, so reaching it would be an error and nothing worse.
 */
export const LEFT_OUT_OF_UNDICI: Readonly<Record<string, string>> = Object.fromEntries(
  UNREACHABLE.flatMap(({ file, source }) =>
    listSpecifiers(source).map((specifier) => [
      specifier,
      `${nameModule(file, specifier)} (left out of the bundle)`,
    ]),
  ),
);

/**
 * Puts the part of undici that is used into `folder`, a node_modules folder.
 *
 * @throws when undici's exports or one of the conditions is different from what is written down here
 */
export function stageUndici(folder: string): void {
  checkExports();
  const staged = path.join(folder, 'undici');
  mkdirSync(staged, { recursive: true });
  for (const file of listReachableFiles(readSource)) {
    cpSync(path.join(original, file), path.join(staged, file));
  }
  const { version } = require('undici/package.json');
  writeFileSync(
    path.join(staged, 'package.json'),
    JSON.stringify({
      name: 'undici',
      version,
      main: 'index.mjs',
      // The index has no effect of its own, so the bundler follows each import to the file behind it.
      sideEffects: ['./methods.mjs', ...names.map((name) => `./${name}.mjs`), './lib/**'],
    }),
  );
  const write = (name: string, lines: readonly string[]) =>
    writeFileSync(
      path.join(staged, `${name}.mjs`),
      `${["// Written by scripts/undici.ts of this project: a part of undici's own index.js.", ...lines].join('\n')}\n`,
    );
  const methods = Object.entries(METHODS);
  write('methods', [
    "import Dispatcher from './lib/dispatcher/dispatcher.js';",
    ...methods.map(([name, file]) => `import ${name} from './${file}';`),
    `Object.assign(Dispatcher.prototype, { ${methods.map(([name]) => name).join(', ')} });`,
  ]);
  for (const [name, file] of Object.entries(EXPORTS)) {
    write(name, ["import './methods.mjs';", `export { default as ${name} } from './${file}';`]);
  }
  write(
    'index',
    names.map((name) => `export { ${name} } from './${name}.mjs';`),
  );
}

/**
 * Lists the files of undici that can be reached from what the action imports. `read` returns the source
 * of a file.
 *
 * @throws when a condition of {@link UNREACHABLE} is not in the source, or does not guard everything
 */
export function listReachableFiles(read: (file: string) => string): string[] {
  for (const guard of UNREACHABLE) {
    checkGuard(guard, squeeze(read(guard.file)));
  }
  const reached = new Set<string>();
  const pending = [
    'lib/dispatcher/dispatcher.js',
    ...Object.values(EXPORTS),
    ...Object.values(METHODS),
  ];
  for (let file = pending.pop(); file !== undefined; file = pending.pop()) {
    if (!reached.has(file)) {
      reached.add(file);
      pending.push(...listRequiredFiles(file, read(file)));
    }
  }
  return [...reached].sort();
}

function checkGuard({ file, source, guarded }: Guard, text: string): void {
  assert.equal(count(text, squeeze(source)), 1, `undici's ${file} does not have once: ${source}`);
  for (const part of guarded) {
    assert(squeeze(source).includes(part), `${part} is not in its guard`);
    assert.equal(count(text, part), 1, `undici's ${file} has ${part} in more than one place`);
  }
}

/** The files that `file` requires when it is loaded or later, without those that are left out. */
function listRequiredFiles(file: string, source: string): string[] {
  const guards = UNREACHABLE.filter((guard) => guard.file === file);
  const leftOut = guards.flatMap((guard) => listSpecifiers(guard.source));
  const { resolve } = createRequire(path.join(original, file));
  return listSpecifiers(source)
    .filter((specifier) => specifier.startsWith('.') && !leftOut.includes(specifier))
    .map((specifier) => path.relative(original, resolve(specifier)).replaceAll(path.sep, '/'));
}

function listSpecifiers(source: string): string[] {
  return [...source.matchAll(REQUIRE)].map(([, specifier = '']) => specifier);
}

function nameModule(file: string, specifier: string): string {
  return specifier.startsWith('.')
    ? `undici/${path.posix.join(path.posix.dirname(file), specifier)}`
    : specifier;
}

/** The source of a file of the installed undici. */
export function readSource(file: string): string {
  return readFileSync(path.join(original, file), 'utf8');
}

function checkExports(): void {
  const undici: Record<string, unknown> & { Dispatcher: { prototype: Record<string, unknown> } } =
    require('undici');
  for (const [name, file] of Object.entries(EXPORTS)) {
    assert.equal(require(`undici/${file}`), undici[name], `undici's ${name} is not ${file}`);
  }
  for (const [name, file] of Object.entries(METHODS)) {
    const method = undici.Dispatcher.prototype[name];
    assert.equal(require(`undici/${file}`), method, `undici's Dispatcher.${name} is not ${file}`);
  }
}

function count(text: string, part: string): number {
  return text.split(part).length - 1;
}

function squeeze(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}
