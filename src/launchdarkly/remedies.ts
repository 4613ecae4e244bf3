import { findNetworkRemedy } from '../http/network-remedies.ts';
import { PROXY_ADVICE } from '../http/proxies.ts';
import type { RequestFailure } from './api-result.ts';
import type { Server } from './base-uri.ts';

/** What to do where something other than LaunchDarkly seems to answer. */
export const FOREIGN_ANSWER_REMEDY =
  'Check that base-uri names LaunchDarkly itself and that no proxy or login page answers in its place.';

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
      return FOREIGN_ANSWER_REMEDY;
    case 'timeout':
      return `Run again; raise timeout-seconds if the network is slow.${isDirect === true && !mayHaveBeenProcessed ? ` ${PROXY_ADVICE}` : ''}`;
    case 'network':
    case 'cancelled':
      return `Run again; if it fails again, check the runner's network, firewall and proxy (${causeCode}).`;
  }
}

/** Names the next step for a status that LaunchDarkly documents for none of the operations. */
export function findStatusRemedy(status: number): string {
  switch (status) {
    case 402:
      return 'Ask LaunchDarkly whether the plan of the account includes engineering insights.';
    case 405:
      return 'Check whether a proxy between the runner and LaunchDarkly changes requests.';
    case 407:
      return 'Put the user and the password for the proxy into HTTPS_PROXY.';
    case 413:
    case 414:
    case 431:
      return 'The request is too large: shorten the name, or name fewer applications.';
    case 451:
      return 'Ask LaunchDarkly why the account or the region of the runner has no access.';
    default:
      return "Look for the reason in LaunchDarkly's answer; if it gives none, ask LaunchDarkly support.";
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
