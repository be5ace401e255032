import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import { serverRoutes } from '../../domain/route.ts';
import { HubEvents } from '../events.ts';
import { RouteFeed } from '../route-feed.ts';
import { RouteReconciler } from './routes.ts';

let hub: TestHub;
let feed: RouteFeed;
let reconciler: RouteReconciler;
beforeEach(async () => {
  hub = await startHub();
  const events = new HubEvents(pino({ level: 'silent' }), new Registry());
  feed = new RouteFeed({ store: hub.store, events });
  reconciler = new RouteReconciler({
    store: hub.store,
    feed,
    events,
    routeOf: serverRoutes({ baseUrl: '/', domains: null }),
  });
});
afterEach(async () => {
  feed[Symbol.dispose]();
  await hub[Symbol.asyncDispose]();
});

async function startServer(owner: string): Promise<string> {
  const started = await hub.api('POST', `/users/${owner}/server`, { token: await hub.token(owner) });
  expect(started.status).toBe(201);
  return (await hub.store.servers.get(owner, ''))!.id;
}

/** Prefixes and where they lead. */
async function table(): Promise<Readonly<Record<string, string>>> {
  const { changes } = await hub.store.routes.changes(0);
  return Object.fromEntries(changes.flatMap(({ prefix, route }) => (route ? [[prefix, route.target]] : [])));
}

const elsewhere = { target: 'http://10.0.0.1:1', data: {} };

test('what agrees is left as it is', async () => {
  await startServer('anna');
  const { number } = await hub.store.routes.changes(0);
  await reconciler.reconcile();
  expect((await hub.store.routes.changes(0)).number).toBe(number);
});

test('the route of a ready server that is missing or wrong is put right', async () => {
  await startServer('anna');
  await startServer('ben');
  const right = await table();
  await hub.store.routes.remove('/user/anna');
  await hub.store.routes.put({ prefix: '/user/ben', ...elsewhere }, null);
  await reconciler.reconcile();
  expect(await table()).toEqual(right);
});

test('a route of a server that is not ready, or not there, goes; one of anything else stays', async () => {
  const id = await startServer('anna');
  await hub.store.routes.put({ prefix: '/service', ...elsewhere }, null);
  await hub.store.routes.put({ prefix: '/user/gone', ...elsewhere }, 'srv-gone');
  await hub.store.routes.put({ prefix: '/user/renamed', ...elsewhere }, id as never);
  await reconciler.reconcile();
  expect(new Set(Object.keys(await table()))).toEqual(new Set(['/service', '/user/anna']));
});

test('a route is made sure of for a ready server, and for no other', async () => {
  const id = (await startServer('anna')) as never;
  await hub.store.routes.remove('/user/anna');
  expect(await reconciler.ensure(id)).toBe(true);
  expect(Object.keys(await table())).toEqual(['/user/anna']);
  expect(await reconciler.ensure('srv-none')).toBe(false);
  const followed = await hub.followedTable();
  const server = (await hub.store.servers.get('anna', ''))!;
  await hub.api('DELETE', '/users/anna/server', { token: await hub.token('anna') });
  expect(await reconciler.ensure(server.id)).toBe(false);
  await expect.poll(() => followed.get('/user/anna'), { timeout: 20_000 }).toBeUndefined();
});
