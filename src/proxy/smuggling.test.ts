import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunningProxy } from './proxy.ts';
import { connectRaw, OK, type RawPeer, RawServer, startTestProxy } from './testing.ts';

/**
 * Requests that two readers could take for different ones. Each is sent through a real connection, whole and byte by
 * byte; what is refused must leave nothing at the server behind the proxy, and nothing behind it may be answered.
 */
const H = 'Host: x\r\n';
const CHUNKS = '5\r\nhello\r\n0\r\n\r\n';
const NEXT = `GET /smuggled HTTP/1.1\r\n${H}\r\n`;

const REFUSED: readonly (readonly [string, number, string])[] = [
  [
    'a length and chunks',
    400,
    `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${NEXT}`,
  ],
  [
    'chunks and a length',
    400,
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n${NEXT}`,
  ],
  ['two lengths', 400, `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello${NEXT}`],
  [
    'the same length twice',
    400,
    `POST / HTTP/1.1\r\n${H}Content-Length: 5\r\nContent-Length: 5\r\n\r\nhello`,
  ],
  ['a list of lengths', 400, `POST / HTTP/1.1\r\n${H}Content-Length: 5, 5\r\n\r\nhello`],
  [
    'a coding that is nearly chunked',
    400,
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: xchunked\r\n\r\n${CHUNKS}`,
  ],
  [
    'a coding behind chunked',
    400,
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked, identity\r\n\r\n${CHUNKS}`,
  ],
  [
    'a coding before chunked',
    400,
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: gzip, chunked\r\n\r\n${CHUNKS}`,
  ],
  [
    'chunked twice',
    400,
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n${CHUNKS}`,
  ],
  ['identity', 400, `POST / HTTP/1.1\r\n${H}Transfer-Encoding: identity\r\n\r\n`],
  ['an empty coding', 400, `POST / HTTP/1.1\r\n${H}Transfer-Encoding:\r\n\r\n`],
  ['a quoted coding', 400, `POST / HTTP/1.1\r\n${H}Transfer-Encoding: "chunked"\r\n\r\n${CHUNKS}`],
  [
    'a vertical tab in the coding',
    400,
    `POST / HTTP/1.1\r\n${H}Transfer-Encoding: \x0bchunked\r\n\r\n${CHUNKS}`,
  ],
  ['a space before the colon', 400, `POST / HTTP/1.1\r\n${H}Transfer-Encoding : chunked\r\n\r\n${CHUNKS}`],
  ['LF alone behind the request line', 400, `GET / HTTP/1.1\n${H}\r\n`],
  ['LF alone everywhere', 400, 'GET / HTTP/1.1\nHost: x\n\n'],
  ['LF alone behind a header', 400, `GET / HTTP/1.1\r\nHost: x\nA: b\r\n\r\n`],
  ['CR alone behind a header', 400, `GET / HTTP/1.1\r\n${H}A: b\rC: d\r\n\r\n`],
  ['a folded header', 400, `GET / HTTP/1.1\r\n${H}A: b\r\n c\r\n\r\n`],
  ['a folded coding', 400, `POST / HTTP/1.1\r\n${H}Transfer-Encoding:\r\n chunked\r\n\r\n${CHUNKS}`],
  ['a header before the first one', 400, `GET / HTTP/1.1\r\n A: b\r\n${H}\r\n`],
  ['a signed length', 400, `POST / HTTP/1.1\r\n${H}Content-Length: +5\r\n\r\nhello`],
  ['a negative length', 400, `POST / HTTP/1.1\r\n${H}Content-Length: -5\r\n\r\nhello`],
  ['a hexadecimal length', 400, `POST / HTTP/1.1\r\n${H}Content-Length: 0x5\r\n\r\nhello`],
  [
    'a length beyond what can be counted',
    400,
    `POST / HTTP/1.1\r\n${H}Content-Length: 18446744073709551621\r\n\r\nhello`,
  ],
  [
    'a length beyond exact numbers',
    400,
    `POST / HTTP/1.1\r\n${H}Content-Length: 9007199254740993\r\n\r\nhello`,
  ],
  ['no Host', 400, 'GET / HTTP/1.1\r\nA: b\r\n\r\n'],
  ['two Hosts', 400, `GET / HTTP/1.1\r\n${H}Host: y\r\n\r\n`],
  ['the same Host twice', 400, `GET / HTTP/1.1\r\n${H}${H}\r\n`],
  ['a path in the Host', 400, 'GET / HTTP/1.1\r\nHost: x/y\r\n\r\n'],
  ['a user in the Host', 400, 'GET / HTTP/1.1\r\nHost: u@x\r\n\r\n'],
  ['a list of Hosts', 400, 'GET / HTTP/1.1\r\nHost: x, y\r\n\r\n'],
  ['a space in the Host', 400, 'GET / HTTP/1.1\r\nHost: x y\r\n\r\n'],
  ['chunks in HTTP/1.0', 400, `POST / HTTP/1.0\r\n${H}Transfer-Encoding: chunked\r\n\r\n${CHUNKS}`],
  ['NUL in a value', 400, `GET / HTTP/1.1\r\n${H}A: b\0c\r\n\r\n`],
  ['NUL in a name', 400, `GET / HTTP/1.1\r\n${H}A\0: b\r\n\r\n`],
  ['NUL in the path', 400, `GET /\0 HTTP/1.1\r\n${H}\r\n`],
  ['a space in the path', 400, `GET /a b HTTP/1.1\r\n${H}\r\n`],
  ['two spaces before the path', 400, `GET  / HTTP/1.1\r\n${H}\r\n`],
  ['a tab before the path', 400, `GET\t/ HTTP/1.1\r\n${H}\r\n`],
  ['a fragment in the path', 400, `GET /a#b HTTP/1.1\r\n${H}\r\n`],
  ['a path that does not begin with a slash', 400, `GET a HTTP/1.1\r\n${H}\r\n`],
  ['an asterisk with another method than OPTIONS', 400, `GET * HTTP/1.1\r\n${H}\r\n`],
  ['no version', 400, 'GET /\r\n\r\n'],
  ['another protocol', 400, `GET / RTSP/1.0\r\n${H}\r\n`],
  ['HTTP/1.2', 400, `GET / HTTP/1.2\r\n${H}\r\n`],
  ['HTTP/2.0', 505, `GET / HTTP/2.0\r\n${H}\r\n`],
  ['the preface of HTTP/2', 400, 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
  ['CONNECT', 405, `CONNECT x:443 HTTP/1.1\r\n${H}\r\n`],
];

/** Heads that are proper, with a body that is not: the head may have been forwarded by the time that shows. */
const MALFORMED_BODIES: readonly (readonly [string, string])[] = [
  ['a size that is no number', 'xyz\r\n'],
  ['a size with a sign', '+5\r\nhello\r\n0\r\n\r\n'],
  ['a size in 0x', '0x5\r\nhello\r\n0\r\n\r\n'],
  ['a space behind the size', '5 \r\nhello\r\n0\r\n\r\n'],
  ['LF alone behind the size', '5\nhello\r\n0\r\n\r\n'],
  ['LF alone behind the data', '5\r\nhello\n0\r\n\r\n'],
  ['LF alone in an extension', '5;\nhello\r\n0\r\n\r\n'],
  ['a size of seventeen digits', '10000000000000005\r\nhello\r\n0\r\n\r\n'],
  ['a size of eighty bits', 'ffffffffffffffffffff\r\nhello'],
  ['a folded trailer', '0\r\nA: b\r\n c\r\n\r\n'],
  ['a length among the trailers', '0\r\nContent-Length: 5\r\n\r\n'],
  ['LF alone at the end', '0\r\n\n'],
];

let server: RawServer;
let proxy: RunningProxy;

beforeAll(async () => {
  server = await RawServer.start((peer) => {
    const heads = peer.text.split('\r\n\r\n').length - 1;
    while ((answered.get(peer) ?? 0) < heads) {
      answered.set(peer, (answered.get(peer) ?? 0) + 1);
      peer.send(OK);
    }
  });
  proxy = await startTestProxy({ defaultTarget: server.url });
});
const answered = new WeakMap<RawPeer, number>();

afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

/** What was sent before has been read when another connection, opened later, has had its answer. */
async function proxyHasRead(): Promise<void> {
  await using other = await connectRaw(proxy.port);
  other.send('GET /_chp_healthz HTTP/1.1\r\nHost: x\r\n\r\n');
  await other.untilText('"OK"}');
}

async function answerTo(
  bytes: string,
  split: 'whole' | 'bytes',
): Promise<{ answer: string; forwarded: string }> {
  const before = server.text.length;
  await using client = await connectRaw(proxy.port);
  if (split === 'whole') client.send(bytes);
  else for (const byte of bytes) client.send(byte);
  const answer = await client.untilEnd();
  return { answer, forwarded: server.text.slice(before) };
}

describe('refused, with nothing forwarded and nothing answered behind it', () => {
  describe.each(['whole', 'bytes'] as const)('sent in %s', (split) => {
    test.each(REFUSED)('%s', async (_, status, bytes) => {
      const { answer, forwarded } = await answerTo(bytes, split);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
      expect(answer).toMatch(/\r\nConnection: close\r\n/);
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      expect(forwarded).toBe('');
    });
  });

  test('a head of 100 kB, whole at once', async () => {
    const { answer, forwarded } = await answerTo(
      `GET / HTTP/1.1\r\n${H}A: ${'x'.repeat(100_000)}\r\n\r\n`,
      'whole',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(forwarded).toBe('');
  });

  test('a head of 100 kB that never ends', async () => {
    const { answer, forwarded } = await answerTo(`GET / HTTP/1.1\r\n${H}A: ${'x'.repeat(100_000)}`, 'whole');
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(forwarded).toBe('');
  });

  test('LF alone, without waiting for the rest of the head', async () => {
    await using client = await connectRaw(proxy.port);
    client.send('GET / HT');
    await proxyHasRead();
    client.send('TP/1.1\nHost: x');
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 400 /);
  });

  test('two thousand header lines', async () => {
    const { answer, forwarded } = await answerTo(
      `GET / HTTP/1.1\r\n${H}${'A: b\r\n'.repeat(2000)}\r\n`,
      'whole',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 431 /);
    expect(forwarded).toBe('');
  });

  test('a percent sign that begins nothing is refused, and the connection goes on', async () => {
    await using client = await connectRaw(proxy.port);
    client.send(`GET /%zz HTTP/1.1\r\n${H}\r\nGET /fine HTTP/1.1\r\n${H}\r\n`);
    expect(await client.untilText('ok')).toMatch(/^HTTP\/1\.1 400 [\s\S]*HTTP\/1\.1 200 OK/);
  });
});

describe('a malformed body is refused, and nothing behind it is answered', () => {
  describe.each(['whole', 'bytes'] as const)('sent in %s', (split) => {
    test.each(MALFORMED_BODIES)('%s', async (_, body) => {
      const head = `POST /body HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n`;
      const { answer, forwarded } = await answerTo(`${head}${body}${NEXT}`, split);
      // The server may have answered the head by then, and is free to: then the connection just ends.
      expect(answer.match(/HTTP\/1\.1 /g)).toHaveLength(1);
      if (split === 'whole') expect(answer).toMatch(/^HTTP\/1\.1 400 /);
      expect(forwarded).not.toContain('smuggled');
    });
  });
});

describe('proper, if unusual, and forwarded', () => {
  test.each([
    [
      'empty lines before the request',
      `\r\n\r\nGET /a HTTP/1.1\r\n${H}\r\n`,
      /^GET \/a HTTP\/1\.1\r\nHost: x\r\n/,
    ],
    [
      'Chunked in capitals',
      `POST /a HTTP/1.1\r\n${H}Transfer-Encoding: Chunked\r\n\r\n${CHUNKS}`,
      /\r\n\r\n5\r\nhello\r\n0\r\n\r\n$/,
    ],
    [
      'an extension of a chunk',
      `POST /a HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5;a=b\r\nhello\r\n0\r\n\r\n`,
      /5;a=b\r\nhello/,
    ],
    [
      'trailers',
      `POST /a HTTP/1.1\r\n${H}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nSum: 1\r\n\r\n`,
      /0\r\nSum: 1\r\n\r\n$/,
    ],
    [
      'a target with a host, which counts',
      `GET http://y:81/a?b HTTP/1.1\r\n${H}\r\n`,
      /^GET \/a\?b HTTP\/1\.1\r\nHost: y:81\r\n(?!Host)/,
    ],
    [
      'a path that leads out of its route, resolved before it is looked up',
      `GET /a/../../b/%2e./c?../d HTTP/1.1\r\n${H}\r\n`,
      /^GET \/c\?\.\.\/d HTTP\/1\.1\r\nHost: x\r\n/,
    ],
    ['OPTIONS *', `OPTIONS * HTTP/1.1\r\n${H}\r\n`, /^OPTIONS \* HTTP\/1\.1\r\n/],
    [
      'HTTP/1.0 without a Host',
      'GET /a HTTP/1.0\r\nA: b\r\n\r\n',
      /^GET \/a HTTP\/1\.1\r\nA: b\r\nHost: 127\.0\.0\.1:\d+\r\n/,
    ],
    ['a GET with a body', `GET /a HTTP/1.1\r\n${H}Content-Length: 5\r\n\r\nhello`, /\r\n\r\nhello$/],
  ])('%s', async (_, bytes, expected) => {
    const before = server.peers.map((peer) => peer.text.length);
    await using client = await connectRaw(proxy.port);
    client.send(bytes);
    expect(await client.untilText('\r\n\r\nok')).toMatch(/^HTTP\/1\.1 200 OK/);
    const forwarded = server.peers.map((peer, i) => peer.text.slice(before[i] ?? 0)).join('');
    expect(forwarded).toMatch(expected);
  });

  test('a request behind one whose head came in two pieces is answered, too', async () => {
    await using client = await connectRaw(proxy.port);
    client.send('GET /one HTTP/1.1\r\nHo');
    await proxyHasRead();
    client.send(`st: x\r\n\r\nGET /two HTTP/1.1\r\n${H}\r\nGET /three HTTP/1.1\r\n${H}\r\n`);
    await client.until(({ text }) => text === OK + OK + OK);
  });

  test('two requests at once are answered in turn', async () => {
    await using client = await connectRaw(proxy.port);
    client.send(`GET /one HTTP/1.1\r\n${H}\r\nGET /two HTTP/1.1\r\n${H}\r\n`);
    await client.until(({ text }) => text === OK + OK);
  });
});

describe('headers that belong to one connection', () => {
  test.each([
    ['Connection: close', /close/],
    ['Connection: keep-alive, X-Secret\r\nX-Secret: 1', /X-Secret/i],
    ['Keep-Alive: timeout=5', /Keep-Alive/],
    ['Proxy-Connection: keep-alive', /Proxy-Connection/],
    ['TE: trailers', /^TE/m],
    [
      'Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\nConnection: Upgrade, HTTP2-Settings',
      /h2c|HTTP2|Upgrade/,
    ],
    ['Upgrade: websocket', /Upgrade/],
  ])('%s is not forwarded', async (lines, forbidden) => {
    const before = server.peers.map((peer) => peer.text.length);
    await using client = await connectRaw(proxy.port);
    client.send(`GET /hop HTTP/1.1\r\n${H}${lines}\r\nLast: kept\r\n\r\n`);
    await client.untilText('\r\n\r\nok');
    const forwarded = server.peers.map((peer, i) => peer.text.slice(before[i] ?? 0)).join('');
    expect(forwarded).toMatch(/^GET \/hop HTTP\/1\.1\r\nHost: x\r\n[\s\S]*Last: kept\r\n/);
    expect(forwarded).not.toMatch(forbidden);
  });

  test('naming the address or the length in Connection does not take them away', async () => {
    const before = server.peers.map((peer) => peer.text.length);
    await using client = await connectRaw(proxy.port);
    client.send(
      `POST /named HTTP/1.1\r\n${H}Connection: Host, Content-Length\r\nContent-Length: 5\r\n\r\nhello`,
    );
    await client.untilText('\r\n\r\nok');
    const forwarded = server.peers.map((peer, i) => peer.text.slice(before[i] ?? 0)).join('');
    expect(forwarded).toMatch(/Host: x\r\n/);
    expect(forwarded).toMatch(/Content-Length: 5\r\n/);
  });
});
