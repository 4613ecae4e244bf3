/**
 * The proxy variables of the environment, read the way curl and the runner's own toolkit read them.
 *
 * @see https://everything.curl.dev/usingcurl/proxies/env.html
 * @see https://github.com/actions/toolkit/blob/main/packages/http-client/src/proxy.ts
 */

import { isBypassed } from './no-proxy.ts';

/** The values of the proxy variables, as they were written. An empty string is an unset variable. */
export interface ProxySettings {
  /** For targets of plain http. */
  readonly httpProxy: string;
  /** For https targets. */
  readonly httpsProxy: string;
  /** The hosts that are reached directly. */
  readonly noProxy: string;
}

/** A proxy that can be used. */
export interface HttpProxy {
  /** Scheme, host and port. */
  readonly origin: string;
  /** The value of the header `proxy-authorization`; undefined when the URL has no credentials. */
  readonly authorization: string | undefined;
}

/** What to add to the advice when a server could not be reached and no proxy was in use. */
export const PROXY_ADVICE =
  'If the runner reaches the internet through a proxy only, set HTTPS_PROXY in its env.';

/** The way to a server. */
export type Route =
  | { readonly kind: 'direct' }
  | { readonly kind: 'proxy'; readonly proxy: HttpProxy }
  /** The proxy to use is not a proxy. `reason` is a predicate without the value, which may hold a password. */
  | { readonly kind: 'invalid'; readonly reason: string };

/** Reads the proxy variables. Lower case comes first; an empty or blank variable counts as unset. */
export function readProxySettings(env: NodeJS.ProcessEnv): ProxySettings {
  return {
    httpProxy: readVariable(env, 'http_proxy').value,
    httpsProxy: readVariable(env, 'https_proxy').value,
    noProxy: readVariable(env, 'no_proxy').value,
  };
}

function readVariable(env: NodeJS.ProcessEnv, lowerName: string) {
  const upperName = lowerName.toUpperCase();
  const lower = env[lowerName]?.trim() ?? '';
  return lower === ''
    ? { name: upperName, value: env[upperName]?.trim() ?? '' }
    : { name: lowerName, value: lower };
}

/**
 * Decides how `origin` is reached. `http_proxy` is for http targets only. Loopback over plain http is
 * always reached directly: a proxy would see the token, and means another machine by that name.
 */
export function findRoute(origin: string, settings: ProxySettings): Route {
  const target = new URL(origin);
  const isPlain = target.protocol === 'http:';
  const value = isPlain ? settings.httpProxy : settings.httpsProxy;
  if (value === '' || (isPlain && isLoopback(target)) || isBypassed(target, settings.noProxy)) {
    return { kind: 'direct' };
  }
  const proxy = parseProxy(value);
  return 'reason' in proxy ? { kind: 'invalid', reason: proxy.reason } : { kind: 'proxy', proxy };
}

/** Tells whether a URL names this machine, to which no proxy leads. */
export function isLoopback({ hostname }: URL): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d+){3}$/.test(hostname);
}

/**
 * Finds out whether the proxy that requests to `origin` would use is not valid, and which variable names
 * it. A variable that is not used for `origin` is not looked at.
 */
export function findProxyProblem(
  env: NodeJS.ProcessEnv,
  origin: string,
): { readonly variable: string; readonly reason: string } | undefined {
  const route = findRoute(origin, readProxySettings(env));
  if (route.kind !== 'invalid') {
    return undefined;
  }
  const lowerName = origin.startsWith('http:') ? 'http_proxy' : 'https_proxy';
  return { variable: readVariable(env, lowerName).name, reason: route.reason };
}

/**
 * Warns, in a sentence, of a proxy that the environment names but that requests to `origin` do not use
 * because its kind is not supported: `ALL_PROXY`, or SOCKS.
 */
export function listProxyWarnings(env: NodeJS.ProcessEnv, origin: string): string[] {
  const { httpsProxy, noProxy } = readProxySettings(env);
  if (httpsProxy !== '' || isBypassed(new URL(origin), noProxy)) {
    return [];
  }
  const all = readVariable(env, 'all_proxy');
  const http = readVariable(env, 'http_proxy');
  const advice = `Requests to ${origin} go without a proxy; set HTTPS_PROXY to the URL of an http or https proxy if the runner needs one.`;
  if (all.value !== '') {
    return [`${all.name} is set, but it is not supported. ${advice}`];
  }
  return SOCKS.test(http.value)
    ? [`${http.name} names a SOCKS proxy, but SOCKS is not supported. ${advice}`]
    : [];
}

const SOCKS = /^socks/i;

/**
 * Lists what is secret in the proxies' URLs: the credentials as a pair, their base64, and the password,
 * each as it was written and decoded. A user name without a password is a token. Works for values that are
 * no valid proxies, too.
 */
export function listProxySecrets({ httpProxy, httpsProxy }: ProxySettings): string[] {
  const secrets = [httpsProxy, httpProxy].flatMap((value) => {
    const rest = value.replace(SCHEME, '');
    const userinfo = rest.slice(0, Math.max(0, rest.lastIndexOf('@')));
    if (userinfo === '') {
      return [];
    }
    const { user, password } = splitUserinfo(userinfo);
    const decoded = {
      user: decodePercent(user) ?? user,
      password: decodePercent(password) ?? password,
    };
    return [
      userinfo,
      `${decoded.user}:${decoded.password}`,
      encodeBasic(decoded.user, decoded.password),
      ...(password === '' ? [user, decoded.user] : [password, decoded.password]),
    ];
  });
  return [...new Set(secrets)];
}

/** One slash is enough, as for browsers. Without a scheme, http is meant. */
const SCHEME = /^(?:([a-z][a-z0-9+.-]*):)?\/+/i;

/** Characters that can't be in a host, though URL takes some of them; and a port alone, of which it would make an address. */
const NO_HOST = /[\s\\"'`<>{}|^%]|^\d*(?::|$)/;

/** What a proxy has to look like, in words for an error. */
const EXPECTED = 'expected the URL of an http or https proxy';

/**
 * Parses the URL of a proxy. Not by `URL` alone: people write `DOMAIN\user` and bare percent signs,
 * which it refuses or turns into something else.
 */
function parseProxy(text: string): HttpProxy | { readonly reason: string } {
  if (/^["'`]/.test(text)) {
    return { reason: `${EXPECTED}; leave out the quotes` };
  }
  const scheme = (SCHEME.exec(text)?.[1] ?? 'http').toLowerCase();
  if (SOCKS.test(scheme)) {
    return { reason: `${EXPECTED}; SOCKS is not supported` };
  }
  if (scheme !== 'http' && scheme !== 'https') {
    return { reason: EXPECTED };
  }
  const rest = text.replace(SCHEME, '');
  // The path, query and fragment mean nothing to a proxy; curl ignores them, too.
  const authority = /^[^/?#]*/.exec(rest)?.[0] ?? '';
  if (rest.slice(authority.length).includes('@')) {
    return {
      reason: `${EXPECTED}; the characters / ? # in the user name or password must be percent-encoded`,
    };
  }
  const at = authority.lastIndexOf('@');
  const host = authority.slice(at + 1);
  const origin = `${scheme}://${host}`;
  if (NO_HOST.test(host) || !URL.canParse(origin)) {
    return { reason: EXPECTED };
  }
  const { user, password } = splitUserinfo(authority.slice(0, Math.max(0, at)));
  const decoded = { user: decodePercent(user), password: decodePercent(password) };
  if (decoded.user === undefined || decoded.password === undefined) {
    return { reason: `${EXPECTED}; a percent sign in the user name or password is written %25` };
  }
  const hasCredentials = decoded.user !== '' || decoded.password !== '';
  return {
    origin: new URL(origin).origin,
    authorization: hasCredentials
      ? `Basic ${encodeBasic(decoded.user, decoded.password)}`
      : undefined,
  };
}

function splitUserinfo(userinfo: string): { readonly user: string; readonly password: string } {
  const colon = userinfo.indexOf(':');
  return colon < 0
    ? { user: userinfo, password: '' }
    : { user: userinfo.slice(0, colon), password: userinfo.slice(colon + 1) };
}

/** A percent sign that starts no escape means itself. Undefined for escapes that are not UTF-8. */
function decodePercent(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replace(/%(?![0-9a-f]{2})/gi, '%25'));
  } catch {
    return undefined;
  }
}

function encodeBasic(user: string, password: string): string {
  return Buffer.from(`${user}:${password}`).toString('base64');
}
