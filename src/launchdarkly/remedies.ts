import { PROXY_ADVICE } from '../http/proxies.ts';
import type { RequestFailure } from './api-result.ts';
import type { Server } from './base-uri.ts';

/** Names the next step for each kind of cause. The names of the codes are Node's, OpenSSL's and undici's. */
export function findRemedy(failure: RequestFailure, server: Server): string {
  const { causeCode, proxy } = failure;
  const proxyAdvice = failure.isDirect === true ? ` ${PROXY_ADVICE}` : '';
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
  switch (failure.code) {
    case 'server-error':
      return 'Run again later; https://status.launchdarkly.com tells whether LaunchDarkly has an incident.';
    case 'unexpected-response':
      return 'Check that base-uri names LaunchDarkly itself and that no proxy or login page answers in its place.';
    case 'timeout':
      return `Run again; raise timeout-seconds if the network is slow.${failure.mayHaveBeenProcessed ? '' : proxyAdvice}`;
    case 'network':
    case 'cancelled':
      return `Run again; if it stays so, check the runner's network, firewall and proxy (${causeCode}).`;
  }
}

const CONNECT_TIMEOUT = /^(?:UND_ERR_CONNECT_TIMEOUT|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH)$/;

const CERTIFICATE =
  /^(?:CERT_|ERR_TLS_CERT|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|HOSTNAME_MISMATCH|UND_ERR_PRX_TLS)/;

/**
 * Says that the feature is not available on an instance; empty where it is.
 *
 * @see https://launchdarkly.com/docs/home/releases/get-started both notes stand on the page
 */
export function describeAvailability(server: Server): string {
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
