import { createHash, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { describe, expect, test } from 'vitest';
import { connectRaw, RawServer, startTestProxy } from './testing.ts';

/** How much may wait inside the proxy and in the system's buffers of two connections on one machine. */
const BUFFERS = 16 * 1024 * 1024;
const PIECE = randomBytes(64 * 1024);
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n';

/** Writes as much as the socket takes, up to a gigabyte, and resolves once it takes no more. */
function writeUntilStalled(socket: Socket, piece: Buffer): Promise<number> {
  let sent = 0;
  const send = () => {
    let more = true;
    while (more && sent < 1024 ** 3 && !socket.destroyed) {
      sent += piece.length;
      more = socket.write(piece);
    }
  };
  socket.on('drain', send);
  send();
  return new Promise((resolve) => {
    let before = 0;
    let quietTurns = 0;
    // Between two looks everybody has had a turn: nothing in five of them is nothing at all.
    const watch = setInterval(() => {
      quietTurns = before === sent ? quietTurns + 1 : 0;
      before = sent;
      if (quietTurns < 5) return;
      clearInterval(watch);
      resolve(sent);
    }, 60);
  });
}

/** Resolves once so many bytes have come. */
function readBytes(socket: Socket, count: number): Promise<void> {
  let received = 0;
  return new Promise((resolve) => {
    socket.on('data', (bytes) => {
      received += bytes.length;
      if (received >= count) resolve();
    });
    socket.resume();
  });
}

/** A client and a server with the proxy between them, of which neither reads. */
async function neitherReading(request: string, answer: string) {
  const server = await RawServer.start();
  const proxy = await startTestProxy({ defaultTarget: server.url });
  const client = connect({ host: '127.0.0.1', port: proxy.port! });
  client.on('error', () => {});
  client.pause();
  client.write(request);
  const peer = await server.peer(0);
  await peer.untilText('\r\n\r\n');
  peer.socket.removeAllListeners('data');
  peer.socket.pause();
  peer.socket.write(answer);
  return {
    client,
    server: peer.socket,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await proxy[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

describe('whoever sends what the other side does not take is stopped, and goes on from there', () => {
  const get = 'GET / HTTP/1.1\r\nHost: x\r\n';
  test.each([
    ['server', 'a length', `${get}\r\n`, 'HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\n'],
    ['server', 'the connection', `${get}\r\n`, 'HTTP/1.1 200 OK\r\n\r\n'],
    ['server', 'a tunnel', `${get}Connection: Upgrade\r\nUpgrade: x\r\n\r\n`, SWITCH],
    ['client', 'a length', 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2000000000\r\n\r\n', ''],
    ['client', 'a tunnel', `${get}Connection: Upgrade\r\nUpgrade: x\r\n\r\n`, SWITCH],
  ] as const)('the %s, with %s', async (who, _, request, answer) => {
    await using ends = await neitherReading(request, answer);
    const [from, to] = who === 'server' ? [ends.server, ends.client] : [ends.client, ends.server];
    if (answer === SWITCH) {
      // The switch itself has to get through before the client can speak the other protocol.
      await new Promise((resolve) => ends.client.once('data', resolve).resume());
      ends.client.removeAllListeners('data').pause();
    }
    const stoppedAt = await writeUntilStalled(from, PIECE);
    expect(stoppedAt).toBeLessThan(BUFFERS);
    await readBytes(to, stoppedAt + BUFFERS);
  });

  test.each([
    ['from a server', '/'],
    ['from the proxy itself', '/_chp_healthz'],
  ])('a client that asks ahead without taking the answers %s', async (_, path) => {
    const body = 'x'.repeat(10_000);
    await using server = await RawServer.start((peer) => {
      peer.received = Buffer.alloc(0);
      peer.send(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    const client = connect({ host: '127.0.0.1', port: proxy.port! });
    client.on('error', () => {});
    client.pause();
    const requests = Buffer.from(`GET ${path} HTTP/1.1\r\nHost: x\r\n\r\n`.repeat(1000));
    expect(await writeUntilStalled(client, requests)).toBeLessThan(BUFFERS);
    client.destroy();
  });
});

test('a large body arrives whole, in both directions at once, in memory that does not grow with it', async () => {
  const pieces = 800;
  await using server = await RawServer.start();
  await using proxy = await startTestProxy({ defaultTarget: server.url });
  const client = connect({ host: '127.0.0.1', port: proxy.port! });
  const [up, down] = [createHash('sha256'), createHash('sha256')];

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

  let downBytes = 0;
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
  const before = process.memoryUsage.rss();
  for (let i = 0; i < pieces; i++) {
    up.update(PIECE);
    if (!client.write(PIECE)) await new Promise((resolve) => client.once('drain', resolve));
  }
  await done;
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
