import { SPECIAL_TITLES } from '../errors.ts';
import type { ApiError } from './api-result.ts';
import { INSTANCE_LIST, type Server } from './base-uri.ts';
import type { LaunchDarkly } from './client.ts';
import { isForeignError } from './error-origin.ts';
import {
  describePlacement,
  type Finding,
  findUnknownApplications,
  listKeys,
  locateEnvironment,
} from './key-lookup.ts';
import type { DiagnosisContext, Operation } from './operation.ts';
import { describeAvailability, FOREIGN_ANSWER_REMEDY, findStatusRemedy } from './remedies.ts';

const COMPARE_INPUTS = 'Compare the inputs with what LaunchDarkly says, and run again.';

/** Finds out what is wrong with a request that was refused, asking LaunchDarkly where that helps. */
export async function investigate(
  error: ApiError,
  context: DiagnosisContext,
  client: LaunchDarkly,
): Promise<Finding> {
  const { desired, server } = context;
  const { status } = error;
  if (status === 404) {
    const placement = context.placement ?? (await locateEnvironment(desired, client));
    const isExplained = placement.kind !== 'found' && placement.kind !== 'unknown';
    return isForeignError(error) && !isExplained
      ? { ...describeForeignError(status), code: 'unexpected-response' }
      : describePlacement(placement, desired, server);
  }
  if (isForeignError(error)) {
    return describeForeignError(status);
  }
  switch (status) {
    case 401:
      return investigateToken(server, client);
    case 403:
      return describeForbidden(error, server);
    case 400:
    case 422:
      return investigateRequest(error, context, client);
    default:
      return {
        headline: `LaunchDarkly refused the request with ${status}`,
        nextStep: findStatusRemedy(status),
      };
  }
}

/** Describes an error that is not in the form of LaunchDarkly's, such as the page of a proxy. */
function describeForeignError(status: number): Finding {
  return {
    title: SPECIAL_TITLES.foreignAnswer,
    headline: `the request was refused with ${status}, and not in the form of LaunchDarkly's errors`,
    nextStep: FOREIGN_ANSWER_REMEDY,
  };
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
