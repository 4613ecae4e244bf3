/**
 * Builds what the runner starts: `npm run build` writes dist/, and `npm run check-dist` (the option
 * --check) writes nothing and fails when dist/ differs. The option --out names another folder than dist/.
 *
 * TypeScript compiles src/ into build/, and ncc bundles build/run.js, with the stand-ins of staging.ts in
 * place of some dependencies. All entries share that one bundle: an entry is a file of a few lines that an
 * action.yml names, copied as it was compiled. The result is not minified: that made it start slower, and
 * a bundle that people run on trust should be readable.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  globSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import ncc from '@vercel/ncc';
import { collectLicenses, listProductionPackages } from './licenses.ts';
import { verifyModules } from './provenance.ts';
import {
  minifiedMark,
  stageCore,
  stageGitHubToolkit,
  stageMinified,
  verifyStaged,
} from './staging.ts';
import { LEFT_OUT_OF_UNDICI, stageUndici } from './undici.ts';

const root = path.join(import.meta.dirname, '..');
const build = path.join(root, 'build');
const staged = path.join(build, 'node_modules');

/**
 * The files that an action.yml may name as `main`. Each is compiled from the source of the same name, as
 * soon as there is one.
 */
const ENTRIES = ['index.js', 'delete.js', 'sync.js'] as const;

/** What an entry loads first, so that an old Node.js is told so before it fails on anything newer. */
const GUARD = 'node-version.js';

/** What the entries share: bundled from the source of the same name. */
const BUNDLE = 'run.js';

/**
 * The parts of the bundle that are loaded on demand, each with a text that stands in no other file. A part
 * that nothing imports yet is in no file at all.
 */
const CHUNKS = {
  'proxy-agent.js': 'function createProxyAgent(',
  'undici-proxy.js': 'class ProxyAgent ',
  'comment.js': 'function convergeComments(',
  'octokit.js': minifiedMark('@actions/github'),
  'groups-file.js': 'function parseGroupsFile(',
  'yaml.js': minifiedMark('yaml'),
} as const;

/** The largest bundle that may land in dist/, without its chunks, in bytes. */
const MAX_BUNDLE_BYTES = 1_000_000;

/** With fewer, the bundler writes modules differently now, and the comparison with the packages has no hold. */
const MIN_COMPARED_MODULES = 30;

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, out: { type: 'string', default: 'dist' } },
});
const out = path.resolve(root, values.out);

compile();
await stage();
const files = await bundle();
verify(files);
if (values.check) {
  check(files);
} else {
  write(files);
}

function compile(): void {
  rmSync(build, { recursive: true, force: true });
  const tsc = path.join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  execFileSync(process.execPath, [tsc, '--project', 'tsconfig.build.json'], {
    cwd: root,
    stdio: 'inherit',
  });
}

async function stage(): Promise<void> {
  stageCore(staged);
  stageUndici(staged);
  const toolkit = path.join(build, 'github-toolkit');
  stageGitHubToolkit(path.join(toolkit, 'node_modules'));
  verifyStaged(path.join(toolkit, 'node_modules'));
  await stageMinified(staged, {
    name: 'zod',
    specifier: 'zod/mini',
    exports: findZodNames(),
    from: build,
  });
  await stageMinified(staged, {
    name: 'yaml',
    specifier: 'yaml',
    exports: findYamlNames(),
    from: build,
  });
  await stageMinified(staged, {
    name: '@actions/github',
    specifier: '@actions/github',
    exports: ['getOctokit'],
    from: toolkit,
  });
  verifyStaged(staged);
}

/** The exports of zod/mini that the compiled sources use, all of which import it as `z`. */
function findZodNames(): string[] {
  const names = new Set<string>();
  for (const [file, text] of readCompiled()) {
    if (text.includes("from 'zod")) {
      assert(text.includes("import * as z from 'zod/mini';"), `${file} imports zod differently`);
      for (const [, name = ''] of text.matchAll(/\bz\.(\w+)/g)) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}

/** The exports of yaml that the compiled sources import by name. */
function findYamlNames(): string[] {
  const names = new Set<string>();
  for (const [file, text] of readCompiled()) {
    if (text.includes("from 'yaml'")) {
      const [, list] = /import \{([^}]*)\} from 'yaml';/.exec(text) ?? [];
      assert(list !== undefined, `${file} imports yaml differently`);
      for (const name of list.split(',')) {
        names.add(name.trim());
      }
    }
  }
  names.delete('');
  return [...names].sort();
}

/** The compiled sources, by name. */
function readCompiled(): (readonly [string, string])[] {
  return globSync('**/*.js', { cwd: build, exclude: ['**/node_modules/**'] }).map(
    (file) => [file, readFileSync(path.join(build, file), 'utf8')] as const,
  );
}

/** Returns the files of dist/ by name. */
async function bundle(): Promise<Map<string, string>> {
  const { code, assets } = await ncc(path.join(build, BUNDLE), {
    cache: false,
    minify: false,
    quiet: true,
    externals: LEFT_OUT_OF_UNDICI,
  });
  const entries = ENTRIES.filter((name) => existsSync(path.join(build, name)));
  const files = new Map<string, string>(
    [...entries, GUARD].map((name) => [name, readCopied(name)]),
  );
  const chunks = new Map<string, string>();
  for (const [name, { source }] of Object.entries(assets)) {
    const text = source.toString();
    if (name.endsWith('.js')) {
      chunks.set(name, text);
    } else {
      files.set(name, text);
    }
  }
  const names = nameChunks(chunks);
  files.set(BUNDLE, renameChunks(code, names));
  for (const [name, text] of chunks) {
    files.set(names.get(name) ?? name, text);
  }
  files.set('licenses.txt', collectLicenses(root));
  return files;
}

/** What is copied must not import anything that only the bundle has. */
function readCopied(name: string): string {
  const text = readFileSync(path.join(build, name), 'utf8');
  for (const [, specifier = ''] of text.matchAll(/\b(?:from|import)\b\s*\(?\s*['"]([^'"]+)['"]/g)) {
    const isKnown =
      [`./${BUNDLE}`, `./${GUARD}`].includes(specifier) || specifier.startsWith('node:');
    assert(isKnown, `${name} imports ${specifier}, which is not in dist/`);
  }
  return text;
}

/** ncc numbers the chunks. Returns the name in dist/ of each. */
function nameChunks(chunks: ReadonlyMap<string, string>): Map<string, string> {
  const names = new Map<string, string>();
  for (const [name, mark] of Object.entries(CHUNKS)) {
    const found = [...chunks].filter(([, text]) => text.includes(mark)).map(([chunk]) => chunk);
    assert(found.length <= 1, `${found.length} chunks could be ${name}`);
    for (const chunk of found) {
      names.set(chunk, name);
    }
  }
  assert.equal(names.size, chunks.size, 'a chunk has no name in CHUNKS');
  return names;
}

/** Puts the names of the chunks into the code of webpack's runtime that finds them. */
function renameChunks(code: string, names: ReadonlyMap<string, string>): string {
  const template = 'return "" + chunkId + ".index.js";';
  const parts = code.split(template);
  assert.equal(parts.length, 2, 'ncc spells the names of chunks differently now');
  const table = [...names].map(([chunk, name]) => [chunk.replace('.index.js', ''), name]);
  return parts.join(`return ${JSON.stringify(Object.fromEntries(table))}[chunkId];`);
}

function verify(files: ReadonlyMap<string, string>): void {
  const main = files.get(BUNDLE) ?? '';
  const all = [...files].filter(([name]) => name.endsWith('.js')).map(([, text]) => text);
  const count = (text: string, what: string) => text.split(what).length - 1;
  const size = Buffer.byteLength(main);
  assert(size <= MAX_BUNDLE_BYTES, `${BUNDLE} has ${size} bytes`);
  assert(!main.includes('ACTIONS_ID_TOKEN_REQUEST_URL'), `OpenID Connect is in ${BUNDLE}`);
  for (const [name, mark] of Object.entries(CHUNKS)) {
    assert(!main.includes(mark), `what belongs into ${name} is in ${BUNDLE}`);
  }
  // What can't be found is loaded by the bundler's `eval("require")`: a file that is missing by mistake.
  for (const [name, text] of files) {
    assert(!text.includes('eval("require")'), `${name} loads what is not in the bundle`);
  }
  // The undici that was staged, not the installed one: a file that was left out is not in it.
  const folders = listProductionPackages(root).map(([folder]) =>
    folder === 'node_modules/undici' ? path.join(staged, 'undici') : path.join(root, folder),
  );
  const compared = all.map((text) => verifyModules(text, folders)).reduce((a, b) => a + b);
  assert(compared >= MIN_COMPARED_MODULES, `only ${compared} modules were compared with a package`);
  const agents = all.map((text) => count(text, 'class ProxyAgent ')).reduce((a, b) => a + b);
  assert.equal(agents, 1, 'there is not exactly one undici in the bundle');
}

function write(built: ReadonlyMap<string, string>): void {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  for (const [name, text] of built) {
    writeFileSync(path.join(out, name), text);
    console.log(`${values.out}/${name} ${Buffer.byteLength(text)} bytes`);
  }
}

function check(built: ReadonlyMap<string, string>): void {
  const present = readdirSync(out);
  const names = new Set([...built.keys(), ...present]);
  const stale = [...names].filter((name) => {
    const committed = present.includes(name)
      ? readFileSync(path.join(out, name), 'utf8')
      : undefined;
    return committed !== built.get(name);
  });
  if (stale.length > 0) {
    console.error(
      `${values.out}/ is stale: ${stale.join(', ')}. Run npm run build and commit dist/.`,
    );
    process.exitCode = 1;
  } else {
    console.log(`${values.out}/ is what the sources build.`);
  }
}
