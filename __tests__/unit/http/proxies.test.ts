import fc from 'fast-check';
import { Client, EnvHttpProxyAgent } from 'undici';
import { describe, expect, test } from 'vitest';
import {
  findProxyProblem,
  findRoute,
  listProxySecrets,
  listProxyWarnings,
  readProxySettings,
} from '../../../src/http/proxies.ts';

const LAUNCHDARKLY = 'https://app.launchdarkly.com';
const EXPECTED = 'expected the URL of an http or https proxy';

function route(value: string, noProxy = '') {
  return findRoute(LAUNCHDARKLY, { httpProxy: '', httpsProxy: value, noProxy });
}

function basic(credentials: string): string {
  return `Basic ${Buffer.from(credentials).toString('base64')}`;
}

describe('proxy variables', () => {
  test.each([
    [{}, ''],
    [{ HTTPS_PROXY: 'http://a' }, 'http://a'],
    [{ https_proxy: 'http://b', HTTPS_PROXY: 'http://a' }, 'http://b'],
    [{ https_proxy: '', HTTPS_PROXY: 'http://a' }, 'http://a'],
    [{ https_proxy: ' ', HTTPS_PROXY: ' http://a\n' }, 'http://a'],
    [{ HTTP_PROXY: 'http://a' }, ''],
  ])(
    'the lower-case variable wins for https targets, and an empty value means unset: %j',
    (env, value) => {
      expect(readProxySettings(env).httpsProxy).toBe(value);
    },
  );

  test('the same rule applies to plain http and to NO_PROXY', () => {
    const env = { http_proxy: '', HTTP_PROXY: 'http://a', no_proxy: '', NO_PROXY: 'b,c' };
    expect(readProxySettings(env)).toEqual({
      httpProxy: 'http://a',
      httpsProxy: '',
      noProxy: 'b,c',
    });
  });
});

describe('proxy URLs', () => {
  test.each([
    ['http://proxy:8080', 'http://proxy:8080'],
    ['HTTP://proxy:8080', 'http://proxy:8080'],
    ['https://proxy', 'https://proxy'],
    ['proxy:8080', 'http://proxy:8080'],
    ['proxy', 'http://proxy'],
    ['localhost:3128', 'http://localhost:3128'],
    ['//proxy:8080', 'http://proxy:8080'],
    ['http:/proxy:8080', 'http://proxy:8080'],
    ['[::1]:3128', 'http://[::1]:3128'],
    ['10.0.0.1:3128', 'http://10.0.0.1:3128'],
    ['http://proxy:8080/', 'http://proxy:8080'],
    ['http://proxy:8080//', 'http://proxy:8080'],
    ['http://proxy:8080/wpad.dat', 'http://proxy:8080'],
    ['http://proxy:8080?x', 'http://proxy:8080'],
    ['http://proxy:8080#x', 'http://proxy:8080'],
    ['http://proxy:8080/a b', 'http://proxy:8080'],
    ['proxy:8080/x', 'http://proxy:8080'],
  ])('reads a proxy URL up to its port: %s', (value, origin) => {
    expect(route(value)).toEqual({ kind: 'proxy', proxy: { origin, authorization: undefined } });
  });

  test.each([
    ['http://user:pw@proxy', 'user:pw'],
    ['user:pw@proxy:8080/x', 'user:pw'],
    ['http://DOMAIN\\user:pw@proxy', 'DOMAIN\\user:pw'],
    ['http://DOMAIN%5Cuser:pw@proxy', 'DOMAIN\\user:pw'],
    ['http://user:50%off@proxy', 'user:50%off'],
    ['http://user:100%@proxy', 'user:100%'],
    ['http://user:p%40ss%@proxy', 'user:p@ss%'],
    ['http://user:p@ss@proxy', 'user:p@ss'],
    ['http://us%C3%A9r:a:b@proxy', 'usér:a:b'],
    ['http://user:with blank"<>`{|}^@proxy', 'user:with blank"<>`{|}^'],
    ['http://token@proxy', 'token:'],
    ['http://token:@proxy', 'token:'],
    ['http://:pw@proxy', ':pw'],
  ])('takes the credentials of a proxy URL literally: %s', (value, credentials) => {
    expect(route(value)).toMatchObject({ proxy: { authorization: basic(credentials) } });
  });

  test.each(['http://@proxy', 'http://:@proxy'])(
    'accepts empty credentials in a proxy URL: %s',
    (value) => {
      expect(route(value)).toMatchObject({ proxy: { authorization: undefined } });
    },
  );

  test.each([
    ['socks5://proxy:1080', `${EXPECTED}; SOCKS is not supported`],
    ['SOCKS4a://proxy', `${EXPECTED}; SOCKS is not supported`],
    ['ftp://proxy', EXPECTED],
    ['git+http://proxy', EXPECTED],
    ['http://', EXPECTED],
    ['http://[', EXPECTED],
    ['http://user:pw@', EXPECTED],
    ['http://:8080', EXPECTED],
    ['8080', EXPECTED],
    ['http://proxy:port', EXPECTED],
    ['http://proxy:99999', EXPECTED],
    ['http://two words:8080', EXPECTED],
    ['http://DOMAIN\\proxy', EXPECTED],
    ['http://a^b', EXPECTED],
    ["http://proxy'", EXPECTED],
    ['http://{proxy}:8080', EXPECTED],
    ['http://proxy`:8080', EXPECTED],
    ['http://pro%78y:8080', EXPECTED],
    ['proxy:8080"', EXPECTED],
    ["'http://proxy:8080'", `${EXPECTED}; leave out the quotes`],
    ['"http://proxy:8080"', `${EXPECTED}; leave out the quotes`],
    ['`proxy`', `${EXPECTED}; leave out the quotes`],
    ["'proxy:8080'", `${EXPECTED}; leave out the quotes`],
    [
      'http://u:%ff@proxy',
      `${EXPECTED}; a percent sign in the user name or password is written %25`,
    ],
    [
      'http://%ff:p@proxy',
      `${EXPECTED}; a percent sign in the user name or password is written %25`,
    ],
    [
      'http://user:pa#ss@proxy',
      `${EXPECTED}; the characters / ? # in the user name or password must be percent-encoded`,
    ],
    [
      'http://user:12/34@proxy',
      `${EXPECTED}; the characters / ? # in the user name or password must be percent-encoded`,
    ],
  ])('explains why a value is not a valid proxy URL: %s', (value, reason) => {
    expect(route(value)).toEqual({ kind: 'invalid', reason });
  });

  test('never throws on any proxy value and never quotes it in the reason', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        const result = route(`http://user:secret-${noise}`);
        expect(result.kind === 'invalid' ? result.reason : '').not.toContain('secret');
      }),
    );
  });
});

describe('proxy routes', () => {
  test('a route to an https server does not use the proxy for plain http', () => {
    const settings = { httpProxy: 'http://proxy', httpsProxy: '', noProxy: '' };
    expect(findRoute(LAUNCHDARKLY, settings)).toEqual({ kind: 'direct' });
  });

  test.each(['http://localhost:1', 'http://127.0.0.1', 'http://[::1]:8080'])(
    'a route to %s never uses a proxy, which would see the token',
    (origin) => {
      const settings = { httpProxy: 'http://proxy', httpsProxy: 'http://proxy', noProxy: '' };
      expect(findRoute(origin, settings)).toEqual({ kind: 'direct' });
    },
  );

  const label = fc.constantFrom('a', 'b', 'example', 'com', '127.0.0.1', 'x1');
  const host = fc.oneof(
    fc.array(label, { minLength: 1, maxLength: 3 }).map((labels) => labels.join('.')),
    fc.constantFrom('[::1]', '10.0.0.1', 'EXAMPLE.com', 'example.com.'),
  );
  const port = fc.constantFrom('', ':443', ':8443', ':80');
  const entry = fc
    .tuple(fc.constantFrom('', '.', '*.', '*', '['), fc.oneof(host, fc.constant('::1')), port)
    .map((parts) => parts.join(''));
  const list = fc
    .array(fc.oneof(entry, fc.constantFrom('*', '*:443', '', '.', ':')), { maxLength: 4 })
    .chain((entries) =>
      fc.constantFrom(',', ' ', ', ').map((separator) => entries.join(separator)),
    );

  test('bypasses the proxy exactly where undici does', () => {
    fc.assert(
      fc.property(host, port, list, (hostname, suffix, noProxy) => {
        const origin = `https://${hostname}${suffix}`;
        fc.pre(URL.canParse(origin));
        const settings = { httpProxy: '', httpsProxy: 'http://proxy.example', noProxy };
        expect(findRoute(origin, settings).kind).toBe(askUndici(origin, noProxy));
      }),
      { numRuns: 2_000 },
    );
  });
});

/**
 * The agent does not reveal its decision, but it opens direct connections with the given connector.
 */
function askUndici(origin: string, noProxy: string): 'direct' | 'proxy' {
  let decision: 'direct' | 'proxy' = 'proxy';
  const fail = (_options: unknown, callback: (error: Error, socket: null) => void) =>
    callback(new Error('no connection is made'), null);
  const agent = new EnvHttpProxyAgent({
    httpProxy: '',
    httpsProxy: 'http://proxy.example',
    noProxy,
    connect: fail,
    clientFactory: (target) => new Client(target, { connect: fail }),
    factory: (target, options) => {
      decision = 'connect' in options && options.connect === fail ? 'direct' : 'proxy';
      return new Client(target, { connect: fail });
    },
  });
  agent.request({ origin, path: '/', method: 'GET' }).catch(() => {});
  return decision;
}

describe('proxy problems', () => {
  test.each([
    [{ HTTPS_PROXY: 'ftp://x' }, 'HTTPS_PROXY'],
    [{ https_proxy: 'ftp://x', HTTPS_PROXY: 'http://x' }, 'https_proxy'],
  ])('a problem names the variable in use: %j', (env, variable) => {
    expect(findProxyProblem(env, LAUNCHDARKLY)).toEqual({ variable, reason: EXPECTED });
  });

  test.each([
    { HTTP_PROXY: 'socks5://x' },
    { HTTP_PROXY: 'http://[', HTTPS_PROXY: 'http://proxy' },
    { HTTPS_PROXY: 'ftp://x', https_proxy: 'http://proxy' },
    { HTTPS_PROXY: 'ftp://x', NO_PROXY: '*' },
    { HTTPS_PROXY: 'ftp://x', NO_PROXY: '.launchdarkly.com' },
    { ALL_PROXY: 'ftp://x' },
  ])('unused variables are not checked for problems: %j', (env) => {
    expect(findProxyProblem(env, LAUNCHDARKLY)).toBeUndefined();
  });
});

describe('proxy warnings', () => {
  test.each([
    [{ ALL_PROXY: 'http://p' }, 'ALL_PROXY is set, but it is not supported.'],
    [{ all_proxy: 'socks5://p' }, 'all_proxy is set, but it is not supported.'],
    [{ HTTP_PROXY: 'socks5://p' }, 'HTTP_PROXY names a SOCKS proxy, but SOCKS is not supported.'],
  ])('warns of a proxy that is not supported: %j', (env, text) => {
    const [warning, ...others] = listProxyWarnings(env, LAUNCHDARKLY);
    expect(warning).toContain(text);
    expect(warning).toContain('set HTTPS_PROXY');
    expect(others).toEqual([]);
  });

  test.each([
    {},
    { HTTP_PROXY: 'http://p' },
    { ALL_PROXY: 'socks5://p', HTTPS_PROXY: 'http://p' },
    { HTTP_PROXY: 'socks5://p', https_proxy: 'http://p' },
    { ALL_PROXY: 'socks5://p', NO_PROXY: '*' },
  ])('does not warn when no proxy is ignored: %j', (env) => {
    expect(listProxyWarnings(env, LAUNCHDARKLY)).toEqual([]);
  });
});

describe('proxy secrets', () => {
  function list(httpsProxy: string, httpProxy = '') {
    return listProxySecrets({ httpsProxy, httpProxy, noProxy: '' });
  }
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test('treats the pair, its base64 form and the password as secrets, encoded and decoded', () => {
    expect(list('http://user:p%40ss-word-1@proxy:8080')).toEqual([
      'user:p%40ss-word-1',
      'user:p@ss-word-1',
      base64('user:p@ss-word-1'),
      'p%40ss-word-1',
      'p@ss-word-1',
    ]);
  });

  test('lists a short password too: only what registers secrets knows which are too short', () => {
    expect(list('http://svc:prod@proxy')).toEqual(['svc:prod', base64('svc:prod'), 'prod']);
  });

  test('treats a user name without a password as a secret, because it is a token', () => {
    expect(list('a-proxy-token@proxy', 'proxy:8080')).toEqual([
      'a-proxy-token',
      'a-proxy-token:',
      base64('a-proxy-token:'),
    ]);
  });

  test('finds credentials even in values that are not valid proxy URLs', () => {
    for (const value of ['socks5://user:pass-word@[', 'http://user:pass-word#1@proxy']) {
      expect(list(value)).toContainEqual(expect.stringMatching(/^pass-word/));
    }
    expect(list('http://user:%ff-pass-word@proxy')).toContain('%ff-pass-word');
  });

  test('finds no secrets where there are no credentials', () => {
    expect(list('http://proxy', 'http://@proxy')).toEqual([]);
  });
});
