import { closestMatch } from 'leven';
import { type ActionErrorParts, type ErrorCode, SPECIAL_TITLES } from '../errors.ts';
import type { WantedGroup } from '../group.ts';
import { PROXY_ADVICE } from '../http/proxies.ts';
import type { Refusal, Trouble } from './answer.ts';
import type { LaunchDarkly } from './client.ts';
import { INSTANCE_LIST, type Server } from './servers.ts';

/** What was being done when it failed. */
export type Operation = 'create' | 'read' | 'update' | 'check';

/** What a failure is explained from. */
export interface Circumstances {
  readonly operation: Operation;
  readonly wanted: WantedGroup;
  readonly server: Server;
}

/** How many existing keys are named where none is close to the one that was given. */
const MAX_LISTED_KEYS = 10;

/**
 * Explains a 4xx: what was tried, what LaunchDarkly said, and the next step. Asks LaunchDarkly which key
 * is wrong and what may have been meant, where that helps. A question that gets no answer only leaves
 * the explanation shorter; it never becomes a failure of its own.
 */
export async function explainRefusal(
  refusal: Refusal,
  circumstances: Circumstances,
  client: LaunchDarkly,
): Promise<ActionErrorParts> {
  const parts = {
    code: nameStatus(refusal.status),
    said: quoteRefusal(refusal),
    reasons: refusal.errors,
    details:
      refusal.id === undefined ? [] : [`LaunchDarkly's support finds it by the id ${refusal.id}.`],
  };
  const finding = await investigate(refusal, circumstances, client);
  return {
    ...parts,
    ...(finding.title !== undefined && { title: finding.title }),
    message: `${asSentence(finding.headline)} ${describe(circumstances)}`,
    nextStep: finding.nextStep,
  };
}

/** Explains why no clear answer came, by the code of the cause, and how to mend that. */
export function explainTrouble(trouble: Trouble, circumstances: Circumstances): ActionErrorParts {
  const { server } = circumstances;
  return {
    code: trouble.code,
    message: `${server.origin} ${trouble.what}. ${describe(circumstances)}`,
    said:
      trouble.message === undefined
        ? undefined
        : quote(trouble.causeCode.replace(/^HTTP /, ''), trouble.message),
    nextStep: findRemedy(trouble, server),
    cause: trouble.cause,
  };
}

/** Puts LaunchDarkly's own words on a refusal into one sentence. They are raw: see {@link Refusal}. */
export function quoteRefusal(refusal: Refusal): string {
  const { status, code, message, text } = refusal;
  const words = message ?? text.trim();
  return quote(code === undefined ? String(status) : `${status} (${code})`, words);
}

function quote(status: string, words: string): string {
  if (words === '') {
    return `LaunchDarkly answered ${status} with an empty body.`;
  }
  // Not cut here: half a secret is one that nobody can redact. Each sink cuts what it has redacted.
  return `LaunchDarkly answered ${status}: "${words}"`;
}

function asSentence(text: string): string {
  const end = /[.?!]$/.test(text) ? '' : '.';
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${end}`;
}

function describe({ operation, wanted }: Circumstances): string {
  const place = `project "${wanted.projectKey}", environment "${wanted.environmentKey}"`;
  switch (operation) {
    case 'create':
      return `Tried to create insight group "${wanted.key}" for ${place}.`;
    case 'read':
      return `Tried to read insight group "${wanted.key}".`;
    case 'update':
      return `Tried to update insight group "${wanted.key}".`;
    case 'check':
      return `Tried to check ${place} for insight group "${wanted.key}".`;
  }
}

function nameStatus(status: number): ErrorCode {
  const codes: Readonly<Record<number, ErrorCode>> = {
    401: 'unauthorized',
    403: 'forbidden',
    404: 'not-found',
    409: 'conflict',
    429: 'rate-limited',
  };
  return codes[status] ?? 'bad-request';
}

interface Finding {
  readonly title?: string;
  readonly headline: string;
  readonly nextStep: string;
}

function investigate(
  refusal: Refusal,
  circumstances: Circumstances,
  client: LaunchDarkly,
): Promise<Finding> | Finding {
  switch (refusal.status) {
    case 401:
      return investigateToken(circumstances.server, client);
    case 403:
      return explainForbidden(refusal, circumstances.server);
    case 404:
      return investigateKeys(circumstances, client);
    case 400:
    case 422:
      return investigateRequest(refusal, circumstances, client);
    default:
      return {
        headline: `LaunchDarkly refused the request with ${refusal.status}`,
        nextStep: 'Compare the inputs with what LaunchDarkly says, and run again.',
      };
  }
}

/** A 400 that speaks of a project, an environment or an application is worth a look at what exists. */
async function investigateRequest(
  refusal: Refusal,
  circumstances: Circumstances,
  client: LaunchDarkly,
): Promise<Finding> {
  const reasons = refusal.errors.map(({ attribute, reason }) => `${attribute} ${reason}`.trim());
  const headline = `LaunchDarkly refused the request as invalid (${refusal.status})`;
  const words = [refusal.message ?? refusal.text, ...reasons].join(' ').toLowerCase();
  if (words.includes('application')) {
    const unknown = await findUnknownApplications(circumstances.wanted, client);
    if (unknown.length > 0) {
      return {
        headline,
        nextStep: `LaunchDarkly knows no application ${listKeys(unknown)}. An application appears with its first deployment event or SDK connection; correct the input applications, or run again once it has reported.`,
      };
    }
  }
  if (words.includes('project') || words.includes('environment')) {
    const missing = await findMissingKey(circumstances.wanted, client);
    if (missing !== undefined) {
      return { headline: missing.headline, nextStep: missing.nextStep };
    }
  }
  return { headline, nextStep: 'Correct the inputs that LaunchDarkly names, and run again.' };
}

async function investigateKeys(
  circumstances: Circumstances,
  client: LaunchDarkly,
): Promise<Finding> {
  const missing = await findMissingKey(circumstances.wanted, client);
  if (missing !== undefined) {
    return missing;
  }
  const { projectKey, environmentKey } = circumstances.wanted;
  return {
    title: SPECIAL_TITLES.notFound,
    headline: 'LaunchDarkly did not find it (404)',
    nextStep:
      `Check that project "${projectKey}" and environment "${environmentKey}" exist, that the token may see them, and that the account has engineering insights. ${explainAvailability(circumstances.server)}`.trim(),
  };
}

/** Finds out which of project and environment does not exist, and what may have been meant. */
async function findMissingKey(
  { projectKey, environmentKey }: WantedGroup,
  client: LaunchDarkly,
): Promise<Finding | undefined> {
  const environments = await client.listEnvironments(projectKey);
  if (environments.kind === 'refused' && environments.refusal.status === 404) {
    const projects = await client.listProjects();
    const known = projects.kind === 'ok' ? projects.value.keys : [];
    return {
      headline: `project "${projectKey}" does not exist${suggest(projectKey, known)}`,
      nextStep: `Correct the input project, or give the token access to that project.${listKnown('projects', known)}`,
    };
  }
  if (environments.kind !== 'ok' || environments.value.keys.includes(environmentKey)) {
    return undefined;
  }
  if (!(await isCertainlyMissing(environments.value, { projectKey, environmentKey }, client))) {
    return undefined;
  }
  const { keys } = environments.value;
  return {
    headline: `environment "${environmentKey}" does not exist in project "${projectKey}"${suggest(environmentKey, keys)}`,
    nextStep: `Correct the input environment, or create the environment before this step.${listKnown(`environments of project "${projectKey}"`, keys)}`,
  };
}

/** A key that is not on a page that shows everything is missing; otherwise LaunchDarkly is asked for it. */
async function isCertainlyMissing(
  page: { readonly keys: readonly string[]; readonly totalCount: number | undefined },
  { projectKey, environmentKey }: Pick<WantedGroup, 'projectKey' | 'environmentKey'>,
  client: LaunchDarkly,
): Promise<boolean> {
  if (page.totalCount === page.keys.length) {
    return true;
  }
  const environment = await client.getEnvironment(projectKey, environmentKey);
  return environment.kind === 'refused' && environment.refusal.status === 404;
}

async function findUnknownApplications(
  { applicationKeys }: WantedGroup,
  client: LaunchDarkly,
): Promise<readonly string[]> {
  if (applicationKeys.length === 0) {
    return [];
  }
  const known = await client.findApplications(applicationKeys);
  if (known.kind !== 'ok') {
    return [];
  }
  const found = new Set(known.value.keys);
  return applicationKeys.filter((key) => !found.has(key));
}

async function investigateToken(server: Server, client: LaunchDarkly): Promise<Finding> {
  const identity = await client.getCallerIdentity();
  if (identity.kind !== 'ok') {
    return {
      headline: 'LaunchDarkly does not know the token (401)',
      nextStep: `Check the secret: the token may be mistyped, expired or deleted. A token is also unknown to every LaunchDarkly instance but its own; base-uri, now ${server.origin}, chooses among ${INSTANCE_LIST}. New tokens are made under Organization settings, Authorization, with the role Writer.`,
    };
  }
  const { tokenKind, authKind, tokenName, serviceToken } = identity.value;
  const kind = [tokenKind, authKind].filter(Boolean).join(', ');
  // "server" may be said of a service token as well, but only access tokens have names.
  const isAccessToken = tokenName !== undefined || serviceToken === true;
  const isSdkKey = !isAccessToken && /sdk|mobile|environment|server|client/i.test(kind);
  if (isSdkKey) {
    return {
      headline:
        'the token is not an access token: LaunchDarkly knows it as an SDK key or the like (401)',
      nextStep: `LaunchDarkly says it is: ${kind}. SDK keys, mobile keys and client-side IDs can't be used with the REST API; create an access token with the Writer role.`,
    };
  }
  return {
    headline: 'LaunchDarkly knows the token but does not accept it for this (401)',
    nextStep: `It is the token${tokenName === undefined ? '' : ` "${tokenName}"`}${kind === '' ? '' : ` (${kind})`}. Give it the Writer role or better, or use a service token that has it.`,
  };
}

function explainForbidden(refusal: Refusal, server: Server): Finding {
  const words = (refusal.message ?? refusal.text).toLowerCase();
  if (words.includes('beta')) {
    return {
      headline: 'LaunchDarkly did not see the beta header (403)',
      nextStep:
        'The action sends LD-API-Version: beta with every request; check whether a proxy in between takes headers away.',
    };
  }
  return {
    headline: 'LaunchDarkly refused access (403)',
    nextStep:
      `Give the token the Writer role or better. Engineering insights is part of select plans only: ask LaunchDarkly whether yours has it. If the account has an IP allow list, the runner's address must be on it. ${explainAvailability(server)}`.trim(),
  };
}

/** @see https://launchdarkly.com/docs/home/releases/get-started both notes stand on the page */
function explainAvailability(server: Server): string {
  switch (server.instance) {
    case 'federal':
      return 'LaunchDarkly documents engineering insights as not available on the federal instance.';
    case 'eu':
      return 'LaunchDarkly documents engineering insights as not available on the EU instance.';
    case 'commercial':
    case 'other':
    case 'loopback':
      return '';
  }
}

function suggest(key: string, known: readonly string[]): string {
  // A third of the letters wrong is a slip; more is another word.
  const maxDistance = Math.max(2, Math.floor(key.length / 3));
  const match =
    known.find((candidate) => candidate.toLowerCase() === key.toLowerCase()) ??
    closestMatch(key, [...known], { maxDistance });
  return match === undefined ? '' : `; did you mean "${match}"?`;
}

function listKnown(what: string, keys: readonly string[]): string {
  return keys.length === 0 ? '' : ` The ${what} that the token can see: ${listKeys(keys)}.`;
}

function listKeys(keys: readonly string[]): string {
  const shown = keys.slice(0, MAX_LISTED_KEYS).map((key) => `"${key}"`);
  const hidden = keys.length - shown.length;
  return hidden > 0 ? `${shown.join(', ')} and ${hidden} more` : shown.join(', ');
}

/** The remedy for each kind of cause. The names of the codes are Node's, OpenSSL's and undici's. */
function findRemedy(trouble: Trouble, server: Server): string {
  const { causeCode, proxy } = trouble;
  const proxyAdvice = trouble.isDirect === true ? ` ${PROXY_ADVICE}` : '';
  if (CERTIFICATE.test(causeCode)) {
    const shown = proxy === undefined ? 'that was shown' : `of the proxy ${proxy}`;
    return `The certificate ${shown} can't be trusted (${causeCode}). If a proxy of your company inspects TLS, point NODE_EXTRA_CA_CERTS at the file with its CA certificate, in env of the job or of the runner. There is no switch to ignore TLS.`;
  }
  if (/^(?:EPROTO|ERR_SSL_)/.test(causeCode)) {
    return `The two ends did not agree on TLS (${causeCode}). Check that base-uri and HTTPS_PROXY have the right scheme and port.`;
  }
  if (proxy !== undefined) {
    return `The proxy of HTTPS_PROXY could not be reached (${causeCode}). Check its address, or list ${new URL(server.origin).host} in NO_PROXY.`;
  }
  if (causeCode === 'ENOTFOUND' || causeCode === 'EAI_AGAIN') {
    return `The name of the host could not be resolved (${causeCode}). Check base-uri (${server.origin}) and the runner's DNS.${proxyAdvice}`;
  }
  if (causeCode === 'ECONNREFUSED') {
    return `Nothing accepts connections there (ECONNREFUSED). Check base-uri (${server.origin}), the firewall, and whether the runner needs a proxy (HTTPS_PROXY).`;
  }
  if (CONNECT_TIMEOUT.test(causeCode)) {
    return `No connection could be opened in time (${causeCode}). Check the runner's network and firewall.${proxyAdvice}`;
  }
  if (causeCode === 'PROXY_REFUSED_407') {
    return 'The proxy wants a user name and a password (407). Put them into HTTPS_PROXY: http://user:password@host:port.';
  }
  if (causeCode === 'PROXY_REFUSED_CREDENTIALS') {
    return 'The proxy refused the user name and password of HTTPS_PROXY (407), or wants another scheme than Basic, such as NTLM or Kerberos. Check both; special characters in them must be percent-encoded.';
  }
  if (causeCode.startsWith('PROXY_REFUSED_')) {
    return `The proxy of HTTPS_PROXY refused the connection (${causeCode.slice(-3)}). Have it allow ${server.origin}, or list the host in NO_PROXY.`;
  }
  if (causeCode === 'UND_ERR_PRX_CONN') {
    return `The proxy of HTTPS_PROXY could not be used (${causeCode}). Check its address.`;
  }
  switch (trouble.code) {
    case 'server-error':
      return 'Run again later; https://status.launchdarkly.com tells whether LaunchDarkly has an incident.';
    case 'unexpected-response':
      return 'Check that base-uri names LaunchDarkly itself and that no proxy or login page answers in its place.';
    case 'timeout':
      return `Run again; raise timeout-seconds if the network is slow.${trouble.sent ? '' : proxyAdvice}`;
    case 'network':
    case 'cancelled':
      return `Run again; if it stays so, check the runner's network, firewall and proxy (${causeCode}).`;
  }
}

const CONNECT_TIMEOUT = /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/;
