import { findNetworkRemedy } from '../http/network-remedies.ts';
import { PROXY_ADVICE } from '../http/proxies.ts';
import type { RequestFailure } from './api-result.ts';
import type { Server } from './base-uri.ts';

/** Names the next step for each kind of cause. */
export function findRemedy(failure: RequestFailure, server: Server): string {
  const remedy = findNetworkRemedy(failure, { origin: server.origin, setting: 'base-uri' });
  if (remedy !== undefined) {
    return remedy;
  }
  const { causeCode, mayHaveBeenProcessed, isDirect } = failure;
  switch (failure.code) {
    case 'server-error':
      return 'Run again later; https://status.launchdarkly.com tells whether LaunchDarkly has an incident.';
    case 'unexpected-response':
      return 'Check that base-uri names LaunchDarkly itself and that no proxy or login page answers in its place.';
    case 'timeout':
      return `Run again; raise timeout-seconds if the network is slow.${isDirect === true && !mayHaveBeenProcessed ? ` ${PROXY_ADVICE}` : ''}`;
    case 'network':
    case 'cancelled':
      return `Run again; if it fails again, check the runner's network, firewall and proxy (${causeCode}).`;
  }
}

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
