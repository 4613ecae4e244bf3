/**
 * How every one of undici's clients here treats HTTP. undici replays a POST when an HTTP/2 server refuses
 * its stream, so HTTP/2 is not even offered.
 */
export const HTTP_OPTIONS = {
  allowH2: false,
  /** The largest header block of a response, in bytes: Node's own default, pinned. */
  maxHeaderSize: 16 * 1024,
} as const;

/** The attempt has a time limit of its own; undici's would only add a second answer. */
export const NO_TIMEOUTS = { headersTimeout: 0, bodyTimeout: 0 } as const;

/**
 * TLS is verified whatever the environment says: an option that is set wins over
 * `NODE_TLS_REJECT_UNAUTHORIZED=0`.
 */
export const TLS_OPTIONS = { rejectUnauthorized: true, allowH2: false } as const;
