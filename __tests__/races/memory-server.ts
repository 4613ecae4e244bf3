import { isDeepStrictEqual } from 'node:util';
import { applyJsonPatch } from '../../simulator/launchdarkly/json-patch.ts';
import type { DesiredGroup, InsightGroup } from '../../src/insight-group/insight-group.ts';
import type { JsonRequest } from '../../src/launchdarkly/transport.ts';

/** When virtual time begins, in epoch milliseconds by the server's clock: a quarter past a full second. */
export const EPOCH_MS = Date.UTC(2026, 10, 24, 12, 0, 0, 250);

/** What the server did with a request. */
export interface Reply {
  readonly status: number;
  readonly json: unknown;
}

/** One state of the group, from `at` on. */
export interface Version {
  /** Virtual milliseconds. */
  readonly at: number;
  readonly group: InsightGroup | undefined;
  /** The job that wrote it; undefined of what was there before. */
  readonly by: number | undefined;
}

/** How a write is stored differently than it was sent. */
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
  /** Whether answers carry a `Date`. */
  readonly sendsDate: boolean;
  /** Whether groups carry their `createdAt`. */
  readonly tellsCreation: boolean;
}

/** The application that nobody has heard of: see {@link StoreMode}. */
export const UNKNOWN_APPLICATION = 'unheard-of';

/** What was there before the first job starts. */
export interface InitialState {
  readonly group: InsightGroup | undefined;
  /** When `group` was deleted, in virtual milliseconds, 0 at the latest; undefined when it was not. */
  readonly deletedAt: number | undefined;
}

/** What a {@link MemoryServer} is made from. */
export interface MemoryServerOptions {
  readonly initialState: InitialState;
  readonly behaviour: ServerBehaviour;
  /** Virtual milliseconds. */
  readonly now: () => number;
}

/**
 * A LaunchDarkly of one key that is a few lines of memory. A write sees every write before it, so that a
 * second create is always refused; a read may see an older state. It remembers everything.
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

  /** All states that the group ever had, the oldest first. */
  get versions(): readonly Version[] {
    return this.#versions;
  }

  get group(): InsightGroup | undefined {
    return this.#versions.at(-1)?.group;
  }

  /** Does what `request` of the job `by` asks for; a read sees the state of `lagMs` ago. */
  process(request: JsonRequest, by: number, lagMs: number): Reply {
    switch (request.method) {
      case 'POST':
        return this.#create(request.body, by);
      case 'PATCH':
        return this.#patch(request.body, by);
      default:
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
      return { status: 404, json: { code: 'not_found', message: 'Invalid resource identifier' } };
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

  #read(lagMs: number): Reply {
    const seenAt = this.#now() - lagMs;
    const group = this.#versions.findLast(({ at }) => at <= seenAt)?.group;
    return group === undefined
      ? { status: 404, json: { code: 'not_found', message: 'Invalid resource identifier' } }
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

/** The body of both 409s: "exists" and "a lock collided" can't be told apart. */
export const collision = {
  code: 'optimistic_locking_error',
  message: 'Conflict. Optimistic lock error. Try again later.',
};

const patchableAttributes = new Set(['name', 'applicationKeys']);

/**
 * Whether the groups are the same in everything that the action sets, as a person sees it: the spelling
 * of a name's accents and the letter case of keys do not count. Not the action's own comparison, which
 * is what is on trial.
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
