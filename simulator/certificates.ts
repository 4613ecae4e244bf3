import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

const HOUR_MS = 3_600_000;

/** What to put in a certificate. */
export interface CertificateRequest {
  /** Host names and IP addresses. */
  readonly hosts: readonly string[];
  /** Defaults to an hour ago. */
  readonly notBefore?: Date;
  /** Defaults to an hour from now. */
  readonly notAfter?: Date;
}

/** A certificate and its private key, both PEM. The names are those of Node's TLS options. */
export interface KeyPair {
  readonly key: string;
  readonly cert: string;
}

/** A certificate authority that lives as long as the process. */
export interface Authority {
  /** For `NODE_EXTRA_CA_CERTS` and `curl --cacert`, PEM. */
  readonly certificatePem: string;
  /** Issues a server certificate. */
  issue(request: CertificateRequest): Promise<KeyPair>;
}

/** Creates a new certificate authority that no client trusts by default. */
export async function createAuthority(): Promise<Authority> {
  const keys = await generateKeys();
  const root = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Simulator CA',
    keys,
    signingAlgorithm: ALGORITHM,
    ...lifetime({}),
    extensions: [
      new BasicConstraintsExtension(true, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true),
    ],
  });

  return {
    certificatePem: root.toString('pem'),
    async issue(request) {
      const serverKeys = await generateKeys();
      const certificate = await X509CertificateGenerator.create({
        subject: 'CN=Simulator',
        issuer: root.subject,
        publicKey: serverKeys.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: ALGORITHM,
        ...lifetime(request),
        extensions: serverExtensions(request.hosts),
      });
      return { key: await exportKey(serverKeys.privateKey), cert: certificate.toString('pem') };
    },
  };
}

/** Issues a self-signed server certificate. */
export async function issueSelfSigned(request: CertificateRequest): Promise<KeyPair> {
  const keys = await generateKeys();
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Simulator',
    keys,
    signingAlgorithm: ALGORITHM,
    ...lifetime(request),
    extensions: serverExtensions(request.hosts),
  });
  return { key: await exportKey(keys.privateKey), cert: certificate.toString('pem') };
}

function serverExtensions(hosts: readonly string[]) {
  return [
    new BasicConstraintsExtension(false, undefined, true),
    new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
    new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
    new SubjectAlternativeNameExtension(
      hosts.map((value) => ({ type: isIP(value) === 0 ? 'dns' : 'ip', value })),
    ),
  ];
}

function lifetime({ notBefore, notAfter }: Partial<CertificateRequest>) {
  return {
    notBefore: notBefore ?? new Date(Date.now() - HOUR_MS),
    notAfter: notAfter ?? new Date(Date.now() + HOUR_MS),
  };
}

function generateKeys() {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

async function exportKey(key: webcrypto.CryptoKey): Promise<string> {
  const der = await webcrypto.subtle.exportKey('pkcs8', key);
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? [];
  return ['-----BEGIN PRIVATE KEY-----', ...lines, '-----END PRIVATE KEY-----', ''].join('\n');
}
