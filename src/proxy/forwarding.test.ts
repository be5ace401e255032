import { describe, expect, test } from 'vitest';
import { answering, connectRaw, OK, RawServer, startTestProxy } from './testing.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('what the server gets', () => {
  test('the request as it was sent, and X-Forwarded lines behind it', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    const lines =
      'hOsT: Hub.example:8000\r\nConnection: keep-alive\r\nX-Odd:  two  spaces \r\nAccept: */*\r\n';
    client.send(`PUT /a%20b?c=d HTTP/1.1\r\n${lines}Content-Length: 4\r\n\r\nbody`);
    expect(await client.untilText('ok')).toBe(OK);
    expect(server.text).toBe(
      `PUT /a%20b?c=d HTTP/1.1\r\n${lines}Content-Length: 4\r\nX-Forwarded-For: 127.0.0.1\r\n` +
        'X-Forwarded-Port: 8000\r\nX-Forwarded-Proto: http\r\nX-Forwarded-Host: Hub.example:8000\r\n\r\nbody',
    );
  });

  test('X-Forwarded values of proxies before this one, with ours behind them', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(
      'GET / HTTP/1.1\r\nHost: inner\r\nX-Forwarded-For: 1.1.1.1\r\nx-forwarded-for: 2.2.2.2\r\n' +
        'X-Forwarded-Proto: https\r\nX-Forwarded-Port: 443\r\nX-Forwarded-Host: outer\r\nLast: 1\r\n\r\n',
    );
    await client.untilText('ok');
    expect(server.text).toBe(
      'GET / HTTP/1.1\r\nHost: inner\r\nLast: 1\r\nX-Forwarded-For: 1.1.1.1,2.2.2.2,127.0.0.1\r\n' +
        'X-Forwarded-Port: 443,80\r\nX-Forwarded-Proto: https,http\r\nX-Forwarded-Host: outer\r\n\r\n',
    );
  });

  test('nothing but what was sent, without X-Forwarded', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url, xForward: false });
    await using client = await connectRaw(proxy.port);
    const request = 'GET / HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 1.1.1.1\r\n\r\n';
    client.send(request);
    await client.untilText('ok');
    expect(server.text).toBe(request);
  });

  test.each([
    ['/lab/user/anna/x?y', {}],
    ['/user/anna/x?y', { prependPath: false }],
    ['/lab/x?y', { includePrefix: false }],
    ['/x?y', { includePrefix: false, prependPath: false }],
  ])('the path %s with %j', async (path, options) => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ xForward: false, ...options });
    proxy.addRoute('/user/anna', `${server.url}/lab/`);
    await using client = await connectRaw(proxy.port);
    client.send('GET /user/anna/x?y HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.untilText('ok');
    expect(server.text).toBe(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`);
  });

  test('the target in the Host line, when the origin is changed', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({
      defaultTarget: server.url,
      xForward: false,
      changeOrigin: true,
    });
    await using client = await connectRaw(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nA: b\r\n\r\n');
    await client.untilText('ok');
    expect(server.text).toBe(`GET / HTTP/1.1\r\nA: b\r\nHost: 127.0.0.1:${server.port}\r\n\r\n`);
  });

  test('custom headers in place of the client’s', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({
      defaultTarget: server.url,
      xForward: false,
      customHeaders: { 'X-Own': 'ours', Host: 'inner' },
    });
    await using client = await connectRaw(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nx-own: theirs\r\nA: b\r\n\r\n');
    await client.untilText('ok');
    expect(server.text).toBe('GET / HTTP/1.1\r\nA: b\r\nX-Own: ours\r\nHost: inner\r\n\r\n');
  });

  test('the route of its host, with host routing', async () => {
    await using anna = await RawServer.start(answering(OK));
    await using ben = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ hostRouting: true, xForward: false, includePrefix: false });
    proxy.addRoute('/anna.example.org/user', anna.url);
    proxy.addRoute('/[::1]', ben.url);
    await using client = await connectRaw(proxy.port);
    client.send('GET /user/x HTTP/1.1\r\nHost: ANNA.example.org:8000\r\n\r\n');
    await client.untilText('ok');
    expect(anna.text).toMatch(/^GET \/x HTTP/);
    client.send('GET /user/x HTTP/1.1\r\nHost: [::1]:8000\r\n\r\n');
    await client.until(({ text }) => text === OK + OK);
    expect(ben.text).toMatch(/^GET \/user\/x HTTP/);
  });

  test('a body, whose bytes are not touched, in the pieces in which it comes', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, xForward: false });
    await using client = await connectRaw(proxy.port);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    client.send(head);
    const peer = await server.peer(0);
    await peer.until(({ text }) => text === head);
    client.send('5\r\nhel');
    await peer.until(({ text }) => text === `${head}5\r\nhel`);
    client.send('lo\r\n0\r\nSum: 1\r\n\r\n');
    await peer.until(({ text }) => text === `${head}5\r\nhello\r\n0\r\nSum: 1\r\n\r\n`);
    peer.send(OK);
    expect(await client.untilText('ok')).toBe(OK);
  });
});

describe('what the client gets', () => {
  test.each([
    [
      'a length',
      'HTTP/1.1 200 Fine\r\nA: b\r\nSet-Cookie: 1\r\nSet-Cookie: 2\r\nContent-Length: 2\r\n\r\nok',
    ],
    [
      'chunks and trailers',
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\nSum: 1\r\n\r\n',
    ],
    ['no content', 'HTTP/1.1 204 No Content\r\nA: b\r\n\r\n'],
    [
      'not modified, with the length it would have had',
      'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n',
    ],
    ['an error', 'HTTP/1.1 500 Oh\r\nContent-Length: 0\r\n\r\n'],
    ['no phrase', 'HTTP/1.1 200\r\nContent-Length: 0\r\n\r\n'],
  ])('a response with %s as it came, and the next one behind it', async (_, response) => {
    await using server = await RawServer.start(answering(response));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.until(({ text }) => text === response);
    client.send(GET);
    await client.until(({ text }) => text === response + response);
    expect(server.peers).toHaveLength(1);
  });

  test('the head of a response to HEAD, which has no body whatever it says', async () => {
    const response = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n';
    await using server = await RawServer.start(answering(response));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('HEAD / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(2));
    await client.until(({ text }) => text === response + response);
  });

  test('a body that ends with the connection', async () => {
    await using server = await RawServer.start((peer) => {
      peer.socket.end('HTTP/1.1 200 OK\r\nA: b\r\n\r\nuntil the end');
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    expect(await client.untilEnd()).toBe('HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\nuntil the end');
  });

  test('an open connection, although the server closes its own', async () => {
    await using server = await RawServer.start((peer) => {
      peer.socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok');
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.until(({ text }) => text === OK);
    client.send(GET);
    await client.until(({ text }) => text === OK + OK);
    expect(server.peers).toHaveLength(2);
  });

  test('no headers of the connection between proxy and server', async () => {
    const odd =
      'Connection: keep-alive, X-Private\r\nKeep-Alive: timeout=5\r\nX-Private: 1\r\nUpgrade: h2c\r\n';
    await using server = await RawServer.start(
      answering(`HTTP/1.1 200 OK\r\n${odd}Content-Length: 2\r\n\r\nok`),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    expect(await client.untilText('ok')).toBe(OK);
  });

  test('the answer of an HTTP/1.0 server in HTTP/1.1', async () => {
    await using server = await RawServer.start((peer) =>
      peer.socket.end('HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    expect(await client.untilText('ok')).toBe(OK);
  });

  test('Connection: close, and the end, when it asks for that', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    expect(await client.untilEnd()).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
    );
  });

  test('informational responses before the one that counts', async () => {
    const hints = 'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n';
    await using server = await RawServer.start(answering(`HTTP/1.1 102 Processing\r\n\r\n${hints}${OK}`));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.until(({ text }) => text === `HTTP/1.1 102 Processing\r\n\r\n${hints}${OK}`);
  });

  test('100 Continue from the server, before it sends the body', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
    const peer = await server.peer(0);
    expect(await peer.untilText('\r\n\r\n')).toContain('Expect: 100-continue');
    peer.send('HTTP/1.1 100 Continue\r\n\r\n');
    await client.untilText('100 Continue');
    client.send('body');
    await peer.untilText('body');
    peer.send(OK);
    await client.until(({ text }) => text === `HTTP/1.1 100 Continue\r\n\r\n${OK}`);
  });

  test('answers in the order of its requests, which reach the server one at a time', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, xForward: false });
    await using client = await connectRaw(proxy.port);
    const request = (path: string) => `POST ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n${path}`;
    client.send(request('/1') + request('/2') + request('/3'));
    const peer = await server.peer(0);
    let seen = '';
    for (const path of ['/1', '/2', '/3']) {
      seen += request(path);
      await peer.until(({ text }) => text === seen);
      peer.send(OK.replace('ok', path));
      await client.untilText(`\r\n\r\n${path}`);
    }
    expect(server.peers).toHaveLength(1);
  });

  test('a whole answer that comes before its body is sent, and then the end', async () => {
    await using server = await RawServer.start(
      answering('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n'),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nthe beginning');
    expect(await client.untilEnd()).toBe('HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n');
    expect(server.peers).toHaveLength(1);
    await (await server.peer(0)).until(({ closed }) => closed);
  });

  test('the health of the proxy, without a route and without a server', async () => {
    await using proxy = await startTestProxy();
    await using client = await connectRaw(proxy.port);
    client.send('GET /_chp_healthz HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(3));
    const answer =
      'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n{"status":"OK"}';
    await client.until(({ text }) => text === answer.repeat(3));
  });
});

describe('a client that speaks HTTP/1.0', () => {
  const GET10 = 'GET / HTTP/1.0\r\nHost: x\r\n\r\n';
  test('gets the content without the chunks, whole or in pieces', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, xForward: false });
    await using client = await connectRaw(proxy.port);
    client.send(GET10);
    const peer = await server.peer(0);
    expect(await peer.untilText('\r\n\r\n')).toBe('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    peer.send('HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\nt');
    await client.untilText('onet');
    peer.send('wo\r\n0\r\nSum: 1\r\n\r\n');
    expect(await client.untilEnd()).toBe('HTTP/1.1 200 OK\r\nA: b\r\nConnection: close\r\n\r\nonetwo');
  });

  test('is spared informational responses', async () => {
    await using server = await RawServer.start(answering(`HTTP/1.1 103 Early Hints\r\n\r\n${OK}`));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(GET10);
    expect(await client.untilEnd()).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok',
    );
  });

  test('may keep the connection when it says so', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    const request = 'GET / HTTP/1.0\r\nHost: x\r\nConnection: Keep-Alive\r\n\r\n';
    const answer = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nok';
    client.send(request);
    await client.until(({ text }) => text === answer);
    client.send(request);
    await client.until(({ text }) => text === answer + answer);
    expect(server.text).not.toContain('Keep-Alive');
  });
});

describe('redirects of a server to itself', () => {
  async function locationOf(location: string, options: object): Promise<string | undefined> {
    await using server = await RawServer.start((peer) => {
      const to = location.replace('SERVER', `127.0.0.1:${server.port}`);
      peer.send(`HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\n\r\n`);
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url, ...options });
    await using client = await connectRaw(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: hub.example\r\n\r\n');
    const answer = await client.untilText('\r\n\r\n');
    return /Location: (.*)\r\n/.exec(answer)?.[1]?.replace(`127.0.0.1:${server.port}`, 'SERVER');
  }

  test.each([
    ['http://SERVER/x?y', {}, 'http://SERVER/x?y'],
    ['http://SERVER/x?y', { autoRewrite: true }, 'http://hub.example/x?y'],
    ['http://SERVER/x?y', { protocolRewrite: 'https' }, 'https://SERVER/x?y'],
    ['http://SERVER/x?y', { autoRewrite: true, protocolRewrite: 'https' }, 'https://hub.example/x?y'],
    ['http://elsewhere/x', { autoRewrite: true, protocolRewrite: 'https' }, 'http://elsewhere/x'],
    ['/x', { autoRewrite: true, protocolRewrite: 'https' }, '/x'],
  ])('%s with %j lead to %s', async (location, options, expected) => {
    expect(await locationOf(location, options)).toBe(expected);
  });
});
