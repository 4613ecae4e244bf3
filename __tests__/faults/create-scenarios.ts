import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import {
  type FaultyConnection,
  type RawResponse,
  type ReceivedRequest,
  renderHead,
  renderResponse,
} from '../../simulator/network/faulty-server.ts';
import type { ErrorCode } from '../../src/errors.ts';
import { CUTS, EMBEDDED_SDK_KEY, type Scenario, STAGES, UNCLEAR } from './scenario.ts';

function listCuts(): Scenario[] {
  return Object.entries(CUTS).flatMap(([how, cut]) =>
    Object.entries(STAGES).flatMap(([where, cutAt]): Scenario[] => {
      const { isProcessed, ...fault } = cutAt(cut);
      const name = `the connection ${how} ${where}`;
      const always: Scenario = {
        name: `${name}, each time`,
        fault: () => fault,
        allowedOutcomes: how === 'stalls' ? ['timeout'] : UNCLEAR,
        creations: isProcessed ? 1 : 0,
        usesUpTime: true,
      };
      const once: Scenario = {
        name: `${name}, once`,
        fault: () => ({ ...fault, isOnce: true }),
        allowedOutcomes: ['created'],
        creations: 1,
      };
      // With TLS, a cut on accept affects the handshake: see below.
      const onceWithTls: Scenario[] =
        where === 'on accept'
          ? []
          : [{ ...once, name: `${name}, over TLS, once`, certificate: 'trusted' }];
      // One attempt that stalls takes all the time of the run.
      return how === 'stalls' ? [always] : [once, ...onceWithTls, always];
    }),
  );
}

/** The first response to a create is faulty, and the next read is not. */
function recovers(name: string, respond: (received: ReceivedRequest) => Promise<void>): Scenario {
  return {
    name,
    fault: () => ({ isOnce: true, onRequest: respond }),
    allowedOutcomes: ['created'],
    creations: 1,
  };
}

/** Every response is faulty, so no read helps. */
function neverRecovers(
  name: string,
  allowedOutcomes: Scenario['allowedOutcomes'],
  respond: (received: ReceivedRequest) => Promise<void>,
): Scenario {
  const fault = { onRequest: respond };
  return { name, fault: () => fault, allowedOutcomes, creations: 1, usesUpTime: true };
}

/**
 * Processes the request, sends what `show` makes of the response, and closes the connection unless
 * it is to stay open.
 */
function afterProcessing(
  show: (answer: RawResponse, received: ReceivedRequest) => Buffer | string,
  stays = false,
) {
  return async (received: ReceivedRequest) => {
    await received.connection.send(show(received.process(), received));
    if (!stays) {
      received.connection.halfClose();
    }
  };
}

function withHeaders(changes: Readonly<Record<string, string | undefined>>) {
  return (answer: RawResponse) => `${renderHead(answer, changes)}${answer.body}`;
}

function withBody(change: (answer: RawResponse, received: ReceivedRequest) => string) {
  return (answer: RawResponse, received: ReceivedRequest) => {
    const body = change(answer, received);
    const changes = { 'content-length': String(Buffer.byteLength(body)) };
    return `${renderHead(answer, changes)}${body}`;
  };
}

function listLengths(): Scenario[] {
  const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' };
  const chunks = (text: string) =>
    afterProcessing((answer) => `${renderHead(answer, chunked)}${text}`);
  return [
    recovers(
      'Content-Length is too small',
      afterProcessing(withHeaders({ 'content-length': '20' })),
    ),
    recovers(
      'Content-Length is too large',
      afterProcessing(withHeaders({ 'content-length': '9999' })),
    ),
    recovers('Content-Length is zero', afterProcessing(withHeaders({ 'content-length': '0' }))),
    recovers(
      'Content-Length is negative',
      afterProcessing(withHeaders({ 'content-length': '-1' })),
    ),
    recovers(
      'Content-Length is no number',
      afterProcessing(withHeaders({ 'content-length': 'many' })),
    ),
    recovers(
      'Content-Length is beyond all numbers',
      afterProcessing(withHeaders({ 'content-length': '9'.repeat(40) })),
    ),
    recovers(
      'Content-Length comes twice and differs',
      afterProcessing(withHeaders({ 'Content-length': '20' })),
    ),
    recovers(
      'Content-Length and chunks contradict each other',
      afterProcessing(withHeaders({ 'transfer-encoding': 'chunked' })),
    ),
    recovers(
      'the body has no length and is cut where the connection ends',
      afterProcessing((answer) =>
        `${renderHead(answer, { 'content-length': undefined })}${answer.body}`.slice(0, -9),
      ),
    ),
    recovers(
      'the body has no length and ends with the connection',
      afterProcessing(withHeaders({ 'content-length': undefined })),
    ),
    recovers('a chunk has a size that is no number', chunks('zz\r\n{}\r\n0\r\n\r\n')),
    recovers('a chunk is longer than all memory', chunks(`${'f'.repeat(16)}\r\n{}`)),
    recovers('a chunk is shorter than it says', chunks('ff\r\n{}\r\n0\r\n\r\n')),
    recovers('the last chunk is missing', chunks('2\r\n{}\r\n')),
    recovers('a chunk extension goes on and on', chunks(`2;${'x'.repeat(200_000)}\r\n{}\r\n`)),
    recovers(
      'trailers go on and on',
      chunks(`2\r\n{}\r\n0\r\n${'x-trailer: 1\r\n'.repeat(20_000)}`),
    ),
  ];
}

function listGarbage(): Scenario[] {
  const says = (text: string) => afterProcessing((_, { token }) => text.replaceAll('TOKEN', token));
  return [
    recovers('the answer is no HTTP', says('SSH-2.0-OpenSSH_9.9 TOKEN\r\n')),
    recovers(
      'the answer is binary',
      afterProcessing(() => Buffer.alloc(2_000, 0xfe)),
    ),
    recovers(
      'the answer is HTTP/2',
      afterProcessing(() => Buffer.from('0000000400000000000', 'hex')),
    ),
    recovers('the answer is HTTP/0.9', says('{"key":"TOKEN"}')),
    recovers('the status is no number', says('HTTP/1.1 TOKEN Created\r\n\r\n')),
    recovers('the status has five digits', says('HTTP/1.1 20100 Created\r\n\r\n')),
    recovers('the status is 000', says('HTTP/1.1 000 TOKEN\r\ncontent-length: 0\r\n\r\n')),
    recovers(
      'the status line never ends',
      afterProcessing(() => `HTTP/1.1 201 ${'x'.repeat(200_000)}`),
    ),
    recovers('the reason phrase holds the token', says('HTTP/1.1 503 TOKEN\r\n\r\nTOKEN')),
    recovers('a header has no name', says('HTTP/1.1 503 Down\r\n: TOKEN\r\n\r\n')),
    recovers('a header has NUL in it', says('HTTP/1.1 503 Down\r\nx: \0TOKEN\r\n\r\n')),
    recovers('a header line is folded', says('HTTP/1.1 503 Down\r\nx: 1\r\n TOKEN\r\n\r\n')),
    recovers('a header line ends in a bare CR', says('HTTP/1.1 503 Down\rx: TOKEN\r\r')),
    recovers(
      'one header is longer than all memory for headers',
      afterProcessing((answer) => renderHead(answer, { 'x-flood': 'x'.repeat(1_000_000) })),
    ),
    recovers('there are a hundred thousand headers', (received) => {
      received.process();
      return received.connection.send(`HTTP/1.1 201 Created\r\n${'x: 1\r\n'.repeat(100_000)}\r\n`);
    }),
    recovers('headers never end', async (received) => {
      received.process();
      await received.connection.send('HTTP/1.1 201 Created\r\n');
      await received.connection.flood('x: 1\r\n'.repeat(100));
    }),
  ];
}

function listInformation(): Scenario[] {
  const first = (text: string) => afterProcessing((answer) => `${text}${renderResponse(answer)}`);
  const hints = 'HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n';
  return [
    recovers('100 Continue comes though nobody asked', first('HTTP/1.1 100 Continue\r\n\r\n')),
    recovers('102 Processing comes first', first('HTTP/1.1 102 Processing\r\n\r\n')),
    recovers('103 Early Hints comes ten thousand times', first(hints.repeat(10_000))),
    recovers(
      '101 Switching Protocols comes though nobody asked',
      first('HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n'),
    ),
    neverRecovers('103 Early Hints never ends', ['timeout'], async (received) => {
      received.process();
      await received.connection.flood(hints, 1);
    }),
    neverRecovers('the answer drips, a byte now and then', ['timeout'], async (received) => {
      for (const byte of renderResponse(received.process()).slice(0, -1)) {
        await received.connection.send(byte);
        await received.connection.pause(40);
      }
      await received.connection.flood(' ', 40);
    }),
    recovers('the answer drips, but comes to its end', async (received) => {
      for (const byte of renderResponse(received.process())) {
        await received.connection.send(byte);
        await received.connection.pause(2);
      }
    }),
  ];
}

/** 20 MiB of blanks, which compress to a few bytes. */
const BLANKS = Buffer.alloc(20 * 1024 * 1024, ' ');

/**
 * Compressed before any run: it takes seconds on a busy machine, which would count as the server's
 * time.
 */
const BOMBS = {
  gzip: gzipSync(BLANKS),
  br: compressFast(BLANKS),
  deflate: deflateSync(BLANKS),
  'gzip, br': compressFast(gzipSync(BLANKS)),
} as const;

function compressFast(bytes: Buffer): Buffer {
  return brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });
}

function listBombs(): Scenario[] {
  const compressed = Object.entries(BOMBS).flatMap(([encoding, bomb]) => {
    const send = afterProcessing((answer) => {
      const length = String(bomb.length);
      const head = renderHead(answer, { 'content-encoding': encoding, 'content-length': length });
      return Buffer.concat([Buffer.from(head), bomb]);
    }, true);
    return [
      recovers(`the body is a bomb of ${encoding}`, send),
      neverRecovers(`every body is a bomb of ${encoding}`, ['unexpected-response'], send),
    ];
  });
  const endless = async (received: ReceivedRequest) => {
    const answer = received.process();
    const chunked = { 'content-length': undefined, 'transfer-encoding': 'chunked' };
    await received.connection.send(renderHead(answer, chunked));
    await received.connection.flood(`10000\r\n${'x'.repeat(65_536)}\r\n`);
  };
  return [
    ...compressed,
    recovers('the body never ends', endless),
    neverRecovers('no body ever ends', ['unexpected-response', 'timeout'], endless),
  ];
}

function listRedirects(): Scenario[] {
  return [301, 302, 303, 307, 308].flatMap((status): Scenario[] => {
    const redirect =
      (location: string, isProcessed: boolean) => async (received: ReceivedRequest) => {
        if (isProcessed) {
          received.process();
        }
        const headers = { location: `${location}${received.request.path}`, 'content-length': '0' };
        await received.connection.send(renderHead({ status, headers }));
      };
    return [
      {
        name: `${status} leads to another host, each time`,
        fault: (elsewhere) => ({ onRequest: redirect(elsewhere, false) }),
        allowedOutcomes: ['unexpected-response'],
        creations: 0,
      },
      {
        name: `${status} leads to another host after the request was processed, once`,
        fault: (elsewhere) => ({ isOnce: true, onRequest: redirect(elsewhere, true) }),
        allowedOutcomes: ['created'],
        creations: 1,
      },
      {
        name: `${status} leads to the same path again, each time`,
        fault: () => ({ onRequest: redirect('', false) }),
        allowedOutcomes: ['unexpected-response'],
        creations: 0,
      },
    ];
  });
}

function listWrongAnswers(): Scenario[] {
  const parse = (answer: RawResponse): Record<string, unknown> => ({ ...JSON.parse(answer.body) });
  const edited = (changes: Record<string, unknown>) =>
    afterProcessing(withBody((answer) => JSON.stringify({ ...parse(answer), ...changes })));
  const says = (body: string) => afterProcessing(withBody(() => body));
  const status = (code: number) => (answer: RawResponse) =>
    renderResponse({ ...answer, status: code });
  return [
    recovers('201 shows a group of another key', edited({ key: 'somebody-elses' })),
    recovers('201 shows a group that was made at no time', edited({ createdAt: 'yesterday' })),
    recovers('201 shows a group that was made beyond all times', edited({ createdAt: 9e18 })),
    recovers('201 shows a group without a project', edited({ projectKey: null })),
    recovers('201 has an empty body', says('')),
    recovers('201 says null', says('null')),
    recovers('201 says a list', says('[]')),
    recovers('201 says a page of HTML', says('<html><a href="https://login.example">Log in')),
    recovers('201 is nested a hundred thousand deep', says('[['.repeat(50_000))),
    recovers(
      '201 is valid and nested ten thousand deep',
      says(`${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`),
    ),
    recovers(
      '201 is cut and quotes the token and an SDK key',
      afterProcessing(withBody((_, { token }) => `{"apiKey":"${EMBEDDED_SDK_KEY}","at":"${token}`)),
    ),
    recovers(
      '201 carries SDK keys beside the group',
      edited({ environment: { apiKey: EMBEDDED_SDK_KEY, mobileKey: EMBEDDED_SDK_KEY } }),
    ),
    recovers('201 is not UTF-8', async (received) => {
      await received.connection.send(renderHead(received.process()));
      await received.connection.send(Buffer.alloc(400, 0xff));
      received.connection.halfClose();
    }),
    recovers(
      '201 has a byte order mark',
      afterProcessing(withBody((answer) => `\ufeff${answer.body}`)),
    ),
    recovers('200 comes in place of 201', afterProcessing(status(200), true)),
    recovers('202 comes in place of 201', afterProcessing(status(202), true)),
    recovers(
      '204 comes in place of 201',
      afterProcessing(() => renderHead({ status: 204, headers: {} })),
    ),
    recovers('204 comes with a body', afterProcessing(status(204))),
    recovers('304 comes in place of 201', afterProcessing(status(304))),
    ...[408, 500, 502, 503, 504, 599].map((code) =>
      recovers(
        `${code} comes though the request was processed`,
        afterProcessing(status(code), true),
      ),
    ),
    recovers('headers come twice', async (received) => {
      const answer = received.process();
      const head = renderHead(answer, { date: undefined });
      const twice = 'date: x\r\ndate: y\r\ncontent-type: text/html\r\nretry-after: z\r\n';
      await received.connection.send(head.replace('\r\n', `\r\n${twice}${twice}`) + answer.body);
    }),
    recovers(
      'the same answer comes twice',
      afterProcessing((answer) => renderResponse(answer).repeat(2), true),
    ),
    recovers(
      'garbage follows the answer',
      afterProcessing((answer, { token }) => `${renderResponse(answer)}${token}\r\n\r\n`, true),
    ),
  ];
}

/** Responses whose quoted text contains secrets. */
function listQuotes(): Scenario[] {
  const forms = (token: string) =>
    [token, EMBEDDED_SDK_KEY].flatMap((secret) => [
      secret,
      btoa(secret),
      Buffer.from(secret).toString('hex'),
      [...secret].join(' '),
      secret.replaceAll('-', '\\-'),
    ]);
  const quote =
    (status: number, render: (words: string) => string) => async (received: ReceivedRequest) => {
      const body = render(forms(received.token).join(', '));
      const headers = { 'content-length': String(Buffer.byteLength(body)) };
      await received.connection.send(renderResponse({ status, headers, body }));
    };
  const quotes = (
    status: number,
    outcome: ErrorCode,
    render: (words: string) => string,
    usesUpTime = false,
  ): Scenario => ({
    name: `${status} quotes the token and an SDK key`,
    fault: () => ({ onRequest: quote(status, render) }),
    allowedOutcomes: [outcome],
    creations: 0,
    usesUpTime,
  });
  return [
    quotes(400, 'bad-request', (message) => JSON.stringify({ code: message, message })),
    quotes(403, 'forbidden', (words) => `<h1>Forbidden</h1> ${words}`),
    quotes(422, 'bad-request', (reason) =>
      JSON.stringify({ errors: [{ attribute: reason, reason }] }),
    ),
    quotes(503, 'server-error', (message) => JSON.stringify({ message }), true),
  ];
}

/** A connection kept alive by an earlier response is closed before it is reused. */
function listReuse(): Scenario[] {
  const unavailable = renderHead({ status: 503, headers: { 'content-length': '0' } });
  const reuse = (name: string, close: (connection: FaultyConnection) => void): Scenario => ({
    name,
    fault: () => ({
      isOnce: true,
      onRequest: async ({ connection }) => {
        await connection.send(unavailable);
        await connection.pause(30);
        close(connection);
      },
    }),
    allowedOutcomes: ['created'],
    creations: 1,
  });
  return [
    reuse('a kept connection is reset before it is used again', (connection) => connection.reset()),
    reuse('a kept connection is closed before it is used again', (connection) =>
      connection.halfClose(),
    ),
    {
      name: 'the server speaks before it is asked',
      fault: () => ({
        isOnce: true,
        onConnection: async (connection) => {
          await connection.send('HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\n{}');
          connection.halfClose();
        },
      }),
      allowedOutcomes: ['created'],
      creations: 1,
    },
  ];
}

function listTls(): Scenario[] {
  const kinds = [
    'expired',
    'not yet valid',
    'for another host',
    'self-signed',
    'of an unknown authority',
  ] as const;
  const refused = { allowedOutcomes: ['network'], creations: 0 } as const;
  const brokenHandshakes: Scenario[] = [
    {
      name: 'the TLS handshake stalls',
      fault: () => ({ onConnection: () => {} }),
      allowedOutcomes: ['timeout'],
      creations: 0,
      usesUpTime: true,
      certificate: 'trusted',
    },
    ...(['is reset', 'is half-closed'] as const).map(
      (how): Scenario => ({
        name: `the TLS handshake ${how}`,
        fault: () => ({ onConnection: CUTS[how] }),
        allowedOutcomes: UNCLEAR,
        creations: 0,
        usesUpTime: true,
        certificate: 'trusted',
      }),
    ),
    {
      name: 'plain HTTP answers the TLS handshake',
      fault: () => ({
        onConnection: async (connection) => {
          await connection.send('HTTP/1.1 400 Bad Request\r\n\r\n');
          connection.halfClose();
        },
      }),
      ...refused,
      certificate: 'trusted',
    },
    {
      name: 'a TLS alert answers the TLS handshake',
      fault: () => ({
        onConnection: async (connection) => {
          await connection.send(Buffer.from('15030300020228', 'hex'));
          connection.halfClose();
        },
      }),
      ...refused,
      certificate: 'trusted',
    },
  ];
  return [
    {
      name: 'the certificate is trusted',
      fault: () => ({ onRequest: (received) => received.respond() }),
      allowedOutcomes: ['created'],
      creations: 1,
      certificate: 'trusted',
    },
    ...kinds.flatMap((certificate) =>
      [false, true].map(
        (isTlsSwitchedOff): Scenario => ({
          name: `the certificate is ${certificate}${isTlsSwitchedOff ? ', with NODE_TLS_REJECT_UNAUTHORIZED=0' : ''}`,
          fault: () => ({}),
          ...refused,
          certificate,
          isTlsSwitchedOff,
        }),
      ),
    ),
    ...brokenHandshakes,
  ];
}

/** Faults while a group is created in an empty account. */
export const CREATE_SCENARIOS: readonly Scenario[] = [
  ...listCuts(),
  ...listLengths(),
  ...listGarbage(),
  ...listInformation(),
  ...listBombs(),
  ...listRedirects(),
  ...listWrongAnswers(),
  ...listQuotes(),
  ...listReuse(),
  ...listTls(),
];
