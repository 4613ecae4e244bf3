import { expect, test, vi } from 'vitest';
import { startDeadline } from '../../../src/deadline.ts';
import { openPullRequestComments } from '../../../src/report/github-comments.ts';
import { Secrets } from '../../../src/secrets.ts';

/** What `@actions/github` would trip over, or send elsewhere, when it is imported. */
const BROKEN = {
  GITHUB_API_URL: 'not a URL',
  GITHUB_EVENT_PATH: '/missing/event.json',
  http_proxy: '::not a URL::',
  HTTP_PROXY: '::not a URL::',
  https_proxy: '::not a URL::',
  HTTPS_PROXY: undefined,
};

test('an environment that @actions/github can not read does not matter, and stays as it is', async () => {
  for (const [name, value] of Object.entries(BROKEN)) {
    vi.stubEnv(name, value);
  }
  const write = vi.spyOn(process.stdout, 'write');
  const deadline = startDeadline(60_000, new AbortController().signal);
  const comments = await openPullRequestComments({
    apiUrl: 'https://127.0.0.1:9',
    githubToken: 'ghs_job',
    pullRequest: { owner: 'acme', repo: 'shop', number: 7 },
    proxies: { httpProxy: '', httpsProxy: '', noProxy: '' },
    secrets: new Secrets(() => {}),
    deadline,
    sleep: async () => {},
    random: () => 0.5,
    observe: () => {},
    announceWait: () => {},
  });
  deadline.release();
  await comments.close();
  expect(write).not.toHaveBeenCalled();
  for (const [name, value] of Object.entries(BROKEN)) {
    expect([name, process.env[name]]).toEqual([name, value]);
    expect(name in process.env).toBe(value !== undefined);
  }
  vi.unstubAllEnvs();
});
