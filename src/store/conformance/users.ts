import fc from 'fast-check';
import { expect } from 'vitest';
import type { User } from '../../domain/user.ts';
import type { Store, UserQuery } from '../store.ts';
import { addServer, addUser, HOUR, newSession, newToken, type StoreTest } from './store-test.ts';

export function usersConformance(test: StoreTest): void {
  test('a new user is found by name and by id, as it was returned', async ({ store }) => {
    const before = await store.now();
    const [user] = await store.users.insert([{ name: 'anna@example.org', admin: true }]);
    expect(user).toMatchObject({ name: 'anna@example.org', admin: true, lastActivityAt: null });
    expect(user!.createdAt.getTime()).toBeGreaterThanOrEqual(before.getTime());
    expect(user!.createdAt.getTime()).toBeLessThanOrEqual((await store.now()).getTime());
    expect(await store.users.get('anna@example.org')).toEqual(user);
    expect(await store.users.byId(user!.id)).toEqual(user);
    expect(await store.users.get('ANNA@example.org')).toBeUndefined();
    expect(await store.users.byId(user!.id + 1)).toBeUndefined();
  });

  test('inserting makes those that are missing, in order, and leaves the others as they are', async ({
    store,
  }) => {
    const [first] = await store.users.insert([{ name: 'b', admin: true }]);
    const made = await store.users.insert([
      { name: 'c', admin: false },
      { name: 'b', admin: false },
      { name: 'a', admin: true },
      { name: 'c', admin: true },
    ]);
    expect(made.map(({ name, admin }) => ({ name, admin }))).toEqual([
      { name: 'c', admin: false },
      { name: 'a', admin: true },
    ]);
    expect(made[0]!.id).toBeGreaterThan(first!.id);
    expect(made[1]!.id).toBeGreaterThan(made[0]!.id);
    expect(await store.users.get('b')).toEqual(first);
    expect(await store.users.count()).toBe(3);
    expect(await store.users.insert([])).toEqual([]);
  });

  test('a whole school is inserted at once and listed page by page', async ({ store }) => {
    const names = Array.from({ length: 1_203 }, (_, index) => `student-${index}`);
    const made = await store.users.insert(names.map((name) => ({ name, admin: false })));
    expect(made.map((user) => user.name)).toEqual(names);
    expect(new Set(made.map((user) => user.id)).size).toBe(names.length);
    const pages = await Promise.all(
      [0, 500, 1_000].map((offset) => store.users.list({ offset, limit: 500 })),
    );
    expect(pages.flatMap((page) => page.items)).toEqual(made);
    expect(pages.map((page) => page.total)).toEqual([1_203, 1_203, 1_203]);
    expect((await store.users.list({ names, offset: 1_200 })).items).toEqual(made.slice(1_200));
  });

  test('ids are not used again after the last user is deleted', async ({ store }) => {
    const first = await addUser(store, 'anna');
    await store.users.delete(first.id);
    const second = await addUser(store, 'anna');
    expect(second.id).toBeGreaterThan(first.id);
  });

  test('a user is renamed and made an admin', async ({ store, anna }) => {
    expect(await store.users.update(anna.id, { name: 'anne' })).toEqual({ ...anna, name: 'anne' });
    expect(await store.users.update(anna.id, { admin: true })).toEqual({
      ...anna,
      name: 'anne',
      admin: true,
    });
    expect(await store.users.get('anne')).toEqual({ ...anna, name: 'anne', admin: true });
    expect(await store.users.get('anna')).toBeUndefined();
    expect(await store.users.update(anna.id, {})).toEqual({ ...anna, name: 'anne', admin: true });
    expect(await store.users.update(anna.id + 1, { admin: true })).toBeUndefined();
  });

  test('a name that is taken is refused and nothing changes', async ({ store, anna }) => {
    await addUser(store, 'ben');
    await expect(store.users.update(anna.id, { name: 'ben', admin: true })).rejects.toMatchObject({
      code: 'conflict',
      message: expect.stringContaining('ben'),
    });
    expect(await store.users.byId(anna.id)).toEqual(anna);
  });

  test('deleting a user deletes all that is theirs and nothing else', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    for (const user of [anna, ben]) {
      const server = await addServer(store, user);
      await store.progress.append(server.id, 1, { phase: 'waiting', message: '', percent: 0 }, new Date());
      const session = await store.sessions.insert(await newSession(store, user));
      await store.tokens.insert(newToken(user, { sessionId: session.id, serverId: server.id }));
    }
    expect(await store.users.delete(anna.id)).toBe(true);
    expect(await store.users.delete(anna.id)).toBe(false);
    expect(await store.users.get('anna')).toBeUndefined();
    expect((await store.servers.ofUsers([anna.id, ben.id])).map((server) => server.owner)).toEqual(['ben']);
    expect(await store.sessions.byHash('hash-of-ses-anna')).toBeUndefined();
    expect(await store.tokens.list({ userId: anna.id })).toEqual([]);
    expect(await store.progress.since('srv-anna-', 1, 0)).toEqual([]);
    expect(await store.sessions.byHash('hash-of-ses-ben')).toBeDefined();
    expect(await store.tokens.list({})).toHaveLength(1);
  });

  test('activity is the latest that was ever told, in whatever order', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    const times = fc.array(
      fc.record({ who: fc.constantFrom(anna, ben), at: fc.date({ noInvalidDate: true }) }),
    );
    const told = new Map<number, Date>();
    await fc.assert(
      fc.asyncProperty(times, async (activity) => {
        await store.users.touch(activity.map(({ who, at }) => ({ id: who.id, at })));
        for (const { who, at } of activity) {
          if (at > (told.get(who.id) ?? new Date(Number.NaN)) || !told.has(who.id)) told.set(who.id, at);
        }
        for (const { id } of [anna, ben]) {
          expect((await store.users.byId(id))!.lastActivityAt).toEqual(told.get(id) ?? null);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('activity of thousands at once, some of them gone, is kept', async ({ store }) => {
    const users = await store.users.insert(
      Array.from({ length: 1_100 }, (_, index) => ({ name: `u${index}`, admin: false })),
    );
    await store.users.delete(users[7]!.id);
    await store.users.touch(users.map(({ id }) => ({ id, at: new Date(id * 1_000) })));
    const { items } = await store.users.list({ sort: '-last_activity' });
    expect(items.map((user) => user.lastActivityAt!.getTime())).toEqual(
      users
        .filter((_, index) => index !== 7)
        .map((user) => user.id * 1_000)
        .reverse(),
    );
  });

  test('nobody has an endless name', async ({ store, anna }) => {
    expect(await store.users.list({ nameContains: 'a'.repeat(100_000) })).toEqual({ items: [], total: 0 });
    expect(await store.users.list({ nameContains: '', limit: 0 })).toEqual({ items: [], total: 1 });
    expect(await store.users.list({ nameContains: anna.name })).toEqual({ items: [anna], total: 1 });
  });

  test('any question to the list is answered as if all users were looked through', async ({ store }) => {
    const users = await fillWithUsers(store);
    await fc.assert(
      fc.asyncProperty(userQuery, async (query) => {
        expect(await store.users.list(query)).toEqual(expectedPage(users, query));
      }),
      { numRuns: 200 },
    );
  });
}

type State = 'none' | 'ready' | 'queued' | 'failed';
const NAMES = [
  'anna',
  'ann',
  'b%n',
  'b_n',
  'b\\n',
  'bén',
  'björn',
  'zoë',
  '漢字',
  '🐋',
  'c3po',
  'c-3',
  'x@y.org',
  'c',
  'd',
];

async function fillWithUsers(store: Store): Promise<{ user: User; state: State }[]> {
  const made = await store.users.insert(NAMES.map((name) => ({ name, admin: name === 'anna' })));
  const states: State[] = ['none', 'ready', 'queued', 'failed'];
  const all: { user: User; state: State }[] = [];
  for (const [index, { id, name }] of made.entries()) {
    const state = states[index % states.length]!;
    if (state !== 'none') {
      const server = await addServer(store, made[index]!);
      await store.servers.update(server.id, (row) => ({ ...row, state }));
      // A second server, at rest, makes nobody inactive.
      await addServer(store, made[index]!, { name: 'second' });
    }
    // Several have the same time, and several none.
    if (index % 3 !== 0) await store.users.touch([{ id, at: new Date((index % 4) * HOUR) }]);
    all.push({ user: (await store.users.get(name))!, state });
  }
  return all;
}

const userQuery: fc.Arbitrary<UserQuery> = fc.record(
  {
    nameContains: fc.constantFrom('', 'n', 'NN', '%', '_', '\\', 'Ö', 'é', '字', '🐋', '@', 'nobody'),
    names: fc.subarray([...NAMES, 'nobody']),
    state: fc.constantFrom('active' as const, 'ready' as const, 'inactive' as const),
    sort: fc.constantFrom(...(['id', '-id', 'name', '-name', 'last_activity', '-last_activity'] as const)),
    offset: fc.nat({ max: 16 }),
    limit: fc.nat({ max: 16 }),
  },
  { requiredKeys: [] },
);

function expectedPage(users: readonly { user: User; state: State }[], query: UserQuery) {
  const {
    nameContains = '',
    names,
    state,
    sort = 'id',
    offset = 0,
    limit = Number.POSITIVE_INFINITY,
  } = query;
  const matching = users.filter((entry) => {
    const active = entry.state === 'ready' || entry.state === 'queued';
    if (state === 'active' && !active) return false;
    if (state === 'inactive' && active) return false;
    if (state === 'ready' && entry.state !== 'ready') return false;
    if (names !== undefined && !names.includes(entry.user.name)) return false;
    return entry.user.name.includes(nameContains.toLowerCase());
  });
  const order = (a: User, b: User) => {
    if (sort.endsWith('name')) return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
    const activity = (a.lastActivityAt?.getTime() ?? -1) - (b.lastActivityAt?.getTime() ?? -1);
    return (sort.endsWith('last_activity') ? activity : 0) || a.id - b.id;
  };
  const items = matching.map(({ user }) => user).sort(order);
  if (sort.startsWith('-')) items.reverse();
  return { items: items.slice(offset, offset + limit), total: items.length };
}
