import {
  closeSync,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readSync,
  realpathSync,
} from 'node:fs';
import path from 'node:path';
import { MAX_FILE_BYTES } from './groups-file-text.ts';

/** The content of a groups file; or why it cannot be read, as a sentence. */
export type GroupsFileContent =
  | {
      readonly kind: 'read';
      readonly bytes: Uint8Array;
      /** Relative to the workspace, with slashes, as annotations need it. */
      readonly path: string;
    }
  | { readonly kind: 'unreadable'; readonly path: string; readonly message: string };

/**
 * Reads the file that is named `file`, which has to lie inside `workspace`, also after links are followed.
 * Of a file that is too large just more than the limit is read, so that it is refused as too large.
 */
export function readGroupsFile(file: string, workspace: string): GroupsFileContent {
  const absolute = path.resolve(workspace, file);
  const shown = path.relative(workspace, absolute).replaceAll(path.sep, '/');
  if (!isInside(workspace, absolute)) {
    return unreadable(
      file,
      `"${file}" is outside the workspace; the file has to be in the repository.`,
    );
  }
  try {
    const target = realpathSync(absolute);
    if (!isInside(realpathSync(workspace), target)) {
      return unreadable(shown, `"${shown}" is a link that leads out of the workspace.`);
    }
    // A named pipe would keep the step waiting for ever.
    const descriptor = openSync(target, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    try {
      return readOpenFile(descriptor, shown);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return unreadable(shown, describeFailure(error, absolute, shown));
  }
}

function readOpenFile(descriptor: number, shown: string): GroupsFileContent {
  const stats = fstatSync(descriptor);
  if (stats.isDirectory()) {
    return unreadable(shown, `"${shown}" is a folder; name a file in it.`);
  }
  if (!stats.isFile()) {
    return unreadable(shown, `"${shown}" is not a regular file.`);
  }
  const buffer = new Uint8Array(MAX_FILE_BYTES + 1);
  let length = 0;
  while (length < buffer.length) {
    const bytesRead = readSync(descriptor, buffer, length, buffer.length - length, length);
    if (bytesRead === 0) {
      break;
    }
    length += bytesRead;
  }
  return { kind: 'read', bytes: buffer.subarray(0, length), path: shown };
}

function isInside(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  const isOutside = relative === '..' || relative.startsWith(`..${path.sep}`);
  return !(isOutside || path.isAbsolute(relative));
}

function describeFailure(error: unknown, absolute: string, shown: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'ENOENT':
      return `There is no file "${shown}" in the workspace. ${explainAbsence(absolute, shown)}`;
    case 'ENOTDIR':
      return `There is no file "${shown}" in the workspace: a part of its path is not a folder.`;
    case 'EISDIR':
      return `"${shown}" is a folder; name a file in it.`;
    case 'EACCES':
    case 'EPERM':
      return `"${shown}" may not be read: the permissions of the file or of a folder forbid it.`;
    case 'ELOOP':
      return `"${shown}" is a link that leads to itself.`;
    default:
      return `"${shown}" cannot be read (${typeof code === 'string' ? code : 'unknown error'}).`;
  }
}

function explainAbsence(absolute: string, shown: string): string {
  // YAML files have two usual extensions, and one is easily taken for the other.
  const swap = (name: string) =>
    name.endsWith('.yml') ? name.replace(/\.yml$/, '.yaml') : name.replace(/\.yaml$/, '.yml');
  const isOther = swap(absolute) !== absolute && existsSync(swap(absolute));
  return isOther
    ? `Did you mean "${swap(shown)}"?`
    : 'Is a step with actions/checkout missing before this one?';
}

function unreadable(shown: string, message: string): GroupsFileContent {
  return { kind: 'unreadable', path: shown, message };
}
