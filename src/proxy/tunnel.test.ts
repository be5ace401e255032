import { createHash, randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { answering, connectRaw, OK, RawServer, startTestProxy } from './testing.ts';

const UPGRADE =
  'GET /api/kernels?x HTTP/1.1\r\nHost: x\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';
const SWITCH = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';

/** Switches at the first head, and then echoes. */
function startEcho(): Promise<RawServer> {
  return RawServer.start((peer, piece) => {
    if (peer.text.endsWith('\r\n\r\n') && peer.received.length === piece.length) peer.send(SWITCH);
    else peer.send(piece);
  });
}

describe('a WebSocket', () => {
  test('is asked for in the client’s words, and its bytes go both ways', async () => {
    await using server = await startEcho();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(UPGRADE);
    await client.until(({ text }) => text === SWITCH);
    expect(server.text).toMatch(
      /^GET \/api\/kernels\?x HTTP\/1\.1\r\nHost: x\r\nUpgrade: websocket\r\nSec-WebSocket-Key/,
    );
    expect(server.text).toMatch(/\r\nConnection: Upgrade\r\nX-Forwarded-For: 127\.0\.0\.1\r\n/);
    const frame = randomBytes(1000);
    client.send(frame);
    await client.until(({ received }) => received.length === SWITCH.length + 1000);
    expect(client.received.subarray(SWITCH.length)).toEqual(frame);
  });

  test('works with a real client', async () => {
    await using server = await RawServer.start((peer, piece) => {
      const key = /Sec-WebSocket-Key: (.*)\r\n/i.exec(piece.toString('latin1'))?.[1];
      if (key !== undefined) {
        const accept = createHash('sha1')
          .update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
          .digest('base64');
        peer.send(SWITCH.replace('\r\n\r\n', `\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`));
        peer.send(Buffer.from([0x81, 5, ...Buffer.from('hello')]));
      }
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    const socket = new WebSocket(`ws://127.0.0.1:${proxy.port}/x`);
    const message = await new Promise((resolve, reject) => {
      socket.addEventListener('message', ({ data }) => resolve(data));
      socket.addEventListener('error', reject);
    });
    expect(message).toBe('hello');
    socket.close();
  });

  test('loses nothing that either side sends early', async () => {
    await using server = await RawServer.start((peer, piece) => {
      if (piece.includes('\r\n\r\n')) peer.send(`${SWITCH}first frame`);
    });
    await using proxy = await startTestProxy({ defaultTarget: server.url, xForward: false });
    await using client = await connectRaw(proxy.port);
    client.send(`${UPGRADE}early frame`);
    await client.until(({ text }) => text === `${SWITCH}first frame`);
    await (await server.peer(0)).until(({ text }) => text.endsWith('\r\n\r\nearly frame'));
  });

  test('that is refused is answered with what the server says, and the connection goes on', async () => {
    await using server = await RawServer.start(
      answering('HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno'),
    );
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    const refusal = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno';
    client.send(UPGRADE);
    await client.until(({ text }) => text === refusal);
    client.send(UPGRADE);
    await client.until(({ text }) => text === refusal + refusal);
  });

  test('to nowhere gets a status without a page, and the end', async () => {
    await using proxy = await startTestProxy();
    await using client = await connectRaw(proxy.port);
    client.send(UPGRADE);
    expect(await client.untilEnd()).toBe(
      'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n',
    );
  });

  test('ends at the client when the server ends it, and the other way round', async () => {
    await using server = await startEcho();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using first = await connectRaw(proxy.port);
    first.send(UPGRADE);
    await first.until(({ text }) => text === SWITCH);
    (await server.peer(0)).socket.end('bye');
    expect(await first.untilEnd()).toBe(`${SWITCH}bye`);

    await using second = await connectRaw(proxy.port);
    second.send(UPGRADE);
    await second.until(({ text }) => text === SWITCH);
    second.socket.end('bye');
    const peer = await server.peer(1);
    await peer.until(({ ended, text }) => ended && text.endsWith('bye'));
  });

  test.each(['client', 'server'] as const)('is cut at both ends when the %s is gone', async (who) => {
    await using server = await startEcho();
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(UPGRADE);
    await client.until(({ text }) => text === SWITCH);
    const peer = await server.peer(0);
    const [gone, other] = who === 'client' ? [client, peer] : [peer, client];
    gone.socket.resetAndDestroy();
    await other.until(({ ended, closed }) => ended || closed);
  });

  test('counts as activity of its route, in both directions', async () => {
    let time = 1000;
    await using server = await startEcho();
    await using proxy = await startTestProxy({ defaultTarget: server.url, now: () => new Date(time) });
    const lastActivity = () => proxy.routes.get('/')!.lastActivity;
    await using client = await connectRaw(proxy.port);
    client.send(UPGRADE);
    await client.until(({ text }) => text === SWITCH);
    time = 2000;
    client.send('x');
    await client.until(({ text }) => text === `${SWITCH}x`);
    expect(lastActivity()).toBe(2000);
    time = 3000;
    (await server.peer(0)).send('y');
    await client.until(({ text }) => text === `${SWITCH}xy`);
    expect(lastActivity()).toBe(3000);
  });

  test.each([
    ['POST', UPGRADE.replace('GET', 'POST').replace('\r\n\r\n', '\r\nContent-Length: 2\r\n\r\nhi')],
    ['HTTP/1.0', UPGRADE.replace('HTTP/1.1', 'HTTP/1.0')],
    ['two protocols lines', UPGRADE.replace('Upgrade: websocket', 'Upgrade: websocket\r\nUpgrade: other')],
  ])('is not asked for with %s: the request goes on without it', async (_, request) => {
    await using server = await RawServer.start(answering(OK));
    await using proxy = await startTestProxy({ defaultTarget: server.url });
    await using client = await connectRaw(proxy.port);
    client.send(request);
    await client.untilText('ok');
    expect(server.text).not.toMatch(/upgrade/i);
  });
});

test('a tunnel passes megabytes in both directions at once, however slowly they are taken', async () => {
  await using server = await RawServer.start((peer, piece) => {
    if (piece.includes('Sec-WebSocket-Key')) peer.send(SWITCH);
  });
  await using proxy = await startTestProxy({ defaultTarget: server.url });
  await using client = await connectRaw(proxy.port);
  client.send(UPGRADE);
  await client.until(({ text }) => text === SWITCH);
  const peer = await server.peer(0);
  const before = peer.received.length;
  const [up, down] = [randomBytes(4_000_000), randomBytes(4_000_000)];
  client.socket.pause();
  client.send(up);
  peer.send(down);
  await peer.until(({ received }) => received.length === before + up.length);
  client.socket.resume();
  await client.until(({ received }) => received.length === SWITCH.length + down.length);
  expect(peer.received.subarray(before).equals(up)).toBe(true);
  expect(client.received.subarray(SWITCH.length).equals(down)).toBe(true);
});
