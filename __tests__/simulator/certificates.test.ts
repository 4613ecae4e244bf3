import { once } from 'node:events';
import { connect, createServer, type TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { createAuthority, issueSelfSigned, type KeyPair } from '../../simulator/certificates.ts';

const HOUR_MS = 3_600_000;

/**
 * Performs a TLS handshake with a server that has the certificate, and returns the error code, if
 * any.
 */
async function shakeHands(pair: KeyPair, ca: string | undefined, host: string): Promise<string> {
  const server = createServer(pair);
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const client: TLSSocket = connect({
    port,
    host: '127.0.0.1',
    servername: host,
    ...(ca === undefined ? {} : { ca }),
  });
  try {
    await once(client, 'secureConnect');
    return 'trusted';
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    client.destroy();
    server.close();
  }
}

test('clients that trust the authority trust its certificates, for their hosts only', async () => {
  const authority = await createAuthority();
  const pair = await authority.issue({ hosts: ['app.launchdarkly.com', '127.0.0.1'] });
  const ca = authority.certificatePem;
  await expect(shakeHands(pair, ca, 'app.launchdarkly.com')).resolves.toBe('trusted');
  await expect(shakeHands(pair, ca, 'app.launchdarkly.us')).resolves.toBe(
    'ERR_TLS_CERT_ALTNAME_INVALID',
  );
  await expect(shakeHands(pair, undefined, 'app.launchdarkly.com')).resolves.toBe(
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  );
});

test('an authority does not vouch for the certificates of another one', async () => {
  const [one, other] = [await createAuthority(), await createAuthority()];
  const pair = await one.issue({ hosts: ['localhost'] });
  // Both have the same name, so only the signature tells them apart.
  await expect(shakeHands(pair, other.certificatePem, 'localhost')).resolves.toBe(
    'CERT_SIGNATURE_FAILURE',
  );
});

test('issues certificates with the requested dates', async () => {
  const authority = await createAuthority();
  const ca = authority.certificatePem;
  const hosts = ['localhost'];
  const past = new Date(Date.now() - HOUR_MS);
  const future = new Date(Date.now() + HOUR_MS);
  const expired = await authority.issue({ hosts, notBefore: new Date(0), notAfter: past });
  const early = await authority.issue({ hosts, notBefore: future, notAfter: new Date(9e12) });
  await expect(shakeHands(expired, ca, 'localhost')).resolves.toBe('CERT_HAS_EXPIRED');
  await expect(shakeHands(early, ca, 'localhost')).resolves.toBe('CERT_NOT_YET_VALID');
});

test('only clients that were told to trust a self-signed certificate do so', async () => {
  const pair = await issueSelfSigned({ hosts: ['localhost'] });
  await expect(shakeHands(pair, undefined, 'localhost')).resolves.toBe(
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  );
});
