import { isDeepStrictEqual } from 'node:util';
import { applyJsonPatch } from '../../simulator/launchdarkly/json-patch.ts';
import type { InsightGroup, WantedGroup } from '../../src/group.ts';
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

/**
 * A LaunchDarkly of one key that is a few lines of memory. A write sees every write before it, so that a
 * second create is always refused; a read may see an older state. It remembers everything.
 */
export class MemoryServer {
  readonly #versions: Version[];
  readonly #now: () => number;

  constructor(before: InsightGroup | undefined, now: () => number) {
    this.#now = now;
    this.#versions = [{ at: Number.NEGATIVE_INFINITY, group: before, by: undefined }];
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
      case 'DELETE':
        throw new Error('The memory server deletes nothing');
      case 'GET':
        return this.#read(lagMs);
    }
  }

  #create(body: unknown, by: number): Reply {
    if (this.group !== undefined) {
      return { status: 409, json: collision };
    }
    const { applicationKeys = [], ...wanted } = body as Omit<WantedGroup, 'applicationKeys'> & {
      readonly applicationKeys?: readonly string[];
    };
    const createdAt = EPOCH_MS + this.#now();
    return {
      status: 201,
      json: represent(this.#write({ ...wanted, applicationKeys, createdAt }, by)),
    };
  }

  #patch(body: unknown, by: number): Reply {
    const { group } = this;
    if (group === undefined) {
      return { status: 404, json: { code: 'not_found', message: 'Invalid resource identifier' } };
    }
    try {
      const patched = applyJsonPatch({ ...represent(group) }, body, patchableAttributes);
      const { name, applicationKeys = [] } = patched as Pick<WantedGroup, 'name'> &
        Partial<WantedGroup>;
      return { status: 200, json: represent(this.#write({ ...group, name, applicationKeys }, by)) };
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
      : { status: 200, json: represent(group) };
  }

  #write(group: InsightGroup, by: number): InsightGroup {
    this.#versions.push({ at: this.#now(), group, by });
    return group;
  }
}

/** The body of both 409s: "exists" and "a lock collided" can't be told apart. */
export const collision = {
  code: 'optimistic_locking_error',
  message: 'Conflict. Optimistic lock error. Try again later.',
};

const patchableAttributes = new Set(['name', 'applicationKeys']);

/** A group for all applications has no list of them. */
function represent({ applicationKeys, ...group }: InsightGroup): Record<string, unknown> {
  return applicationKeys.length === 0 ? group : { ...group, applicationKeys };
}

/**
 * Whether the groups are the same in everything that the action sets. Not the action's own comparison,
 * which is what is on trial.
 */
export function isEqual(left: WantedGroup, right: WantedGroup): boolean {
  const plain = ({ key, name, projectKey, environmentKey, applicationKeys }: WantedGroup) => ({
    key,
    name,
    projectKey,
    environmentKey,
    applicationKeys: applicationKeys.toSorted(),
  });
  return isDeepStrictEqual(plain(left), plain(right));
}

export function isElsewhere(left: WantedGroup, right: WantedGroup): boolean {
  return left.projectKey !== right.projectKey || left.environmentKey !== right.environmentKey;
}
