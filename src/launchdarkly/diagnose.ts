import type { ActionErrorParts, ErrorCode } from '../errors.ts';
import type { ApiError, RequestFailure } from './api-result.ts';
import type { LaunchDarkly } from './client.ts';
import { isForeignError } from './error-origin.ts';
import { investigate } from './investigate.ts';
import { type DiagnosisContext, describeOperation } from './operation.ts';
import { findRemedy } from './remedies.ts';

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
  const { status, errors, id } = error;
  const finding = await investigate(error, context, client);
  const { code = nameStatus(status), title, headline, nextStep } = finding;
  return {
    code,
    ...(title !== undefined && { title }),
    message: `${asSentence(headline)} ${describeOperation(context)}`,
    serverMessage: quoteApiError(error),
    nextStep,
    reasons: errors,
    details: id === undefined ? [] : [`Request ID for LaunchDarkly support: ${id}`],
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

/** Puts the words that came with a 4xx into one sentence. They are raw: see {@link ApiError}. */
export function quoteApiError(error: ApiError): string {
  const { status, code, message, text, unreadable } = error;
  if (unreadable !== undefined) {
    return `LaunchDarkly answered ${status} with a body that can't be read: ${unreadable}.`;
  }
  const words = message ?? text.trim();
  if (isForeignError(error)) {
    return `The answer was ${status}: "${words}"`;
  }
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
