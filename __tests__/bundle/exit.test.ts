import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { runAction } from '../../simulator/runner/runner.ts';
import type { StepResult } from '../../simulator/runner/step-result.ts';
import { CREATE_PATH, DESIRED, olderGroup, startSimulatedRun } from './simulated-run.ts';

/**
 * A bound on what takes some 10 ms, generous enough for a busy machine. A forgotten timer keeps the
 * process alive until the deadline after two minutes, an unfinished connection for ten seconds.
 */
const MAX_LINGER_MS = 9_000;

function expectPromptEnd(result: StepResult): void {
  expect(result.durations.lastOutputToExitMs).toBeLessThan(MAX_LINGER_MS);
}

test('the process exits after a success', async () => {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run();
  expect(result.outputs['outcome']).toBe('created');
  expectPromptEnd(result);
});

test('the process exits after an update', async () => {
  await using simulated = await startSimulatedRun({ group: olderGroup({ name: 'Another name' }) });
  const result = await simulated.run({ 'if-exists': 'update' });
  expect(result.outputs['outcome']).toBe('updated');
  expectPromptEnd(result);
});

test('the process exits after an invalid input', async () => {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run({ key: '' });
  expect(result.outputs['error-code']).toBe('invalid-input');
  expectPromptEnd(result);
});

test('the process exits after a rejection', async () => {
  await using simulated = await startSimulatedRun();
  const result = await simulated.run({ project: 'no-such-project' });
  expect(result.conclusion).toBe('failure');
  expect(simulated.simulator.requests.length).toBeGreaterThan(0);
  expectPromptEnd(result);
});

test('the process exits, and tries nothing again, after one of two reads at the same time was refused', async () => {
  await using simulated = await startSimulatedRun();
  const { simulator } = simulated;
  simulator.inject({ fault: { kind: 'respond', status: 403 }, times: 1 });
  simulator.inject({ fault: { kind: 'stall' }, times: 1 });
  const result = await simulated.run({ name: '{project-name} / {environment-name}' });
  expect(result.outputs['error-code']).toBe('forbidden');
  expect(result.log).not.toContain('Trying again');
  expectPromptEnd(result);
});

test('the process exits at the deadline when no response has arrived', async () => {
  await using simulated = await startSimulatedRun();
  simulated.simulator.inject({ method: 'POST', path: CREATE_PATH, fault: { kind: 'stall' } });
  const result = await simulated.run({ 'timeout-seconds': '1' });
  expect(result.outputs['error-code']).toBe('timeout');
  expectPromptEnd(result);
});

test('the process exits at the deadline when no connection was made', async () => {
  // Accepts connections and never responds: for the client the connection, which includes TLS,
  // never opens.
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  try {
    const result = await runAction({
      inputs: { ...DESIRED, 'base-uri': `https://127.0.0.1:${port}`, 'timeout-seconds': '5' },
    });
    expect(sockets.size).toBeGreaterThan(0);
    expect(result.outputs['error-code']).toBe('timeout');
    expectPromptEnd(result);
  } finally {
    for (const socket of sockets) {
      socket.destroy();
    }
    server.close();
  }
});
