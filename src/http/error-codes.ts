/** undici names a proxy's refusal in words only: for tunnels, and for requests over plain http. */
const PROXY_REFUSAL = /^Proxy response \((\d{3})\)|^Proxy Authentication Required \((407)\)/;

/**
 * Finds the most telling code of an error of Node, OpenSSL or undici: its own, or that of what caused it.
 * `UNKNOWN` where there is none; `PROXY_REFUSED_<status>` for a proxy that refused to pass a request on, and
 * `INVALID_HTTP` for an answer that can't be parsed.
 */
export function readErrorCode(error: unknown): string {
  if (typeof error !== 'object' || error === null) {
    return 'UNKNOWN';
  }
  const refusal = error instanceof Error ? PROXY_REFUSAL.exec(error.message) : null;
  if (refusal !== null) {
    return `PROXY_REFUSED_${refusal[1] ?? refusal[2]}`;
  }
  // undici means to name the parser's own code, but its table leads from names to numbers.
  if (error instanceof Error && error.name === 'HTTPParserError') {
    return 'INVALID_HTTP';
  }
  if (error instanceof AggregateError && error.errors.length > 0) {
    return readErrorCode(error.errors[0]);
  }
  // OpenSSL has a slash in some: ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE.
  if ('code' in error && typeof error.code === 'string' && /^[A-Z0-9_/]+$/.test(error.code)) {
    return error.code;
  }
  return 'cause' in error ? readErrorCode(error.cause) : 'UNKNOWN';
}

/** Says what is wrong with an answer that can't be read at all, as the predicate of a sentence; undefined for other codes. */
export function describeInvalidAnswer(code: string): string | undefined {
  switch (code) {
    case 'INVALID_HTTP':
      return 'answered with something that is not valid HTTP';
    case 'UND_ERR_HEADERS_OVERFLOW':
      return 'answered with more than 16 KiB of headers';
    default:
      return undefined;
  }
}

const PERMANENT =
  /^(?:CERT_|EPROTO$|ERR_TLS_|ERR_SSL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|PROXY_NOT_VALID$|PROXY_REFUSED_(?:403|407|CREDENTIALS)$|RETRY_AFTER$|UND_ERR_PRX_TLS$|UND_ERR_INVALID_ARG$|ERR_INVALID_)/;

/**
 * Whether a later attempt cannot mend the failure that `code` stands for: somebody has to change a
 * certificate, a password or a name first.
 */
export function isPermanentCode(code: string): boolean {
  return PERMANENT.test(code);
}
