import { explainProblems } from '../inputs/common-inputs.ts';
import { type CreateInputs, readCreateInputs } from '../inputs/create-inputs.ts';
import type { PresentEntry } from '../inputs/desired-entry.ts';
import { mayBeSeveral, renderKey } from '../inputs/group-template.ts';
import { formatSelector } from '../inputs/selector.ts';
import { applyAll, applyOne } from '../reconcile/apply.ts';
import type { Catalog } from '../reconcile/catalog.ts';
import { expectOutcomes, planEntries } from '../reconcile/entries-plan.ts';
import { expandEntries, type ValidExpansion } from '../reconcile/expand.ts';
import { Lists } from '../reconcile/lists.ts';
import { describeIncompleteList } from '../reconcile/messages.ts';
import { readAccount } from '../reconcile/read-account.ts';
import { readNames } from '../reconcile/read-catalog.ts';
import { ensureTask, plannedTasks } from '../reconcile/tasks.ts';
import { type CommentIdentity, identifyGroupComment } from '../report/comment-identity.ts';
import type { Command, CommandContext, CommandResult } from './command.ts';

/** `action.yml`: creates a group, or one for each environment that matches. */
export const createCommand: Command<CreateInputs> = {
  name: 'create',
  afterCancellation: 'Re-run the job if you still need the group.',
  readInputs: readCreateInputs,
  mayBeSeveral: ({ template }) => mayBeSeveral(template),
  identifyComment,
  execute: (inputs, context) =>
    mayBeSeveral(inputs.template) ? createSeveral(inputs, context) : createOne(inputs, context),
};

/** One group has one comment. Several have one as well, which goes by what was asked for and not by what matched. */
function identifyComment({ server, template }: CreateInputs): CommentIdentity {
  const { project, environment } = template;
  if (project.kind === 'exact' && environment.kind === 'exact') {
    const key = renderKey(template, project.key, environment.key);
    return identifyGroupComment(server.origin, { projectKey: project.key, key });
  }
  const selectors = [formatSelector(project), formatSelector(environment)];
  return [server.origin, 'several', ...selectors, template.key];
}

async function createOne(inputs: CreateInputs, context: CommandContext): Promise<CommandResult> {
  const { session } = context;
  const lists = new Lists(session);
  const expansion = expand(inputs, await readNames(inputs.template, lists), context);
  const [group] = expansion.groups;
  if (group === undefined) {
    throw new Error('One exact project and environment stand for one group');
  }
  const task = ensureTask(group.desired, { ...inputs, depsFor: session.depsFor });
  return { results: [await applyOne(task)], notices: [] };
}

async function createSeveral(
  inputs: CreateInputs,
  context: CommandContext,
): Promise<CommandResult> {
  const { session, progress } = context;
  const entry: PresentEntry = { kind: 'present', template: inputs.template };
  const { catalog, findGroups } = await readAccount([entry], new Lists(session));
  const expansion = expand(inputs, catalog, context);
  const observed = await findGroups(expansion.groups.map(({ desired }) => desired.key));
  const plan = planEntries(expansion, observed, inputs.ifExists);
  progress.begin(plan.groups.length + plan.missing.length, expectOutcomes(plan));
  for (const result of plan.missing) {
    progress.finish(result);
  }
  const tasks = plannedTasks(plan.groups, { ...inputs, depsFor: session.depsFor });
  const results = await applyAll(tasks, {
    signal: session.signal,
    onResult: (result) => progress.finish(result),
  });
  return {
    results: [...plan.missing, ...results],
    notices: expansion.notices.map(({ message }) => message),
    warnings: catalog.incompleteLists?.map(describeIncompleteList),
  };
}

function expand(
  { template }: CreateInputs,
  catalog: Catalog,
  { source }: CommandContext,
): ValidExpansion {
  const expansion = expandEntries([{ kind: 'present', template }], catalog);
  if (expansion.kind === 'invalid') {
    throw explainProblems(expansion.problems, source.run, 'Nothing was written.');
  }
  // The answers repeat what the workflow asks for, and none of it is a secret.
  source.secrets.exempt(expansion.groups.flatMap(({ desired }) => Object.values(desired).flat()));
  return expansion;
}
