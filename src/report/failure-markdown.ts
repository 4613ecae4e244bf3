import type { ActionError } from '../errors.ts';
import { type Block, listOf } from './document.ts';
import { alert, type GroupMarkdown } from './group-markdown.ts';
import type { RunReport } from './run-report.ts';

/** A report, and how to write its texts. */
export interface Rendering {
  readonly report: RunReport;
  readonly markdown: GroupMarkdown;
}

/** Renders a failure below its title: what happened and what to do, then everything that explains it. */
export function renderFailure(error: ActionError, { report, markdown }: Rendering): Block[] {
  const help = report.helpUrl(error.title);
  const link = help === undefined ? '' : ` <a href="${help}">More about this failure</a>`;
  const drift = error.existing?.drift ?? [];
  return [
    alert('CAUTION', [
      markdown.sentence(error.message),
      ...(drift.length === 0 ? [] : [markdown.drift(drift, 'state').join('<br>')]),
      `**Next step:** ${markdown.sentence(error.nextStep)}${link}`,
    ]),
    ...listOf(
      error.reasons.map(({ attribute, reason }) =>
        attribute === ''
          ? markdown.text(reason)
          : `${markdown.code(attribute)}: ${markdown.text(reason)}`,
      ),
    ),
    ...listOf(
      error.problems.map(
        ({ file, line, column, message }) =>
          `${markdown.code(`${file}:${line}:${column}`)} ${markdown.sentence(message)}`,
      ),
    ),
    ...(error.serverMessage === undefined ? [] : [`> ${markdown.text(error.serverMessage)}`]),
    ...foldedListOf(
      'Details',
      error.details.map((detail) => markdown.sentence(detail)),
    ),
  ];
}

/** Renders the title of a failure, linked to its explanation where that is known. */
export function renderFailureTitle({ title }: ActionError, report: RunReport): string {
  const help = report.helpUrl(title);
  return help === undefined ? `**${title}.**` : `**<a href="${help}">${title}</a>.**`;
}

function foldedListOf(summary: string, items: readonly string[]): Block[] {
  return items.length === 0 ? [] : [{ summary, blocks: [{ items }] }];
}
