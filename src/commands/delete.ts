import { type DeleteInputs, readDeleteInputs } from '../inputs/delete-inputs.ts';
import { applyOne } from '../reconcile/apply.ts';
import { deleteTask } from '../reconcile/tasks.ts';
import { identifyGroupComment } from '../report/comment-identity.ts';
import type { Command } from './command.ts';

/** `delete/action.yml`: deletes a group. */
export const deleteCommand: Command<DeleteInputs> = {
  name: 'delete',
  afterCancellation: 'Re-run the job if the group should still be deleted.',
  readInputs: readDeleteInputs,
  mayBeSeveral: () => false,
  // The same as that of the step that created the group: its comment is brought up to date.
  identifyComment: ({ server, group }) => identifyGroupComment(server.origin, group),
  async execute({ group, isDryRun }, { session, source }) {
    source.secrets.exempt(Object.values(group));
    const task = deleteTask(group, { isDryRun, depsFor: session.depsFor });
    return { results: [await applyOne(task)], notices: [] };
  },
};
