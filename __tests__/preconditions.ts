import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Makes sure, before any test, that the tests run what a runner would run. */
export default function checkPreconditions(): void {
  const major = Number.parseInt(process.versions.node, 10);
  assert.equal(major, 24, `action.yml says node24, but the tests run on ${process.version}`);
  const bundle = join(import.meta.dirname, '..', 'dist', 'index.js');
  assert(existsSync(bundle), 'dist/index.js is missing: npm run build makes it');
}
