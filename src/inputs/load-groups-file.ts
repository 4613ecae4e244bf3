import { ActionError, type SourceProblem } from '../errors.ts';
import type { Secrets } from '../secrets.ts';
import type { DesiredEntry } from './desired-entry.ts';
import { readGroupsFile } from './read-groups-file.ts';

/** The entries of a groups file that is valid as far as that can be known without LaunchDarkly. */
export interface LoadedGroupsFile {
  /** Relative to the workspace, with slashes. */
  readonly path: string;
  readonly entries: readonly DesiredEntry[];
}

/**
 * Loads the groups file that is named `file`, relative to `workspace`. What stands in it is no secret,
 * though a key in it may look like one, and LaunchDarkly's answers will repeat it.
 *
 * @throws {ActionError} `invalid-file`, when it can't be read or with every problem of its content
 */
export async function loadGroupsFile(
  file: string,
  { workspace, secrets }: { readonly workspace: string; readonly secrets: Secrets },
): Promise<LoadedGroupsFile> {
  const read = readGroupsFile(file, workspace);
  if (read.kind === 'unreadable') {
    throw new ActionError({
      code: 'invalid-file',
      message: `${read.message} No request was made.`,
      nextStep: 'Check the input file: it is a path relative to the workspace.',
    });
  }
  // By lines, because a value that holds a secret of the run is no exception.
  secrets.exempt(new TextDecoder().decode(read.bytes).split('\n'));
  // Not at the top: it brings a YAML parser along, which no other action needs.
  const { parseGroupsFile } = await import('./groups-file.ts');
  const parsed = parseGroupsFile(read.bytes);
  if (parsed.kind === 'invalid') {
    const problems = parsed.problems.map(({ path, message, ...at }) => ({
      ...at,
      message: path === '' ? message : `${path}: ${message}`,
    }));
    throw explainInvalidFile(read.path, problems, 'No request was made.');
  }
  return { path: read.path, entries: parsed.entries };
}

/** A file can hold a problem every two bytes, and nobody reads as many lines. */
const MAX_LISTED_PROBLEMS = 1_000;

/** Says that the content of a groups file is not valid. `consequence` is a sentence. */
export function explainInvalidFile(
  path: string,
  problems: readonly Omit<SourceProblem, 'file'>[],
  consequence: string,
): ActionError {
  const listed = problems.slice(0, MAX_LISTED_PROBLEMS);
  const count = problems.length === 1 ? '1 problem' : `${problems.length} problems`;
  const cut = listed.length < problems.length ? `, of which ${listed.length} are listed` : '';
  return new ActionError({
    code: 'invalid-file',
    message: `The groups file ${path} has ${count}${cut}. ${consequence}`,
    nextStep: 'Correct the file and re-run the job.',
    problems: listed.map((problem) => ({ file: path, ...problem })),
  });
}
