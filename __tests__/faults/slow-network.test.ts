import { createServer, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { startSimulator } from '../../simulator/launchdarkly/simulator.ts';
import { listen, shutDown } from '../../simulator/network/loopback.ts';
import { runAction } from '../../simulator/runner/runner.ts';
import { PROXY_ADVICE } from '../../src/http/proxies.ts';
import { DESIRED, readError } from './corporate-network.ts';
import { replaceNameResolution } from './name-resolution.ts';

const IPV4 = { address: '127.0.0.1', family: 4 } as const;
/** The prefix whose traffic is discarded: https://www.rfc-editor.org/rfc/rfc6666 */
const DEAD_IPV6 = { address: '100::1', family: 6 } as const;

async function openByName() {
  const simulator = await startSimulator();
  const { port } = new URL(simulator.origin);
  return { simulator, inputs: { ...DESIRED, 'base-uri': `http://localhost:${port}` } };
}

describe('host names', () => {
  test('retries a host name that does not resolve for two seconds', async () => {
    const { simulator, inputs } = await openByName();
    await using names = await replaceNameResolution({ unknownForMs: 2_000, addresses: [IPV4] });
    const result = await runAction({
      inputs: { ...inputs, 'timeout-seconds': '60' },
      env: names.env,
    });
    expect(result.outputs['outcome']).toBe('created');
    expect(simulator.requests).toHaveLength(1);
    await simulator.close();
  });

  test('mentions DNS and a proxy when a host name never resolves', async () => {
    const { simulator, inputs } = await openByName();
    await using names = await replaceNameResolution({ unknownForMs: 600_000, addresses: [IPV4] });
    const result = await runAction({
      inputs: { ...inputs, 'timeout-seconds': '10' },
      env: names.env,
    });
    expect(result.outputs['error-code']).toBe('network');
    expect(readError(result)).toContain("the runner's DNS");
    expect(readError(result)).toContain(PROXY_ADVICE);
    expect(readError(result)).toContain('Nothing was written.');
    await simulator.close();
  });

  test('reaches a host by IPv4 when its IPv6 address does not respond', async () => {
    const { simulator, inputs } = await openByName();
    await using names = await replaceNameResolution({ addresses: [DEAD_IPV6, IPV4] });
    const result = await runAction({ inputs, env: names.env });
    expect(result.outputs['outcome']).toBe('created');
    await simulator.close();
  });
});

test('suggests a proxy when a server accepts connections but never responds', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {}).resume();
  });
  const origin = `https://127.0.0.1:${await listen(server)}`;
  const result = await runAction({
    inputs: { ...DESIRED, 'base-uri': origin, 'timeout-seconds': '2' },
  });
  expect(result.outputs['error-code']).toBe('timeout');
  expect(readError(result)).toContain(PROXY_ADVICE);
  expect(readError(result)).toContain('Nothing was written.');
  await shutDown(server, sockets);
});
