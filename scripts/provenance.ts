/**
 * Holds the modules in a bundle against the packages that they are from, so that nobody has to believe
 * that what stands in dist/ under a library's name is that library.
 */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** How the bundler writes a module: its id, then a function of module, exports and require around its text. */
const MODULE =
  /^\/\*\*\*\/ (\d+):\n\/\*\*\*\/ \(+(?:function)?[^\n]*\{\n([\s\S]*?)\n\/\*\*\*\/ \}/gm;

/** A module of Node's own: no text of a package. */
const NODE_MODULE = /^\s*module\.exports = __WEBPACK_EXTERNAL_createRequire\(import\.meta\.url\)\(/;

/** The bundler rewrites each import and export of an ECMAScript module, so its text can't be compared. */
const ECMASCRIPT_MODULE = /__webpack_exports__|__WEBPACK_IMPORTED_MODULE_/;

/**
 * Checks that every CommonJS module of a bundle has the text of a file of a package, but for what the
 * bundler respells: `require` with a number instead of a path, parentheses, semicolons and white space.
 * (ECMAScript modules are rewritten throughout. What is bundled of them is checked before it is bundled.)
 * Returns how many modules were compared.
 *
 * @throws when a module has no counterpart in `folders`
 */
export function verifyModules(bundle: string, folders: readonly string[]): number {
  const originals = new Set(folders.flatMap(readPackage));
  let compared = 0;
  for (const [, id = '', text = ''] of bundle.matchAll(MODULE)) {
    if (NODE_MODULE.test(text) || ECMASCRIPT_MODULE.test(text)) {
      continue;
    }
    assert(originals.has(normalize(text)), `module ${id} of the bundle is no file of a package`);
    compared += 1;
  }
  return compared;
}

function readPackage(folder: string): string[] {
  return globSync('**/*.{js,cjs}', { cwd: folder, exclude: ['node_modules/**'] }).map((file) =>
    normalize(readFileSync(path.join(folder, file), 'utf8')),
  );
}

function normalize(text: string): string {
  return text
    .replace(/^\/\* module decorator \*\/ .*$/m, '')
    .replaceAll(/['"]use strict['"]/g, '')
    .replaceAll(
      /\b(?:require|__nccwpck_require__|__webpack_require__)\(\s*(?:'[^']+'|"[^"]+"|\d+)\s*\)/g,
      'REQUIRE',
    )
    .replaceAll('exports["default"]', 'exports.default')
    .replaceAll(/[\s();]+/g, '');
}
