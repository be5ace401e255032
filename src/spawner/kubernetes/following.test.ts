/** What a real server seldom says, and a follower must understand: by a small server that says it. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ApiServer } from '../../kubernetes/api-server.ts';
import type { KubeObject } from '../../kubernetes/kube-object.ts';
import { createServer } from '../../lib/node-http.ts';
import { ObjectCache } from './object-cache.ts';

let folder: string;
let server: Server;
let api: ApiServer;
let answer: (request: IncomingMessage, response: ServerResponse) => void;
let asked: string[];

beforeEach(async () => {
  asked = [];
  folder = await mkdtemp(join(tmpdir(), 'polder-following-'));
  server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const kubeconfig = join(folder, 'kubeconfig');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await writeFile(
    kubeconfig,
    JSON.stringify({
      clusters: [{ name: 'x', cluster: { server: url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'x', user: { token: 'a-token' } }],
      contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
      'current-context': 'x',
    }),
  );
  api = await ApiServer.open({ kubeconfig });
});
afterEach(async () => {
  await api[Symbol.asyncDispose]();
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const followed = { path: '/api/v1/namespaces/x/pods', query: {}, past: true };
const cacheOf = () =>
  new ObjectCache<KubeObject>({ api, followed, keep: (object) => object, onConnection: () => {} });
const object = (name: string, version: number) => ({
  metadata: { name, uid: `uid-${name}`, resourceVersion: String(version) },
});
const isWatch = (request: IncomingMessage) => (request.url ?? '').includes('watch=true');
const list = (response: ServerResponse, version: number, ...items: readonly KubeObject[]) =>
  response.end(JSON.stringify({ metadata: { resourceVersion: String(version) }, items }));
const line = (response: ServerResponse, type: string, value: object) =>
  response.write(`${JSON.stringify({ type, object: value })}\n`);

test('a watch that has expired is followed by a list, which shows what is gone', async () => {
  let lists = 0;
  answer = (request, response) => {
    if (!isWatch(request)) {
      lists += 1;
      if (lists === 1) list(response, 10, object('anna', 3), object('bea', 4));
      else list(response, 50, object('bea', 40));
    } else if (lists === 1) {
      line(response, 'ERROR', { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' });
      response.end();
    } else {
      response.flushHeaders();
    }
  };
  await using cache = cacheOf();
  await expect.poll(() => [...cache.values()].map(({ metadata }) => metadata.name)).toEqual(['bea']);
  expect(cache.get('bea')?.metadata.resourceVersion).toBe('40');
  expect(cache.problem).toBeNull();
});

test('a watch that ends is taken up where the last bookmark was, without a list', async () => {
  let watches = 0;
  answer = (request, response) => {
    if (!isWatch(request)) {
      list(response, 10, object('anna', 3));
      return;
    }
    watches += 1;
    response.flushHeaders();
    if (watches > 1) return;
    line(response, 'BOOKMARK', { metadata: { resourceVersion: '77' } });
    response.end();
  };
  await using cache = cacheOf();
  await expect.poll(() => asked.filter((url) => url.includes('resourceVersion=77'))).toHaveLength(1);
  expect(asked.filter((url) => !url.includes('watch=true'))).toHaveLength(1);
  expect(cache.get('anna')).toBeDefined();
});

test('a server that is too busy is asked again when it says, and not before', async () => {
  const times: number[] = [];
  answer = (_, response) => {
    times.push(Date.now());
    if (times.length === 1) response.writeHead(429, { 'Retry-After': '1' }).end('{}');
    else response.end('{"kind":"Pod"}');
  };
  expect(await api.request('POST', '/api/v1/namespaces/x/pods', { body: {} })).toEqual({ kind: 'Pod' });
  expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(990);
});

test('what the server refuses is an error with its own words, and asked once', async () => {
  answer = (_, response) =>
    response.writeHead(403).end('{"reason":"Forbidden","message":"exceeded quota: course"}');
  await expect(api.request('POST', '/x', { body: {} })).rejects.toMatchObject({
    status: 403,
    reason: 'Forbidden',
    message: 'exceeded quota: course',
  });
  expect(asked).toHaveLength(1);
});

test('an answer of ours that comes after the end of an object does not bring it back', async () => {
  answer = (request, response) => {
    if (!isWatch(request)) {
      list(response, 10, object('anna', 3));
      return;
    }
    line(response, 'DELETED', object('anna', 12));
  };
  await using cache = cacheOf();
  await cache.synced();
  await expect.poll(() => cache.get('anna')).toBeUndefined();
  cache.put(object('anna', 11));
  expect(cache.get('anna')).toBeUndefined();
});
