import * as z from 'zod/mini';
import { ActionError } from '../errors.ts';
import {
  findProxyProblem,
  listProxySecrets,
  listProxyWarnings,
  type ProxySettings,
  readProxySettings,
} from '../http/proxies.ts';
import { parseBaseUri, type Server } from '../launchdarkly/base-uri.ts';
import type { Secrets } from '../secrets.ts';
import {
  createGitHubTokenSchema,
  createTokenSchema,
  explainTokenCorrection,
  IS_BLANK,
} from './access-token.ts';
import type { WorkflowRun } from './github-context.ts';
import { COMMON_DEFAULTS } from './input-defaults.ts';
import { boolean, optional, ruled, wholeNumber } from './input-schemas.ts';
import { IS_REQUIRED, invalid, valid } from './rules.ts';

/** What every action of this repository is told, checked. */
export interface CommonInputs {
  readonly token: string;
  readonly server: Server;
  readonly proxies: ProxySettings;
  /** Undefined where the workflow leaves it to the action. */
  readonly timeoutMs: number | undefined;
  readonly isDryRun: boolean;
  readonly wantsComment: boolean;
  readonly githubToken: string;
  /** The pull request to comment on; undefined to go by the event. */
  readonly prNumber: number | undefined;
  /** What is unusual but may be right, in sentences. */
  readonly warnings: readonly string[];
}

/** Where inputs are read from, and who has to know the secrets among them. */
export interface InputSource {
  readonly env: NodeJS.ProcessEnv;
  readonly run: WorkflowRun;
  readonly secrets: Secrets;
}

/** The inputs that one action has besides the common ones. */
export interface OwnInputs<Shape> {
  /** Each input, with what stands in for a blank one. */
  readonly defaults: Readonly<Record<string, string>>;
  /** The rule of each input. */
  readonly shape: Shape;
  /** Finds inputs that can't stand together, by their texts. */
  readonly listConflicts?: (given: Readonly<Record<string, string>>) => InputProblem[];
}

/**
 * Reads the inputs of one action from the variables that the runner sets: masks the secrets among them
 * before anything else, then checks them all.
 *
 * @throws {ActionError} `invalid-input`, naming every problem, never a credential's value
 */
export function readInputs<Shape extends z.core.$ZodLooseShape>(
  { env, run, secrets }: InputSource,
  { defaults, shape, listConflicts }: OwnInputs<Shape>,
): { readonly common: CommonInputs; readonly own: z.output<z.ZodMiniObject<Shape>> } {
  const given = readDeclaredInputs(env, { ...defaults, ...COMMON_DEFAULTS });
  const proxies = readProxySettings(env);
  for (const secret of [given['token'], given['github-token'], ...listProxySecrets(proxies)]) {
    secrets.add(secret ?? '');
  }
  const own = z.safeParse(z.object(shape), given);
  const common = z.safeParse(z.object(describeCommon(run, given['token'] ?? '')), given);
  const origin = common.data?.['base-uri'].origin ?? COMMON_DEFAULTS['base-uri'];
  const problems = [
    ...[...(own.error?.issues ?? []), ...(common.error?.issues ?? [])].map(
      ({ path, message }): InputProblem => ({ input: String(path[0]), message }),
    ),
    ...(listConflicts?.(given) ?? []),
    ...listProxyProblems(env, origin),
  ];
  if (!own.success || !common.success || problems.length > 0) {
    throw explainProblems(problems, run);
  }
  const inputs = common.data;
  // What the workflow named itself is no secret, whatever it looks like.
  secrets.exempt([origin, ...Object.keys(defaults).map((name) => given[name] ?? '')]);
  return {
    own: own.data,
    common: {
      token: inputs.token,
      server: inputs['base-uri'],
      proxies,
      timeoutMs: inputs['timeout-seconds'] && inputs['timeout-seconds'] * 1_000,
      isDryRun: inputs['dry-run'],
      wantsComment: inputs['pr-comment'],
      githubToken: inputs['github-token'],
      prNumber: inputs['pr-number'],
      warnings: listProxyWarnings(env, origin),
    },
  };
}

/** The runner upper-cases names and turns blanks, but not hyphens, into underscores. It enforces nothing else. */
function readDeclaredInputs(
  env: NodeJS.ProcessEnv,
  defaults: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(defaults).map(([name, value]) => [
      name,
      env[`INPUT_${name.toUpperCase()}`]?.trim() || value,
    ]),
  );
}

const timeoutSeconds = wholeNumber({
  min: 1,
  max: 3_600,
  what: 'a whole number of seconds from 1 to 3600',
});

/** GitHub numbers issues and pull requests in 32 bits. */
const pullRequestNumber = wholeNumber({
  min: 1,
  max: 2 ** 31 - 1,
  what: 'the number of a pull request, such as 42',
});

function describeCommon(run: WorkflowRun, token: string) {
  return {
    token: createTokenSchema(run),
    'base-uri': ruled((text) => {
      const server = parseBaseUri(text);
      return 'problem' in server ? invalid(server.problem) : valid(server);
    }),
    'timeout-seconds': optional(timeoutSeconds),
    'dry-run': boolean,
    'pr-comment': boolean,
    'github-token': createGitHubTokenSchema(token),
    'pr-number': optional(pullRequestNumber),
  };
}

/** Why one input is not valid. `message` continues the input's name, and never holds a credential. */
export interface InputProblem {
  readonly input: string;
  readonly message: string;
}

function listProxyProblems(env: NodeJS.ProcessEnv, origin: string): InputProblem[] {
  const problem = findProxyProblem(env, origin);
  return problem === undefined ? [] : [{ input: problem.variable, message: problem.reason }];
}

/** Explains all that is wrong with the inputs in one error. */
export function explainProblems(
  problems: readonly InputProblem[],
  run: WorkflowRun,
  extent = 'No request was made.',
): ActionError {
  const names = [...new Set(problems.map(({ input }) => input))];
  return new ActionError({
    code: 'invalid-input',
    message: `${summarize(problems)}. ${extent}`,
    nextStep: [...new Set(names.map((name) => findCorrection(name, run)))].join(' '),
    reasons: problems.map(({ input, message }) => ({ attribute: input, reason: message })),
  });
}

/** Sums the problems up: which inputs are blank, as where a secret is missing, is worth the first line. */
function summarize(problems: readonly InputProblem[]): string {
  const names = [...new Set(problems.map(({ input }) => input))];
  const blank = new Set(problems.filter(isBlank).map(({ input }) => input));
  const variables = names.filter(isVariable).map((name) => `environment variable ${name}`);
  const inputs = names.filter((name) => !isVariable(name));
  const [first = ''] = inputs;
  const counted = inputs.length === 1 ? `input ${first}` : `${inputs.length} inputs`;
  const subjects = [...(inputs.length === 0 ? [] : [counted]), ...variables];
  const subject = `${inputs.length > 1 ? '' : 'The '}${subjects.join(' and the ')}`;
  const be = names.length === 1 ? 'is' : 'are';
  if (blank.size === names.length) {
    return `${subject} ${be} blank`;
  }
  const also =
    blank.size === 0 ? '' : `; ${joinNames([...blank])} ${blank.size === 1 ? 'is' : 'are'} blank`;
  return `${subject} ${be} not valid${also}`;
}

function isBlank({ message }: InputProblem): boolean {
  return message.startsWith(IS_BLANK) || message.startsWith(IS_REQUIRED);
}

/** Besides inputs, only the variables of proxies are checked. */
function isVariable(name: string): boolean {
  return /_proxy$/i.test(name);
}

function joinNames(names: readonly string[]): string {
  const last = names.at(-1) ?? '';
  return names.length < 2 ? last : `${names.slice(0, -1).join(', ')} and ${last}`;
}

/** Says where a value that is not valid is corrected. */
function findCorrection(name: string, run: WorkflowRun): string {
  if (isVariable(name)) {
    return `Correct ${name} in env of the workflow or of the runner.`;
  }
  return name === 'token'
    ? explainTokenCorrection(run)
    : 'Correct the inputs under with: in the workflow.';
}
