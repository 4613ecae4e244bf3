import path from 'node:path';
import { ActionError } from '../errors.ts';
import {
  explainInvalidFile,
  type LoadedGroupsFile,
  loadGroupsFile,
} from '../inputs/load-groups-file.ts';
import { readSyncInputs, type SyncInputs } from '../inputs/sync-inputs.ts';
import type { GroupReference } from '../insight-group/insight-group.ts';
import { applyAll, type GroupTask, SKIPPED } from '../reconcile/apply.ts';
import { DeleteLimit } from '../reconcile/delete-limit.ts';
import { TOO_MANY_DELETES_ADVICE } from '../reconcile/delete-messages.ts';
import { type EntriesPlan, expectOutcomes, planEntries } from '../reconcile/entries-plan.ts';
import { expandEntries, type ValidExpansion } from '../reconcile/expand.ts';
import type { GroupResult } from '../reconcile/group-result.ts';
import { Lists } from '../reconcile/lists.ts';
import { describeIncompleteList } from '../reconcile/messages.ts';
import { type AccountRead, readAccount } from '../reconcile/read-account.ts';
import type { ExpandNotice } from '../reconcile/targets.ts';
import { deleteTask, plannedTasks } from '../reconcile/tasks.ts';
import type { Command, CommandContext } from './command.ts';

/** `sync/action.yml`: makes the groups of an account match a file. */
export const syncCommand: Command<SyncInputs> = {
  name: 'sync',
  afterCancellation: 'Re-run the job to finish the work.',
  readInputs: readSyncInputs,
  mayBeSeveral: () => true,
  findFile: ({ file }) => path.posix.normalize(file),
  // The plan on the pull request and the apply after it share the comment of their file.
  identifyComment: ({ server, file }) => [server.origin, 'file', path.posix.normalize(file)],
  async execute(inputs, context) {
    const { session, source } = context;
    const workspace = source.env['GITHUB_WORKSPACE'] || process.cwd();
    const file = await loadGroupsFile(inputs.file, { workspace, secrets: source.secrets });
    const { catalog, findGroups } = await readAccount(file.entries, new Lists(session));
    const expansion = expand(file, catalog);
    source.secrets.exempt(listRendered(expansion));
    const plan = await planExpansion(expansion, findGroups);
    const notices = describeNotices(file, expansion.notices);
    const warnings = catalog.incompleteLists?.map(describeIncompleteList);
    const expected = expectOutcomes(plan);
    if (inputs.isDryRun) {
      context.progress.begin(expected.length, expected);
      const results = await showPlan(plan, context);
      const deletes = results.filter(({ outcome }) => outcome.kind === 'would-delete');
      const excess = findExcess(deletes, file, inputs.maxDeletes);
      const drift = inputs.onDrift === 'fail' ? findDrift(results) : undefined;
      return { results, notices, warnings, failure: excess ?? drift };
    }
    const deletes = plan.deletes.filter(({ observed }) => observed !== undefined);
    const excess = findExcess(deletes, file, inputs.maxDeletes);
    if (excess !== undefined) {
      throw excess;
    }
    context.progress.begin(expected.length, expected);
    return { results: await applyPlan(plan, inputs.maxDeletes, context), notices, warnings };
  },
};

/** @throws {ActionError} `invalid-file`, when the entries do not fit the projects and environments that exist */
function expand(
  { path: file, entries }: LoadedGroupsFile,
  catalog: Parameters<typeof expandEntries>[1],
): ValidExpansion {
  const expansion = expandEntries(entries, catalog);
  if (expansion.kind === 'expanded') {
    return expansion;
  }
  const problems = expansion.problems.map(({ input, message, entry: { source } }) => ({
    line: source?.line ?? 1,
    column: source?.column ?? 1,
    message: `${source?.path ?? 'groups'}.${input}: ${message}`,
  }));
  problems.sort((a, b) => a.line - b.line);
  throw explainInvalidFile(file, problems, 'Nothing was written.');
}

/** The keys and names that stand in no line of the file, because placeholders made them. */
function listRendered({ groups, absent, missing }: ValidExpansion): string[] {
  return [
    ...groups.flatMap(({ desired }) => [desired.key, desired.name]),
    ...absent.map(({ group }) => group.key),
    ...missing.flatMap(({ key }) => key ?? []),
  ];
}

async function planExpansion(
  expansion: ValidExpansion,
  findGroups: AccountRead['findGroups'],
): Promise<EntriesPlan> {
  const present = expansion.groups.map(({ desired }) => desired.key);
  const absent = expansion.absent.map(({ group }) => group.key);
  const observed = await findGroups([...present, ...absent]);
  return planEntries(expansion, observed, 'update');
}

/** Shows every group in the order of the file, those that fail as well. */
async function showPlan(
  plan: EntriesPlan,
  { session, progress }: CommandContext,
): Promise<GroupResult[]> {
  const options = { ifExists: 'update', isDryRun: true, depsFor: session.depsFor } as const;
  const tasks = [
    ...plannedTasks(plan.groups, options),
    ...plan.deletes.map(({ target }) => deleteTask(target, options)),
  ];
  for (const _ of plan.missing) {
    progress.advance();
  }
  const onResult = () => progress.advance();
  const results = [
    ...plan.missing,
    ...(await applyAll(tasks, { signal: session.signal, onResult })),
  ];
  for (const result of results) {
    progress.show(result);
  }
  return results;
}

/** Creates and updates; then, only if nothing failed, deletes. */
async function applyPlan(
  plan: EntriesPlan,
  maxDeletes: number,
  { session, progress }: CommandContext,
): Promise<GroupResult[]> {
  const options = { ifExists: 'update', isDryRun: false, depsFor: session.depsFor } as const;
  const onResult = (result: GroupResult) => progress.finish(result);
  const applyOptions = { signal: session.signal, onResult };
  plan.missing.forEach(onResult);
  const written = await applyAll(plannedTasks(plan.groups, options), applyOptions);
  const results = [...plan.missing, ...written];
  // More may exist than the list showed.
  const limit = new DeleteLimit(maxDeletes);
  const deletions = plan.deletes.map(({ target }) => deleteTask(target, { ...options, limit }));
  if (results.every(isSuccess)) {
    return [...results, ...(await applyAll(deletions, applyOptions))];
  }
  const skipped = deletions.map(skip);
  skipped.forEach(onResult);
  return [...results, ...skipped];
}

function isSuccess({ outcome }: GroupResult): boolean {
  return outcome.kind !== 'failed' && outcome.kind !== 'skipped';
}

function skip({ target }: GroupTask): GroupResult {
  return { target, outcome: SKIPPED };
}

/** `existing` are the groups that exist: one that is gone needs no deletion. */
function findExcess(
  existing: readonly { readonly target: GroupReference }[],
  file: LoadedGroupsFile,
  maxDeletes: number,
): ActionError | undefined {
  if (existing.length <= maxDeletes) {
    return undefined;
  }
  const groups = existing.length === 1 ? '1 existing group' : `${existing.length} existing groups`;
  return new ActionError({
    code: 'too-many-deletes',
    message: `The groups file ${file.path} asks to delete ${groups}; max-deletes allows ${maxDeletes}. Nothing was written.`,
    nextStep: TOO_MANY_DELETES_ADVICE,
    details: existing.map(({ target }) => `To delete: ${target.key}`),
  });
}

/**
 * A plan with differences fails with a code of its own. One in which a group failed is not that: what
 * could not be read or must not be written is no drift.
 */
function findDrift(results: readonly GroupResult[]): ActionError | undefined {
  const count = results.filter(({ outcome }) => outcome.kind.startsWith('would-')).length;
  if (count === 0 || !results.every(isSuccess)) {
    return undefined;
  }
  const groups = count === 1 ? '1 insight group differs' : `${count} insight groups differ`;
  return new ActionError({
    code: 'drift',
    message: `${groups} from the groups file. This was a dry run: nothing was written.`,
    nextStep: 'Apply the file, or change it to match LaunchDarkly.',
  });
}

/** More notices than these are counted: GitHub shows ten of a step. */
const MAX_NOTICES = 9;

function describeNotices(
  { path: file, entries }: LoadedGroupsFile,
  notices: readonly ExpandNotice[],
): string[] {
  if (entries.length === 0) {
    return [`The groups file ${file} has no groups.`];
  }
  const shown = notices
    .slice(0, MAX_NOTICES)
    .map(({ message, entry: { source } }) => `${file}:${source?.line ?? 1}: ${message}`);
  const hidden = notices.slice(MAX_NOTICES);
  const lines = hidden.map(({ entry: { source } }) => source?.line ?? 1).join(', ');
  const more =
    hidden.length === 1
      ? `1 more pattern matches nothing, on line ${lines}.`
      : `${hidden.length} more patterns match nothing, on lines ${lines}.`;
  return hidden.length === 0 ? shown : [...shown, `${file}: ${more}`];
}
