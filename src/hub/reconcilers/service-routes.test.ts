import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SERVICE } from '../../../test/support/hub.ts';
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts';
import { Services } from '../services.ts';
import { ServiceRouteReconciler } from './service-routes.ts';

test('a service with an address has a route, and loses it when the file no longer declares it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polder-routes-'));
  const store = await openSqliteStore(join(folder, 'hub.sqlite'), { now: () => new Date() });
  const declare = (...names: readonly string[]) => {
    const list = names.map((name) => ({ ...SERVICE, name, url: 'http://127.0.0.1:9000' }));
    const services = new Services({
      services: [...list, { ...SERVICE, name: 'pageless' }],
      tokens: new Map(),
      pidOf: () => null,
    });
    return new ServiceRouteReconciler({
      store,
      services,
      place: { baseUrl: '/course/', domains: null },
    }).reconcile();
  };
  const routes = async () => {
    const { changes } = await store.routes.changes(0);
    return Object.fromEntries(changes.map(({ prefix, route }) => [prefix, route]));
  };
  try {
    await store.routes.put({ prefix: '/elsewhere', target: 'http://127.0.0.1:9', data: {} }, null);
    await declare('board', 'marks');
    const { number } = await store.routes.changes(0);
    await declare('board', 'marks');
    expect((await store.routes.changes(0)).number).toBe(number);
    await declare('board');
    expect(await routes()).toEqual({
      '/elsewhere': { prefix: '/elsewhere', target: 'http://127.0.0.1:9', data: {} },
      '/course/services/board': {
        prefix: '/course/services/board',
        target: 'http://127.0.0.1:9000',
        data: { service: 'board' },
      },
      '/course/services/marks': null,
    });
  } finally {
    await store[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  }
});
