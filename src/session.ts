import { setMaxListeners } from 'node:events';
import { steadyNow, uptimeMs } from './clock.ts';
import { type Deadline, sleep, startDeadline } from './deadline.ts';
import type { ActionError } from './errors.ts';
import { ATTEMPT_RESERVE_MS } from './http/backoff.ts';
import { findRoute, PROXY_ADVICE } from './http/proxies.ts';
import type { CommonInputs } from './inputs/common-inputs.ts';
import type { DesiredGroup } from './insight-group/insight-group.ts';
import { createClient, type LaunchDarkly } from './launchdarkly/client.ts';
import { describeApiError, describeFailure } from './launchdarkly/diagnose.ts';
import {
  findUnknownApplications,
  locateEnvironment,
  type UnknownApplication,
} from './launchdarkly/key-lookup.ts';
import { throttle } from './launchdarkly/throttle.ts';
import { type ExchangeObserver, openTransport } from './launchdarkly/transport.ts';
import type { ReconcileDeps } from './reconcile/reconcile-deps.ts';
import type { Secrets } from './secrets.ts';
import { tuneV8 } from './startup.ts';

/** A diagnosis that takes longer, in milliseconds, would only delay the report of the failure. */
const DIAGNOSIS_TIMEOUT_MS = 10_000;

/** A look-up that only a warning depends on is given up sooner, in milliseconds. */
const LOOKUP_TIMEOUT_MS = 5_000;

/** How often one of several groups is tried without an answer before the next one has its turn. */
const MAX_UNANSWERED_ATTEMPTS = 5;

/** One run's connection to LaunchDarkly, until its deadline. */
export interface Session {
  readonly client: LaunchDarkly;
  /** Aborts at the deadline, or when the run is cancelled, with an {@link ActionError} that says which. */
  readonly signal: AbortSignal;
  /** What a reconciliation of `desired` needs. */
  readonly depsFor: (desired: DesiredGroup) => ReconcileDeps;
  /** Closes every connection and ends the deadline. */
  close(): Promise<void>;
}

/** How to open a session. */
export interface SessionOptions {
  readonly inputs: Pick<CommonInputs, 'server' | 'token' | 'proxies'>;
  readonly timeoutMs: number;
  readonly cancellation: AbortSignal;
  readonly secrets: Secrets;
  /** Whether the run may work on several groups. */
  readonly isSeveral: boolean;
  readonly observe: ExchangeObserver;
  readonly announceWait: ReconcileDeps['announceWait'];
}

/** Opens a session. No connection is made before the first request. */
export function openSession(options: SessionOptions): Session {
  const { inputs, timeoutMs, cancellation, secrets, isSeveral } = options;
  const { server, token, proxies } = inputs;
  tuneV8();
  let hasResponded = false;
  const isDirect = findRoute(server.origin, proxies).kind === 'direct';
  const advice = isDirect ? PROXY_ADVICE : 'Check HTTPS_PROXY: nothing came through the proxy.';
  const deadline = startDeadline(timeoutMs, cancellation, () => (hasResponded ? '' : advice));
  const transport = throttle(
    openTransport({
      origin: server.origin,
      token,
      proxies,
      secrets,
      now: steadyNow,
      observe: (seen) => {
        hasResponded ||= seen.exchange.kind === 'response';
        options.observe(seen);
      },
    }),
    {
      now: steadyNow,
      sleep: (ms, closing) => sleep(ms, AbortSignal.any([deadline.signal, closing])),
      random: Math.random,
      deadlineAt: steadyNow() + timeoutMs - ATTEMPT_RESERVE_MS,
      onWait: options.announceWait,
    },
  );
  const client = createClient(transport, deadline.signal);
  const askWithin = (limitMs: number) => {
    const signal = AbortSignal.any([deadline.signal, AbortSignal.timeout(limitMs)]);
    setMaxListeners(0, signal);
    return createClient(transport, signal);
  };
  const applications = new Map<string, Promise<readonly UnknownApplication[]>>();

  return {
    client,
    signal: deadline.signal,
    depsFor: (desired) => ({
      ...clockOf(deadline),
      client,
      isOneOfSeveral: isSeveral,
      maxUnansweredAttempts: isSeveral ? MAX_UNANSWERED_ATTEMPTS : undefined,
      announceWait: options.announceWait,
      diagnosis: {
        describeApiError: (error, operation, placement) =>
          describeApiError(
            error,
            { operation, desired, server, placement },
            askWithin(DIAGNOSIS_TIMEOUT_MS),
          ),
        describeFailure: (failure, operation) =>
          describeFailure(failure, { operation, desired, server }),
        locateEnvironment: () => locateEnvironment(desired, askWithin(DIAGNOSIS_TIMEOUT_MS)),
        findUnknownApplications: () => {
          // The groups of one template share their applications, and so the answer.
          const key = JSON.stringify(desired.applicationKeys);
          const unknown =
            applications.get(key) ?? findUnknownApplications(desired, askWithin(LOOKUP_TIMEOUT_MS));
          applications.set(key, unknown);
          return unknown;
        },
      },
    }),
    async close() {
      deadline.release();
      await transport.close();
    },
  };
}

/** The clocks of a deadline. */
export function clockOf(deadline: Deadline) {
  return {
    signal: deadline.signal,
    remainingMs: () => deadline.remainingMs(),
    now: () => ({ wallMs: Date.now(), uptimeMs: uptimeMs() }),
    sleep: (ms: number) => sleep(ms, deadline.signal),
    random: Math.random,
  };
}
