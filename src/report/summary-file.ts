import { appendFileSync, statSync } from 'node:fs';
import { MAX_REPORT_BYTES } from './summary.ts';

/** The runner drops the whole file when it is larger, in bytes. */
const MAX_FILE_BYTES = 1024 * 1024;

/** Less room, in bytes, is not enough for the heading and its table. */
const MIN_REPORT_BYTES = 2_048;

/** Separates the report from the text before it. */
const GAP = '\n\n';

/**
 * Appends the report to the file of the step's job summary, which may already hold other text. `render`
 * gets the size that is left, in bytes of UTF-8.
 *
 * @throws {Error} when the file can't be written, or is full
 */
export function appendSummary(file: string, render: (maxBytes: number) => string): void {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  const gap = size === 0 ? '' : GAP;
  const room = MAX_FILE_BYTES - size - gap.length;
  if (room < MIN_REPORT_BYTES) {
    throw new Error('the file has no room for it');
  }
  appendFileSync(file, `${gap}${render(Math.min(room, MAX_REPORT_BYTES))}`);
}
