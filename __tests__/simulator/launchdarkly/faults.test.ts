import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Fault } from '../../../simulator/launchdarkly/faults.ts';
import { type Simulator, startSimulator } from '../../../simulator/launchdarkly/simulator.ts';
import { ask, createGroup, groupBody, groupPath, groupsPath } from './ask.ts';

const key = 'default-production-all-apps';
let simulator: Simulator;

beforeEach(async () => {
  simulator = await startSimulator();
});

afterEach(async () => simulator.close());

describe('before processing', () => {
  test('a made-up answer is sent as it is, and nothing is written', async () => {
    simulator.inject({
      fault: {
        kind: 'respond',
        status: 502,
        headers: { 'Content-Type': 'text/html', Date: null, 'X-Two': ['a', 'b'] },
        body: '<h1>Bad gateway</h1>',
      },
    });
    const response = await fetch(`${simulator.origin}${groupPath}`, { method: 'POST' });
    expect(response.status).toBe(502);
    expect(response.headers.get('content-type')).toBe('text/html');
    expect(response.headers.has('date')).toBe(false);
    expect(response.headers.get('x-two')).toBe('a, b');
    expect(await response.text()).toBe('<h1>Bad gateway</h1>');
    expect(simulator.requests[0]).toMatchObject({ fault: 'respond', status: 502 });
    expect(simulator.requests[0]).not.toHaveProperty('processedStatus');
  });

  test('a redirect names its location', async () => {
    simulator.inject({ fault: { kind: 'redirect', location: 'http://127.0.0.2/', status: 301 } });
    const { status, headers } = await createGroup(simulator);
    expect(status).toBe(301);
    expect(headers.location).toBe('http://127.0.0.2/');
  });

  test('a reset breaks the connection, and nothing is written', async () => {
    simulator.inject({ fault: { kind: 'reset' } });
    await expect(createGroup(simulator)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect(simulator.account.groups.size).toBe(0);
    expect(simulator.requests[0]).not.toHaveProperty('status');
  });

  test('a delayed request is processed all the same', async () => {
    simulator.inject({ fault: { kind: 'delay', delayMs: 5 } });
    expect((await createGroup(simulator)).status).toBe(201);
  });
});

describe('after processing', () => {
  test.each<[string, Fault]>([
    ['a reset', { kind: 'process-then-reset' }],
    ['a truncated body', { kind: 'process-then-truncate' }],
  ])('%s loses the answer to a group that was created', async (_case, fault) => {
    simulator.inject({ fault });
    await expect(createGroup(simulator)).rejects.toThrow();
    expect(simulator.account.groups.has(key)).toBe(true);
    expect(simulator.createdCount(key)).toBe(1);
    expect(simulator.requests[0]).toMatchObject({ processedStatus: 201 });
    expect((await createGroup(simulator)).status).toBe(409);
    expect(simulator.createdCount(key)).toBe(1);
  });

  test('a truncated body comes with the status and half of its bytes', async () => {
    simulator.inject({ fault: { kind: 'process-then-truncate' } });
    const response = await fetch(`${simulator.origin}/api/v2/projects`);
    expect(response.status).toBe(401);
    await expect(response.text()).rejects.toThrow('terminated');
  });

  test('a stall never answers, and the group is there', async () => {
    simulator.inject({ fault: { kind: 'process-then-stall' } });
    const broken = expect(createGroup(simulator)).rejects.toThrow();
    await expect.poll(() => simulator.createdCount(key)).toBe(1);
    await simulator.close();
    await broken;
  });

  test('another answer may cover up the real one', async () => {
    simulator.inject({
      fault: { kind: 'process-then-respond', status: 504, body: { message: 'timeout' } },
    });
    const { status, body } = await createGroup(simulator);
    expect(status).toBe(504);
    expect(body).toEqual({ message: 'timeout' });
    expect(simulator.requests[0]).toMatchObject({ status: 504, processedStatus: 201 });
    expect(simulator.account.groups.get(key)).toMatchObject(groupBody());
  });
});

describe('the plan', () => {
  const broken: Fault = { kind: 'respond', status: 503 };
  const listStatus = async (): Promise<number> =>
    (await ask(simulator, { path: groupsPath })).status;

  test('a fault happens once unless told otherwise', async () => {
    simulator.inject({ fault: broken });
    expect([await listStatus(), await listStatus()]).toEqual([503, 200]);
  });

  test('a fault may skip some requests and happen to several', async () => {
    simulator.inject({ skip: 1, times: 2, fault: broken });
    const statuses = [await listStatus(), await listStatus(), await listStatus()];
    expect([...statuses, await listStatus()]).toEqual([200, 503, 503, 200]);
  });

  test('faults happen in the order in which they were injected', async () => {
    simulator.inject({ fault: broken });
    simulator.inject({ fault: { kind: 'respond', status: 500 } });
    expect([await listStatus(), await listStatus(), await listStatus()]).toEqual([503, 500, 200]);
  });

  test('a path matches whole segments, a pattern any part', async () => {
    simulator.inject({ path: groupPath, times: Infinity, fault: broken });
    expect(await listStatus()).toBe(200);
    simulator.inject({ path: /groups$/, method: 'GET', times: Infinity, fault: broken });
    expect(await listStatus()).toBe(503);
    expect((await ask(simulator, { path: `${groupsPath}/nowhere` })).status).toBe(404);
    simulator.clearFaults();
    expect(await listStatus()).toBe(200);
  });
});

describe('closing', () => {
  test('ends stalled and delayed requests', async () => {
    simulator.inject({ fault: { kind: 'stall' } });
    simulator.inject({ fault: { kind: 'delay', delayMs: 3_600_000 } });
    const first = expect(createGroup(simulator)).rejects.toThrow();
    const second = expect(createGroup(simulator)).rejects.toThrow();
    await expect.poll(() => simulator.requests.length).toBe(2);
    await simulator.close();
    await Promise.all([first, second]);
    expect(simulator.account.groups.size).toBe(0);
  });
});

describe('over TLS', () => {
  test('it serves https, and resets connections there too', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulator-'));
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    execFileSync(
      'openssl',
      [
        ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'],
        ...['-keyout', keyFile, '-out', certFile, '-days', '1', '-subj', '/CN=simulator'],
        ...['-addext', 'subjectAltName=IP:127.0.0.1'],
      ],
      { stdio: 'ignore' },
    );
    const tls = { key: readFileSync(keyFile, 'utf8'), cert: readFileSync(certFile, 'utf8') };
    rmSync(folder, { recursive: true });

    await using secure = await startSimulator({ tls });
    expect(secure.origin).toMatch(/^https:/);
    const question = { path: groupsPath, ca: tls.cert };
    expect((await ask(secure, question)).status).toBe(200);
    secure.inject({ fault: { kind: 'reset' } });
    await expect(ask(secure, question)).rejects.toMatchObject({ code: 'ECONNRESET' });
  });
});
