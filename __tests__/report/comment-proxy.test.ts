import { createServer, request } from 'node:http';
import { afterAll, expect, test, vi } from 'vitest';
import { startGitHub } from '../../simulator/github/simulator.ts';
import { publishComment } from '../../src/report/comment.ts';
import { Secrets } from '../../src/secrets.ts';
import { createdStory } from './stories.ts';

afterAll(() => vi.unstubAllEnvs());

test('the comment goes through the proxy of the runner', async () => {
  await using github = await startGitHub({
    tokens: { ghs_job: { login: 'github-actions[bot]', permission: 'write' } },
    repository: 'acme/shop',
  });
  const visits: string[] = [];
  // For an http URL a proxy is asked for the whole URL; for an https one it would be a CONNECT.
  const proxy = createServer((incoming, outgoing) => {
    visits.push(`${incoming.method} ${incoming.url}`);
    const { pathname, search } = new URL(incoming.url ?? '/', github.apiUrl);
    const { method, headers } = incoming;
    const upstream = request(new URL(`${pathname}${search}`, github.apiUrl), { method, headers });
    upstream.on('response', (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    incoming.pipe(upstream);
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const address = proxy.address();
  // Both are read when @actions/github is imported, so this test has a file of its own. A proxy is
  // never used for the loopback address.
  vi.stubEnv('GITHUB_API_URL', 'http://github.test');
  vi.stubEnv('http_proxy', `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`);
  vi.stubEnv('no_proxy', '');
  vi.stubEnv('NO_PROXY', '');
  vi.stubEnv('GITHUB_EVENT_PATH', undefined);

  const result = await publishComment({
    story: createdStory,
    secrets: new Secrets(() => {}),
    githubToken: 'ghs_job',
    pullRequest: { owner: 'acme', repo: 'shop', number: 7 },
    signal: AbortSignal.timeout(10_000),
  });

  expect(result).toMatchObject({ kind: 'created' });
  expect(visits).toEqual([
    'GET http://github.test/repos/acme/shop/issues/7/comments?per_page=100&page=1',
    'POST http://github.test/repos/acme/shop/issues/7/comments',
  ]);
  proxy.close();
  proxy.closeAllConnections();
});
