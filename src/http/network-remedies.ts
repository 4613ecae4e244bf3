import { PROXY_ADVICE } from './proxies.ts';

/** Why no connection came about, or why one was of no use. */
export interface NetworkFailure {
  /** A code of Node's, OpenSSL's or undici's, or one of those of `NoResponse`. */
  readonly causeCode: string;
  /** The proxy that could not be reached, as host and port. */
  readonly proxy?: string | undefined;
  /** Whether the request had no proxy on its way. */
  readonly isDirect?: boolean | undefined;
}

/** A server, and where its address is set. */
export interface NetworkTarget {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The input or variable that the address comes from, such as `base-uri`. */
  readonly setting: string;
}

/**
 * Names the next step for a failure of the network, in sentences; undefined for a code that says nothing
 * of the network.
 */
export function findNetworkRemedy(
  { causeCode, proxy, isDirect }: NetworkFailure,
  { origin, setting }: NetworkTarget,
): string | undefined {
  const proxyAdvice = isDirect === true ? ` ${PROXY_ADVICE}` : '';
  if (CERTIFICATE.test(causeCode)) {
    const owner =
      proxy === undefined ? "The server's certificate" : `The certificate of the proxy ${proxy}`;
    return `${owner} is not trusted (${causeCode}). If a proxy of your company inspects TLS, point NODE_EXTRA_CA_CERTS at the file with its CA certificate, in env of the job or of the runner. TLS verification can't be turned off.`;
  }
  if (/^(?:EPROTO|ERR_SSL_)/.test(causeCode)) {
    return `The two ends did not agree on TLS (${causeCode}). Check that ${setting} and HTTPS_PROXY have the right scheme and port.`;
  }
  if (proxy !== undefined) {
    return `The proxy of HTTPS_PROXY could not be reached (${causeCode}). Check its address, or list ${new URL(origin).host} in NO_PROXY.`;
  }
  if (causeCode === 'ENOTFOUND' || causeCode === 'EAI_AGAIN') {
    return `The host name could not be resolved (${causeCode}). Check ${setting} (${origin}) and the runner's DNS.${proxyAdvice}`;
  }
  if (causeCode === 'ECONNREFUSED') {
    return `Nothing accepts connections there (ECONNREFUSED). Check ${setting} (${origin}), the firewall, and whether the runner needs a proxy (HTTPS_PROXY).`;
  }
  if (CONNECT_TIMEOUT.test(causeCode)) {
    return `No connection could be opened in time (${causeCode}). Check the runner's network and firewall.${proxyAdvice}`;
  }
  if (causeCode === 'PROXY_REFUSED_407') {
    return 'The proxy requires a user name and password (407). Put them into HTTPS_PROXY: http://user:password@host:port.';
  }
  if (causeCode === 'PROXY_REFUSED_CREDENTIALS') {
    return 'The proxy refused the user name and password of HTTPS_PROXY (407), or requires a scheme other than Basic, such as NTLM or Kerberos. Check both; special characters in them must be percent-encoded.';
  }
  if (causeCode.startsWith('PROXY_REFUSED_')) {
    return `The proxy of HTTPS_PROXY refused the connection (${causeCode.slice(-3)}). Have it allow ${origin}, or list the host in NO_PROXY.`;
  }
  if (causeCode === 'UND_ERR_PRX_CONN') {
    return `The proxy of HTTPS_PROXY could not be used (${causeCode}). Check its address.`;
  }
  return undefined;
}

const CONNECT_TIMEOUT = /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/;
