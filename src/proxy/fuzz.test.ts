import fc from 'fast-check';
import { expect, test } from 'vitest';
import { connectRaw, RawServer, startTestProxy } from './testing.ts';

/** A request, written down as it is sent, with where its body ends known by construction. */
const request = fc
  .record({
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'),
    path: fc.constantFrom('/', '/a/b?c=d', '/x%20y'),
    headers: fc.array(fc.constantFrom('Accept: */*', 'X-Empty:', 'X-Long: 0123456789', 'Cookie: a=b'), {
      maxLength: 4,
    }),
    body: fc.oneof(
      fc.constant(undefined),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => ({ length: Buffer.from(bytes) })),
      fc
        .array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 4 })
        .map((chunks) => ({ chunks })),
    ),
  })
  .map(({ method, path, headers, body }) => {
    const lines = [`${method} ${path} HTTP/1.1`, 'Host: x', ...headers];
    const pieces: Buffer[] = [];
    if (body !== undefined && 'length' in body) {
      lines.push(`Content-Length: ${body.length.length}`);
      pieces.push(body.length);
    } else if (body !== undefined) {
      lines.push('Transfer-Encoding: chunked');
      for (const chunk of body.chunks)
        pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), Buffer.from(chunk), Buffer.from('\r\n'));
      pieces.push(Buffer.from('0\r\n\r\n'));
    }
    return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), ...pieces]);
  });

const RESPONSES = [
  'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello',
  'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\nA: b\r\n\r\n',
  'HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 204 No Content\r\nA: b\r\n\r\n',
];

function split(bytes: Buffer, points: readonly number[]): Buffer[] {
  const cuts = [...new Set(points.map((point) => point % bytes.length))].sort((a, b) => a - b);
  return [0, ...cuts]
    .map((cut, i) => bytes.subarray(cut, cuts[i] ?? bytes.length))
    .filter(({ length }) => length > 0);
}

test('however requests and responses are split on their way, the same bytes arrive', async () => {
  await using server = await RawServer.start();
  await using proxy = await startTestProxy({ defaultTarget: server.url, xForward: false });
  await using client = await connectRaw(proxy.port);
  // Once, so that both connections are there.
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const peer = await server.peer(0);
  await peer.untilText('\r\n\r\n');
  peer.send(RESPONSES[0]!);
  await client.untilText('hello');

  await fc.assert(
    fc.asyncProperty(
      request,
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.constantFrom(...RESPONSES),
      fc.array(fc.nat(), { maxLength: 8 }),
      async (sent, requestCuts, response, responseCuts) => {
        peer.received = client.received = Buffer.alloc(0);
        for (const piece of split(sent, requestCuts)) {
          client.send(piece);
          await turn();
        }
        await peer.until(({ received, closed }) => received.length >= sent.length || closed);
        expect(peer.text).toBe(sent.toString('latin1'));
        for (const piece of split(Buffer.from(response), responseCuts)) {
          peer.send(piece);
          await turn();
        }
        await client.until(({ received, closed }) => received.length >= response.length || closed);
        expect(client.text).toBe(response);
      },
    ),
    { numRuns: 300, seed: 20260102 },
  );
  expect(server.peers).toHaveLength(1);
});

/** Lets what was sent be read, mostly. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}
