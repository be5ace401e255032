import { createHash, randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connectRaw, RawServer, startTestProxy } from './testing.ts';

/** How much may wait inside the proxy and the system's buffers of two connections on one machine. */
const BUFFERS = 16 * 1024 * 1024;
const PIECE = randomBytes(64 * 1024);

describe('a body that nobody takes yet', () => {
  test('stops the server that sends it, and goes on where it stopped', async () => {
    const total = 32 * 1024;
    let sent = 0;
    const stalled = Promise.withResolvers<void>();
    await using server = await RawServer.start(({ socket }) => {
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${total * PIECE.length}\r\n\r\n`);
      const send = () => {
        while (sent < total && !socket.destroyed) {
          sent += 1;
          if (!socket.write(PIECE)) {
            // Nothing has drained for two turns of everything else: it has stopped.
            const before = sent;
            setTimeout(() => before === sent && stalled.resolve(), 300).unref();
            return;
          }
        }
      };
      socket.on('drain', send);
      send();
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    const client = connect({ host: '127.0.0.1', port: proxy.port! });
    client.pause();
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    await stalled.promise;
    expect(sent * PIECE.length).toBeLessThan(BUFFERS);
    const stoppedAt = sent;
    let received = 0;
    const more = new Promise<void>((resolve) => {
      client.on('data', (bytes) => {
        received += bytes.length;
        if (received > stoppedAt * PIECE.length + BUFFERS) resolve();
      });
    });
    client.resume();
    await more;
    client.destroy();
  });

  test('stops the client that sends it, and goes on where it stopped', async () => {
    const total = 32 * 1024;
    await using server = await RawServer.start();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    const client = connect({ host: '127.0.0.1', port: proxy.port! });
    client.on('error', () => {});
    client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${total * PIECE.length}\r\n\r\n`);
    const { socket } = await server.peer(0);
    socket.pause();
    socket.removeAllListeners('data');
    let sent = 0;
    const stalled = Promise.withResolvers<void>();
    const send = () => {
      while (sent < total && !client.destroyed) {
        sent += 1;
        if (!client.write(PIECE)) {
          const before = sent;
          setTimeout(() => before === sent && stalled.resolve(), 300).unref();
          return;
        }
      }
    };
    client.on('drain', send);
    send();
    await stalled.promise;
    expect(sent * PIECE.length).toBeLessThan(BUFFERS);
    const stoppedAt = sent;
    let received = 0;
    const more = new Promise<void>((resolve) => {
      socket.on('data', (bytes) => {
        received += bytes.length;
        if (received > stoppedAt * PIECE.length + BUFFERS) resolve();
      });
    });
    socket.resume();
    await more;
    client.destroy();
  });

  test('stops a client that asks ahead without taking the answers', async () => {
    const body = 'x'.repeat(60_000);
    let answered = 0;
    await using server = await RawServer.start((peer) => {
      answered += 1;
      peer.received = Buffer.alloc(0);
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    const client = connect({ host: '127.0.0.1', port: proxy.port! });
    client.on('error', () => {});
    client.pause();
    const stalled = Promise.withResolvers<void>();
    client.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(5000));
    let before = -1;
    const watch = setInterval(() => {
      if (before === answered && answered > 0) stalled.resolve();
      before = answered;
    }, 300);
    await stalled.promise;
    clearInterval(watch);
    expect(answered * body.length).toBeLessThan(BUFFERS);
    client.destroy();
  });
});

test('a large body arrives whole, in both directions at once, in memory that does not grow with it', async () => {
  const pieces = 800;
  await using server = await RawServer.start();
  await using proxy = await startTestProxy({ defaultTarget: server.url });
  const client = connect({ host: '127.0.0.1', port: proxy.port! });
  const [up, down] = [createHash('sha256'), createHash('sha256')];
  let [upBytes, downBytes] = [0, 0];

  // The server sends back what it gets, while it gets it.
  const length = pieces * PIECE.length;
  client.write(`POST / HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
  const peer = await server.peer(0);
  await peer.untilText('\r\n\r\n');
  peer.socket.removeAllListeners('data');
  peer.socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${length}\r\n\r\n`);
  peer.socket.on('data', (bytes) => {
    if (!peer.socket.write(bytes)) peer.socket.pause();
  });
  peer.socket.on('drain', () => peer.socket.resume());

  let head = '';
  const done = new Promise<void>((resolve, reject) => {
    client.on('error', reject);
    client.on('data', (bytes) => {
      let body: Buffer = bytes;
      if (!head.includes('\r\n\r\n')) {
        const end = bytes.indexOf('\r\n\r\n') + 4;
        head += bytes.toString('latin1', 0, end);
        body = bytes.subarray(end);
      }
      down.update(body);
      downBytes += body.length;
      if (downBytes === length) resolve();
    });
  });
  global.gc?.();
  const before = process.memoryUsage.rss();
  for (let i = 0; i < pieces; i++) {
    up.update(PIECE);
    upBytes += PIECE.length;
    if (!client.write(PIECE)) await new Promise((resolve) => client.once('drain', resolve));
  }
  await done;
  expect(upBytes).toBe(length);
  expect(down.digest('hex')).toBe(up.digest('hex'));
  // Client, proxy and server together, garbage included.
  expect(process.memoryUsage.rss() - before).toBeLessThan(length);
  client.destroy();
});

test('what the server sends in pieces reaches the client in pieces, at once', async () => {
  await using server = await RawServer.start();
  await using proxy = await startTestProxy({ defaultTarget: server.url });
  await using client = await connectRaw(proxy.port);
  client.send('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
  const peer = await server.peer(0);
  peer.send('HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n');
  await client.untilText('\r\n\r\n');
  for (const event of ['one', 'two', 'three']) {
    peer.send(`${event.length}\r\n${event}\r\n`);
    await client.untilText(`${event}\r\n`);
  }
});
