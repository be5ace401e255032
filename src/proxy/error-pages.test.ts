import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HubError } from '../domain/errors.ts';
import { connectRaw, RawServer, startTestProxy } from './testing.ts';

const CLOSED = 'http://127.0.0.1:9';

describe('from a server', () => {
  test('are asked for with the status and the address, and handed on with their type and coding', async () => {
    await using pages = await RawServer.start((peer) => {
      peer.send(
        'HTTP/1.1 404 Whatever\r\nContent-Type: text/fancy\r\nContent-Encoding: odd\r\nSet-Cookie: no\r\n' +
          'Content-Length: 4\r\n\r\npage',
      );
    });
    await using proxy = await startTestProxy({ errorTarget: `${pages.url}/hub/error/` });
    await using client = await connectRaw(proxy.port);
    client.send('GET /user/a%20b/?c=d&e HTTP/1.1\r\nHost: x\r\nCookie: secret\r\n\r\n');
    await client.untilText('page');
    expect(client.text).toBe(
      'HTTP/1.1 404 Not Found\r\ncontent-type: text/fancy\r\ncontent-encoding: odd\r\nContent-Length: 4\r\n\r\npage',
    );
    expect(pages.text).toMatch(/^GET \/hub\/error\/404\?url=%2Fuser%2Fa%2520b%2F%3Fc%3Dd%26e HTTP\/1\.1\r\n/);
    expect(pages.text).not.toContain('secret');

    proxy.addRoute('/dead', CLOSED);
    client.send('HEAD /dead HTTP/1.1\r\nHost: x\r\n\r\n');
    await client.until(({ text }) => text.endsWith('Content-Length: 4\r\n\r\n'));
    expect(client.text).toContain('HTTP/1.1 503 Service Unavailable\r\n');
    expect(pages.text).toContain('GET /hub/error/503?url=%2Fdead ');
  });

  test('give way to a plain one when that server does not answer', async () => {
    await using proxy = await startTestProxy({ errorTarget: CLOSED });
    const response = await fetch(`http://127.0.0.1:${proxy.port}/x`);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain('There is nothing at this address.');
    proxy.addRoute('/dead', CLOSED);
    const alone = await fetch(`http://127.0.0.1:${proxy.port}/dead`);
    expect([alone.status, alone.headers.get('refresh'), alone.headers.get('retry-after')]).toEqual([
      503,
      '5',
      '5',
    ]);
    expect(await alone.text()).toContain('The hub of this course does not answer at the moment.');
  });

  test('are not sent to a client that has gone on or gone away', async () => {
    await using pages = await RawServer.start();
    await using proxy = await startTestProxy({ errorTarget: pages.url });
    await using client = await connectRaw(proxy.port);
    client.send('GET /x HTTP/1.1\r\nHost: x\r\n\r\n');
    const peer = await pages.peer(0);
    await peer.untilText('\r\n\r\n');
    client.socket.destroy();
    await client.until(({ closed }) => closed);
    peer.send('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\npage');
    await using other = await connectRaw(proxy.port);
    other.send('GET /_chp_healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    await other.untilText('"OK"}');
  });
});

test('a page that is being made is not sent behind the refusal of a malformed body', async () => {
  await using pages = await RawServer.start();
  await using proxy = await startTestProxy({ errorTarget: pages.url });
  await using client = await connectRaw(proxy.port);
  client.send('POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
  const peer = await pages.peer(0);
  await peer.untilText('\r\n\r\n');
  client.send('malformed');
  await client.untilText('HTTP/1.1 400 ');
  peer.send('HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 4\r\n\r\npage');
  await peer.until(({ ended }) => ended);
  expect(await client.untilEnd()).not.toContain('page');
});

describe('from a folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'error-pages-'));
    await writeFile(join(folder, '404.html'), 'not here');
    await writeFile(join(folder, 'error.html'), 'some error');
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are those of their status, or the one for every status', async () => {
    await using proxy = await startTestProxy({ errorPath: folder });
    proxy.addRoute('/dead', CLOSED);
    const missing = await fetch(`http://127.0.0.1:${proxy.port}/x`);
    expect([missing.status, missing.headers.get('content-type'), await missing.text()]).toEqual([
      404,
      'text/html',
      'not here',
    ]);
    const dead = await fetch(`http://127.0.0.1:${proxy.port}/dead`);
    expect([dead.status, await dead.text()]).toEqual([503, 'some error']);
  });

  test('give way to a plain one when there is none', async () => {
    await using proxy = await startTestProxy({ errorPath: join(folder, 'nothing') });
    const response = await fetch(`http://127.0.0.1:${proxy.port}/x`);
    expect(await response.text()).toContain('<h1>404 Not Found</h1>');
  });

  test('and from a server contradict each other', async () => {
    await expect(startTestProxy({ errorPath: folder, errorTarget: CLOSED })).rejects.toThrow(HubError);
  });
});

test('a request whose body nobody wants is answered, and the connection closes behind it', async () => {
  await using proxy = await startTestProxy();
  await using client = await connectRaw(proxy.port);
  client.send('POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nsome');
  expect(await client.untilEnd()).toMatch(/^HTTP\/1\.1 404 [\s\S]*Connection: close/);
});

test('a request whose whole body has come is answered, and the connection goes on', async () => {
  await using proxy = await startTestProxy();
  await using client = await connectRaw(proxy.port);
  client.send(
    'POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nsomeGET /_chp_healthz HTTP/1.1\r\nHost: x\r\n\r\n',
  );
  expect(await client.untilText('"OK"}')).toMatch(/^HTTP\/1\.1 404 /);
});
