import { expect, test } from 'vitest';
import { findNetworkRemedy } from '../../../src/http/network-remedies.ts';
import { PROXY_ADVICE } from '../../../src/http/proxies.ts';

const target = { origin: 'https://api.github.com', setting: 'GITHUB_API_URL' };

test.each(['CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN', 'UND_ERR_PRX_TLS'])(
  'a certificate that is not trusted (%s) leads to NODE_EXTRA_CA_CERTS',
  (causeCode) => {
    expect(findNetworkRemedy({ causeCode }, target)).toBe(
      `The server's certificate is not trusted (${causeCode}). If a proxy of your company inspects TLS, point NODE_EXTRA_CA_CERTS at the file with its CA certificate, in env of the job or of the runner. TLS verification can't be turned off.`,
    );
  },
);

test('a remedy names the setting that the address comes from', () => {
  expect(findNetworkRemedy({ causeCode: 'ENOTFOUND', isDirect: true }, target)).toBe(
    `The host name could not be resolved (ENOTFOUND). Check GITHUB_API_URL (https://api.github.com) and the runner's DNS. ${PROXY_ADVICE}`,
  );
});

test('a code that says nothing of the network has no network remedy', () => {
  expect(findNetworkRemedy({ causeCode: 'HTTP 503', isDirect: true }, target)).toBeUndefined();
});
