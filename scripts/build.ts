/**
 * Builds the bundle that the runner starts: `npm run build` writes dist/, and
 * `npm run check-dist` (the option --check) writes nothing and fails when dist/ differs.
 * The option --out names another folder than dist/.
 *
 * TypeScript compiles src/ into build/, and ncc bundles build/index.js, with the stand-ins of
 * staging.ts in place of some dependencies. The result is not minified: that made it start slower,
 * and a bundle that people run on trust should be readable.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { globSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import ncc from '@vercel/ncc';
import { collectLicenses } from './licenses.ts';
import { stageActions, stageUndici, stageZod } from './staging.ts';

const root = path.join(import.meta.dirname, '..');
const build = path.join(root, 'build');

/** The largest index.js that may land in dist/, in bytes. */
const MAX_INDEX_BYTES = 1_200_000;

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
  const zodNames = findZodNames();
  const modules = path.join(build, 'node_modules');
  stageActions(modules);
  stageUndici(modules);
  await stageZod(modules, zodNames);
}

/** The exports of zod/mini that the compiled sources use, all of which import it as `z`. */
function findZodNames(): string[] {
  const names = new Set<string>();
  for (const file of globSync('**/*.js', { cwd: build })) {
    const text = readFileSync(path.join(build, file), 'utf8');
    if (text.includes("from 'zod")) {
      assert(text.includes("import * as z from 'zod/mini';"), `${file} imports zod differently`);
      for (const [, name = ''] of text.matchAll(/\bz\.(\w+)/g)) {
        names.add(name);
      }
    }
  }
  return [...names].sort();
}

/** Returns the files of dist/ by name. Chunks lie beside the index. */
async function bundle(): Promise<Map<string, string>> {
  const { code, assets } = await ncc(path.join(build, 'index.js'), {
    cache: false,
    minify: false,
    quiet: true,
  });
  const files = new Map([['index.js', code]]);
  for (const [name, { source }] of Object.entries(assets)) {
    files.set(name, source.toString());
  }
  files.set('licenses.txt', collectLicenses(root));
  return files;
}

function verify(files: ReadonlyMap<string, string>): void {
  const index = files.get('index.js') ?? '';
  const all = [...files].filter(([name]) => name.endsWith('.js')).map(([, text]) => text);
  const count = (text: string, what: string) => text.split(what).length - 1;
  const size = Buffer.byteLength(index);
  assert(size <= MAX_INDEX_BYTES, `index.js has ${size} bytes`);
  assert(!index.includes('ACTIONS_ID_TOKEN_REQUEST_URL'), 'OpenID Connect is in index.js');
  assert(!index.includes('octokit'), '@actions/github is in index.js, not in a chunk of its own');
  for (const unused of ['node:http2', 'class FormData ', 'class Socks5Client']) {
    assert(!index.includes(unused), `${unused} is in index.js: an unused part of undici is back`);
  }
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
