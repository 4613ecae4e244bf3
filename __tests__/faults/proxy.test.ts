import { describe, expect, test } from 'vitest';
import { startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import { derivedForms } from '../../simulator/runner/leak-detector.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { DESIRED, openCorporateNetwork, readError } from './corporate-network.ts';

/** With characters that must be percent-encoded in a URL. */
const PASSWORD = 'p@ss/w0rd:of#the%proxy';
const CREDENTIALS = { user: 'runner', password: PASSWORD };
const ENCODED_PASSWORD = encodeURIComponent(PASSWORD);

/** The password as is, as in the URL and as in the header. */
const PROXY_SECRETS = [
  PASSWORD,
  ENCODED_PASSWORD,
  Buffer.from(`runner:${PASSWORD}`).toString('base64'),
];

describe('proxies', () => {
  test.each(['HTTPS_PROXY', 'https_proxy'])(
    'asks the proxy in %s for a tunnel that hides the token and the request',
    async (variable) => {
      await using network = await openCorporateNetwork();
      const { proxy, launchDarkly } = network;
      const result = await network.run({ [variable]: `http://${proxy.host}` });
      expect(result.outputs).toMatchObject({ outcome: 'created', created: 'true' });
      expect(launchDarkly.createdCount(DESIRED.key)).toBe(1);
      expect(proxy.requests).toEqual(['CONNECT app.launchdarkly.com:443 HTTP/1.1']);
      expect(proxy.seen).toContain('host: app.launchdarkly.com');
      for (const form of derivedForms(DESIRED.token)) {
        expect(proxy.seen.toLowerCase()).not.toContain(form.toLowerCase());
      }
      expect(proxy.seen).not.toContain(DESIRED.key);
    },
  );

  test.each([
    ['without its scheme', (host: string) => host],
    ['with a path', (host: string) => `http://${host}/wpad.dat`],
    ['with two slashes behind it', (host: string) => `http://${host}//`],
    ['with a query', (host: string) => `http://${host}?x`],
    ['with a fragment', (host: string) => `http://${host}#x`],
    ['without its scheme and with a path', (host: string) => `${host}/x`],
    ['with blanks around it', (host: string) => ` http://${host} `],
  ])('accepts a proxy named %s', async (_, name) => {
    await using network = await openCorporateNetwork();
    const result = await network.run({ HTTPS_PROXY: name(network.proxy.host) });
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.tunnels).toBe(1);
  });

  test('waits for a proxy that takes a second to open each tunnel', async () => {
    await using network = await openCorporateNetwork({ delayMs: 1_200 });
    const result = await network.run({ HTTPS_PROXY: `http://${network.proxy.host}` });
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.tunnels).toBe(1);
  });

  test.each(['HTTP_PROXY', 'http_proxy'])(
    'uses a proxy named by %s for plain http only',
    async (variable) => {
      await using network = await openCorporateNetwork();
      const result = await network.run(
        { [variable]: `http://${network.proxy.host}` },
        { 'base-uri': `https://localhost:${network.launchDarklyPort}` },
      );
      expect(result.outputs['outcome']).toBe('created');
      expect(network.proxy.requests).toEqual([]);
    },
  );

  test("accepts a Windows domain in front of the proxy's user name", async () => {
    const credentials = { user: 'DOMAIN\\runner', password: 'correct-horse' };
    await using network = await openCorporateNetwork({ credentials });
    const result = await network.run({
      HTTPS_PROXY: `http://DOMAIN\\runner:correct-horse@${network.proxy.host}`,
    });
    expect(result.outputs['outcome']).toBe('created');
    expect(result.masks).toContain('correct-horse');
  });

  test('does not mask a short proxy password, which would drop outputs', async () => {
    const credentials = { user: 'svc', password: 'prod' };
    await using network = await openCorporateNetwork({ credentials });
    const result = await network.run({ HTTPS_PROXY: `http://svc:prod@${network.proxy.host}` });
    expect(result.outputs).toMatchObject({ outcome: 'created', environment: 'production' });
    expect(result.masks).not.toContain('prod');
    expect(result.masks).toEqual(
      expect.arrayContaining(['svc:prod', Buffer.from('svc:prod').toString('base64')]),
    );
  });

  test("accepts a literal % in the proxy's password", async () => {
    const credentials = { user: 'runner', password: '100%sure-of-it' };
    await using network = await openCorporateNetwork({ credentials });
    const result = await network.run({
      HTTPS_PROXY: `http://runner:100%sure-of-it@${network.proxy.host}`,
    });
    expect(result.outputs['outcome']).toBe('created');
    expect(result.masks).toContain('100%sure-of-it');
  });

  test('accepts a TLS proxy with a certificate of the corporate authority', async () => {
    await using network = await openCorporateNetwork({ isProxyTls: true });
    const result = await network.run({ HTTPS_PROXY: `https://${network.proxy.host}` });
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.tunnels).toBe(1);
  });

  test('sends the proxy its password and shows it nowhere else', async () => {
    await using network = await openCorporateNetwork({ credentials: CREDENTIALS });
    const url = `http://runner:${ENCODED_PASSWORD}@${network.proxy.host}`;
    const result = await network.run({ HTTPS_PROXY: url }, {}, { secrets: PROXY_SECRETS });
    expect(result.outputs['outcome']).toBe('created');
    expect(result.masks).toEqual(expect.arrayContaining(PROXY_SECRETS));
    expect(network.launchDarkly.requests.flatMap(({ headers }) => headers.flat())).not.toContain(
      'proxy-authorization',
    );
  });

  test.each([
    ['no password', '', 'The proxy requires a user name and password (407)'],
    [
      'a wrong password',
      'runner:wrong-password-of-some-length@',
      'The proxy refused the user name and password of HTTPS_PROXY (407), or requires a scheme other than Basic',
    ],
  ])(
    'fails with an explanation when a proxy that requires a password gets %s',
    async (_, given, words) => {
      await using network = await openCorporateNetwork({ credentials: CREDENTIALS });
      const result = await network.run(
        { HTTPS_PROXY: `http://${given}${network.proxy.host}` },
        {},
        { secrets: ['wrong-password-of-some-length', ...PROXY_SECRETS] },
      );
      expect(result.outputs['error-code']).toBe('network');
      expect(readError(result)).toContain(words);
      expect(readError(result)).toContain('Nothing was written.');
      // It would be refused the next time, too.
      expect(network.proxy.requests).toHaveLength(1);
      expectNothingAtLaunchDarkly(network.launchDarkly.requests, result);
    },
  );

  test('fails with an explanation when the proxy refuses the host', async () => {
    await using network = await openCorporateNetwork({ refusal: 403 });
    const result = await network.run({ HTTPS_PROXY: `http://${network.proxy.host}` });
    expect(result.outputs['error-code']).toBe('network');
    expect(readError(result)).toContain('The proxy of HTTPS_PROXY refused the connection (403)');
    expect(readError(result)).toContain('Nothing was written.');
    expectNothingAtLaunchDarkly(network.launchDarkly.requests, result);
  });

  test('names the variable of an unreachable proxy and does not bypass it', async () => {
    await using network = await openCorporateNetwork();
    // The reserved port 1, where nothing listens.
    const result = await network.run(
      { HTTPS_PROXY: `http://runner:${ENCODED_PASSWORD}@127.0.0.1:1` },
      { 'timeout-seconds': '10' },
      { secrets: PROXY_SECRETS },
    );
    expect(result.outputs['error-code']).toBe('network');
    expect(readError(result)).toContain('ECONNREFUSED');
    expect(readError(result)).toContain('HTTPS_PROXY');
    expect(readError(result)).toContain('Nothing was written.');
    expectNothingAtLaunchDarkly(network.launchDarkly.requests, result);
  });

  test.each(['ftp://127.0.0.1:21', 'socks5://127.0.0.1:1080', 'http://['])(
    'rejects an unsupported kind of proxy (%s) before any request',
    async (url) => {
      await using network = await openCorporateNetwork();
      const result = await network.run({ HTTPS_PROXY: url });
      expect(result.outputs['error-code']).toBe('invalid-input');
      expect(readError(result)).toContain('HTTPS_PROXY');
      expectNothingAtLaunchDarkly(network.launchDarkly.requests, result);
    },
  );
});

describe('NO_PROXY', () => {
  test.each([
    ['NO_PROXY', (port: number) => `example.com,localhost:${port}`],
    ['NO_PROXY', () => '*'],
    ['no_proxy', () => 'localhost'],
  ])('(%s) in NO_PROXY bypasses the proxy', async (variable, hosts) => {
    await using network = await openCorporateNetwork();
    const port = network.launchDarklyPort;
    const result = await network.run(
      { HTTPS_PROXY: `http://${network.proxy.host}`, [variable]: hosts(port) },
      { 'base-uri': `https://localhost:${port}` },
    );
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.requests).toEqual([]);
  });

  test('does not bypass the proxy when NO_PROXY names other hosts', async () => {
    await using network = await openCorporateNetwork();
    const result = await network.run({
      HTTPS_PROXY: `http://${network.proxy.host}`,
      NO_PROXY: 'launchdarkly.us,app.launchdarkly.com.example,127.0.0.1',
    });
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.tunnels).toBe(1);
  });
});

describe('proxy variables', () => {
  test('treats an empty proxy variable as unset, in any letter case', async () => {
    await using network = await openCorporateNetwork();
    const result = await network.run({
      HTTPS_PROXY: `http://${network.proxy.host}`,
      https_proxy: '',
      NO_PROXY: '127.0.0.1',
      no_proxy: '',
    });
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.tunnels).toBe(1);
  });

  test.each([
    { HTTP_PROXY: 'socks5://127.0.0.1:1', NO_PROXY: '*' },
    { HTTPS_PROXY: 'ftp://127.0.0.1:1', NO_PROXY: 'localhost' },
    { HTTP_PROXY: 'http://[' },
  ])('does not validate an unused proxy variable: %j', async (env) => {
    await using network = await openCorporateNetwork();
    const result = await network.run(env, {
      'base-uri': `https://localhost:${network.launchDarklyPort}`,
    });
    expect(result.outputs['outcome']).toBe('created');
    expect(result.annotations).toEqual([]);
  });

  test('does not validate the proxy for plain http when the one for https is valid', async () => {
    await using network = await openCorporateNetwork();
    const result = await network.run({
      HTTP_PROXY: 'socks5://127.0.0.1:1',
      HTTPS_PROXY: `http://${network.proxy.host}`,
    });
    expect(result.outputs['outcome']).toBe('created');
    expect(result.annotations).toEqual([]);
    expect(network.proxy.tunnels).toBe(1);
  });

  test.each([
    ['ALL_PROXY', 'http://127.0.0.1:1'],
    ['all_proxy', 'socks5://127.0.0.1:1'],
    ['HTTP_PROXY', 'socks5://127.0.0.1:1'],
  ])('warns when the only proxy variable is not supported: %s', async (variable, value) => {
    await using network = await openCorporateNetwork();
    const result = await network.run(
      { [variable]: value },
      { 'base-uri': `https://localhost:${network.launchDarklyPort}` },
    );
    expect(result.outputs['outcome']).toBe('created');
    expect(result.annotations).toMatchObject([
      {
        kind: 'warning',
        message: expect.stringMatching(new RegExp(`^${variable}.* not supported`)),
      },
    ]);
  });
});

describe('plain http on loopback', () => {
  test('bypasses the proxy for plain http on loopback, because the proxy would see the token', async () => {
    await using network = await openCorporateNetwork();
    await using plain = await startSimulator();
    const proxy = `http://${network.proxy.host}`;
    const result = await network.run(
      { HTTP_PROXY: proxy, HTTPS_PROXY: proxy },
      { 'base-uri': plain.origin },
    );
    expect(result.outputs['outcome']).toBe('created');
    expect(network.proxy.seen).toBe('');
  });
});

function expectNothingAtLaunchDarkly(requests: readonly unknown[], result: StepResult): void {
  expect(requests).toEqual([]);
  expect(result.outputs).toMatchObject({ outcome: 'failed', created: 'false' });
}
