import { isDeepStrictEqual } from 'node:util';
import { applyJsonPatch } from '../../simulator/launchdarkly/json-patch.ts';
import type { DesiredGroup, InsightGroup } from '../../src/insight-group/insight-group.ts';
import type { JsonRequest } from '../../src/launchdarkly/transport.ts';

/**
 * The start of virtual time, in epoch milliseconds by the server's clock: a quarter past a full
 * second.
 */
export const EPOCH_MS = Date.UTC(2026, 10, 24, 12, 0, 0, 250);

/** The response of the server to a request. */
export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

/** One state of the group, from `at` on. */
export interface Version {
  /** Virtual milliseconds. */
  readonly at: number;
  readonly group: InsightGroup | undefined;
  /** The job that wrote it; undefined for the initial state. */
  readonly by: number | undefined;
}

/** How a stored write differs from what was sent. */
export const STORE_MODES = [
  'nfc',
  'squeeze-blanks',
  'lower-case-keys',
  'drop-unknown-applications',
] as const;

export type StoreMode = (typeof STORE_MODES)[number];

/** What LaunchDarkly's documentation leaves open. */
export interface ServerBehaviour {
  readonly storeAs: readonly StoreMode[];
  /** Whether responses have a `Date`. */
  readonly sendsDate: boolean;
  /** Whether groups have their `createdAt`. */
  readonly tellsCreation: boolean;
}

/** An application that the server does not know: see {@link StoreMode}. */
export const UNKNOWN_APPLICATION = 'unheard-of';

/** The state before the first job starts. */
export interface InitialState {
  readonly group: InsightGroup | undefined;
  /** When `group` was deleted, in virtual milliseconds, at most 0; undefined when it was not. */
  readonly deletedAt: number | undefined;
}

/** The options of a {@link MemoryServer}. */
export interface MemoryServerOptions {
  readonly initialState: InitialState;
  readonly behaviour: ServerBehaviour;
  /** Virtual milliseconds. */
  readonly now: () => number;
}

/**
 * An in-memory LaunchDarkly with a single key. A write sees every earlier write, so a second create
 * is always rejected; a read may see an older state. It remembers every state.
 */
export class MemoryServer {
  readonly #versions: Version[];
  readonly #now: () => number;

  readonly behaviour: ServerBehaviour;

  constructor({ initialState, behaviour, now }: MemoryServerOptions) {
    this.#now = now;
    this.behaviour = behaviour;
    this.#versions = [{ at: Number.NEGATIVE_INFINITY, group: initialState.group, by: undefined }];
    if (initialState.deletedAt !== undefined) {
      this.#versions.push({ at: initialState.deletedAt, group: undefined, by: undefined });
    }
  }

  /** All states of the group, the oldest first. */
  get versions(): readonly Version[] {
    return this.#versions;
  }

  get group(): InsightGroup | undefined {
    return this.#versions.at(-1)?.group;
  }

  /** Processes `request` of the job `by`; a read sees the state of `lagMs` ago. */
  process(request: JsonRequest, by: number, lagMs: number): Reply {
    switch (request.method) {
      case 'POST':
        return this.#create(request.body, by);
      case 'PATCH':
        return this.#patch(request.body, by);
      case 'DELETE':
        return this.#delete(by);
      case 'GET':
        return this.#read(lagMs);
    }
  }

  #create(body: unknown, by: number): Reply {
    if (this.group !== undefined) {
      return { status: 409, json: collision };
    }
    const { applicationKeys = [], ...desired } = body as Omit<DesiredGroup, 'applicationKeys'> & {
      readonly applicationKeys?: readonly string[];
    };
    const createdAt = EPOCH_MS + this.#now();
    const group = this.#write({ ...desired, applicationKeys, createdAt }, by);
    return { status: 201, json: this.#represent(group) };
  }

  #patch(body: unknown, by: number): Reply {
    const { group } = this;
    if (group === undefined) {
      return { status: 404, json: notFound };
    }
    try {
      const patched = applyJsonPatch({ ...this.#represent(group) }, body, patchableAttributes);
      const { name, applicationKeys = [] } = patched as Pick<DesiredGroup, 'name'> &
        Partial<DesiredGroup>;
      const next = this.#write({ ...group, name, applicationKeys }, by);
      return { status: 200, json: this.#represent(next) };
    } catch {
      const message = 'Unprocessable entity. Could not apply patch.';
      return { status: 422, json: { code: 'patch_failed', message } };
    }
  }

  #delete(by: number): Reply {
    if (this.group === undefined) {
      return { status: 404, json: notFound };
    }
    this.#versions.push({ at: this.#now(), group: undefined, by });
    return { status: 204, json: undefined };
  }

  #read(lagMs: number): Reply {
    const seenAt = this.#now() - lagMs;
    const group = this.#versions.findLast(({ at }) => at <= seenAt)?.group;
    return group === undefined
      ? { status: 404, json: notFound }
      : { status: 200, json: this.#represent(group) };
  }

  #write(sent: InsightGroup, by: number): InsightGroup {
    const group = this.behaviour.storeAs.reduce(store, sent);
    this.#versions.push({ at: this.#now(), group, by });
    return group;
  }

  /** A group for all applications has no list of them. */
  #represent({ applicationKeys, createdAt, ...group }: InsightGroup): Record<string, unknown> {
    return {
      ...group,
      ...(applicationKeys.length > 0 && { applicationKeys }),
      ...(this.behaviour.tellsCreation && { createdAt }),
    };
  }
}

function store(group: InsightGroup, mode: StoreMode): InsightGroup {
  const { key, name, projectKey, environmentKey, applicationKeys } = group;
  switch (mode) {
    case 'nfc':
      return { ...group, name: name.normalize('NFC') };
    case 'squeeze-blanks':
      return { ...group, name: name.replace(/ +/g, ' ') };
    case 'lower-case-keys':
      return {
        ...group,
        key: key.toLowerCase(),
        projectKey: projectKey.toLowerCase(),
        environmentKey: environmentKey.toLowerCase(),
      };
    case 'drop-unknown-applications':
      return {
        ...group,
        applicationKeys: applicationKeys.filter((each) => each !== UNKNOWN_APPLICATION),
      };
  }
}

/** The body of both 409s: a duplicate and a lock collision cannot be told apart. */
export const collision = {
  code: 'optimistic_locking_error',
  message: 'Conflict. Optimistic lock error. Try again later.',
};

const notFound = { code: 'not_found', message: 'Invalid resource identifier' };

const patchableAttributes = new Set(['name', 'applicationKeys']);

/**
 * Whether the groups are equal in everything that the action sets, as a person sees it, ignoring
 * the Unicode form of a name and the letter case of keys. Independent of the action's own
 * comparison, which is under test.
 */
export function isEqual(left: DesiredGroup, right: DesiredGroup): boolean {
  const plain = ({ key, name, projectKey, environmentKey, applicationKeys }: DesiredGroup) => ({
    keys: [key, projectKey, environmentKey].map((each) => each.toUpperCase()),
    name: name.normalize('NFD'),
    applicationKeys: applicationKeys.toSorted(),
  });
  return isDeepStrictEqual(plain(left), plain(right));
}

export function isElsewhere(left: DesiredGroup, right: DesiredGroup): boolean {
  return (
    left.projectKey.toUpperCase() !== right.projectKey.toUpperCase() ||
    left.environmentKey.toUpperCase() !== right.environmentKey.toUpperCase()
  );
}
