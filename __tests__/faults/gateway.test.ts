import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  type ReceivedRequest,
  renderHead,
  startFaultyServer,
} from '../../simulator/network/faulty-server.ts';
import { runAction } from '../../simulator/runner/runner.ts';
import { DESIRED, readError } from './corporate-network.ts';

/** Sends the correct response, except for the encoding of the body and its header. */
function encode(encoding: string, compress: (body: Buffer) => Buffer = (body) => body) {
  return async (received: ReceivedRequest) => {
    const answer = received.process();
    const body = compress(Buffer.from(answer.body));
    const headers = { 'content-encoding': encoding, 'content-length': String(body.length) };
    await received.connection.send(Buffer.concat([Buffer.from(renderHead(answer, headers)), body]));
  };
}

const ENCODINGS = [
  ['Identity', undefined],
  ['', undefined],
  ['identity, identity', undefined],
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
] as const;

describe('gateways', () => {
  test.each(ENCODINGS)(
    'reads a response with content-encoding "%s" from a gateway',
    async (encoding, compress) => {
      await using server = await startFaultyServer({
        fault: { onRequest: encode(encoding, compress) },
      });
      const result = await runAction({ inputs: { ...DESIRED, 'base-uri': server.origin } });
      expect(result.outputs['outcome']).toBe('created');
      expect(server.requests).toHaveLength(1);
    },
  );

  test.each(ENCODINGS)(
    'quotes a rejection with content-encoding "%s" from a gateway',
    async (encoding, compress) => {
      const refuse = async (received: ReceivedRequest) => {
        const body = (compress ?? ((text: Buffer) => text))(Buffer.from('{"message":"Not here."}'));
        const headers = { 'content-encoding': encoding, 'content-length': String(body.length) };
        await received.connection.send(
          Buffer.concat([Buffer.from(renderHead({ status: 403, headers })), body]),
        );
      };
      await using server = await startFaultyServer({ fault: { onRequest: refuse } });
      const result = await runAction({ inputs: { ...DESIRED, 'base-uri': server.origin } });
      expect(readError(result)).toContain('LaunchDarkly answered 403: "Not here."');
      expect(server.requests).toHaveLength(1);
    },
  );
});
