import type { ActionErrorParts, ErrorCode } from '../errors.ts';
import type { DesiredGroup } from '../insight-group/insight-group.ts';
import type { ApiError, RequestFailure } from './api-result.ts';
import { INSTANCE_LIST, type Server } from './base-uri.ts';
import type { LaunchDarkly } from './client.ts';
import {
  describePlacement,
  type Finding,
  findUnknownApplications,
  listKeys,
  locateEnvironment,
  type Placement,
} from './key-lookup.ts';
import { describeAvailability, findRemedy } from './remedies.ts';

/** What was being done when it failed. */
export type Operation =
  | 'create'
  | 'read'
  | 'update'
  | 'delete'
  | 'check'
  | 'list-projects'
  | 'list-environments'
  | 'list-groups';

/** What a failure is described from. */
export interface DiagnosisContext {
  readonly operation: Operation;
  readonly desired: DesiredGroup;
  readonly server: Server;
  /** What is already known of project and environment, so that LaunchDarkly is not asked again. */
  readonly placement?: Placement | undefined;
}

/**
 * Describes a 4xx: what was tried, what LaunchDarkly said, and the next step. Asks LaunchDarkly which key
 * is wrong and what may have been meant, where that helps. A question that gets no answer only leaves
 * the description shorter; it never becomes a failure of its own.
 */
export async function describeApiError(
  error: ApiError,
  context: DiagnosisContext,
  client: LaunchDarkly,
): Promise<ActionErrorParts> {
  const parts = {
    code: nameStatus(error.status),
    serverMessage: quoteApiError(error),
    reasons: error.errors,
    details: error.id === undefined ? [] : [`Request ID for LaunchDarkly support: ${error.id}`],
  };
  const finding = await investigate(error, context, client);
  return {
    ...parts,
    ...(finding.title !== undefined && { title: finding.title }),
    message: `${asSentence(finding.headline)} ${describeOperation(context)}`,
    nextStep: finding.nextStep,
  };
}

/** Describes why no clear answer came, by the code of the cause, and the next step. */
export function describeFailure(
  failure: RequestFailure,
  context: DiagnosisContext,
): ActionErrorParts {
  const { server } = context;
  return {
    code: failure.code,
    message: `${server.origin} ${failure.what}. ${describeOperation(context)}`,
    serverMessage:
      failure.message === undefined
        ? undefined
        : quote(failure.causeCode.replace(/^HTTP /, ''), failure.message),
    nextStep: findRemedy(failure, server),
    cause: failure.cause,
  };
}

/** Puts LaunchDarkly's own words on a 4xx into one sentence. They are raw: see {@link ApiError}. */
export function quoteApiError(error: ApiError): string {
  const { status, code, message, text, unreadable } = error;
  if (unreadable !== undefined) {
    return `LaunchDarkly answered ${status} with a body that can't be read: ${unreadable}.`;
  }
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

function describeOperation({ operation, desired }: DiagnosisContext): string {
  const environment =
    desired.environmentKey === '' ? '' : `, environment "${desired.environmentKey}"`;
  const place = `project "${desired.projectKey}"${environment}`;
  switch (operation) {
    case 'create':
      return `Tried to create insight group "${desired.key}" for ${place}.`;
    case 'read':
      return `Tried to read insight group "${desired.key}".`;
    case 'update':
      return `Tried to update insight group "${desired.key}".`;
    case 'delete':
      return `Tried to delete insight group "${desired.key}".`;
    case 'list-projects':
      return 'Tried to list the projects.';
    case 'list-environments':
      return `Tried to list the environments of project "${desired.projectKey}".`;
    case 'list-groups':
      return 'Tried to list the insight groups.';
    case 'check':
      return desired.key === ''
        ? `Tried to read ${place}.`
        : `Tried to check ${place} for insight group "${desired.key}".`;
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

const COMPARE_INPUTS = 'Compare the inputs with what LaunchDarkly says, and run again.';

async function investigate(
  error: ApiError,
  context: DiagnosisContext,
  client: LaunchDarkly,
): Promise<Finding> {
  const { desired, server } = context;
  switch (error.status) {
    case 401:
      return investigateToken(server, client);
    case 403:
      return describeForbidden(error, server);
    case 404: {
      const placement = context.placement ?? (await locateEnvironment(desired, client));
      return describePlacement(placement, desired, server);
    }
    case 400:
    case 422:
      return investigateRequest(error, context, client);
    default:
      return {
        headline: `LaunchDarkly refused the request with ${error.status}`,
        nextStep: COMPARE_INPUTS,
      };
  }
}

/** A 400 that speaks of a project, an environment or an application is worth a look at what exists. */
async function investigateRequest(
  error: ApiError,
  context: DiagnosisContext,
  client: LaunchDarkly,
): Promise<Finding> {
  const { desired, server } = context;
  const reasons = error.errors.map(({ attribute, reason }) => `${attribute} ${reason}`);
  const headline = `LaunchDarkly refused the request as invalid (${error.status})`;
  const words = [error.message ?? error.text, ...reasons].join(' ').toLowerCase();
  if (words.includes('application')) {
    const unknown = await findUnknownApplications(desired, client);
    if (unknown.length > 0) {
      const keys = listKeys(unknown.map(({ key }) => key));
      return {
        headline,
        nextStep: `LaunchDarkly knows no application ${keys}. An application appears with its first deployment event or SDK connection; correct the input applications, or run again once it has reported.`,
      };
    }
  }
  if (words.includes('project') || words.includes('environment')) {
    const placement = await locateEnvironment(desired, client);
    if (placement.kind !== 'found' && placement.kind !== 'unknown') {
      const { headline: found, nextStep } = describePlacement(placement, desired, server);
      return { headline: found, nextStep };
    }
  }
  return { headline, nextStep: findCorrection(error, context.operation) };
}

function findCorrection(error: ApiError, operation: Operation): string {
  if (error.errors.length > 0) {
    return 'Correct the inputs that LaunchDarkly names, and run again.';
  }
  if (operation === 'update') {
    return 'Make the change in LaunchDarkly, or set if-exists: keep to go on with the group as it is.';
  }
  if ((error.message ?? error.text.trim()) !== '') {
    return COMPARE_INPUTS;
  }
  const inputs =
    operation === 'delete' || operation === 'read'
      ? 'input key'
      : 'inputs name, key, project, environment and applications';
  const lead =
    error.unreadable === undefined
      ? 'LaunchDarkly does not say why'
      : "LaunchDarkly's explanation can't be read";
  return `${lead}: check the ${inputs}, and run again.`;
}

async function investigateToken(server: Server, client: LaunchDarkly): Promise<Finding> {
  const identity = await client.getCallerIdentity();
  if (identity.kind !== 'ok') {
    return {
      headline: 'LaunchDarkly does not know the token (401)',
      nextStep: `Check the secret: the token may be mistyped, expired or deleted. A token works only on its own instance; base-uri, now ${server.origin}, chooses among ${INSTANCE_LIST}. New tokens are made under Organization settings, Authorization, with the role Writer.`,
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
        'the token is not an access token: LaunchDarkly identifies it as an SDK key or similar (401)',
      nextStep: `LaunchDarkly says it is: ${kind}. SDK keys, mobile keys and client-side IDs can't be used with the REST API; create an access token with the Writer role.`,
    };
  }
  return {
    headline: 'LaunchDarkly knows the token but does not accept it for this (401)',
    nextStep: `It is the token${tokenName === undefined ? '' : ` "${tokenName}"`}${kind === '' ? '' : ` (${kind})`}. Give it the Writer role or better, or use a service token that has it.`,
  };
}

function describeForbidden(error: ApiError, server: Server): Finding {
  const words = (error.message ?? error.text).toLowerCase();
  if (words.includes('beta')) {
    return {
      headline: 'LaunchDarkly did not see the beta header (403)',
      nextStep:
        'The action sends LD-API-Version: beta with every request; check whether a proxy in between strips headers.',
    };
  }
  return {
    headline: 'LaunchDarkly refused access (403)',
    nextStep:
      `Give the token the Writer role or better. Engineering insights is part of select plans only: ask LaunchDarkly whether yours has it. If the account has an IP allow list, the runner's address must be on it. ${describeAvailability(server)}`.trim(),
  };
}
