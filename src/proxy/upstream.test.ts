import { describe, expect, test } from 'vitest';
import { answering, connectRaw, OK, RawServer, startTestProxy } from './testing.ts';

const GET = 'GET /path?query HTTP/1.1\r\nHost: x\r\n\r\n';
const POST = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi';

describe('connections to a server', () => {
  test('are kept and used again, whoever asks', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    for (let i = 0; i < 3; i++) {
      await using client = await connectRaw(proxy.port);
      client.send(GET);
      await client.untilText('ok');
    }
    expect(server.peers).toHaveLength(1);
  });

  test('are as many as there are requests at the same time', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using first = await connectRaw(proxy.port);
    await using second = await connectRaw(proxy.port);
    first.send(GET);
    second.send(GET);
    for (const peer of [await server.peer(0), await server.peer(1)]) {
      await peer.untilText('\r\n\r\n');
      peer.send(OK);
    }
    await first.untilText('ok');
    await second.untilText('ok');
  });

  test('close when the last route to the server goes', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy();
    proxy.addRoute('/a', server.url);
    await using client = await connectRaw(proxy.port);
    client.send('GET /a HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.untilText('ok');
    proxy.routes.remove('/a');
    await (await server.peer(0)).until(({ ended }) => ended);
  });

  test('close before the time that the server has announced', async () => {
    const response = 'HTTP/1.1 200 OK\r\nKeep-Alive: timeout=1\r\nContent-Length: 2\r\n\r\nok';
    await using server = await RawServer.start(answering(response));
    // The shortest time decides how often times are looked at.
    await using proxy = await startTestProxy({ defaultTarget: server.url, keepAliveTimeout: 40 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('ok');
    await (await server.peer(0)).until(({ ended }) => ended);
  });

  test('close when the server says something unasked, and nobody gets to see it', async () => {
    await using server = await RawServer.start((peer) =>
      peer.send(peer.text.includes('/bad') ? OK + OK : OK),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('GET /bad HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.untilText('ok');
    const first = await server.peer(0);
    await first.until(({ ended }) => ended);
    client.send(GET);
    await client.until(({ text }) => text === OK + OK);
    expect(server.peers).toHaveLength(2);

    const second = await server.peer(1);
    second.send(OK.replace('ok', 'no'));
    await second.until(({ ended }) => ended);
    client.send(GET);
    await client.until(({ text }) => text === OK + OK + OK);
  });
});

describe('a connection that the server closes just as it is used again', () => {
  /** Answers the first request of the first connection, and resets that connection at the second one. */
  function closingAtSecond() {
    return RawServer.start((peer, piece) => {
      if (!piece.includes('\r\n\r\n')) return;
      const first = peer.text.split('\r\n\r\n').length === 2;
      if (first || !peer.text.startsWith('GET /first')) peer.send(OK);
      else peer.socket.resetAndDestroy();
    });
  }

  test('does not fail a request that may be repeated', async () => {
    await using server = await closingAtSecond();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('GET /first HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.untilText('ok');
    client.send('PUT /second HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi');
    await client.until(({ text }) => text === OK + OK);
    expect(server.peers[0]!.text).toContain('PUT /second');
    expect(server.peers[1]!.text).toMatch(/^PUT \/second[\s\S]*\r\n\r\nhi$/);
  });

  test('fails one that may not, because it may have been acted on', async () => {
    await using server = await closingAtSecond();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('GET /first HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.untilText('ok');
    client.send(POST);
    await client.untilText('HTTP/1.1 503 ');
    expect(server.peers).toHaveLength(1);
  });

  test('is not repeated more than once', async () => {
    await using server = await RawServer.start((peer) => {
      if (server.peers.length === 1 && peer.text.split('\r\n\r\n').length === 2) peer.send(OK);
      else peer.socket.resetAndDestroy();
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('ok');
    client.send(GET);
    await client.untilText('HTTP/1.1 503 ');
    expect(server.peers).toHaveLength(2);
  });
});

describe('a server that fails', () => {
  test('is found again at its address when it is back', async () => {
    const server = await RawServer.start(answering(OK));
    const { port } = server;
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.until(({ text }) => text === OK);
    await server[Symbol.asyncDispose]();
    client.send(GET);
    await client.untilText('HTTP/1.1 503 Service Unavailable');
    await using _back = await RawServer.start(answering(OK), { port });
    client.send(POST);
    await client.until(({ text }) => text.endsWith(OK));
  });

  test.each([
    ['closes without an answer', ''],
    ['answers with something else than HTTP', 'hello\r\n\r\n'],
    ['answers an HTTP that there is not', 'HTTP/3.1 200 OK\r\n\r\n'],
    ['sends two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok'],
    [
      'sends a length and chunks',
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'sends a coding that nobody asked for',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
    ],
    ['sends chunks in HTTP/1.0', 'HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['sends malformed chunks at once', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nhello'],
    ['ends its lines with LF alone', 'HTTP/1.1 200 OK\nContent-Length: 0\n\n'],
    ['splits its answer with a bare CR', 'HTTP/1.1 200 OK\r\nA: b\rHTTP/1.1 200 OK\r\n\r\n'],
    ['sends a head that is too large', `HTTP/1.1 200 OK\r\nA: ${'x'.repeat(70_000)}\r\n\r\n`],
    [
      'switches the protocol unasked',
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n',
    ],
    ['stops within the head', 'HTTP/1.1 200 OK\r\nContent-'],
  ])('and %s is answered for with 503', async (_, answer) => {
    await using server = await RawServer.start((peer) => peer.socket.end(Buffer.from(answer, 'latin1')));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('HTTP/1.1 503 Service Unavailable\r\n');
    // The client's connection is none the worse for it.
    client.send('GET /_chp_healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.untilText('{"status":"OK"}');
  });

  test('where nobody listens is answered for with 503', async () => {
    const server = await RawServer.start();
    await server[Symbol.asyncDispose]();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('HTTP/1.1 503 Service Unavailable\r\n');
  });

  test.each([
    ['a length', 'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this'],
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n'],
  ])('within a body with %s cuts the client’s connection, so that nothing looks whole', async (_, answer) => {
    await using server = await RawServer.start((peer) => peer.socket.end(answer));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.until(({ closed, ended }) => closed || ended);
    expect(answer.startsWith(client.text)).toBe(true);
  });

  test('with malformed chunks later on cuts the client’s connection', async () => {
    await using server = await RawServer.start(
      answering('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('chunked\r\n\r\n');
    (await server.peer(0)).send('hello');
    await client.untilEnd();
    expect(client.text).not.toContain('hello');
  });
});

describe('a client that goes away', () => {
  test.each(['end', 'resetAndDestroy'] as const)('(%s) before the answer frees the server', async (how) => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    const peer = await server.peer(0);
    await peer.untilText('\r\n\r\n');
    client.socket[how]();
    await peer.until(({ ended, closed }) => ended || closed);
  });

  test('within its own body frees the server', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nthe beginning');
    const peer = await server.peer(0);
    await peer.untilText('the beginning');
    client.socket.destroy();
    await peer.until(({ ended, closed }) => ended || closed);
  });

  test('within the answer frees the server', async () => {
    await using server = await RawServer.start(
      answering('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe beginning'),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('the beginning');
    client.socket.destroy();
    await (await server.peer(0)).until(({ ended, closed }) => ended || closed);
  });
});

describe('activity of a route', () => {
  test.each([
    ['200 OK', true],
    ['204 No Content', true],
    ['302 Found', false],
    ['404 Not Found', false],
    ['500 Oh', false],
  ])('an answer %s counts: %s', async (status, counts) => {
    let time = 1000;
    await using server = await RawServer.start(answering(`HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`));
    await using proxy = await startTestProxy({ defaultTarget: server.url, now: () => new Date(time) });
    await using client = await connectRaw(proxy.port);
    time = 2000;
    client.send(GET);
    await client.untilText('\r\n\r\n');
    expect(proxy.routes.get('/')!.lastActivity).toBe(counts ? 2000 : 1000);
  });

  test('the body of a request counts, as it comes', async () => {
    let time = 1000;
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, now: () => new Date(time) });
    await using client = await connectRaw(proxy.port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n');
    const peer = await server.peer(0);
    await peer.untilText('\r\n\r\n');
    expect(proxy.routes.get('/')!.lastActivity).toBe(1000);
    time = 3000;
    client.send('some');
    await peer.untilText('some');
    expect(proxy.routes.get('/')!.lastActivity).toBe(3000);
  });
});
