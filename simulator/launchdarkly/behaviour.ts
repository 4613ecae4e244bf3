import type { RateLimits } from './rate-limits.ts';
import type { CreatedAtFormat, StorageRule } from './storage.ts';

/**
 * How the simulated server behaves where LaunchDarkly's documentation leaves room, or where it varies.
 * Everything may be changed while the simulator runs.
 */
export interface Behaviour {
  /** How long a write stays invisible to reads, in milliseconds; later writes see it at once. */
  visibilityLagMs: number;
  /** How long a write stays invisible in lists, in milliseconds; never shorter than `visibilityLagMs`. */
  listLagMs: number;
  /**
   * The largest page of any list: a larger limit is clamped without a word. `documented` refuses a limit
   * above 20 for groups, and takes any limit for other lists.
   */
  maxPageSize: number | 'documented';
  /**
   * The order of a list. `shuffled` is another one for each request, so that pages skip and repeat items.
   * `moving` shifts each page but the first by one item, as when others add or delete meanwhile.
   */
  listOrder: 'documented' | 'shuffled' | 'moving';
  /** Whether the lists that document `totalCount` as optional send it: all but that of groups. */
  sendsTotalCount: boolean;
  /** Whether lists link to the next and the last page. */
  sendsNextLink: boolean;
  /**
   * How long a new project or environment stays unknown to every operation, in milliseconds. It is new
   * when it was added with a time.
   */
  environmentLagMs: number;
  /** How long creates of groups answer 404 for a new environment that reads show already, in milliseconds. */
  createLagMs: number;
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
    listLagMs: 0,
    maxPageSize: 'documented',
    listOrder: 'documented',
    sendsTotalCount: true,
    sendsNextLink: true,
    environmentLagMs: 0,
    createLagMs: 0,
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
