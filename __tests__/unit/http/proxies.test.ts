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

describe('the variables', () => {
  test.each([
    [{}, ''],
    [{ HTTPS_PROXY: 'http://a' }, 'http://a'],
    [{ https_proxy: 'http://b', HTTPS_PROXY: 'http://a' }, 'http://b'],
    [{ https_proxy: '', HTTPS_PROXY: 'http://a' }, 'http://a'],
    [{ https_proxy: ' ', HTTPS_PROXY: ' http://a\n' }, 'http://a'],
    [{ HTTP_PROXY: 'http://a' }, ''],
  ])(
    'name the proxy for https targets in lower case first, and empty means unset: %j',
    (env, value) => {
      expect(readProxySettings(env).httpsProxy).toBe(value);
    },
  );

  test('for plain http and for exceptions follow the same rule', () => {
    const env = { http_proxy: '', HTTP_PROXY: 'http://a', no_proxy: '', NO_PROXY: 'b,c' };
    expect(readProxySettings(env)).toEqual({
      httpProxy: 'http://a',
      httpsProxy: '',
      noProxy: 'b,c',
    });
  });
});

describe('the URL of a proxy', () => {
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
  ])('is read up to its port: %s', (value, origin) => {
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
  ])('has its credentials meant as they are written: %s', (value, credentials) => {
    expect(route(value)).toMatchObject({ proxy: { authorization: basic(credentials) } });
  });

  test.each(['http://@proxy', 'http://:@proxy'])('may have empty credentials: %s', (value) => {
    expect(route(value)).toMatchObject({ proxy: { authorization: undefined } });
  });

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
  ])('that cannot be one is refused in words: %s', (value, reason) => {
    expect(route(value)).toEqual({ kind: 'invalid', reason });
  });

  test('never makes the code throw, and a reason never quotes it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (noise) => {
        const result = route(`http://user:secret-${noise}`);
        expect(result.kind === 'invalid' ? result.reason : '').not.toContain('secret');
      }),
    );
  });
});

describe('a route', () => {
  test('to an https server does not use the proxy for plain http', () => {
    const settings = { httpProxy: 'http://proxy', httpsProxy: '', noProxy: '' };
    expect(findRoute(LAUNCHDARKLY, settings)).toEqual({ kind: 'direct' });
  });

  test.each(['http://localhost:1', 'http://127.0.0.1', 'http://[::1]:8080'])(
    'to %s never has a proxy, which would see the token',
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

  test('passes the proxy by exactly where undici does', () => {
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

/** The agent does not tell its decision, but it opens direct connections with the connector it was given. */
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

describe('a problem', () => {
  test.each([
    [{ HTTPS_PROXY: 'ftp://x' }, 'HTTPS_PROXY'],
    [{ https_proxy: 'ftp://x', HTTPS_PROXY: 'http://x' }, 'https_proxy'],
  ])('names the variable that is used: %j', (env, variable) => {
    expect(findProxyProblem(env, LAUNCHDARKLY)).toEqual({ variable, reason: EXPECTED });
  });

  test.each([
    { HTTP_PROXY: 'socks5://x' },
    { HTTP_PROXY: 'http://[', HTTPS_PROXY: 'http://proxy' },
    { HTTPS_PROXY: 'ftp://x', https_proxy: 'http://proxy' },
    { HTTPS_PROXY: 'ftp://x', NO_PROXY: '*' },
    { HTTPS_PROXY: 'ftp://x', NO_PROXY: '.launchdarkly.com' },
    { ALL_PROXY: 'ftp://x' },
  ])('is not looked for in what is not used: %j', (env) => {
    expect(findProxyProblem(env, LAUNCHDARKLY)).toBeUndefined();
  });
});

describe('a warning', () => {
  test.each([
    [{ ALL_PROXY: 'http://p' }, 'ALL_PROXY is set, but it is not supported.'],
    [{ all_proxy: 'socks5://p' }, 'all_proxy is set, but it is not supported.'],
    [{ HTTP_PROXY: 'socks5://p' }, 'HTTP_PROXY names a SOCKS proxy, but SOCKS is not supported.'],
  ])('is given for a proxy that is not supported: %j', (env, text) => {
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
  ])('is not given where nothing is missed: %j', (env) => {
    expect(listProxyWarnings(env, LAUNCHDARKLY)).toEqual([]);
  });
});

describe('the secrets', () => {
  function list(httpsProxy: string, httpProxy = '') {
    return listProxySecrets({ httpsProxy, httpProxy, noProxy: '' });
  }
  const base64 = (text: string) => Buffer.from(text).toString('base64');

  test('are the pair, its base64 and the password, as they are written and decoded', () => {
    expect(list('http://user:p%40ss-word-1@proxy:8080')).toEqual([
      'user:p%40ss-word-1',
      'user:p@ss-word-1',
      base64('user:p@ss-word-1'),
      'p%40ss-word-1',
      'p@ss-word-1',
    ]);
  });

  test('leave a password of less than eight characters to the pair', () => {
    expect(list('http://svc:prod@proxy')).toEqual(['svc:prod', base64('svc:prod')]);
    expect(list('http://a:b@proxy')).toEqual([base64('a:b')].filter(({ length }) => length >= 8));
  });

  test('are a user name that stands alone, which is a token', () => {
    expect(list('a-proxy-token@proxy', 'proxy:8080')).toEqual([
      'a-proxy-token',
      'a-proxy-token:',
      base64('a-proxy-token:'),
    ]);
  });

  test('are found in values that are no valid proxies', () => {
    for (const value of ['socks5://user:pass-word@[', 'http://user:pass-word#1@proxy']) {
      expect(list(value)).toContainEqual(expect.stringMatching(/^pass-word/));
    }
    expect(list('http://user:%ff-pass-word@proxy')).toContain('%ff-pass-word');
  });

  test('are none where there are no credentials', () => {
    expect(list('http://proxy', 'http://@proxy')).toEqual([]);
  });
});
