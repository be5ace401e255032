import { expect } from 'vitest';
import { type Route, type RouteChange, serverRoutes } from '../../domain/route.ts';
import type { Server } from '../../domain/server.ts';
import type { Store } from '../store.ts';
import { addServer, nextNotice, type StoreTest } from './store-test.ts';

const route = (prefix: string, target = 'http://10.0.0.1:8888'): Route => ({
  prefix,
  target,
  data: { user: prefix.slice(1) },
});

const withRoute = { routeOf: serverRoutes({ baseUrl: '/', domains: null }) };
const makeReady = (server: Server): Server => ({
  ...server,
  state: 'ready',
  desired: 'running',
  target: 'http://10.0.0.2:8888',
});
const makeStopping = (server: Server): Server => ({ ...server, state: 'stopping', desired: 'stopped' });

export function routesConformance(test: StoreTest): void {
  test('changes are numbered, and told in the order of their numbers', async ({ store }) => {
    const { feed, number } = await store.routes.changes(0);
    expect(feed).not.toBe('');
    expect(number).toBe(0);
    await store.routes.put(route('/a'), null);
    await store.routes.put(route('/b'), 'srv-b');
    await store.routes.put(route('/a', 'http://10.0.0.9:80'), null);
    expect(await store.routes.changes(0)).toEqual({
      feed,
      number: 3,
      forgottenUpTo: 0,
      changes: [
        { prefix: '/b', number: 2, route: route('/b'), serverId: 'srv-b' },
        { prefix: '/a', number: 3, route: route('/a', 'http://10.0.0.9:80'), serverId: null },
      ],
    });
    expect((await store.routes.changes(2)).changes.map((change) => change.prefix)).toEqual(['/a']);
    expect(await store.routes.changes(3)).toMatchObject({ feed, number: 3, changes: [] });
  });

  test('what is there already is no change', async ({ store }) => {
    await store.routes.put(route('/a'), 'srv-a');
    await store.routes.put(route('/a'), 'srv-a');
    expect((await store.routes.changes(0)).number).toBe(1);
    await store.routes.put(route('/a'), 'srv-other');
    expect((await store.routes.changes(0)).number).toBe(2);
  });

  test('a removal is told until it is forgotten, and who missed it can know', async ({ store }) => {
    await store.routes.put(route('/a'), null);
    await store.routes.put(route('/b'), null);
    expect(await store.routes.remove('/a')).toBe(true);
    expect(await store.routes.remove('/a')).toBe(false);
    expect(await store.routes.remove('/never')).toBe(false);
    const removal: RouteChange = { prefix: '/a', number: 3, route: null, serverId: null };
    expect((await store.routes.changes(2)).changes).toEqual([removal]);
    expect(await store.routes.forgetRemoved(60)).toBe(0);
    expect(await store.routes.forgetRemoved(0)).toBe(1);
    expect(await store.routes.forgetRemoved(0)).toBe(0);
    const { number, forgottenUpTo, changes } = await store.routes.changes(0);
    expect({ number, forgottenUpTo }).toEqual({ number: 3, forgottenUpTo: 3 });
    expect(changes.map((change) => change.prefix)).toEqual(['/b']);
  });

  test('a prefix that was removed may come again', async ({ store }) => {
    await store.routes.put(route('/a'), null);
    await store.routes.remove('/a');
    await store.routes.put(route('/a'), 'srv-a');
    expect((await store.routes.changes(0)).changes).toEqual([
      { prefix: '/a', number: 3, route: route('/a'), serverId: 'srv-a' },
    ]);
    expect(await store.routes.forgetRemoved(0)).toBe(0);
  });

  test('a change is announced, and what is none is not', async ({ store }) => {
    await store.routes.put(route('/a'), null);
    const notice = nextNotice(store, 'routes');
    await store.routes.remove('/a');
    await notice;
  });

  test('the route of a server changes with its row, in one transaction', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    await store.servers.update(id, (row) => ({ ...row, displayName: 'no change of routes' }), withRoute);
    expect((await store.routes.changes(0)).number).toBe(0);
    await store.servers.update(id, makeReady, withRoute);
    const ready: Route = {
      prefix: '/user/anna',
      target: 'http://10.0.0.2:8888',
      data: { user: 'anna', server_name: '' },
    };
    expect((await store.routes.changes(0)).changes).toEqual([
      { prefix: '/user/anna', number: 1, route: ready, serverId: id },
    ]);
    await expect(
      store.transaction(async (tx) => {
        await tx.servers.update(id, makeStopping, withRoute);
        throw new Error('no');
      }),
    ).rejects.toThrow('no');
    expect((await store.routes.changes(0)).number).toBe(1);
    await store.servers.update(id, makeStopping, withRoute);
    expect((await store.routes.changes(1)).changes).toMatchObject([{ prefix: '/user/anna', route: null }]);
  });

  test('the feed keeps its name when it is opened again', async ({ store, database }) => {
    await using other = await database.open();
    expect((await other.routes.changes(0)).feed).toBe((await store.routes.changes(0)).feed);
  });

  test('who has seen a number never finds a change with a lower one later', async ({ store, database }) => {
    await using other = await database.open();
    const writing = { isOver: false };
    const followers = [store, other].map((from) => follow(from, writing));
    const writers = Array.from({ length: 8 }, async (_, writer) => {
      const to = writer % 2 === 0 ? store : other;
      for (let turn = 0; turn < 15; turn++) {
        const prefix = `/w${writer}/${turn % 3}`;
        if (turn % 5 === 4) await to.routes.remove(prefix);
        else if (turn % 5 === 3)
          await to.transaction((tx) => tx.routes.put(route(prefix, `http://10.0.0.1:${turn}`), null));
        else await to.routes.put(route(prefix, `http://10.0.0.1:${turn}`), null);
      }
    });
    await Promise.all(writers);
    writing.isOver = true;
    const whole = tableOf((await store.routes.changes(0)).changes);
    for (const followed of await Promise.all(followers)) expect(followed).toEqual(whole);
  });
}

/** Reads changes as they come, each after the last number seen, until writing is over and there are none left. */
async function follow(store: Store, writing: { readonly isOver: boolean }): Promise<Map<string, Route>> {
  const table = new Map<string, Route>();
  let seen = 0;
  for (;;) {
    const wasOver = writing.isOver;
    const { number, changes } = await store.routes.changes(seen);
    for (const change of changes) {
      expect(change.number).toBeGreaterThan(seen);
      expect(change.number).toBeLessThanOrEqual(number);
      if (change.route === null) table.delete(change.prefix);
      else table.set(change.prefix, change.route);
    }
    seen = number;
    if (wasOver && changes.length === 0) return new Map([...table].sort());
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function tableOf(changes: readonly RouteChange[]): Map<string, Route> {
  const entries = changes.flatMap(({ prefix, route }) => (route === null ? [] : [[prefix, route] as const]));
  return new Map(entries.sort());
}
