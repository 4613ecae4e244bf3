import type { Secrets } from '../secrets.ts';
import { type Block, renderDocument } from './document.ts';
import { renderFailure } from './failure-markdown.ts';
import { GroupMarkdown } from './group-markdown.ts';
import type { RunReport } from './run-report.ts';
import { renderSeveralGroups } from './several-groups.ts';
import { renderSingleGroup } from './single-group.ts';

/** The size of the largest report, in bytes of UTF-8. A comment may have 65,536 characters, a summary more. */
export const MAX_REPORT_BYTES = 60_000;

/** Renders the job summary, within `maxBytes` bytes: what happened and why first, the rest folded. */
export function renderSummary(
  report: RunReport,
  secrets: Secrets,
  maxBytes = MAX_REPORT_BYTES,
): string {
  const markdown = new GroupMarkdown(report, secrets);
  const requests = `${report.requests} ${report.requests === 1 ? 'request' : 'requests'}`;
  const facts = [markdown.server(), requests].filter((fact) => fact !== undefined);
  return renderReport(report, { markdown, smallPrint: facts.join(' · '), maxBytes });
}

/** How to render a report. */
export interface ReportOptions {
  readonly markdown: GroupMarkdown;
  /** Markdown for below everything else. */
  readonly smallPrint: string;
  readonly maxBytes: number;
}

/** Renders what a run did, within `maxBytes` bytes: the body of the job summary and of the comment. */
export function renderReport(report: RunReport, options: ReportOptions): string {
  const { markdown, smallPrint, maxBytes } = options;
  return renderDocument(renderBlocks(report, markdown), `<sub>${smallPrint}</sub>\n`, maxBytes);
}

function renderBlocks(report: RunReport, markdown: GroupMarkdown): Block[] {
  const { failure, results, isSingle } = report;
  const [only] = results;
  if (failure !== undefined && only === undefined) {
    return [`## ❌ ${failure.title}`, ...renderFailure(failure, { report, markdown })];
  }
  return isSingle && only !== undefined && failure === undefined
    ? renderSingleGroup(only, { report, markdown })
    : renderSeveralGroups({ report, markdown });
}
