import { mkdtemp, rm } from 'node:fs/promises';
import { createServer as createHttpServer, request as requestHttp } from 'node:http';
import { createServer as createHttpsServer, request as requestHttps } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HubError } from '../domain/errors.ts';
import { startTestProxy } from './testing.ts';
import { makeCertificate } from './testing-certificate.ts';

const certificate = makeCertificate('test');
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'proxy-'));
});
afterAll(() => rm(folder, { recursive: true }));

function get(
  ask: typeof requestHttp | typeof requestHttps,
  options: object,
): Promise<{ status: number | undefined; headers: object; body: string }> {
  return new Promise((resolve, reject) => {
    const sent = ask({ agent: false, ...options }, (response) => {
      let body = '';
      response.on('data', (piece) => {
        body += piece;
      });
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.on('error', reject).end();
  });
}

async function listening(
  server: Server,
  address: object,
): Promise<AsyncDisposable & { readonly port: number }> {
  await new Promise<void>((resolve) => server.listen(address, resolve));
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      (server as ReturnType<typeof createHttpServer>).closeAllConnections();
      await closed;
    },
  };
}

describe('clients over TLS', () => {
  test('are served, and the server is told so', async () => {
    await using server = await listening(
      createHttpServer((request, response) => response.end(JSON.stringify(request.headers))),
      { port: 0 },
    );
    await using proxy = await startTestProxy({
      ssl: certificate,
      defaultTarget: `http://127.0.0.1:${server.port}`,
    });
    const { body } = await get(requestHttps, { port: proxy.port, host: 'localhost', ca: certificate.cert });
    expect(JSON.parse(body)).toMatchObject({
      'x-forwarded-proto': 'https',
      'x-forwarded-port': `${proxy.port}`,
      'x-forwarded-for': '127.0.0.1',
    });
  });

  test('get a new certificate when it is replaced, and keep their connections', async () => {
    await using proxy = await startTestProxy({ ssl: certificate });
    const open = () =>
      new Promise<ReturnType<typeof connectTls>>((resolve) => {
        const socket = connectTls({ port: proxy.port!, host: '127.0.0.1', rejectUnauthorized: false }, () =>
          resolve(socket),
        );
      });
    const before = await open();
    proxy.replaceCertificate(makeCertificate('renewed'));
    const after = await open();
    expect(before.getPeerCertificate().subject.CN).toBe('test');
    expect(after.getPeerCertificate().subject.CN).toBe('renewed');
    before.write('GET /_chp_healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
    const answer = await new Promise((resolve) => before.once('data', (bytes) => resolve(bytes.toString())));
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK/);
    before.destroy();
    after.destroy();
  });

  test('that do not speak TLS disturb nobody', async () => {
    await using proxy = await startTestProxy({ ssl: certificate });
    await expect(get(requestHttp, { port: proxy.port })).rejects.toThrow();
    const { status } = await get(requestHttps, {
      port: proxy.port,
      path: '/_chp_healthz',
      ca: certificate.cert,
    });
    expect(status).toBe(200);
  });

  test('are sent there from a port without TLS', async () => {
    await using proxy = await startTestProxy({ ssl: certificate, redirectPort: 0 });
    const ask = (headers: object) => get(requestHttp, { port: proxy.redirectPort, path: '/a?b', headers });
    const location = async (host: string) => (await ask({ Host: host })).headers;
    expect(await ask({ Host: 'hub.example:80' })).toMatchObject({ status: 301 });
    expect(await location('hub.example:80')).toMatchObject({
      location: `https://hub.example:${proxy.port}/a?b`,
    });
    expect(await location('[::1]')).toMatchObject({ location: `https://[::1]:${proxy.port}/a?b` });
    expect(await ask({ Host: 'evil/@x' })).toMatchObject({ status: 400 });
    await using standard = await startTestProxy({ ssl: certificate, redirectPort: 0, redirectTo: 443 });
    expect(
      (await get(requestHttp, { port: standard.redirectPort, path: '/a', headers: { Host: 'x' } })).headers,
    ).toMatchObject({ location: 'https://x/a' });
  });

  test('cannot be sent there without a certificate', async () => {
    await expect(startTestProxy({ redirectPort: 0 })).rejects.toThrow(HubError);
  });
});

describe('servers over TLS', () => {
  test('are trusted by the authority given, or not at all, or whatever they show', async () => {
    await using server = await listening(
      createHttpsServer(
        { ...certificate, requestCert: true, rejectUnauthorized: false },
        (request, response) => {
          const shown = (request.socket as ReturnType<typeof connectTls>).getPeerCertificate();
          response.end(`hello ${shown.subject?.CN}`);
        },
      ),
      { port: 0 },
    );
    const target = `https://localhost:${server.port}`;
    const ask = async (options: object) => {
      await using proxy = await startTestProxy({ defaultTarget: target, ...options });
      const { status, body } = await get(requestHttp, { port: proxy.port });
      return status === 200 ? body : status;
    };
    expect(await ask({ clientSsl: { ca: certificate.cert } })).toBe('hello undefined');
    expect(await ask({ clientSsl: { ...certificate, ca: certificate.cert } })).toBe('hello test');
    expect(await ask({})).toBe(503);
    expect(await ask({ insecure: true })).toBe('hello undefined');
  });
});

describe('unix sockets', () => {
  test('can be the proxy’s, the API’s, the metrics’ and a server’s', async () => {
    const path = (name: string) => join(folder, name);
    await using _server = await listening(
      createHttpServer((request, response) => response.end(`${request.headers.host} ${request.url}`)),
      { path: path('server') },
    );
    await using proxy = await startTestProxy({
      socket: path('public'),
      apiSocket: path('api'),
      metricsSocket: path('metrics'),
      defaultTarget: `http+unix://${encodeURIComponent(path('server'))}/base`,
      errorTarget: `unix+http://${encodeURIComponent(path('server'))}`,
    });
    expect(proxy).toMatchObject({ port: undefined, apiPort: undefined, metricsPort: undefined });
    const headers = { Host: 'hub' };
    const answer = await get(requestHttp, { socketPath: path('public'), path: '/x', headers });
    expect(answer.body).toBe('hub /base/x');
    const routes = await get(requestHttp, { socketPath: path('api'), path: '/api/routes' });
    expect(Object.keys(JSON.parse(routes.body))).toEqual(['/']);
    const metrics = await get(requestHttp, { socketPath: path('metrics'), path: '/metrics' });
    expect(metrics.body).toMatch(/^requests_web 1$/m);
    proxy.routes.remove('/');
    const missing = await get(requestHttp, { socketPath: path('public'), path: '/y', headers });
    expect(missing).toMatchObject({ status: 404, body: 'localhost /404?url=%2Fy' });
  });
});

describe('metrics', () => {
  test('have the names that dashboards know, and count', async () => {
    await using server = await listening(
      createHttpServer((_, response) => response.end('ok')),
      { port: 0 },
    );
    await using proxy = await startTestProxy({ metricsPort: 0, metricsIp: '127.0.0.1' });
    const api = (method: string, path: string, body?: string) =>
      fetch(`http://127.0.0.1:${proxy.apiPort}/api/routes${path}`, { method, ...(body && { body }) });
    await api('POST', '/a', JSON.stringify({ target: `http://127.0.0.1:${server.port}` }));
    await api('GET', '');
    await api('DELETE', '/nothing');
    for (const path of ['/a', '/a', '/b'])
      await (await fetch(`http://127.0.0.1:${proxy.port}${path}`)).arrayBuffer();
    const response = await fetch(`http://127.0.0.1:${proxy.metricsPort}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain/);
    const lines = (await response.text()).split('\n');
    for (const line of [
      'api_route_add 1',
      'api_route_get 1',
      'api_route_delete 1',
      'requests_web 3',
      'requests_ws 0',
      'requests_proxy{status="200"} 2',
      'requests_proxy{status="404"} 1',
      'requests_api{status="201"} 1',
      'requests_api{status="404"} 1',
      'find_target_for_req_count 3',
      '# TYPE find_target_for_req summary',
      'polder_proxy_routes 1',
    ])
      expect(lines).toContain(line);
    expect((await fetch(`http://127.0.0.1:${proxy.metricsPort}/`)).status).toBe(404);
  });
});

test('a proxy that cannot listen everywhere leaves nothing listening', async () => {
  await using first = await startTestProxy();
  await expect(startTestProxy({ port: first.port! })).rejects.toThrow('EADDRINUSE');
  await expect(startTestProxy({ apiPort: first.apiPort! })).rejects.toThrow('EADDRINUSE');
});
