import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseBaseUri } from '../../../src/launchdarkly/base-uri.ts';

describe('LaunchDarkly servers', () => {
  test.each([
    ['https://app.launchdarkly.com', 'https://app.launchdarkly.com', 'commercial'],
    ['https://app.launchdarkly.com/', 'https://app.launchdarkly.com', 'commercial'],
    ['HTTPS://App.LaunchDarkly.COM', 'https://app.launchdarkly.com', 'commercial'],
    ['https://app.launchdarkly.us', 'https://app.launchdarkly.us', 'federal'],
    ['https://app.eu.launchdarkly.com', 'https://app.eu.launchdarkly.com', 'eu'],
    ['https://ld-stg.launchdarkly.com', 'https://ld-stg.launchdarkly.com', 'other'],
    ['https://a.b.c.launchdarkly.us', 'https://a.b.c.launchdarkly.us', 'other'],
  ])('accepts %s', (baseUri, origin, instance) => {
    expect(parseBaseUri(baseUri)).toEqual({ origin, instance });
  });
});

describe('local servers', () => {
  test.each([
    'http://127.0.0.1',
    'http://127.0.0.1:1',
    'https://127.0.0.1:65535',
    'http://localhost:8080',
    'http://[::1]:8080',
  ])('accepts the local server %s', (baseUri) => {
    expect(parseBaseUri(baseUri)).toEqual({ origin: baseUri, instance: 'loopback' });
  });
});

describe('rejected servers', () => {
  test.each([
    ['app.launchdarkly.com', 'the scheme is missing'],
    ['', 'the scheme is missing'],
    ['http://app.launchdarkly.com', 'the token is never sent over plain http'],
    ['https://u:p@app.launchdarkly.com', 'user names and passwords do not belong in it'],
    ['https://app.launchdarkly.com/api', 'leave out what follows the host'],
    ['https://app.launchdarkly.com?a', 'leave out what follows the host'],
    ['https://app.launchdarkly.com#a', 'leave out what follows the host'],
    ['https://app.launchdarkly.com:8443', 'LaunchDarkly has no other port than 443'],
    ['https://example.com', 'the token is sent to LaunchDarkly only'],
    ['https://launchdarkly.com', 'the token is sent to LaunchDarkly only'],
    ['https://127.0.0.1:70000', 'LaunchDarkly has no other port than 443'],
    [`https://${'a'.repeat(64)}.launchdarkly.com`, 'the token is sent to LaunchDarkly only'],
  ])('rejects %s: %s', (baseUri, slip) => {
    expect(parseBaseUri(baseUri)).toEqual({
      problem: expect.stringMatching(new RegExp(`^${slip}; expected https://`)),
    });
  });
});

test('the token goes to LaunchDarkly over TLS or stays on this machine, whatever the base-uri', () => {
  const piece = fc.constantFrom(
    ...['http', 'https', ':', '/', '//', '://', '@', '.', '#', '?', '\\', '%2e', '\t', '\n', '。'],
    ...['app', 'launchdarkly', 'com', 'us', 'evil', 'example', 'localhost', '127.0.0.1', '[::1]'],
    ...['443', '80', ':443', 'xn--', '-', '_', '\0', '\u200b', 'ａ', 'K', 'ſ', 'a', '0', ' '],
  );
  const allowed = fc.constantFrom(
    'https://app.launchdarkly.com',
    'https://app.eu.launchdarkly.com',
    'https://x.launchdarkly.us',
    'http://127.0.0.1:8080',
    'https://[::1]:8080',
    'http://localhost',
  );
  /** An allowed value with one or two pieces inserted or replaced. */
  const edit = fc.record({ at: fc.nat(40), length: fc.nat(3), piece });
  const nearly = fc.tuple(allowed, fc.array(edit, { maxLength: 2 })).map(([text, edits]) =>
    edits.reduce<string>((result, each) => {
      const at = each.at % (result.length + 1);
      return result.slice(0, at) + each.piece + result.slice(at + each.length);
    }, text),
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.oneof({ weight: 9, arbitrary: nearly }, fc.webUrl()), (baseUri) => {
      const server = parseBaseUri(baseUri);
      if ('problem' in server) {
        return;
      }
      accepted += 1;
      const url = new URL(server.origin);
      const isLaunchDarkly =
        url.protocol === 'https:' &&
        /\.launchdarkly\.(com|us)$/.test(url.hostname) &&
        url.port === '';
      const isLoopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
      expect(isLaunchDarkly || isLoopback).toBe(true);
      expect([url.username, url.password, url.pathname, url.search, url.hash].join('')).toBe('/');
    }),
    { numRuns: 10_000 },
  );
  expect(accepted).toBeGreaterThan(1_000);
});
