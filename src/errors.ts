import type { Drift } from './insight-group/diff.ts';
import type { InsightGroup } from './insight-group/insight-group.ts';

/** The words of the output `error-code`. They are part of the public contract. */
export const ERROR_CODES = [
  'invalid-input',
  'bad-request',
  'unauthorized',
  'forbidden',
  'not-found',
  'conflict',
  'rate-limited',
  'server-error',
  'network',
  'timeout',
  'unexpected-response',
  'cancelled',
  'unsupported-node',
  'invalid-file',
  'too-many-deletes',
  'drift',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/**
 * The title of each failure's annotation, and the heading under which the troubleshooting page explains it. The
 * runner does not mask titles, so no word of a server or a user may stand in one.
 */
export const ERROR_TITLES: Readonly<Record<ErrorCode, string>> = {
  'invalid-input': 'The inputs are not valid',
  'bad-request': 'LaunchDarkly refused the request as invalid',
  unauthorized: 'LaunchDarkly did not accept the token',
  forbidden: 'LaunchDarkly refused access',
  'not-found': 'The project or the environment does not exist',
  conflict: 'The insight group already exists',
  'rate-limited': 'The rate limit lasts longer than the time limit',
  'server-error': 'LaunchDarkly returned a server error',
  network: 'LaunchDarkly could not be reached',
  timeout: 'LaunchDarkly did not respond in time',
  'unexpected-response': 'LaunchDarkly returned an unexpected response',
  cancelled: 'The run was cancelled',
  'unsupported-node': 'The Node.js of this runner is too old',
  'invalid-file': 'The groups file is not valid',
  'too-many-deletes': 'The file asks for too many deletions',
  drift: 'LaunchDarkly differs from the groups file',
};

/** Titles of failures that the title of their code would describe wrongly. The troubleshooting page explains these as well. */
export const SPECIAL_TITLES = {
  foreignGroup: 'The key belongs to another project or environment',
  lastingConflict: 'LaunchDarkly keeps answering 409',
  contention: 'Another process is changing the insight group',
  notFound: 'LaunchDarkly returned 404',
  foreignAnswer: 'Something other than LaunchDarkly answered',
  outputs: 'The outputs could not be written',
  bug: 'The action has a bug',
} as const;

/** Why LaunchDarkly, or the action itself, refused one attribute or input. */
export interface FieldProblem {
  readonly attribute: string;
  readonly reason: string;
}

/** What is wrong at one place of a file; lines and columns count from 1. */
export interface SourceProblem {
  /** Relative to the workspace. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

/** Which writes of a run that failed may or may not have been carried out. */
export interface WritesInDoubt {
  readonly create: 'none' | 'unknown';
  readonly delete: 'none' | 'unknown';
}

/** The parts of an {@link ActionError}. Only `code`, `message` and `nextStep` are needed. */
export interface ActionErrorParts {
  readonly code: ErrorCode;
  /** Stands in for the code's title of {@link ERROR_TITLES}. A constant, as all titles. */
  readonly title?: string;
  /** The headline: what was tried, on what, and what came of it. One sentence or two, no new lines. */
  readonly message: string;
  /** The server's own words, with their status, raw. */
  readonly serverMessage?: string | undefined;
  /** What the person who reads this can do next. */
  readonly nextStep: string;
  readonly reasons?: readonly FieldProblem[];
  /** What is wrong at which places of which file. Shown there, instead of at the step. */
  readonly problems?: readonly SourceProblem[];
  /** More facts, one per line, for a log group above the annotation. */
  readonly details?: readonly string[];
  /** The group of the key as it was last seen; undefined where there was none. */
  readonly existing?:
    | { readonly group: InsightGroup; readonly drift: readonly Drift[] }
    | undefined;
  /** Which writes are in doubt; absent where there were none. */
  readonly writes?: WritesInDoubt | undefined;
  readonly cause?: unknown;
}

/** A failure in words that a user can act on. The only kind of error that is shown to one. */
export class ActionError extends Error {
  override readonly name = 'ActionError';
  readonly code: ErrorCode;
  readonly title: string;
  readonly serverMessage: string | undefined;
  readonly nextStep: string;
  readonly reasons: readonly FieldProblem[];
  readonly problems: readonly SourceProblem[];
  readonly details: readonly string[];
  readonly existing: ActionErrorParts['existing'];
  readonly writes: WritesInDoubt | undefined;

  constructor(parts: ActionErrorParts) {
    super(parts.message, { cause: parts.cause });
    this.code = parts.code;
    this.title = parts.title ?? ERROR_TITLES[parts.code];
    this.serverMessage = parts.serverMessage;
    this.nextStep = parts.nextStep;
    this.reasons = parts.reasons ?? [];
    this.problems = parts.problems ?? [];
    this.details = parts.details ?? [];
    this.existing = parts.existing;
    this.writes = parts.writes;
  }
}

/** Describes an unexpected error in constant words, since it may hold anything. The debug log gets the rest. */
export function explainUnexpected(cause: unknown): ActionError {
  return new ActionError({
    code: 'unexpected-response',
    title: SPECIAL_TITLES.bug,
    message: 'The action failed with an unexpected error.',
    nextStep:
      'Re-run the job with debug logging, and report the log. Outcome unknown: it is safe to run again.',
    writes: { create: 'unknown', delete: 'unknown' },
    cause,
  });
}
