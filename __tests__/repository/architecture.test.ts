import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..', '..');
const text = readFileSync(join(root, 'docs', 'architecture.md'), 'utf8');
const paths = [...new Set([...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = '']) => path))];

/** Modules stand there relative to `src/`; within a paragraph on a folder, by their bare name. */
const FOLDERS = ['', 'src', 'src/launchdarkly', 'src/reconcile', 'src/report', 'src/inputs'];

test('the page on the architecture names modules', () => {
  expect(paths.length).toBeGreaterThan(20);
});

test.each(paths)('%s, which the page on the architecture names, exists', (path) => {
  expect(FOLDERS.some((folder) => existsSync(join(root, folder, path)))).toBe(true);
});
