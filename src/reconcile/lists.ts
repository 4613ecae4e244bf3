import {
  type DesiredGroup,
  type InsightGroup,
  withoutValues,
} from '../insight-group/insight-group.ts';
import type { ApiResult } from '../launchdarkly/api-result.ts';
import type { LaunchDarkly } from '../launchdarkly/client.ts';
import { isForeignError } from '../launchdarkly/error-origin.ts';
import type { Operation } from '../launchdarkly/operation.ts';
import { type Page, readWholeList, type WholeList } from '../launchdarkly/paging.ts';
import type { NamedKey } from '../launchdarkly/schemas.ts';
import type { ReconcileDeps } from './reconcile-deps.ts';
import { RetryLoop } from './retry-loop.ts';
import { WriteLedger } from './write-ledger.ts';

/** The operations by which lists, names and hints are read. See `launchdarkly/client.ts`. */
export type ListClient = Pick<
  LaunchDarkly,
  'listProjects' | 'listEnvironments' | 'listGroups' | 'getProject' | 'getEnvironment' | 'getGroup'
>;

/** What reading lists needs from outside. */
export interface ListDeps {
  readonly client: ListClient;
  /** What retries and failures need, for reads that are about `subject`. */
  readonly depsFor: (subject: DesiredGroup) => ReconcileDeps;
}

/** The environments of a project, or the projects that there are instead of it. */
export type EnvironmentList =
  | { readonly kind: 'found'; readonly environments: WholeList<NamedKey> }
  | { readonly kind: 'project-missing'; readonly projects: readonly string[] };

/** A new environment may be missing from the list for so long, in milliseconds. */
const NEW_ENVIRONMENT_LAG_MS = 5_000;

/** How long is waited before the list is read again, in milliseconds. */
const REREAD_INTERVAL_MS = 1_000;

/** Most reads are about no group in particular. */
const NO_GROUP = withoutValues({ key: '', projectKey: '', environmentKey: '' });

/** How the environments of a project are read. */
interface EnvironmentsOptions {
  /** Keys that should be there. Where one is missing the list is read again for some seconds: it may be new. */
  readonly expected: readonly string[];
  /** Called with the first page while the others are read. */
  readonly onFirstPage: (environments: readonly NamedKey[]) => void;
}

/** What is looked for, and which refusals say that it is not there. */
interface FindOptions {
  readonly operation: Operation;
  readonly subject: DesiredGroup;
  readonly absentOn?: readonly number[];
}

/**
 * Reads what plans are made from, each page until LaunchDarkly has answered. All methods throw an
 * {@link ActionError} for what can't be read: that is never the same as an empty list.
 */
export class Lists {
  readonly #client: ListClient;
  readonly #depsFor: ListDeps['depsFor'];

  constructor({ client, depsFor }: ListDeps) {
    this.#client = client;
    this.#depsFor = depsFor;
  }

  /** All projects that the token can see. */
  async readProjects(): Promise<WholeList<NamedKey>> {
    const readPage = (offset: number) =>
      this.#require(() => this.#client.listProjects(offset), 'list-projects');
    return readWholeList(await readPage(0), readPage);
  }

  /** All environments of a project. An expected one that the list does not show in the end is read by itself. */
  async readEnvironments(
    projectKey: string,
    { expected, onFirstPage }: EnvironmentsOptions,
  ): Promise<EnvironmentList> {
    const { now, sleep, signal } = this.#depsFor(NO_GROUP);
    const startedMs = now().uptimeMs;
    for (;;) {
      const list = await this.#readEnvironmentsOnce(projectKey, onFirstPage);
      if (list.kind === 'project-missing') {
        return list;
      }
      const { items, count } = list.environments;
      const missing = expected.filter((key) => !items.some((found) => found.key === key));
      const isOver = signal.aborted || now().uptimeMs - startedMs >= NEW_ENVIRONMENT_LAG_MS;
      if (missing.length === 0 || isOver) {
        const found = await this.#findEnvironments(projectKey, missing);
        const all = [...items, ...found];
        return { kind: 'found', environments: { items: all, count: Math.max(count, all.length) } };
      }
      await sleep(REREAD_INTERVAL_MS);
    }
  }

  /** Those of `keys` that exist, as far as the token may read them. */
  async #findEnvironments(projectKey: string, keys: readonly string[]): Promise<NamedKey[]> {
    const found = await Promise.all(
      keys.map((environmentKey) =>
        this.#find(() => this.#client.getEnvironment(projectKey, environmentKey), {
          operation: 'check',
          subject: { ...NO_GROUP, projectKey, environmentKey },
          absentOn: [403, 404],
        }),
      ),
    );
    return found.filter((environment) => environment !== undefined);
  }

  async #readEnvironmentsOnce(
    projectKey: string,
    onFirstPage: EnvironmentsOptions['onFirstPage'],
  ): Promise<EnvironmentList> {
    const readPage = (offset: number) => () => this.#client.listEnvironments(projectKey, offset);
    const subject = { ...NO_GROUP, projectKey };
    const { diagnosis } = this.#depsFor(subject);
    const loop = this.#openLoop(subject);
    for (;;) {
      const { result } = await loop.attempt('list-environments', readPage(0));
      if (result.kind === 'ok') {
        const reading = readWholeList(result.value, (offset) =>
          this.#require(readPage(offset), 'list-environments', subject),
        );
        onFirstPage(result.value.items);
        return { kind: 'found', environments: await reading };
      }
      if (result.kind === 'rejected' && result.error.status === 404) {
        // Anything answers 404: only a list of projects that lacks this one shows that there is none.
        const placement = await diagnosis.locateEnvironment();
        if (placement.kind === 'project-missing') {
          return placement;
        }
      }
      await loop.retryOrThrow(result, 'list-environments');
    }
  }

  /** A project; undefined when there is none of that key. */
  readProject(projectKey: string): Promise<NamedKey | undefined> {
    return this.#find(() => this.#client.getProject(projectKey), {
      operation: 'check',
      subject: { ...NO_GROUP, projectKey },
    });
  }

  /** A project that has to exist, possibly since a moment ago. */
  requireProject(projectKey: string): Promise<NamedKey> {
    return this.#require(() => this.#client.getProject(projectKey), 'check', {
      ...NO_GROUP,
      projectKey,
    });
  }

  /** An environment that has to exist, possibly since a moment ago. */
  requireEnvironment(projectKey: string, environmentKey: string): Promise<NamedKey> {
    return this.#require(() => this.#client.getEnvironment(projectKey, environmentKey), 'check', {
      ...NO_GROUP,
      projectKey,
      environmentKey,
    });
  }

  /** One page of all insight groups of the account. */
  readGroupPage(offset: number): Promise<Page<InsightGroup>> {
    return this.#require(() => this.#client.listGroups(offset), 'list-groups');
  }

  /** An insight group; undefined when there is none of that key. */
  readGroup(key: string): Promise<InsightGroup | undefined> {
    return this.#find(() => this.#client.getGroup(key), {
      operation: 'read',
      subject: { ...NO_GROUP, key },
    });
  }

  #openLoop(subject: DesiredGroup): RetryLoop {
    return new RetryLoop(subject, this.#depsFor(subject), new WriteLedger());
  }

  async #require<T>(
    request: () => Promise<ApiResult<T>>,
    operation: Operation,
    subject: DesiredGroup = NO_GROUP,
  ): Promise<T> {
    const loop = this.#openLoop(subject);
    for (;;) {
      const { result } = await loop.attempt(operation, request);
      if (result.kind === 'ok') {
        return result.value;
      }
      await loop.retryOrThrow(result, operation);
    }
  }

  /** Takes a 404 of LaunchDarkly's for what it says, or whatever statuses `absentOn` has. */
  #find<T>(
    request: () => Promise<ApiResult<T>>,
    { operation, subject, absentOn = [404] }: FindOptions,
  ): Promise<T | undefined> {
    const requestOrNone = async (): Promise<ApiResult<T | undefined>> => {
      const result = await request();
      return result.kind === 'rejected' &&
        absentOn.includes(result.error.status) &&
        !isForeignError(result.error)
        ? { ...result, kind: 'ok', value: undefined }
        : result;
    };
    return this.#require(requestOrNone, operation, subject);
  }
}
