/**
 * Stand-ins for dependencies, in a node_modules folder that the bundler finds before the real one.
 *
 * ncc takes in whole packages of which the action uses a corner, and parsing them is most of the
 * action's start-up. The stand-ins are the real packages with what is never reached left out:
 *
 * - `@actions/core` says `"sideEffects": false`, which is true of it: what is not imported can go.
 *   That is above all OpenID Connect, and with it an HTTP client.
 * - `undici` has an index of what is imported, and its files don't mention what the action switches off.
 *   It is also set up for a process that lives for a tenth of a second.
 * - `zod/mini` is one file with the schemas that are used. Its own files hold all of them.
 *
 * The real node_modules is never written to. Each assumption about a package is checked, so that an
 * update which changes its shape fails here and not in somebody's workflow.
 */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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

/** Where undici's files reach for what the action never gets to. */
const UNDICI_CUTS: Readonly<Record<string, readonly string[]>> = {
  // HTTP/2 is switched off.
  'lib/dispatcher/client.js': ["require('./client-h2.js')"],
  // The inputs allow proxies of http and https only.
  'lib/dispatcher/proxy-agent.js': ["require('./socks5-proxy-agent')"],
  // Bodies are text. (fetch, which a comment is sent with, hands on streams of bytes.)
  'lib/dispatcher/client-h1.js': ["require('../web/fetch/body.js')"],
  'lib/core/request.js': ["require('../web/fetch/formdata')", "require('../web/webidl')"],
};

/** A second HTTP/1 parser, off unless asked for. Node bundles undici without it, by means of this name. */
const EXPERIMENTAL_PARSER = "typeof esbuildDetection === 'undefined'";

/** Changes for a process that makes a few requests and ends. */
const UNDICI_HASTE = [
  {
    // As soon as tls is loaded, Node reads its root certificates on another thread. That takes as long
    // as loading the action does, so it begins with that and not with the first connection.
    file: 'lib/core/connect.js',
    from: 'let tls // include tls conditionally',
    to: "let tls = require('node:tls') // not conditionally",
  },
  {
    // After one or two answers V8 finds undici's parser, which is WebAssembly, worth optimizing. That
    // takes a third of the action's whole CPU time, on another thread, and the end of the process waits
    // for it. https://v8.dev/docs/wasm-compilation-pipeline
    file: 'lib/dispatcher/client-h1.js',
    from: 'function lazyllhttp () {\n',
    to: "function lazyllhttp () {\n  require('node:v8').setFlagsFromString('--wasm-tiering-budget=2000000000')\n",
  },
];

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
  // The index has no effect of its own, so the bundler follows each import to the file behind it.
  const sideEffects = ['./lib/**'];
  writeJson(path.join(staged, 'package.json'), {
    name: 'undici',
    version,
    main: 'index.mjs',
    sideEffects,
  });
  const exports = Object.entries(UNDICI_EXPORTS).map(
    ([name, file]) => `export { default as ${name} } from './${file}';`,
  );
  const index = [...exports, "export { fetch } from './lib/web/fetch/index.js';", ''].join('\n');
  writeFileSync(path.join(staged, 'index.mjs'), index);
  writeFileSync(
    path.join(staged, 'lib', 'left-out.js'),
    "module.exports = function leftOut() {\n  throw new Error('This part of undici is not in the bundle.');\n};\n",
  );

  for (const [file, cuts] of Object.entries(UNDICI_CUTS)) {
    for (const cut of cuts) {
      edit(path.join(staged, file), { from: cut, to: "require('../left-out.js')", times: 1 });
    }
  }
  for (const { file, from, to } of UNDICI_HASTE) {
    edit(path.join(staged, file), { from, to, times: 1 });
  }
  const client = path.join(staged, 'lib/dispatcher/client-h1.js');
  edit(client, { from: EXPERIMENTAL_PARSER, to: 'false', times: 2 });
  // undici's own index does the same, with all of its methods.
  const methods = Object.entries(UNDICI_METHODS).map(
    ([name, file]) => `Dispatcher.prototype.${name} = require('../../${file}');\n`,
  );
  const last = 'module.exports = Dispatcher\n';
  const dispatcher = path.join(staged, 'lib/dispatcher/dispatcher.js');
  edit(dispatcher, { from: last, to: [last, ...methods].join(''), times: 1 });
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
  const entry = path.join(folder, 'zod-entry.js');
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

function edit(file: string, { from, to, times }: { from: string; to: string; times: number }) {
  const parts = readFileSync(file, 'utf8').split(from);
  assert.equal(parts.length - 1, times, `${file} has changed: ${from}`);
  writeFileSync(file, parts.join(to));
}

function writeJson(file: string, value: unknown): void {
  writeFileSync(file, JSON.stringify(value));
}
