import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
let teacher: string;
beforeAll(async () => {
  hub = await startHub();
  teacher = await hub.token('teacher');
  for (const name of ['anna', 'ben', 'carla', 'hanna']) await hub.user(name);
});
afterAll(() => hub[Symbol.asyncDispose]());

interface UserPage {
  readonly items: readonly { readonly name: string }[];
  readonly _pagination: {
    readonly offset: number;
    readonly limit: number;
    readonly total: number;
    readonly next: { readonly url: string } | null;
  };
}

const PAGED = { accept: 'application/json, application/jupyterhub-pagination+json' };

async function names(path: string, token = teacher): Promise<string[]> {
  const response = await hub.api('GET', path, { token });
  expect(response.status).toBe(200);
  return ((await response.json()) as { name: string }[]).map(({ name }) => name);
}

describe('GET /hub/api/users', () => {
  it('gives a bare list in order of creation', async () => {
    expect(await names('/users')).toEqual(['teacher', 'anna', 'ben', 'carla', 'hanna']);
  });

  it('gives pages to clients that know them, each with the address of the next', async () => {
    const seen: string[] = [];
    let next: string | undefined = `${hub.url}/hub/api/users?limit=2&sort=name`;
    while (next) {
      const response: Response = await fetch(next, {
        headers: { ...PAGED, authorization: `token ${teacher}` },
      });
      const page = (await response.json()) as UserPage;
      expect(page._pagination).toMatchObject({ limit: 2, total: 5, offset: seen.length });
      seen.push(...page.items.map(({ name }) => name));
      next = page._pagination.next?.url;
    }
    expect(seen).toEqual(['anna', 'ben', 'carla', 'hanna', 'teacher']);
  });

  it('keeps the other parameters in the address of the next page', async () => {
    const response = await hub.api('GET', '/users?limit=1&name_filter=ann&sort=-name', {
      token: teacher,
      headers: PAGED,
    });
    const { items, _pagination } = (await response.json()) as UserPage;
    expect(items[0]?.name).toBe('hanna');
    expect(_pagination.total).toBe(2);
    const next = new URL(_pagination.next?.url ?? '');
    expect(Object.fromEntries(next.searchParams)).toEqual({
      limit: '1',
      name_filter: 'ann',
      sort: '-name',
      offset: '1',
    });
  });

  it.each([
    ['limit=0', 1],
    ['limit=-2', 2],
    ['limit=1000', 200],
    ['', 50],
  ])('with “%s” the limit is %i', async (query, limit) => {
    const response = await hub.api('GET', `/users?${query}`, { token: teacher, headers: PAGED });
    expect(((await response.json()) as UserPage)._pagination.limit).toBe(limit);
  });

  it('finds users by a part of their name and by what their servers do', async () => {
    await hub.api('POST', '/users/ben/server', { token: teacher });
    await hub.server('ben', '', (server) => server.state === 'ready');
    expect(await names('/users?name_filter=ANN')).toEqual(['anna', 'hanna']);
    expect(await names('/users?state=ready')).toEqual(['ben']);
    expect(await names('/users?state=active')).toEqual(['ben']);
    expect(await names('/users?state=inactive&sort=-id')).toEqual(['hanna', 'carla', 'anna', 'teacher']);
    await hub.api('DELETE', '/users/ben/server', { token: teacher });
  });

  it.each(['limit=ten', 'offset=1.5', 'sort=shoe-size', 'state=asleep', 'sort=id&sort=name'])(
    'refuses “%s” and names the parameter',
    async (query) => {
      const response = await hub.api('GET', `/users?${query}`, { token: teacher });
      expect(response.status).toBe(400);
      const { status, message } = (await response.json()) as { status: number; message: string };
      expect(status).toBe(400);
      expect(message).toContain(query.split('=')[0]);
    },
  );

  it('lists to a filtered scope only whom it names, with only the fields it opens', async () => {
    const token = await hub.token('teacher', [
      'list:users!user=anna',
      'list:users!user=nobody',
      'read:users!user=ben',
    ]);
    const response = await hub.api('GET', '/users', { token });
    expect(await response.json()).toEqual([{ kind: 'user', name: 'anna', admin: false, user_info: null }]);
  });

  it('does not take a filter that says nothing of users for everybody', async () => {
    const token = await hub.token('teacher', ['list:users!server=anna/']);
    expect((await hub.api('GET', '/users', { token })).status).toBe(403);
  });

  it('refuses those without the scope, and nobody', async () => {
    expect((await hub.api('GET', '/users', { token: await hub.token('anna') })).status).toBe(403);
    expect((await hub.api('GET', '/users')).status).toBe(403);
  });
});

describe('POST /hub/api/users', () => {
  it('makes those that are new, under their normalised names', async () => {
    const response = await hub.api('POST', '/users', {
      token: teacher,
      body: { usernames: ['Dora ', 'anna', 'dora'] },
    });
    expect(response.status).toBe(201);
    expect(await response.json()).toMatchObject([{ kind: 'user', name: 'dora', admin: false, servers: {} }]);
    const again = await hub.api('POST', '/users', { token: teacher, body: { usernames: ['dora', 'anna'] } });
    expect(again.status).toBe(409);
  });

  it.each([
    [{}, 'at least one'],
    [{ usernames: [] }, 'at least one'],
    [{ usernames: [1] }, 'usernames.0'],
    [{ usernames: ['ed'], admin: 'yes' }, 'admin'],
    [{ usernames: ['ed'], shoes: 1 }, 'shoes'],
    [{ usernames: ['ed', 'a/b'] }, 'a/b'],
    [[], 'object'],
  ])('refuses %j, says why, and makes nobody', async (body, word) => {
    const response = await hub.api('POST', '/users', { token: teacher, body });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toContain(word);
    expect(await hub.store.users.get('ed')).toBeUndefined();
  });

  it('lets only admins make admins', async () => {
    await hub.user('helper');
    const response = await hub.api('POST', '/users', {
      token: await hub.token('anna'),
      body: { usernames: ['eve'] },
    });
    expect(response.status).toBe(403);
    const made = await hub.api('POST', '/users', {
      token: teacher,
      body: { usernames: ['frans'], admin: true },
    });
    expect(await made.json()).toMatchObject([{ name: 'frans', admin: true, roles: ['admin', 'user'] }]);
  });
});
