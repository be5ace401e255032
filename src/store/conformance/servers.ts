import fc from 'fast-check';
import { expect, vi } from 'vitest';
import type { Json, Server } from '../../domain/server.ts';
import { addServer, addUser, type StoreTest } from './store-test.ts';

export function serversConformance(test: StoreTest): void {
  test('a new server is at rest and found by owner and name, id, and OAuth client', async ({
    store,
    anna,
  }) => {
    const server = await store.servers.insert({
      id: 'srv-1',
      userId: anna.id,
      name: '',
      displayName: 'My server',
      oauthClientId: 'jupyterhub-user-anna',
    });
    expect(server).toEqual({
      id: 'srv-1',
      userId: anna.id,
      owner: 'anna',
      name: '',
      displayName: 'My server',
      oauthClientId: 'jupyterhub-user-anna',
      desired: 'stopped',
      state: 'stopped',
      attempt: 0,
      revision: 0,
      queuedAt: null,
      startedAt: null,
      readyAt: null,
      stoppedAt: null,
      lastActivityAt: null,
      target: null,
      handle: null,
      userOptions: {},
      failure: null,
      stopReason: null,
      hook: null,
      lease: null,
    });
    expect(await store.servers.get('anna', '')).toEqual(server);
    expect(await store.servers.byId('srv-1')).toEqual(server);
    expect(await store.servers.byOAuthClient('jupyterhub-user-anna')).toEqual(server);
    expect(await store.servers.get('anna', 'second')).toBeUndefined();
    expect(await store.servers.get('ben', '')).toBeUndefined();
    expect(await store.servers.byId('srv-2')).toBeUndefined();
    expect(await store.servers.byOAuthClient('jupyterhub-user-ben')).toBeUndefined();
  });

  test('a server that exists is not made twice', async ({ store, anna }) => {
    const first = await addServer(store, anna);
    expect(await addServer(store, anna)).toEqual(first);
    expect(await addServer(store, anna, { id: 'srv-other' })).toEqual(first);
    expect(await store.servers.byId('srv-other')).toBeUndefined();
  });

  test('an id or an OAuth client of another server is refused', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    const server = await addServer(store, anna);
    const other = { userId: ben.id, name: '', displayName: '' };
    await expect(
      store.servers.insert({ ...other, id: server.id, oauthClientId: 'another' }),
    ).rejects.toMatchObject({ code: 'conflict' });
    await expect(
      store.servers.insert({ ...other, id: 'srv-another', oauthClientId: server.oauthClientId }),
    ).rejects.toMatchObject({ code: 'conflict' });
    expect(await store.servers.ofUsers([ben.id])).toEqual([]);
  });

  test('a server of nobody is refused', async ({ store, anna }) => {
    await expect(addServer(store, { ...anna, id: anna.id + 1 })).rejects.toMatchObject({ code: 'not_found' });
  });

  test('servers are listed by owner and name', async ({ store }) => {
    const [ben, anna, cleo] = [
      await addUser(store, 'ben'),
      await addUser(store, 'anna'),
      await addUser(store, 'cleo'),
    ];
    await addServer(store, ben, { name: 'x' });
    await addServer(store, ben);
    await addServer(store, anna);
    await addServer(store, cleo);
    const servers = await store.servers.ofUsers([ben.id, anna.id, 999]);
    expect(servers.map(({ owner, name }) => `${owner}/${name}`)).toEqual(['anna/', 'ben/', 'ben/x']);
    expect(await store.servers.ofUsers([])).toEqual([]);
    const [first, second] = servers;
    const found = await store.servers.byIds([second!.id, first!.id, 'srv-nothing']);
    expect(new Set(found)).toEqual(new Set([first, second]));
    expect(await store.servers.byIds([])).toEqual([]);
  });

  test('servers in some states come in the order of the queue', async ({ store, anna }) => {
    const put = async (name: string, state: Server['state'], queuedAt: Date | null) => {
      const { id } = await addServer(store, anna, { name });
      await store.servers.update(id, (server) => ({ ...server, state, queuedAt }));
    };
    await put('ready', 'ready', null);
    await put('c', 'queued', new Date(2_000));
    await put('b', 'queued', new Date(1_000));
    await put('a', 'queued', new Date(2_000));
    await put('starting', 'starting', new Date(500));
    await put('stopped', 'stopped', null);
    const names = async (...states: Server['state'][]) =>
      (await store.servers.inStates(states)).map((server) => server.name);
    expect(await names('queued')).toEqual(['b', 'a', 'c']);
    expect(await names('ready', 'queued', 'starting')).toEqual(['starting', 'b', 'a', 'c', 'ready']);
    expect(await names('failed')).toEqual([]);
    expect(await names()).toEqual([]);
    const queue = await store.servers.outline(['queued', 'starting']);
    expect(queue).toEqual(
      (await store.servers.inStates(['queued', 'starting'])).map(
        ({ id, userId, state, queuedAt, startedAt }) => ({
          id,
          userId,
          state,
          queuedAt,
          startedAt,
          holder: null,
        }),
      ),
    );
    expect(await store.servers.countByState()).toEqual(
      new Map([
        ['ready', 1],
        ['queued', 3],
        ['starting', 1],
        ['stopped', 1],
      ]),
    );
  });

  test('the latest starts of servers that are ready say how long they took', async ({ store, anna }) => {
    const put = async (name: string, state: Server['state'], readyAt: number, seconds: number) => {
      const { id } = await addServer(store, anna, { name });
      const times = { startedAt: new Date(readyAt - seconds * 1000), readyAt: new Date(readyAt) };
      await store.servers.update(id, (server) => ({ ...server, state, ...times }));
    };
    await put('a', 'ready', 50_000, 1);
    await put('b', 'ready', 70_000, 2.5);
    await put('c', 'ready', 60_000, 3);
    await put('d', 'stopped', 80_000, 4);
    await addServer(store, anna, { name: 'never' });
    expect(await store.servers.startSeconds(new Date(50_000), 10)).toEqual([2.5, 3]);
    expect(await store.servers.startSeconds(new Date(0), 2)).toEqual([2.5, 3]);
  });

  test('the version of a row changes with the row and with the progress of its attempt', async ({
    store,
    anna,
  }) => {
    const { id } = await addServer(store, anna);
    const other = await addServer(store, anna, { name: 'other' });
    const seen: string[] = [];
    const look = async () =>
      seen.push(JSON.stringify((await store.servers.versions([id, 'srv-none'])).get(id)));
    await look();
    await store.servers.update(id, (server) => ({ ...server, attempt: 1 }));
    await look();
    for (const percent of [10, 20]) {
      await store.progress.append(id, 1, { phase: 'launching', message: 'on', percent }, new Date());
      await look();
    }
    expect(new Set(seen).size).toBe(4);
    await store.servers.update(other.id, (server) => ({ ...server, attempt: 1 }));
    await store.servers.touch([{ id, at: new Date() }]);
    await look();
    expect(seen.at(-1)).toBe(seen.at(-2));
    expect(await store.servers.versions(['srv-none'])).toEqual(new Map());
  });

  test('an update is written with the next revision, and all that it sets is read back', async ({
    store,
    anna,
  }) => {
    const { id } = await addServer(store, anna);
    let revision = 0;
    await fc.assert(
      fc.asyncProperty(serverFields, async (fields) => {
        const updated = await store.servers.update(id, (server) => ({ ...server, ...fields }));
        revision += 1;
        expect(updated).toMatchObject({ ...fields, id, revision });
        expect(await store.servers.byId(id)).toEqual(updated);
      }),
      { numRuns: 100 },
    );
  });

  test('an update cannot change what names the row, its revision or its lease', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    const leased = await store.servers.claim(server.id, 'hub-1', 60);
    const updated = await store.servers.update(server.id, (row) => ({
      ...row,
      id: 'srv-x',
      userId: 0,
      owner: 'x',
      name: 'x',
      oauthClientId: 'x',
      revision: 17,
      lease: null,
      displayName: 'changed',
    }));
    expect(updated).toEqual({ ...leased, displayName: 'changed', revision: 1 });
    expect(await store.servers.byId(server.id)).toEqual(updated);
  });

  test('an update that changes nothing writes nothing', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    expect(await store.servers.update(server.id, (row) => row)).toEqual(server);
    expect(await store.servers.update('srv-none', (row) => ({ ...row }))).toBeUndefined();
    expect((await store.servers.byId(server.id))!.revision).toBe(0);
  });

  test('an update that throws writes nothing and passes on what was thrown', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    const error = new Error('no');
    const refuse = () => {
      throw error;
    };
    await expect(store.servers.update(server.id, refuse)).rejects.toBe(error);
    expect(await store.servers.byId(server.id)).toEqual(server);
  });

  test('a date that is none is refused', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    const update = store.servers.update(server.id, (row) => ({ ...row, queuedAt: new Date('tomorrow') }));
    await expect(update).rejects.toThrow('invalid date');
  });

  test('activity is the latest that was told and is no revision', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    await store.servers.touch([
      { id: server.id, at: new Date(3_000) },
      { id: server.id, at: new Date(2_000) },
      { id: 'srv-none', at: new Date(9_000) },
    ]);
    await store.servers.touch([{ id: server.id, at: new Date(1_000) }]);
    await store.servers.touch([]);
    expect(await store.servers.byId(server.id)).toEqual({ ...server, lastActivityAt: new Date(3_000) });
  });

  test('a deleted server is gone with its tokens and its progress', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    await store.progress.append(server.id, 1, { phase: 'waiting', message: '', percent: 0 }, new Date());
    expect(await store.servers.delete(server.id)).toBe(true);
    expect(await store.servers.delete(server.id)).toBe(false);
    expect(await store.servers.get('anna', '')).toBeUndefined();
    expect(await store.progress.since(server.id, 1, 0)).toEqual([]);
  });

  test('a lease is had by one holder, who may renew it and give it back', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    const before = (await store.now()).getTime();
    const leased = await store.servers.claim(server.id, 'hub-1', 60);
    expect(leased).toEqual({ ...server, lease: { holder: 'hub-1', until: expect.any(Date) } });
    expect(leased!.lease!.until.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    expect(leased!.lease!.until.getTime()).toBeLessThanOrEqual((await store.now()).getTime() + 60_000);
    expect(await store.servers.byId(server.id)).toEqual(leased);

    expect(await store.servers.claim(server.id, 'hub-2', 60)).toBeUndefined();
    await store.servers.release(server.id, 'hub-2');
    const renewed = await store.servers.claim(server.id, 'hub-1', 120);
    expect(renewed!.lease!.until.getTime()).toBeGreaterThan(leased!.lease!.until.getTime());

    await store.servers.release(server.id, 'hub-1');
    expect(await store.servers.byId(server.id)).toEqual(server);
    expect((await store.servers.claim(server.id, 'hub-2', 60))!.lease!.holder).toBe('hub-2');
    expect(await store.servers.claim('srv-none', 'hub-2', 60)).toBeUndefined();
  });

  test('an outline says who has a live lease of a server', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    const holder = async () => (await store.servers.outline(['stopped']))[0]!.holder;
    expect(await holder()).toBeNull();
    await store.servers.claim(id, 'hub-1', 60);
    expect(await holder()).toBe('hub-1');
    await store.servers.claim(id, 'hub-1', 0.02);
    await vi.waitUntil(async () => (await holder()) === null, { interval: 5 });
  });

  test('a lease that has run out is had by another, and its old holder cannot give it back', async ({
    store,
    anna,
  }) => {
    const { id } = await addServer(store, anna);
    await store.servers.claim(id, 'hub-1', 0.05);
    const taken = await vi.waitUntil(() => store.servers.claim(id, 'hub-2', 60), { interval: 10 });
    expect(taken.lease!.holder).toBe('hub-2');
    await store.servers.release(id, 'hub-1');
    expect(await store.servers.claim(id, 'hub-1', 60)).toBeUndefined();
  });

  test('the only hub of a database takes every lease back', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    await store.servers.claim(id, 'killed', 60);
    await store.servers.releaseAll();
    expect(await store.servers.claim(id, 'next', 60)).toMatchObject({ lease: { holder: 'next' } });
  });

  test('a lease of no time is refused', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    for (const seconds of [0, -1, Number.NaN]) {
      await expect(store.servers.claim(id, 'hub-1', seconds)).rejects.toMatchObject({ code: 'invalid' });
    }
  });
}

const date = fc.date({ noInvalidDate: true });
const dateOrNull = fc.option(date);
// PostgreSQL keeps no NUL in text.
const text = fc.string({ unit: 'grapheme' }).filter((value) => !value.includes('\0'));
// JSON knows no -0.
const json = fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as Json);

const serverFields = fc.record({
  displayName: text,
  desired: fc.constantFrom<Server['desired'][]>('running', 'stopped', 'removed'),
  state: fc.constantFrom<Server['state'][]>('stopped', 'queued', 'starting', 'ready', 'stopping', 'failed'),
  attempt: fc.nat(),
  queuedAt: dateOrNull,
  startedAt: dateOrNull,
  readyAt: dateOrNull,
  stoppedAt: dateOrNull,
  lastActivityAt: dateOrNull,
  target: fc.option(fc.webUrl()),
  handle: json,
  userOptions: fc.dictionary(text, json),
  failure: fc.option(fc.record({ id: text, at: date, reason: text, hint: fc.option(text), log: text })),
  stopReason: fc.option(
    fc.constantFrom<NonNullable<Server['stopReason']>[]>(
      'user',
      'admin',
      'idle',
      'exited',
      'out_of_memory',
      'shutdown',
    ),
  ),
  hook: fc.option(
    fc.record({
      status: fc.constantFrom<NonNullable<Server['hook']>['status'][]>('succeeded', 'failed'),
      exitCode: fc.option(fc.nat()),
      output: text,
      at: date,
    }),
  ),
});
