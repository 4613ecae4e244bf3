import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { ACTIONS } from '../../scripts/actions.ts';
import { repositoryRoot } from './workflow-files.ts';

/** What a runner may have to download before the step can start, in bytes. */
const MAX_ARCHIVE_BYTES = 350_000;

// GitHub makes the archive that a runner downloads with git, by the attributes of the commit. Here they
// are those of the working tree, so that a change is tried before it is committed.
describe.runIf(existsSync(join(repositoryRoot, '.git')))('the archive of a release', () => {
  const git = (...args: readonly string[]) =>
    execFileSync('git', args, { cwd: repositoryRoot, maxBuffer: 64 * 1024 * 1024 });
  const archive = git('archive', '--worktree-attributes', '--format=tar', 'HEAD');

  test('holds what a runner needs, and nothing else', () => {
    const entries = execFileSync('tar', ['-tf', '-'], { input: archive }).toString().split(/\r?\n/);
    const files = entries.filter((entry) => entry !== '' && !entry.endsWith('/'));
    const manifests = ACTIONS.flatMap(({ manifest, readme }) => [manifest, readme]);
    const committed = git('ls-tree', '-r', '--name-only', 'HEAD').toString().split('\n');
    const expected = [...manifests, 'LICENSE'].filter((file) => committed.includes(file));
    const outsideDist = files.filter((file) => !file.startsWith('dist/'));
    expect(new Set(outsideDist)).toEqual(new Set(expected));
    expect(files.filter((file) => file.startsWith('dist/'))).toEqual(
      committed.filter((file) => file.startsWith('dist/')),
    );
    expect(files).toContain('dist/index.js');
  });

  test('holds no script that starts programs or evaluates text', () => {
    const scripts = git('ls-tree', '-r', '--name-only', 'HEAD', 'dist').toString().split('\n');
    for (const script of scripts.filter((file) => file.endsWith('.js'))) {
      const text = git('show', `HEAD:${script}`).toString();
      expect(text, script).not.toMatch(/child_process|\beval\(|new Function\(/);
    }
  });

  test('is small', () => {
    expect(gzipSync(archive).length).toBeLessThan(MAX_ARCHIVE_BYTES);
  });
});
