import { describe, expect, test } from 'vitest';
import { derivedForms } from '../../simulator/runner/leak-detector.ts';
import { DEFAULT_GITHUB_TOKEN } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { ERROR_TITLES } from '../../src/errors.ts';
import {
  DESIRED,
  injectCreateFault,
  olderGroup,
  startSimulatedRun,
} from '../bundle/simulated-run.ts';
import { EMBEDDED_SDK_KEY } from './scenario.ts';

/**
 * What people who may name things in an account, or a server, could inject into somebody else's
 * log.
 */
const INJECTIONS = [
  ['a command in the middle', 'Payments ##[stop-commands]t ##[add-mask]e'],
  ['a command after a CR', 'Payments\r::stop-commands::t\r::add-mask::e'],
  ['a command after odd white space', '\u00a0\u2028::error title=x::y\u0085::add-mask::e'],
  ['a command after a byte order mark', '\ufeff::set-output name=outcome::kept'],
  ['escaped line ends', 'a%0A::add-mask::e%0D%0A##[error]x%250A'],
  ['terminal sequences', '\u001b[2J\u001b[31mred\u001b]8;;http://evil.example\u0007'],
  ['the end of an output', 'x\nghadelimiter_0\noutcome=kept\nEOF\nkey<<EOF\ny'],
  ['Markdown and HTML', '<img src=x onerror=x> [a](http://x) | @octocat --> <!-- x'],
  ['invisible characters', 'a\u202e\u200b\u2066b\u00ad\ufeff'],
  ['a great many characters', `${'##[error]x'.repeat(2_000)}`],
  ['the name of a member of all objects', '__proto__'],
] as const;

describe.concurrent('names with control sequences', () => {
  test.each(INJECTIONS)('passes a name with %s on unchanged, or rejects it', async (_, name) => {
    await using simulated = await startSimulatedRun();
    const result = await simulated.run({ name });
    const isRefused = /[\p{Cc}\p{Zl}\p{Zp}]/u.test(name.trim());
    expect(result.outputs).toMatchObject(
      isRefused
        ? { outcome: 'failed', 'error-code': 'invalid-input' }
        : { outcome: 'created', name: name.trim() },
    );
    expect(simulated.simulator.requests).toHaveLength(isRefused ? 0 : 1);
    expectOnlyOurCommands(result);
  });

  test.each(INJECTIONS)('does not execute a group name in the account with %s', async (_, name) => {
    await using simulated = await startSimulatedRun({ group: olderGroup({ name }) });
    const conflict = await simulated.run();
    expect(conflict.outputs).toMatchObject({ 'error-code': 'conflict', name });
    expectOnlyOurCommands(conflict);
    const update = await simulated.run({ 'if-exists': 'update' });
    expect(update.outputs).toMatchObject({ outcome: 'updated', name: DESIRED.name });
    expectOnlyOurCommands(update);
  });
});

describe('server messages with control sequences', () => {
  test.concurrent.each(INJECTIONS)(
    'quotes a server message with %s without executing it',
    async (_, words) => {
      await using simulated = await startSimulatedRun();
      injectCreateFault(simulated.simulator, {
        kind: 'respond',
        status: 400,
        body: {
          code: words,
          message: words,
          id: words,
          errors: [{ attribute: words, reason: words }],
        },
      });
      const result = await simulated.run({}, { env: { RUNNER_DEBUG: '1' } });
      expect(result.outputs).toMatchObject({ outcome: 'failed', 'error-code': 'bad-request' });
      expectOnlyOurCommands(result);
    },
  );

  test.concurrent.each(['text/html', 'application/json'])(
    'quotes a server message together with %s that holds every secret',
    async (type) => {
      await using simulated = await startSimulatedRun();
      const forms = [DESIRED.token, DEFAULT_GITHUB_TOKEN, EMBEDDED_SDK_KEY].flatMap(derivedForms);
      const body = `{"apiKey":"${EMBEDDED_SDK_KEY}", "forms": ${forms.join(' | ')}`;
      for (const status of [400, 401, 403, 404, 422, 500]) {
        injectCreateFault(simulated.simulator, {
          kind: 'respond',
          status,
          headers: { 'Content-Type': type },
          body: status === 422 ? { message: body } : body,
        });
        // The simulated runner throws when it finds a secret anywhere.
        await simulated.run(
          { 'timeout-seconds': '5' },
          { env: { RUNNER_DEBUG: '1' }, secrets: [EMBEDDED_SDK_KEY] },
        );
      }
      expect(simulated.simulator.requests.length).toBeGreaterThan(6);
    },
  );
});

describe('user values that look like secrets', () => {
  test('does not mask a user value that looks like a secret, which would drop outputs', async () => {
    const key = 'sdk-11111111-2222-4333-8444-555555555555';
    const group = olderGroup({ key, name: 'Production - All Apps' });
    await using simulated = await startSimulatedRun({ group });
    injectCreateFault(simulated.simulator, {
      kind: 'respond',
      status: 201,
      body: {
        ...group,
        environment: { apiKey: key, token: DESIRED.name, mobileKey: EMBEDDED_SDK_KEY },
      },
    });
    const result = await simulated.run({ key }, { secrets: [EMBEDDED_SDK_KEY] });
    expect(result.masks).toEqual([DESIRED.token, DEFAULT_GITHUB_TOKEN, EMBEDDED_SDK_KEY]);
    expect(result.outputs).toMatchObject({ outcome: 'created', key, name: DESIRED.name });
  });
});

/** The run's own masks come first; after that, the action only uses constant titles. */
function expectOnlyOurCommands(result: StepResult): void {
  const names = result.commands.map(({ name }) => name);
  expect(names.slice(0, 2)).toEqual(['add-mask', 'add-mask']);
  expect(
    names.slice(2).filter((name) => !['debug', 'error', 'group', 'endgroup'].includes(name)),
  ).toEqual([]);
  expect(result.masks).toEqual([DESIRED.token, DEFAULT_GITHUB_TOKEN]);
  const titles: readonly string[] = Object.values(ERROR_TITLES);
  for (const { title = '', properties } of result.annotations) {
    expect(titles).toContain(title);
    expect(Object.keys(properties)).toEqual(['title']);
  }
  expect(result.annotations.length).toBe(result.conclusion === 'failure' ? 1 : 0);
  expect(result).toMatchObject({ stderr: '', state: {}, envFile: {}, paths: [] });
}
