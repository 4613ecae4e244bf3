import * as z from 'zod/mini';
import { ActionError } from './errors.ts';
import { resolveServer, type Server } from './launchdarkly/servers.ts';
import type { ProxySettings } from './launchdarkly/transport.ts';
import type { Wish } from './reconcile/outcome.ts';
import { IF_EXISTS } from './reconcile/plan.ts';
import type { Secrets } from './secrets.ts';
import type { WorkflowRun } from './workflow.ts';

/** Everything that a run is told, checked. */
export interface Inputs {
  readonly wish: Wish;
  readonly token: string;
  readonly server: Server;
  readonly proxies: ProxySettings;
  readonly timeoutMs: number;
  readonly wantsComment: boolean;
  readonly githubToken: string;
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
} as const;

/**
 * Reads the run's inputs from the variables that the runner sets, masks the secrets among them before
 * anything else, and checks them all.
 *
 * @throws {ActionError} `invalid-input`, naming every problem, never a credential's value
 */
export function readInputs(env: NodeJS.ProcessEnv, run: WorkflowRun, secrets: Secrets): Inputs {
  const given = { ...readDeclaredInputs(env), ...readProxies(env) };
  for (const secret of [given.token, given['github-token']]) {
    secrets.add(secret);
  }
  for (const password of [given.HTTP_PROXY, given.HTTPS_PROXY].flatMap(findProxyPasswords)) {
    secrets.add(password);
  }
  const parsed = z.safeParse(describeInputs(run), given);
  if (!parsed.success) {
    throw explainProblems(parsed.error.issues, run);
  }
  const inputs = parsed.data;
  const wanted = {
    key: inputs.key,
    name: inputs.name,
    projectKey: inputs.project,
    environmentKey: inputs.environment,
    applicationKeys: inputs.applications,
  };
  secrets.spare(Object.values(wanted).flat());
  return {
    wish: { wanted, ifExists: inputs['if-exists'], isDryRun: inputs['dry-run'] },
    token: inputs.token,
    server: inputs['base-uri'],
    proxies: {
      httpProxy: inputs.HTTP_PROXY,
      httpsProxy: inputs.HTTPS_PROXY,
      noProxy: inputs.NO_PROXY,
    },
    timeoutMs: inputs['timeout-seconds'] * 1_000,
    wantsComment: inputs['pr-comment'],
    githubToken: inputs['github-token'],
    warnings: (['key', 'project', 'environment'] as const).flatMap((input) =>
      warnOfLength(input, inputs[input]),
    ),
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
  };
}

/** As undici reads them: lower case comes first, even when it is empty. Without HTTPS_PROXY, HTTP_PROXY serves https too. */
function readProxies(env: NodeJS.ProcessEnv) {
  return {
    HTTP_PROXY: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    HTTPS_PROXY: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    NO_PROXY: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
  };
}

/** The user name is no secret, but what stands before the `@` may be used up as one piece. */
function findProxyPasswords(proxy: string): string[] {
  const url = completeProxy(proxy);
  if (!URL.canParse(url)) {
    return [];
  }
  const { username, password } = new URL(url);
  const decoded = [username, password].map((part) => decodeLeniently(part));
  const credentials = Buffer.from(decoded.join(':')).toString('base64');
  // A user name alone is a token of the proxy's.
  const [name = '', word = ''] = decoded;
  if (name === '' && word === '') {
    return [];
  }
  return password === '' ? [name, credentials] : [password, word, credentials];
}

function decodeLeniently(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** A proxy without a scheme is common, and means http. So is a bare % in a password, and means itself. */
function completeProxy(proxy: string): string {
  const url = proxy === '' || proxy.includes('://') ? proxy : `http://${proxy}`;
  return url.replace(/%(?![0-9a-f]{2})/gi, '%25');
}

/** undici decodes the credentials, and throws at what is not UTF-8. */
function isProxyUrl(url: string): boolean {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) {
    return false;
  }
  const { username, password } = new URL(url);
  return [username, password].every(
    (part) => decodeLeniently(part) !== part || !part.includes('%'),
  );
}

function describeInputs(run: WorkflowRun) {
  return z.object({
    name: z
      .string()
      .check(
        z.minLength(1, "is required: the group's display name"),
        z.regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, 'expected one line, without control characters'),
      ),
    key,
    project: key,
    environment: key,
    applications,
    token: describeToken(run),
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
    'github-token': z.string(),
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: z.string(),
  });
}

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

const applications = z.pipe(
  z.pipe(z.string(), z.transform(splitList)),
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

/** Splits at new lines and commas, trims, drops blanks and duplicates, keeps the order. */
function splitList(text: string): string[] {
  const entries = text.split(/[\n,]/).map((entry) => entry.trim());
  return [...new Set(entries.filter((entry) => entry !== ''))];
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

const proxy = z.pipe(
  z.pipe(z.string(), z.transform(completeProxy)),
  z.string().check(
    z.refine((url) => url === '' || isProxyUrl(url), {
      message: 'expected the URL of an http or https proxy',
    }),
  ),
);

/** Shapes of other credentials than an access token, each with the sentence that helps. */
const WRONG_CREDENTIALS: readonly (readonly [RegExp, string])[] = [
  [
    /^sdk-/i,
    'this is an SDK key, which the REST API does not accept; expected an access token (api-…)',
  ],
  [
    /^mob-/i,
    'this is a mobile key, which the REST API does not accept; expected an access token (api-…)',
  ],
  [/^rel-/i, 'this is a Relay Proxy key; expected an access token (api-…)'],
  [
    /^[0-9a-f]{24}$/i,
    'this is a client-side ID, which is no credential; expected an access token (api-…)',
  ],
  [
    /^(?:gh[pousr]_|github_pat_)/i,
    'this is a GitHub token; expected a LaunchDarkly access token (api-…). Are token and github-token swapped?',
  ],
  [/^bearer\b/i, 'leave the word Bearer out: LaunchDarkly expects the token alone'],
  [/^["'`]|["'`]$/, 'it is in quotes; store the secret without them'],
  [/^\$/, 'it is the name of a variable, not its value; use the secrets context'],
  [/\s/, 'it has white space in it; store the secret again, in one piece'],
  [/[^\x21-\x7e]/, 'it has characters that no access token has; store the secret again'],
];

/** Shorter than anything that LaunchDarkly hands out, in characters. */
const MIN_TOKEN_LENGTH = 8;

/** No message quotes the token, and the issues' own `input` is never shown. */
function describeToken(run: WorkflowRun) {
  const blank = {
    fork: 'is blank: GitHub gives no secrets to workflows of pull requests from forks',
    dependabot: 'is blank: workflows started by Dependabot see Dependabot secrets only',
    none: "is blank; expected a LaunchDarkly access token. Is the secret's name spelt right, and is it set for this repository, organization or environment?",
  }[run.withheldSecrets ?? 'none'];
  return z
    .string()
    .check(
      z.minLength(1, { message: blank, abort: true }),
      ...WRONG_CREDENTIALS.map(([shape, message]) =>
        z.refine((token) => !shape.test(String(token)), { message, abort: true }),
      ),
      z.minLength(MIN_TOKEN_LENGTH, 'it is too short for an access token (api-…)'),
    );
}

function explainProblems(issues: readonly z.core.$ZodIssue[], run: WorkflowRun): ActionError {
  const reasons = issues.map(({ path, message }) => ({
    attribute: String(path[0]),
    reason: message,
  }));
  const names = [...new Set(reasons.map(({ attribute }) => attribute))];
  return new ActionError({
    code: 'invalid-input',
    message:
      names.length === 1
        ? `The input ${names.join('')} is not valid. No request was made.`
        : `${names.length} inputs are not valid. No request was made.`,
    nextStep: [...new Set(names.map((name) => findCorrection(name, run)))].join(' '),
    reasons,
  });
}

/** Where a value that is not valid is to be corrected. */
function findCorrection(name: string, { withheldSecrets }: WorkflowRun): string {
  if (name.endsWith('_PROXY')) {
    return `Correct ${name} in env of the workflow or of the runner.`;
  }
  if (name !== 'token') {
    return 'Correct the inputs under with: in the workflow.';
  }
  switch (withheldSecrets) {
    case 'fork':
      return 'Run this step for pull requests of the repository itself only, or after the merge.';
    case 'dependabot':
      return 'Add the secret under Settings, Secrets and variables, Dependabot.';
    case undefined:
      return 'Correct the secret that token is read from, under Settings, Secrets and variables, Actions.';
  }
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
