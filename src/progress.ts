import type { ProgressObserver } from './commands/command.ts';
import type { GroupResult, OutcomeKind } from './reconcile/group-result.ts';
import type { Log } from './report/log.ts';
import { logProgress, logStart } from './report/log-messages.ts';
import { logChange } from './report/log-results.ts';

/** How often work that takes long shows that it goes on, in milliseconds. */
const PROGRESS_INTERVAL_MS = 10_000;

/** Logs the work on several groups while it goes on: each change, and a sign of life where there are none. */
export class ProgressLog implements ProgressObserver {
  readonly #log: Log;
  readonly #isDryRun: boolean;
  readonly #now: () => number;
  #total = 0;
  #done = 0;
  #saidAt = 0;

  /** `now` counts milliseconds. */
  constructor(log: Log, isDryRun: boolean, now: () => number) {
    this.#log = log;
    this.#isDryRun = isDryRun;
    this.#now = now;
  }

  begin(total: number, expected: readonly OutcomeKind[] = []): void {
    this.#total = total;
    this.#saidAt = this.#now();
    logStart({ total, expected, isDryRun: this.#isDryRun }, this.#log);
  }

  finish(result: GroupResult): void {
    this.show(result);
    this.advance();
  }

  show(result: GroupResult): void {
    logChange(result, this.#log);
  }

  advance(): void {
    this.#done += 1;
    if (this.#now() - this.#saidAt >= PROGRESS_INTERVAL_MS && this.#done < this.#total) {
      this.#saidAt = this.#now();
      logProgress(this.#done, this.#total, this.#log);
    }
  }
}
