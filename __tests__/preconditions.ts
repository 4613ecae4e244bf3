import { existsSync } from 'node:fs';
import { join } from 'node:path';

/** Checks before any test that there is a bundle to start. */
export default function checkPreconditions(): void {
  if (!existsSync(join(import.meta.dirname, '..', 'dist', 'index.js'))) {
    throw new Error('dist/index.js is missing: npm run build makes it');
  }
}
