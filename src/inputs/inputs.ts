import * as z from 'zod/mini';
import { ActionError } from '../errors.ts';
import {
  findProxyProblem,
  listProxySecrets,
  listProxyWarnings,
  type ProxySettings,
  readProxySettings,
} from '../http/proxies.ts';
import { resolveServer, type Server } from '../launchdarkly/servers.ts';
import type { ReconcileRequest } from '../reconcile/outcome.ts';
import { IF_EXISTS } from '../reconcile/plan.ts';
import type { Secrets } from '../secrets.ts';
import {
  createTokenSchema,
  explainTokenCorrection,
  githubToken,
  IS_BLANK,
} from './access-token.ts';
import type { WorkflowRun } from './github-context.ts';

/** Everything that a run is told, checked. */
export interface Inputs {
  readonly request: ReconcileRequest;
  readonly token: string;
  readonly server: Server;
  readonly proxies: ProxySettings;
  readonly timeoutMs: number;
  readonly wantsComment: boolean;
  readonly githubToken: string;
  /** The number that the input `pr-number` gives; undefined when it is blank. */
  readonly prNumber: number | undefined;
  /** What is unusual but may be right, in sentences. */
  readonly warnings: readonly string[];
}

/** The inputs of `action.yml` with what stands in for a blank one, for the tests that hold the two against each other. */
export const INPUT_DEFAULTS = {
  name: '',
  key: '',
  project: '',
  environment: '',
  applications: '',
  token: '',
  'base-uri': 'https://app.launchdarkly.com',
  'timeout-seconds': '120',
  'if-exists': 'fail',
  'dry-run': 'false',
  'pr-comment': 'false',
  'github-token': '',
  'pr-number': '',
} as const;

/**
 * Reads the run's inputs from the variables that the runner sets, masks the secrets among them before
 * anything else, and checks them all.
 *
 * @throws {ActionError} `invalid-input`, naming every problem, never a credential's value
 */
export function readInputs(env: NodeJS.ProcessEnv, run: WorkflowRun, secrets: Secrets): Inputs {
  const given = readDeclaredInputs(env);
  const proxies = readProxySettings(env);
  for (const secret of [given.token, given['github-token'], ...listProxySecrets(proxies)]) {
    secrets.add(secret);
  }
  const parsed = z.safeParse(describeInputs(run), given);
  const origin = parsed.data?.['base-uri'].origin ?? INPUT_DEFAULTS['base-uri'];
  const proxyIssues = listProxyIssues(env, origin);
  if (!parsed.success || proxyIssues.length > 0) {
    throw explainProblems([...(parsed.error?.issues ?? []), ...proxyIssues], run);
  }
  const inputs = parsed.data;
  const desired = {
    key: inputs.key,
    name: inputs.name,
    projectKey: inputs.project,
    environmentKey: inputs.environment,
    applicationKeys: inputs.applications,
  };
  secrets.exempt([...Object.values(desired).flat(), inputs['base-uri'].origin]);
  return {
    request: { desired, ifExists: inputs['if-exists'], isDryRun: inputs['dry-run'] },
    token: inputs.token,
    server: inputs['base-uri'],
    proxies,
    timeoutMs: inputs['timeout-seconds'] * 1_000,
    wantsComment: inputs['pr-comment'],
    githubToken: inputs['github-token'],
    prNumber: inputs['pr-number'],
    warnings: [
      ...(['key', 'project', 'environment'] as const).flatMap((input) =>
        warnOfLength(input, inputs[input]),
      ),
      ...listProxyWarnings(env, inputs['base-uri'].origin),
    ],
  };
}

/** The runner upper-cases names and turns blanks, but not hyphens, into underscores. It enforces nothing else. */
function readDeclaredInputs(env: NodeJS.ProcessEnv): Record<keyof typeof INPUT_DEFAULTS, string> {
  const read = (name: keyof typeof INPUT_DEFAULTS) =>
    env[`INPUT_${name.toUpperCase()}`]?.trim() || INPUT_DEFAULTS[name];
  return {
    name: read('name'),
    key: read('key'),
    project: read('project'),
    environment: read('environment'),
    applications: read('applications'),
    token: read('token'),
    'base-uri': read('base-uri'),
    'timeout-seconds': read('timeout-seconds'),
    'if-exists': read('if-exists'),
    'dry-run': read('dry-run'),
    'pr-comment': read('pr-comment'),
    'github-token': read('github-token'),
    'pr-number': read('pr-number'),
  };
}

/** What is wrong with the proxy on the way to `origin`, in the shape of the other inputs' problems. */
function listProxyIssues(env: NodeJS.ProcessEnv, origin: string): z.core.$ZodIssue[] {
  const problem = findProxyProblem(env, origin);
  return problem === undefined
    ? []
    : [{ code: 'custom', path: [problem.variable], message: problem.reason, input: undefined }];
}

function describeInputs(run: WorkflowRun) {
  return z.object({
    name,
    key,
    project: key,
    environment: key,
    applications,
    token: createTokenSchema(run),
    'base-uri': z.pipe(
      z.string(),
      z.transform((text: string, context): Server => {
        const server = resolveServer(text);
        if ('problem' in server) {
          context.issues.push({ code: 'custom', message: server.problem, input: undefined });
          return z.NEVER;
        }
        return server;
      }),
    ),
    'timeout-seconds': z.pipe(
      z.string().check(z.regex(/^\d{1,9}$/, TIMEOUT_RULE)),
      z.pipe(
        z.transform(Number),
        z.number().check(z.minimum(1, TIMEOUT_RULE), z.maximum(MAX_TIMEOUT_SECONDS, TIMEOUT_RULE)),
      ),
    ),
    'if-exists': z.enum(IF_EXISTS, quoting(`expected one of ${IF_EXISTS.join(', ')}`)),
    'dry-run': boolean,
    'pr-comment': boolean,
    'github-token': githubToken,
    'pr-number': prNumber,
  });
}

const name = z
  .string()
  .check(
    z.minLength(1, "is required: the group's display name"),
    z.regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected one line, without control characters'),
  );

/**
 * "Must contain only letters, numbers, '.', '-', or '_' and must start with an alphanumeric."
 *
 * @see https://github.com/launchdarkly/terraform-provider-launchdarkly the rule for all keys of resources
 */
const key = z
  .string()
  .check(
    z.minLength(1, { message: 'is required', abort: true }),
    z.regex(
      /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/,
      quoting('expected letters, digits, ".", "-" and "_", the first one a letter or a digit'),
    ),
  );

/** The rule of LaunchDarkly's SDKs for application ids. Unlike another key, one may start with any of these. */
const APPLICATION_KEY = /^[a-zA-Z0-9_.-]+$/;

const NOT_A_JSON_LIST =
  'begins with "[" and is not a JSON array of strings; expected ["web", "tv"], or application keys, one per line or separated by commas';

const applications = z.pipe(
  z.pipe(
    z.string(),
    z.transform((text: string, context): string[] => {
      const list = text.startsWith('[') ? parseJsonList(text) : splitList(text);
      if (list === undefined) {
        context.issues.push({ code: 'custom', message: NOT_A_JSON_LIST, input: undefined });
        return z.NEVER;
      }
      return [...new Set(list)];
    }),
  ),
  z.array(
    z
      .string()
      .check(
        z.regex(
          APPLICATION_KEY,
          quoting(
            'expected application keys, one per line or separated by commas: letters, digits, ".", "-" and "_"',
          ),
        ),
      ),
  ),
);

/** Splits at new lines and commas, trims, drops blanks, keeps the order. */
function splitList(text: string): string[] {
  return text
    .split(/[\n,]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}

/** Reads a list as the output `applications` has it; undefined for anything else. */
function parseJsonList(text: string): string[] | undefined {
  try {
    return z.safeParse(z.array(z.string()), JSON.parse(text)).data?.map((entry) => entry.trim());
  } catch {
    return undefined;
  }
}

const MAX_TIMEOUT_SECONDS = 3_600;
const TIMEOUT_RULE = `expected a whole number of seconds from 1 to ${MAX_TIMEOUT_SECONDS}`;

/** A rule, with the value that breaks it. Never for a value that may hold a credential. */
function quoting(rule: string) {
  return {
    error: ({ input }: { readonly input?: unknown }) => `"${String(input)}" is not valid; ${rule}`,
  };
}

/** YAML's three spellings. `yes`, `on` and `1` are no booleans in a workflow either. */
const boolean = z.pipe(
  z
    .string()
    .check(z.regex(/^(?:true|True|TRUE|false|False|FALSE)$/, quoting('expected true or false'))),
  z.transform((text: string) => text.toLowerCase() === 'true'),
);

/** GitHub numbers issues and pull requests in 32 bits. */
const MAX_PR_NUMBER = 2_147_483_647;
const PR_NUMBER_RULE = quoting('expected the number of a pull request, such as 42');

const prNumber = z.pipe(
  z.string().check(z.regex(/^(?:[1-9]\d{0,9})?$/, PR_NUMBER_RULE)),
  z.pipe(
    z.transform((text: string) => (text === '' ? undefined : Number(text))),
    z.optional(z.number().check(z.maximum(MAX_PR_NUMBER, PR_NUMBER_RULE))),
  ),
);

function explainProblems(issues: readonly z.core.$ZodIssue[], run: WorkflowRun): ActionError {
  const reasons = issues.map(({ path, message }) => ({
    attribute: String(path[0]),
    reason: message,
  }));
  const names = [...new Set(reasons.map(({ attribute }) => attribute))];
  const isBlank = reasons.every(({ reason }) => reason.startsWith(IS_BLANK));
  return new ActionError({
    code: 'invalid-input',
    message:
      names.length === 1
        ? `The input ${names.join('')} ${isBlank ? IS_BLANK : 'is not valid'}. No request was made.`
        : `${names.length} inputs are not valid. No request was made.`,
    nextStep: [...new Set(names.map((name) => findCorrection(name, run)))].join(' '),
    reasons,
  });
}

/** Says where a value that is not valid is corrected. */
function findCorrection(name: string, run: WorkflowRun): string {
  if (/_proxy$/i.test(name)) {
    return `Correct ${name} in env of the workflow or of the runner.`;
  }
  return name === 'token'
    ? explainTokenCorrection(run)
    : 'Correct the inputs under with: in the workflow.';
}

/** Longer keys are refused for some resources, in characters. The server decides, so this only warns. */
const USUAL_KEY_LENGTH = 100;

function warnOfLength(input: string, value: string): string[] {
  return value.length > USUAL_KEY_LENGTH
    ? [
        `The input ${input} has ${value.length} characters; LaunchDarkly may refuse keys of more than ${USUAL_KEY_LENGTH}.`,
      ]
    : [];
}
