import { describe, expect, test } from 'vitest';
import { answering, connectRaw, OK, RawServer, startTestProxy } from './testing.ts';

const GET = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

describe('a client that takes its time', () => {
  test('without a byte is let go', async () => {
    await using proxy = await startTestProxy({ headTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    expect(await client.untilEnd()).toBe('');
  });

  test('with a head that does not end is told so', async () => {
    await using proxy = await startTestProxy({ headTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nA: ');
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n[\s\S]*Connection: close/);
  });

  test('with a head that comes byte by byte does not win time with each', async () => {
    await using proxy = await startTestProxy({ headTimeout: 100 });
    await using client = await connectRaw(proxy.port);
    client.send('GET / HTTP/1.1\r\nHost: x\r\nA: ');
    const drip = setInterval(() => client.send('b'), 10);
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 408 /);
    clearInterval(drip);
  });

  test('with its body is told so, and the server is free', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, stallTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nthe beginning');
    expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 408 /);
    await (await server.peer(0)).until(({ ended, closed }) => ended || closed);
  });

  test('to take its answer is cut off, and the server is free', async () => {
    await using server = await RawServer.start((peer) => {
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n`);
      peer.send(Buffer.alloc(50_000_000));
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url, stallTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.socket.pause();
    client.send(GET);
    await (await server.peer(0)).until(({ ended, closed }) => ended || closed);
  });

  test('between two requests is let go', async () => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url, keepAliveTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    expect(await client.untilEnd()).toBe(OK);
  });
});

describe('a server that takes its time', () => {
  test('to answer is answered for, if a limit is set', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, proxyTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('HTTP/1.1 503 ');
    await (await server.peer(0)).until(({ ended, closed }) => ended || closed);
  });

  test('on a connection that has been used before is not asked again', async () => {
    await using server = await RawServer.start((peer) => {
      if (peer.text.split('\r\n\r\n').length === 2) peer.send(OK);
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url, proxyTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('ok');
    client.send(GET);
    await client.untilText('HTTP/1.1 503 ');
    expect(server.peers).toHaveLength(1);
  });

  test('within its answer is cut off, if a limit is set', async () => {
    await using server = await RawServer.start(
      answering('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nthe beginning'),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url, proxyTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    expect(await client.untilEnd()).toContain('the beginning');
  });

  test('but goes on is not cut off', async () => {
    await using server = await RawServer.start(answering('HTTP/1.1 200 OK\r\nContent-Length: 30\r\n\r\n'));
    await using proxy = await startTestProxy({ defaultTarget: server.url, proxyTimeout: 600, timeout: 600 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    const peer = await server.peer(0);
    let pieces = 0;
    const drip = setInterval(() => {
      peer.send('x');
      pieces += 1;
      if (pieces === 30) clearInterval(drip);
    }, 30);
    await client.until(({ text }) => text.endsWith('x'.repeat(30)));
  });

  test('is waited for without a limit by default, while other limits are short', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({
      defaultTarget: server.url,
      headTimeout: 20,
      stallTimeout: 20,
      keepAliveTimeout: 20,
    });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    const peer = await server.peer(0);
    const waited = Promise.withResolvers<void>();
    setTimeout(waited.resolve, 300);
    await waited.promise;
    peer.send(OK);
    expect(await client.untilText('ok')).toBe(OK);
  });

  test('with the whole exchange ends it, if a limit is set for the client', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, timeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    expect(await client.untilEnd()).toBe('');
  });

  test('to accept a connection is answered for', async () => {
    // An address of a network that is for documentation only: nothing answers, not even a refusal.
    await using proxy = await startTestProxy({ defaultTarget: 'http://192.0.2.1:81', connectTimeout: 50 });
    await using client = await connectRaw(proxy.port);
    client.send(GET);
    await client.untilText('HTTP/1.1 503 ');
  });
});

describe('a proxy that stops', () => {
  test('closes idle connections at once, takes no new ones, and lets a request end', async () => {
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url, closeTimeout: 10_000 });
    await using idle = await connectRaw(proxy.port);
    idle.send('GET /_chp_healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await idle.untilText('OK"}');
    await using busy = await connectRaw(proxy.port);
    busy.send(GET);
    const peer = await server.peer(0);
    await peer.untilText('\r\n\r\n');
    const stopped = proxy[Symbol.asyncDispose]();
    await idle.untilEnd();
    await expect(connectRaw(proxy.port)).rejects.toThrow('ECONNREFUSED');
    peer.send(OK);
    expect(await busy.untilEnd()).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok');
    await stopped;
  });

  test('ends what takes too long', async () => {
    await using server = await RawServer.start();
    const proxy = await startTestProxy({ defaultTarget: server.url, closeTimeout: 20 });
    await using busy = await connectRaw(proxy.port);
    busy.send(GET);
    await (await server.peer(0)).untilText('\r\n\r\n');
    await proxy[Symbol.asyncDispose]();
    await busy.until(({ closed, ended }) => closed || ended);
  });
});
