import { ActionError, type SourceProblem } from '../errors.ts';
import type { DesiredEntry } from '../inputs/desired-entry.ts';
import { readGroupsFile } from '../inputs/read-groups-file.ts';
import { readSyncInputs, type SyncInputs } from '../inputs/sync-inputs.ts';
import { applyAll, type GroupTask, SKIPPED } from '../reconcile/apply.ts';
import { type EntriesPlan, planEntries } from '../reconcile/entries-plan.ts';
import { type Expansion, expandEntries } from '../reconcile/expand.ts';
import type { GroupResult } from '../reconcile/group-result.ts';
import { Lists } from '../reconcile/lists.ts';
import { observeGroups } from '../reconcile/observe-groups.ts';
import { readCatalog } from '../reconcile/read-catalog.ts';
import { plannedDeleteTask, plannedTask } from '../reconcile/tasks.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';

/** `sync/action.yml`: makes the groups of an account what a file says. */
export const syncCommand: Command<SyncInputs> = {
  name: 'sync',
  afterCancellation: 'Re-run the job to finish the work.',
  readInputs: readSyncInputs,
  mayBeSeveral: () => true,
  identifyComment: ({ server, file }) => [server.origin, 'file', file],
  async execute(inputs, context) {
    const entries = await readEntries(inputs, context);
    return applyEntries(entries, inputs, context);
  },
};

async function readEntries(
  { file }: SyncInputs,
  { source }: CommandContext,
): Promise<readonly DesiredEntry[]> {
  const workspace = source.env['GITHUB_WORKSPACE'] || process.cwd();
  const read = await readGroupsFile(file, workspace);
  if (read.kind === 'unreadable') {
    throw new ActionError({
      code: 'invalid-file',
      message: `The groups file ${read.path} can't be read: ${read.message} No request was made.`,
      nextStep: 'Correct the input file, or the file that it names.',
    });
  }
  // Not at the top: it brings a parser for YAML along, which no other action needs.
  const { parseGroupsFile } = await import('../inputs/groups-file.ts');
  const parsed = parseGroupsFile(read.bytes);
  if (parsed.kind === 'invalid') {
    throw explainInvalidFile(
      read.path,
      parsed.problems.map(({ line, column, path, message }) => ({
        file: read.path,
        line,
        column,
        message: path === '' ? message : `${path}: ${message}`,
      })),
    );
  }
  return parsed.entries;
}

async function applyEntries(
  entries: readonly DesiredEntry[],
  inputs: SyncInputs,
  { session, source, progress }: CommandContext,
): Promise<CommandResult> {
  const lists = new Lists(session);
  const expansion = expand(entries, await readCatalog(entries, lists), inputs.file);
  const { groups, absent, notices } = expansion;
  source.secrets.exempt(groups.flatMap(({ desired }) => Object.values(desired).flat()));
  source.secrets.exempt(absent.flatMap(({ group }) => Object.values(group)));
  const keys = [
    ...groups.map(({ desired }) => desired.key),
    ...absent.map(({ group }) => group.key),
  ];
  const plan = planEntries(expansion, await observeGroups(keys, lists), 'update');
  assertFewDeletes(plan, inputs);
  const options = {
    ifExists: 'update',
    isDryRun: inputs.isDryRun,
    depsFor: session.depsFor,
  } as const;
  progress.begin(plan.missing.length + plan.groups.length + plan.deletes.length);
  const finish = (result: GroupResult) => progress.finish(result);
  plan.missing.forEach(finish);
  const ensured = await applyAll(
    plan.groups.map((planned) => plannedTask(planned, options)),
    finish,
  );
  const isClean = [...plan.missing, ...ensured].every(
    ({ outcome }) => outcome.kind !== 'failed' && outcome.kind !== 'skipped',
  );
  const deletions = plan.deletes.map((planned) => plannedDeleteTask(planned, options));
  // Deletes come last, and only if nothing failed.
  const deleted = isClean || inputs.isDryRun ? await applyAll(deletions, finish) : skip(deletions);
  const results = [...plan.missing, ...ensured, ...deleted];
  return {
    results,
    notices: notices.map(({ message }) => message),
    failure: inputs.isDryRun && inputs.onDrift === 'fail' ? findDrift(results) : undefined,
  };
}

function expand(
  entries: readonly DesiredEntry[],
  catalog: Parameters<typeof expandEntries>[1],
  file: string,
): Extract<Expansion, { readonly kind: 'expanded' }> {
  const expansion = expandEntries(entries, catalog);
  if (expansion.kind === 'invalid') {
    throw explainInvalidFile(
      file,
      expansion.problems.map(({ input, message, entry: { source } }) => ({
        file,
        line: source?.line ?? 1,
        column: source?.column ?? 1,
        message: `${source?.path ?? ''}.${input} ${message}`,
      })),
    );
  }
  return expansion;
}

function explainInvalidFile(file: string, problems: readonly SourceProblem[]): ActionError {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  return new ActionError({
    code: 'invalid-file',
    message: `The groups file ${file} has ${count}. Nothing was written.`,
    nextStep: 'Correct the file, and run again.',
    problems,
  });
}

/** Counts the groups that exist: what is gone already needs no deletion. */
function assertFewDeletes({ deletes }: EntriesPlan, { maxDeletes, file }: SyncInputs): void {
  const existing = deletes.filter(({ observed }) => observed !== undefined);
  if (existing.length > maxDeletes) {
    throw new ActionError({
      code: 'too-many-deletes',
      message: `The groups file ${file} asks to delete ${existing.length} groups that exist, and max-deletes allows ${maxDeletes}. Nothing was written.`,
      nextStep:
        'Check the entries with state: absent, and raise max-deletes if all of them are meant.',
      details: existing.map(({ target }) => `Would be deleted: ${target.key}`),
    });
  }
}

function skip(tasks: readonly GroupTask[]): GroupResult[] {
  return tasks.map(({ target }) => ({ target, outcome: SKIPPED }));
}

/** A plan that finds drift fails with a code of its own, so that it is never mistaken for one that could not look. */
function findDrift(results: readonly GroupResult[]): ActionError | undefined {
  const count = results.filter(({ outcome }) => outcome.kind.startsWith('would-')).length;
  if (count === 0) {
    return undefined;
  }
  const groups = count === 1 ? '1 group differs' : `${count} groups differ`;
  return new ActionError({
    code: 'drift',
    message: `${groups} from the groups file. This was a dry run: nothing was written.`,
    nextStep: 'Apply the file, or change it to what LaunchDarkly has.',
  });
}
