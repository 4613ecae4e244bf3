import { createHash } from 'node:crypto';
import { type GroupScores, notCalculatedScores, sampleScores } from './scores.ts';

/** What a credential may do, and what it is. */
export interface Credential {
  readonly kind: 'personal' | 'service' | 'sdk-key' | 'mobile-key';
  readonly role: 'reader' | 'writer' | 'admin';
  readonly name?: string;
  /** An expired token is refused like an unknown one. */
  readonly expired?: boolean;
}

/** A known, unexpired credential; SDK and mobile keys come with the environment that they belong to. */
export interface Caller extends Credential {
  readonly project?: Project;
  readonly environment?: Environment;
}

/** An environment, with the secrets that the real representation carries too. */
export interface Environment {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  /** The SDK key. */
  readonly apiKey: string;
  readonly mobileKey: string;
  /** Epoch milliseconds of the server's clock; absent of one that has been there for long. */
  readonly createdAt?: number;
}

/** A project and its environments by key. */
export interface Project {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly environments: Map<string, Environment>;
  /** Epoch milliseconds of the server's clock; absent of one that has been there for long. */
  readonly createdAt?: number;
}

/** An application of the account; applications belong to no project. */
export interface Application {
  readonly key: string;
  readonly name: string;
  readonly kind: 'browser' | 'mobile' | 'server';
}

/** An insight group as it is stored. */
export interface InsightGroup {
  readonly key: string;
  readonly name: string;
  readonly projectKey: string;
  readonly environmentKey: string;
  readonly applicationKeys?: readonly string[];
  /** Epoch milliseconds. */
  readonly createdAt: number;
}

/** A single read, or a list: the one may lag more than the other. */
export type Reading = 'single' | 'list';

/** What readers still see of a group that was written a moment ago. */
interface StaleView {
  readonly untilMs: Readonly<Record<Reading, number>>;
  readonly group: InsightGroup | undefined;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function uuidOf(text: string): string {
  return digest(text).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/, '$1-$2-$3-$4-$5');
}

function titleOf(key: string): string {
  return key
    .split(/[-_.]/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

/**
 * The state of one LaunchDarkly account: the ground truth that tests seed and inspect.
 *
 * Identifiers and keys derive from names, so that every run has the same.
 */
export class Account {
  readonly id: string = digest('account').slice(0, 24);
  /** Access tokens by their value. */
  readonly tokens = new Map<string, Credential>();
  readonly projects = new Map<string, Project>();
  readonly applications = new Map<string, Application>();
  /** Insight groups by key, which is unique in the account. What is set here is visible at once. */
  readonly groups = new Map<string, InsightGroup>();
  readonly #scores = new Map<string, GroupScores>();
  readonly #staleViews = new Map<string, StaleView[]>();

  /** Adds a project with these environments, replacing one of the same key. With a time, all are new. */
  addProject(
    key: string,
    environmentKeys: readonly string[],
    options: { readonly createdAt?: number } = {},
  ): Project {
    const project: Project = {
      id: digest(`project ${key}`).slice(0, 24),
      key,
      name: titleOf(key),
      environments: new Map(),
      ...options,
    };
    this.projects.set(key, project);
    for (const environmentKey of environmentKeys) {
      this.addEnvironment(key, environmentKey, options);
    }
    return project;
  }

  /**
   * Adds an environment to a project, replacing one of the same key. With a time, it is new, and the lags
   * of the behaviour apply. Throws if there is no such project.
   */
  addEnvironment(
    projectKey: string,
    key: string,
    options: { readonly createdAt?: number } = {},
  ): Environment {
    const project = this.projects.get(projectKey);
    if (project === undefined) {
      throw new Error(`The account has no project ${projectKey}`);
    }
    const path = `${projectKey}/${key}`;
    const environment: Environment = {
      id: digest(`environment ${path}`).slice(0, 24),
      key,
      name: titleOf(key),
      apiKey: `sdk-${uuidOf(`sdk ${path}`)}`,
      mobileKey: `mob-${uuidOf(`mobile ${path}`)}`,
      ...options,
    };
    project.environments.set(key, environment);
    return environment;
  }

  /** Adds an application, replacing one of the same key. */
  addApplication(key: string): Application {
    const application: Application = { key, name: titleOf(key), kind: 'server' };
    this.applications.set(key, application);
    return application;
  }

  /** Finds the caller that an `Authorization` header identifies; undefined if it is unknown or expired. */
  identify(credential: string): Caller | undefined {
    const token = this.tokens.get(credential);
    if (token !== undefined) {
      return token.expired ? undefined : token;
    }
    for (const project of this.projects.values()) {
      for (const environment of project.environments.values()) {
        if (credential === environment.apiKey) {
          return { kind: 'sdk-key', role: 'reader', project, environment };
        }
        if (credential === environment.mobileKey) {
          return { kind: 'mobile-key', role: 'reader', project, environment };
        }
      }
    }
    return undefined;
  }

  /** Writes a group (undefined deletes it), which readers see only when the lag is over. */
  write(
    key: string,
    group: InsightGroup | undefined,
    when: { readonly nowMs: number; readonly lagMs: Readonly<Record<Reading, number>> },
  ): void {
    const { nowMs, lagMs } = when;
    const pending = (this.#staleViews.get(key) ?? []).filter(
      ({ untilMs }) => Math.max(untilMs.single, untilMs.list) > nowMs,
    );
    const untilMs = { single: nowMs + lagMs.single, list: nowMs + lagMs.list };
    this.#staleViews.set(key, [...pending, { untilMs, group: this.groups.get(key) }]);
    if (group === undefined) {
      this.groups.delete(key);
      this.#scores.delete(key);
    } else {
      this.groups.set(key, group);
    }
  }

  /** Finds a group as a reader sees it at this moment. */
  visibleGroup(key: string, nowMs: number, reading: Reading = 'single'): InsightGroup | undefined {
    const stale = this.#staleViews.get(key)?.find(({ untilMs }) => untilMs[reading] > nowMs);
    return stale === undefined ? this.groups.get(key) : stale.group;
  }

  /** Lists all groups as a reader of the list sees them at this moment, oldest first. */
  visibleGroups(nowMs: number): InsightGroup[] {
    const keys = new Set([...this.groups.keys(), ...this.#staleViews.keys()]);
    return [...keys]
      .map((key) => this.visibleGroup(key, nowMs, 'list'))
      .filter((group) => group !== undefined)
      .sort((a, b) => a.createdAt - b.createdAt);
  }

  /** Gives a group scores, as if data had arrived. */
  setScores(key: string, scores: GroupScores = sampleScores()): void {
    this.#scores.set(key, scores);
  }

  /** The scores of a group: not calculated until they are set. */
  scoresOf(key: string): GroupScores {
    return this.#scores.get(key) ?? notCalculatedScores();
  }
}
