import type { RateLimits } from './rate-limits.ts';
import type { CreatedAtFormat, StorageRule } from './storage.ts';

/**
 * How the simulated server behaves where LaunchDarkly's documentation leaves room, or where it varies.
 * Everything may be changed while the simulator runs.
 */
export interface Behaviour {
  /** How long a write stays invisible to reads, in milliseconds; later writes see it at once. */
  visibilityLagMs: number;
  /** How the values of a write (POST or PATCH) change on their way into the store; applied in order. */
  storeAs: readonly StorageRule[];
  /** The code in the body of every 409, be it a duplicate or a lock collision. */
  conflictCode: 'optimistic_locking_error' | 'key_exists' | 'conflict';
  /** LaunchDarkly documents a body for 401, but its own CLI has met answers without one. */
  unauthorizedBody: 'envelope' | 'empty';
  /** Whether error bodies carry the `id` that support asks for; only the prose of the docs shows it. */
  errorIds: boolean;
  /** How `createdAt` is sent. The specification calls it an int64, and its examples are strings. */
  createdAtAs: CreatedAtFormat;
  /** Whether answers have a `Date` header. */
  sendsDate: boolean;
  /** How far the server's clock (`Date`, resets, timestamps) is ahead of `now`, in milliseconds. */
  clockSkewMs: number;
  /** Calls allowed per ten-second window; a limit that is absent is not applied, nor are its headers. */
  limits: RateLimits;
}

/** The behaviour that the documentation describes, without lag, skew or rate limits. */
export function documentedBehaviour(): Behaviour {
  return {
    visibilityLagMs: 0,
    storeAs: [],
    conflictCode: 'optimistic_locking_error',
    unauthorizedBody: 'envelope',
    errorIds: false,
    createdAtAs: 'number',
    sendsDate: true,
    clockSkewMs: 0,
    limits: {},
  };
}
