/** A LaunchDarkly server that the token may be sent to. */
export interface Server {
  /** Scheme, host and port, without a trailing slash. */
  readonly origin: string;
  readonly instance: 'commercial' | 'federal' | 'eu' | 'other' | 'loopback';
}

/**
 * The hosts are matched on the text as it was written, never on a parsed URL: a parser turns integers,
 * encoded dots and full-width letters into innocent-looking hosts before anybody can look at them.
 */
const LAUNCHDARKLY =
  /^https:\/\/((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+launchdarkly\.(?:com|us))$/;
const LOOPBACK = /^https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9][0-9]{0,4})?$/;

/** LaunchDarkly's instances, as its documentation lists them: https://launchdarkly.com/docs/api */
const INSTANCES: Readonly<Record<string, Server['instance']>> = {
  'app.launchdarkly.com': 'commercial',
  'app.launchdarkly.us': 'federal',
  'app.eu.launchdarkly.com': 'eu',
};

/** The instances in words, for people who have to choose one. */
export const INSTANCE_LIST: string = Object.entries(INSTANCES)
  .map(([host, instance]) => `https://${host} (${instance === 'eu' ? 'EU' : instance})`)
  .join(', ');

/** What a `base-uri` may be, in words for an error. */
const EXPECTED = `expected ${INSTANCE_LIST} or another https host below launchdarkly.com or launchdarkly.us; http is for loopback only`;

/**
 * Decides whether the token may go to `baseUri`. Returns the server, or a problem in words that does
 * not echo the value: it may hold a credential. One trailing slash and upper-case letters are forgiven.
 */
export function parseBaseUri(baseUri: string): Server | { readonly problem: string } {
  const text = baseUri.replace(/\/$/, '').toLowerCase();
  const host = LAUNCHDARKLY.exec(text)?.[1];
  if (host !== undefined) {
    return { origin: text, instance: INSTANCES[host] ?? 'other' };
  }
  if (LOOPBACK.test(text) && URL.canParse(text)) {
    return { origin: text, instance: 'loopback' };
  }
  return { problem: `${explainRefusal(text)}${EXPECTED}` };
}

/** A word on the commonest slips, before the list of what is allowed. */
function explainRefusal(text: string): string {
  if (!text.includes('://')) {
    return 'the scheme is missing; ';
  }
  if (text.startsWith('http://')) {
    return 'the token is never sent over plain http; ';
  }
  if (text.includes('@')) {
    return 'user names and passwords do not belong in it; ';
  }
  if (/^https:\/\/[^/?#]+[/?#]/.test(text)) {
    return 'leave out what follows the host; ';
  }
  if (/^https:\/\/[^/]+:\d+$/.test(text)) {
    return 'LaunchDarkly has no other port than 443; ';
  }
  return 'the token is sent to LaunchDarkly only; ';
}
