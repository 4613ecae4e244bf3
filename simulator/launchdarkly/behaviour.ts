import type { RateLimits } from './rate-limits.ts';
import type { CreatedAtFormat, StorageRule } from './storage.ts';

/**
 * How the simulated server behaves where LaunchDarkly's documentation leaves room or behaviour
 * varies. Everything may be changed while the simulator runs.
 */
export interface Behaviour {
  /** How long reads do not see a write, in milliseconds; later writes see it immediately. */
  visibilityLagMs: number;
  /** How long lists do not see a write, in milliseconds; never shorter than `visibilityLagMs`. */
  listLagMs: number;
  /**
   * The largest page of any list; a larger limit is clamped silently. `documented` rejects a limit
   * above 20 for groups and accepts any limit for other lists.
   */
  maxPageSize: number | 'documented';
  /**
   * The order of a list. `shuffled` changes with each request, so that pages skip and repeat items.
   * `moving` shifts each page but the first by one item, as when others add or delete in the
   * meantime.
   */
  listOrder: 'documented' | 'shuffled' | 'moving';
  /**
   * Whether lists send the `totalCount` that is documented as optional: all lists but that of
   * groups.
   */
  sendsTotalCount: boolean;
  /** Whether lists link to the next and the last page. */
  sendsNextLink: boolean;
  /**
   * How long a new project or environment stays unknown to every operation, in milliseconds. It is
   * new when it was added with a time.
   */
  environmentLagMs: number;
  /**
   * How long creates of groups answer 404 for a new environment that reads already show, in
   * milliseconds.
   */
  createLagMs: number;
  /** How the values of a write (POST or PATCH) change when stored; applied in order. */
  storeAs: readonly StorageRule[];
  /** The code in the body of every 409, for duplicates and lock collisions alike. */
  conflictCode: 'optimistic_locking_error' | 'key_exists' | 'conflict';
  /** LaunchDarkly documents a body for 401, but its own CLI has seen responses without one. */
  unauthorizedBody: 'envelope' | 'empty';
  /**
   * Whether error bodies carry the `id` that support asks for; only the prose of the docs mentions
   * it.
   */
  errorIds: boolean;
  /** How `createdAt` is sent. The specification says int64, its examples are strings. */
  createdAtAs: CreatedAtFormat;
  /** Whether responses have a `Date` header. */
  sendsDate: boolean;
  /** How far the server's clock (`Date`, resets, timestamps) is ahead of `now`, in milliseconds. */
  clockSkewMs: number;
  /**
   * Calls allowed per ten-second window. An absent limit is neither applied nor sent in headers.
   */
  limits: RateLimits;
}

/** The documented behaviour, without lag, skew or rate limits. */
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
