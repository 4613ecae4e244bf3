import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { findUnusedPort, listen, shutDown } from '../../simulator/network/loopback.ts';

/** Linux: ip_local_port_range. Other systems begin higher. */
const FIRST_EPHEMERAL_PORT = 32_768;

test('nobody listens at an unused port', async () => {
  const socket = connect(await findUnusedPort(), '127.0.0.1');
  await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});

test('the system gives no server an unused port', async () => {
  expect(await findUnusedPort()).toBeLessThan(FIRST_EPHEMERAL_PORT);

  const server = createServer();
  const chosen = await listen(server);
  await shutDown(server, []);
  expect(chosen).toBeGreaterThanOrEqual(FIRST_EPHEMERAL_PORT);
});
