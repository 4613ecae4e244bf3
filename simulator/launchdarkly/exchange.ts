import type { Account, Caller } from './account.ts';
import type { Behaviour } from './behaviour.ts';
import type { GroupWrite } from './group-writes.ts';

/** The reply of an operation, before HTTP adds `Date`, lengths and rate-limit headers. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; `undefined` sends no body. */
  readonly body?: unknown;
}

/** One authenticated call, as operations see it. */
export interface Call {
  readonly account: Account;
  readonly behaviour: Behaviour;
  readonly caller: Caller;
  /** Decoded path parameters by name. */
  readonly params: ReadonlyMap<string, string>;
  /** The path as sent, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  /** The effective `LD-API-Version`: the first value sent. */
  readonly apiVersion: string | undefined;
  readonly bodyText: string;
  /** The server's clock, in epoch milliseconds. */
  readonly nowMs: number;
  /** The number of the request among those to this path, which counts from 1. */
  readonly requestNumber: number;
  /** Records that this call changed the account. */
  readonly recordWrite: (write: GroupWrite) => void;
}

/** Processes one API operation, or throws an {@link ErrorReply}. */
export type Operation = (call: Call) => Reply;

/** Returns a decoded path parameter that the route has already matched. */
export function pathParameter(call: Call, name: string): string {
  const value = call.params.get(name);
  if (value === undefined) {
    throw new Error(`The route has no path parameter ${name}`);
  }
  return value;
}

/** Parses the JSON body of a call; throws 400 for another content type or invalid JSON. */
export function readJsonBody(call: Call): unknown {
  // "request bodies for PATCH, POST, and PUT requests must be encoded as JSON with a Content-Type
  // header set to application/json": https://launchdarkly.com/docs/api#representations
  if (!/^application\/json\s*(;|$)/i.test(call.contentType)) {
    throw invalidBody({ attribute: 'Content-Type', reason: 'must be application/json' });
  }
  try {
    return JSON.parse(call.bodyText);
  } catch {
    throw invalidBody({ attribute: 'body', reason: 'must be JSON' });
  }
}

/** Whether a JSON value is an object, not an array and not null. */
export function isJsonObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An error reply, thrown by an operation. */
export class ErrorReply extends Error {
  readonly reply: Reply;

  constructor(reply: Reply) {
    super(`${reply.status}`);
    this.name = 'ErrorReply';
    this.reply = reply;
  }
}

/** One entry of a validation error's `errors`. */
export interface FailureReason {
  readonly attribute: string;
  readonly reason: string;
}

function errorReply(status: number, code: string, message: string): ErrorReply {
  return new ErrorReply({ status, body: { code, message } });
}

/** 400 without details: `InvalidRequestErrorRep`, which the insight operations do not use. */
export function invalidRequest(message: string): ErrorReply {
  return errorReply(400, 'invalid_request', message);
}

/** 400 that lists each invalid attribute: `ValidationFailedErrorRep`. */
export function validationFailed(errors: readonly FailureReason[]): ErrorReply {
  return new ErrorReply({
    status: 400,
    body: { code: 'invalid_request', message: 'validation failed', errors },
  });
}

/**
 * 400 for a body that is invalid as a whole. The specification requires `errors` in each 400 of the
 * insight operations.
 */
export function invalidBody(reason: FailureReason): ErrorReply {
  return new ErrorReply({
    status: 400,
    body: { code: 'invalid_request', message: 'Invalid request body', errors: [reason] },
  });
}

/** 401. The API has been seen to send it without a body. */
export function unauthorized(body: Behaviour['unauthorizedBody']): ErrorReply {
  return body === 'empty'
    ? new ErrorReply({ status: 401 })
    : errorReply(401, 'unauthorized', 'Invalid access token');
}

/** 403 for a caller whose role does not allow the operation. */
export function forbidden(): ErrorReply {
  return errorReply(403, 'forbidden', 'Forbidden. Access to the requested resource was denied.');
}

/**
 * 403 for a beta resource called without `LD-API-Version: beta`. It has no `code`, as seen in
 * https://github.com/launchdarkly/api-client-go/issues/21
 */
export function betaHeaderMissing(): ErrorReply {
  return new ErrorReply({
    status: 403,
    body: {
      message:
        'This API is in beta. To use it, your request must include the header `LD-API-Version: beta`.',
    },
  });
}

/** 404. */
export function notFound(): ErrorReply {
  return errorReply(404, 'not_found', 'Invalid resource identifier');
}

/** 405 with the methods that the path supports. */
export function methodNotAllowed(allowed: readonly string[]): ErrorReply {
  return new ErrorReply({
    status: 405,
    headers: { Allow: allowed.join(', ') },
    body: { code: 'method_not_allowed', message: 'Method not allowed' },
  });
}

/**
 * 409, for duplicates and lock collisions alike: LaunchDarkly uses one body for both, so clients
 * cannot tell them apart.
 */
export function conflict(code: Behaviour['conflictCode']): ErrorReply {
  const messages = {
    optimistic_locking_error: 'Conflict. Optimistic lock error. Try again later.',
    key_exists: 'Duplicate insight group key',
    conflict: 'Insight group already exists',
  } as const;
  return errorReply(409, code, messages[code]);
}

/** 422. */
export function patchFailed(): ErrorReply {
  return errorReply(422, 'patch_failed', 'Unprocessable entity. Could not apply patch.');
}

/** 429. */
export function rateLimited(headers: Readonly<Record<string, string>>): ErrorReply {
  return new ErrorReply({
    status: 429,
    headers,
    body: {
      code: 'rate_limited',
      message: "You've exceeded the API rate limit. Try again later.",
    },
  });
}
