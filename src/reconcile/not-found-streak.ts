import type { Placement } from '../launchdarkly/key-lookup.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';

/** How long a 404 is retried, counted from the first one, depending on what exists. In milliseconds. */
const RETRY_LIMIT_MS: Readonly<Record<Placement['kind'], number>> = {
  found: 10_000,
  'environment-missing': 5_000,
  'project-missing': 0,
  'not-launchdarkly': 0,
  unknown: 0,
};

/** The 404s of one operation, and for how long the next one is worth another attempt. */
export class NotFoundStreak {
  readonly #deps: Pick<ReconcileDeps, 'now' | 'diagnosis'>;
  #sinceMs: number | undefined;
  #placement: Placement | undefined;

  constructor(deps: Pick<ReconcileDeps, 'now' | 'diagnosis'>) {
    this.#deps = deps;
  }

  /**
   * Takes one more 404 into account, and looks up whether project and environment exist until they are found.
   * `leftMs` is the time that is left for retries, in milliseconds; 0 or less when there is none.
   */
  async observe(): Promise<{ readonly placement: Placement; readonly leftMs: number }> {
    const { now, diagnosis } = this.#deps;
    this.#sinceMs ??= now().uptimeMs;
    const placement =
      this.#placement?.kind === 'found' ? this.#placement : await diagnosis.locateEnvironment();
    this.#placement = placement;
    const leftMs = this.#sinceMs + RETRY_LIMIT_MS[placement.kind] - now().uptimeMs;
    return { placement, leftMs };
  }
}
