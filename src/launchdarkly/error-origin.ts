import type { ApiError, ApiResult } from './api-result.ts';

/** Whether LaunchDarkly itself answered: each of its errors has a code. */
export function isOwnError({ code }: ApiError): boolean {
  return code !== undefined;
}

/**
 * Whether something other than LaunchDarkly must have answered: a proxy, a gateway, a login page. A refusal in
 * plain text or without a body may be LaunchDarkly's, but no page is.
 */
export function isForeignError(error: ApiError): boolean {
  const { status, text, unreadable } = error;
  if (isOwnError(error)) {
    return false;
  }
  // A 404 is taken as the proof that there is no such thing, so it has to be in LaunchDarkly's own form.
  return status === 404
    ? text.trim() !== '' || unreadable !== undefined
    : text.trimStart().startsWith('<');
}

/** Whether LaunchDarkly says that there is no such thing. Gateways answer 404 for what they do not know. */
export function saysNotFound<Result extends ApiResult<unknown>>(
  result: Result,
): result is Extract<Result, { kind: 'rejected' }> {
  return result.kind === 'rejected' && result.error.status === 404 && !isForeignError(result.error);
}
