import { setMaxListeners } from 'node:events';
import { uptimeMs } from './clock.ts';
import { ActionError } from './errors.ts';

/** The bounds of a run in time. */
export interface Deadline {
  /**
   * Aborts when the time is up or the run is cancelled, with an {@link ActionError} that says which, and
   * with another error once the run is over.
   */
  readonly signal: AbortSignal;
  /** What is left of the time, in milliseconds, whoever sets the clock meanwhile. */
  remainingMs(): number;
  /** Ends the watch, so that nothing keeps the process alive: what still goes on is aborted. */
  release(): void;
}

/**
 * The runner cancels with SIGINT, follows with SIGTERM after 7.5 s, and kills 2.5 s later.
 *
 * @see https://github.com/actions/runner/blob/main/src/Runner.Sdk/ProcessInvoker.cs
 */
const CANCEL_SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Listens for cancellation until `release` is called. `nextStep` says what a person can do after one. */
export function watchCancellation(nextStep: string): {
  readonly signal: AbortSignal;
  release(): void;
} {
  const controller = new AbortController();
  const cancel = () => controller.abort(explainCancel(nextStep));
  for (const name of CANCEL_SIGNALS) {
    // Every one: without a listener, Node ends the process at the next signal, in the middle of the report.
    process.on(name, cancel);
  }
  return {
    signal: controller.signal,
    release() {
      for (const name of CANCEL_SIGNALS) {
        process.off(name, cancel);
      }
    },
  };
}

/**
 * Starts the run's one deadline, `timeoutMs` from now, which a cancellation ends early. `findAdvice` is
 * asked when the time is up; it may return a further sentence for the next step, or an empty string.
 */
export function startDeadline(
  timeoutMs: number,
  cancellation: AbortSignal,
  findAdvice: () => string = () => '',
): Deadline {
  const controller = new AbortController();
  // Every request that waits its turn listens, and Node 20 warns on stderr from the eleventh on.
  setMaxListeners(0, controller.signal);
  const endsAt = uptimeMs() + timeoutMs;
  const timer = setTimeout(
    () => controller.abort(explainTimeout(timeoutMs, findAdvice())),
    timeoutMs,
  );
  // Not AbortSignal.any: until somebody listens to it, it does not know which of its signals came first.
  const cancel = () => controller.abort(cancellation.reason);
  cancellation.addEventListener('abort', cancel);
  if (cancellation.aborted) {
    cancel();
  }
  return {
    signal: controller.signal,
    remainingMs: () => endsAt - uptimeMs(),
    release() {
      clearTimeout(timer);
      cancellation.removeEventListener('abort', cancel);
      controller.abort(new Error('the run is over'));
    },
  };
}

function explainTimeout(timeoutMs: number, advice: string): ActionError {
  return new ActionError({
    code: 'timeout',
    message: `LaunchDarkly did not respond within ${timeoutMs / 1_000} s (timeout-seconds).`,
    nextStep: `Run again; raise timeout-seconds if the network is slow. ${advice}`.trim(),
  });
}

function explainCancel(nextStep: string): ActionError {
  return new ActionError({
    code: 'cancelled',
    message: 'The run was cancelled before it was done.',
    nextStep,
  });
}

/** Resolves after `ms` milliseconds, or as soon as `signal` aborts. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const wake = () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    signal.addEventListener('abort', wake);
    if (signal.aborted) {
      wake();
    }
  });
}
