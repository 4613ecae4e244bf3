import { execFileSync } from 'node:child_process';
import type { TlsOptions } from 'node:tls';
import { describe, expect, test } from 'vitest';
import { type Authority, issueSelfSigned } from '../../simulator/certificates.ts';
import { type NetworkFault, startFaultyServer } from '../../simulator/network/faulty-server.ts';
import { runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { DESIRED, openCorporateNetwork, readError } from './corporate-network.ts';

describe('the certificate of a proxy that inspects TLS', () => {
  test('is trusted through NODE_EXTRA_CA_CERTS', async () => {
    await using network = await openCorporateNetwork();
    const result = await network.run({ HTTPS_PROXY: `http://${network.proxy.host}` });
    expect(result.outputs['outcome']).toBe('created');
  });

  test.each([undefined, '0'])(
    'is rejected without NODE_EXTRA_CA_CERTS, also with NODE_TLS_REJECT_UNAUTHORIZED=%s, and the error names the variable',
    async (NODE_TLS_REJECT_UNAUTHORIZED) => {
      await using network = await openCorporateNetwork();
      const result = await network.run({
        HTTPS_PROXY: `http://${network.proxy.host}`,
        NODE_EXTRA_CA_CERTS: undefined,
        NODE_TLS_REJECT_UNAUTHORIZED,
      });
      expect(result.outputs['error-code']).toBe('network');
      expect(readError(result)).toContain('UNABLE_TO_VERIFY_LEAF_SIGNATURE');
      expect(readError(result)).toContain('NODE_EXTRA_CA_CERTS');
      expect(readError(result)).toContain("TLS verification can't be turned off.");
      expect(readError(result)).toContain('Nothing was written.');
      // No certificate is fixed while the step waits.
      expect(network.proxy.tunnels).toBe(1);
      expect(network.launchDarkly.requests).toEqual([]);
    },
  );
});

/** Which Node.js starts the bundle. */
const bundleNode = execFileSync(process.env['BUNDLE_NODE'] ?? process.execPath, ['--version'], {
  encoding: 'utf8',
});

// Node.js 20 does not know the variable, nor does 22 before 22.19.
test.skipIf(/^v2[02]\./.test(bundleNode))(
  'trusts the CA certificates of the system with NODE_USE_SYSTEM_CA=1',
  async () => {
    await using network = await openCorporateNetwork();
    const result = await network.run({
      HTTPS_PROXY: `http://${network.proxy.host}`,
      NODE_EXTRA_CA_CERTS: undefined,
      NODE_USE_SYSTEM_CA: '1',
      SSL_CERT_FILE: network.caPath,
    });
    expect(result.outputs['outcome']).toBe('created');
  },
);

describe.each([undefined, '0'])(
  'with NODE_TLS_REJECT_UNAUTHORIZED=%s',
  (NODE_TLS_REJECT_UNAUTHORIZED) => {
    const hosts = ['127.0.0.1'];
    const hourAgo = new Date(Date.now() - 3_600_000);
    test.each([
      ['is self-signed', () => issueSelfSigned({ hosts }), 'DEPTH_ZERO_SELF_SIGNED_CERT'],
      [
        'has expired',
        (authority: Authority) =>
          authority.issue({ hosts, notBefore: new Date(0), notAfter: hourAgo }),
        'CERT_HAS_EXPIRED',
      ],
      [
        'is for another host',
        (authority: Authority) => authority.issue({ hosts: ['app.launchdarkly.com'] }),
        'ERR_TLS_CERT_ALTNAME_INVALID',
      ],
    ])('rejects a certificate that %s', async (_, issue, code) => {
      await using network = await openCorporateNetwork();
      await using server = await startFaultyServer({ tls: await issue(network.authority) });
      const result = await network.run(
        { NODE_TLS_REJECT_UNAUTHORIZED },
        { 'base-uri': server.origin },
      );
      expect(result.outputs['error-code']).toBe('network');
      expect(readError(result)).toContain(`certificate is not trusted (${code})`);
      expect(server.requests).toEqual([]);
    });
  },
);

test.each([undefined, '0'])(
  'verifies the certificate of a proxy as well, with NODE_TLS_REJECT_UNAUTHORIZED=%s',
  async (NODE_TLS_REJECT_UNAUTHORIZED) => {
    await using network = await openCorporateNetwork({ isProxyTls: true });
    const result = await network.run({
      HTTPS_PROXY: `https://${network.proxy.host}`,
      NODE_EXTRA_CA_CERTS: undefined,
      NODE_TLS_REJECT_UNAUTHORIZED,
    });
    expect(readError(result)).toContain(
      `The certificate of the proxy ${network.proxy.host} is not trusted (UNABLE_TO_VERIFY_LEAF_SIGNATURE)`,
    );
    expect(network.proxy.requests).toEqual([]);
  },
);

test('reports an https scheme for a plain-http proxy as the wrong scheme', async () => {
  await using network = await openCorporateNetwork();
  const result = await network.run({ HTTPS_PROXY: `https://${network.proxy.host}` });
  expect(readError(result)).toContain('base-uri and HTTPS_PROXY have the right scheme and port');
});

describe('TLS failures that no retry can fix', () => {
  test('does not retry a self-signed certificate', async () => {
    const tls = await issueSelfSigned({ hosts: ['127.0.0.1'] });
    const { error, connections, requests } = await meet({}, tls);
    expect(error).toContain(
      "The server's certificate is not trusted (DEPTH_ZERO_SELF_SIGNED_CERT)",
    );
    expect({ connections, requests }).toEqual({ connections: 1, requests: 0 });
  });

  test('does not retry a TLS alert, whose code contains a slash since OpenSSL 3.5', async () => {
    const tls = await issueSelfSigned({ hosts: ['127.0.0.1'] });
    const fault: NetworkFault = {
      onFirstByte: () => {},
      onConnection: async (connection) => {
        await connection.send(Buffer.from('15030300020228', 'hex'));
        connection.halfClose();
      },
    };
    const { error, connections } = await meet(fault, tls);
    expect(error).toContain('The two ends did not agree on TLS (ERR_SSL_');
    expect(error).toContain('Nothing was written.');
    expect(connections).toBe(1);
  });

  test('does not retry a server without TLS', async () => {
    const tls = await issueSelfSigned({ hosts: ['127.0.0.1'] });
    const fault: NetworkFault = {
      onConnection: async (connection) => {
        await connection.send('HTTP/1.1 400 Bad Request\r\n\r\n');
        connection.halfClose();
      },
    };
    const { error, connections } = await meet(fault, tls);
    expect(error).toContain('The two ends did not agree on TLS (ERR_SSL_');
    expect(connections).toBe(1);
  });

  test('does not retry a server limited to TLS 1.1', async () => {
    const pair = await issueSelfSigned({ hosts: ['127.0.0.1'] });
    const tls = { ...pair, minVersion: 'TLSv1', maxVersion: 'TLSv1.1' } as const;
    const { error, connections, requests } = await meet({}, tls);
    expect(error).toContain('The two ends did not agree on TLS');
    expect({ connections, requests }).toEqual({ connections: 1, requests: 0 });
  });
});

test('uses HTTP/1.1 with a server that prefers HTTP/2, in which a POST may silently be sent twice', async () => {
  await using network = await openCorporateNetwork();
  const offered: string[] = [];
  const pair = await network.authority.issue({ hosts: ['127.0.0.1'] });
  await using server = await startFaultyServer({
    tls: {
      ...pair,
      ALPNCallback: ({ protocols }) => {
        offered.push(...protocols);
        return protocols.includes('h2') ? 'h2' : 'http/1.1';
      },
    },
  });
  const result = await network.run({}, { 'base-uri': server.origin });
  expect(result.outputs['outcome']).toBe('created');
  expect(offered).toEqual(['http/1.1']);
});

/** Runs the bundle against a server that only fails in TLS. */
async function meet(
  fault: NetworkFault,
  tls: TlsOptions,
): Promise<{ error: string; connections: number; requests: number; result: StepResult }> {
  await using server = await startFaultyServer({ fault, tls });
  const result = await runAction({ inputs: { ...DESIRED, 'base-uri': server.origin } });
  expect(result.outputs['error-code']).toBe('network');
  const { connections } = server;
  return { error: readError(result), connections, requests: server.requests.length, result };
}
