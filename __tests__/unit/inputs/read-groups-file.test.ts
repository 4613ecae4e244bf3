import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readGroupsFile } from '../../../src/inputs/read-groups-file.ts';

const FILE = '.github/insight-groups.yml';

let folder = '';
let workspace = '';

beforeEach(() => {
  folder = mkdtempSync(join(realpathSync(tmpdir()), 'groups-file-'));
  workspace = join(folder, 'work');
  mkdirSync(join(workspace, '.github'), { recursive: true });
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The text of the file, or why it cannot be read. */
function read(file = FILE): string {
  const content = readGroupsFile(file, workspace);
  return content.kind === 'read' ? Buffer.from(content.bytes).toString() : content.message;
}

test('reads a file by its path in the workspace', () => {
  writeFileSync(join(workspace, FILE), 'groups: []\n');
  expect(readGroupsFile(`./.github/../${FILE}`, workspace)).toEqual({
    kind: 'read',
    bytes: new Uint8Array(Buffer.from('groups: []\n')),
    path: FILE,
  });
  expect(read(join(workspace, FILE))).toBe('groups: []\n');
});

test('reads an empty file as empty', () => {
  writeFileSync(join(workspace, FILE), '');
  expect(read()).toBe('');
});

test('reads little more than the limit of a large file', () => {
  writeFileSync(join(workspace, FILE), ' '.repeat(1_000_000));
  expect(read()).toHaveLength(256 * 1024 + 1);
});

test('suggests actions/checkout for a missing file', () => {
  expect(read()).toBe(
    'There is no file ".github/insight-groups.yml" in the workspace. Is a step with actions/checkout missing before this one?',
  );
});

test('suggests a file with the other extension', () => {
  writeFileSync(join(workspace, '.github/insight-groups.yaml'), '');
  expect(read()).toBe(
    'There is no file ".github/insight-groups.yml" in the workspace. Did you mean ".github/insight-groups.yaml"?',
  );
  writeFileSync(join(workspace, 'groups.yml'), '');
  expect(read('groups.yaml')).toContain('Did you mean "groups.yml"?');
});

test('rejects a folder', () => {
  expect(read('.github')).toBe('".github" is a folder; name a file in it.');
  expect(read('.')).toContain(' is a folder; name a file in it.');
});

test.each(['../groups.yml', 'a/../../groups.yml', '/etc/hostname', '..'])(
  'rejects the path %s, which leads out of the workspace',
  (file) => {
    writeFileSync(join(folder, 'groups.yml'), 'groups: []\n');
    expect(read(file)).toBe(
      `"${file}" is outside the workspace; the file has to be in the repository.`,
    );
  },
);

test('accepts a file name that only looks like a path out of the workspace', () => {
  writeFileSync(join(workspace, '..groups.yml'), 'groups: []\n');
  expect(read('..groups.yml')).toBe('groups: []\n');
});

test('does not follow a link out of the workspace', () => {
  writeFileSync(join(folder, 'secret'), 'secret\n');
  symlinkSync(join(folder, 'secret'), join(workspace, FILE));
  symlinkSync(folder, join(workspace, 'up'));
  expect(read()).toBe(`"${FILE}" is a link that leads out of the workspace.`);
  expect(read('up/secret')).toBe('"up/secret" is a link that leads out of the workspace.');
});

test('follows a link within the workspace', () => {
  writeFileSync(join(workspace, 'groups.yml'), 'groups: []\n');
  symlinkSync(join('..', 'groups.yml'), join(workspace, FILE));
  expect(read()).toBe('groups: []\n');
});

test('reports a link that leads to itself', () => {
  symlinkSync('insight-groups.yml', join(workspace, FILE));
  expect(read()).toBe(`"${FILE}" is a link that leads to itself.`);
});

test('reports a path component that is not a folder', () => {
  writeFileSync(join(workspace, 'file'), '');
  expect(read('file/groups.yml')).toBe(
    'There is no file "file/groups.yml" in the workspace: a part of its path is not a folder.',
  );
});

test.skipIf(process.getuid?.() === 0)('reports a file without read permission', () => {
  writeFileSync(join(workspace, FILE), '');
  chmodSync(join(workspace, FILE), 0);
  expect(read()).toContain('may not be read');
});

test.skipIf(process.platform === 'win32')('does not wait for a named pipe', () => {
  execFileSync('mkfifo', [join(workspace, FILE)]);
  expect(read()).toBe(`"${FILE}" is not a regular file.`);
});
