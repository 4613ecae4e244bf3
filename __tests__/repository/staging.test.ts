import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { stageActions, stageUndici, verifyStaged } from '../../scripts/staging.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'staging-'));
  stageActions(folder);
  stageUndici(folder);
});

afterEach(() => rmSync(folder, { recursive: true }));

test('bundled library files equal those of their packages', () => {
  expect(() => verifyStaged(folder)).not.toThrow();
});

test('an edited library file fails the build', () => {
  const file = join(folder, 'undici', 'lib', 'core', 'connect.js');
  appendFileSync(file, '\n');
  expect(() => verifyStaged(folder)).toThrow(/undici.lib.core.connect\.js was changed/);
});

test('a file that is not in the package fails the build', () => {
  writeFileSync(join(folder, '@actions', 'core', 'lib', 'extra.js'), '');
  expect(() => verifyStaged(folder)).toThrow(/extra\.js/);
});
