import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
let teacher: string;
let anna: string;
beforeAll(async () => {
  hub = await startHub();
  teacher = await hub.token('teacher');
  anna = await hub.token('anna');
  await hub.user('ben');
  await hub.user('ö.n@example.org');
});
afterAll(() => hub[Symbol.asyncDispose]());

interface UserModel {
  readonly name: string;
  readonly created: string;
  readonly token_id: string;
  readonly scopes: readonly string[];
  readonly servers: Readonly<Record<string, unknown>>;
}

async function get(path: string, token: string): Promise<UserModel> {
  const response = await hub.api('GET', path, { token });
  expect(response.status, path).toBe(200);
  return (await response.json()) as UserModel;
}

describe('GET /hub/api/users/:user', () => {
  it('tells users of themselves', async () => {
    const model = await get('/users/anna', anna);
    expect(model).toMatchObject({
      kind: 'user',
      name: 'anna',
      admin: false,
      roles: ['user'],
      groups: [],
      servers: {},
    });
    expect(model).not.toHaveProperty('auth_state');
    expect(model.created).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  });

  it('finds names whatever their case, decoding the path once', async () => {
    expect((await get('/users/ANNA', anna)).name).toBe('anna');
    expect((await get(`/users/${encodeURIComponent('ö.n@example.org')}`, teacher)).name).toBe(
      'ö.n@example.org',
    );
    expect((await hub.api('GET', '/users/%2561nna', { token: teacher })).status).toBe(404);
  });

  it('answers the same for who does not exist and who may not be seen', async () => {
    const answers = await Promise.all(
      ['ben', 'nobody'].map(async (name) => {
        const response = await hub.api('GET', `/users/${name}`, { token: anna });
        return { status: response.status, body: await response.text() };
      }),
    );
    expect(answers[0]).toEqual(answers[1]);
    expect(answers[0]!.status).toBe(404);
  });

  it.each([
    [['read:users:name'], ['admin', 'kind', 'name', 'user_info']],
    [['read:users:activity!user=ben'], ['kind', 'last_activity', 'name']],
    [['read:roles:users'], ['admin', 'kind', 'name', 'roles']],
    [['read:users:groups'], ['groups', 'kind', 'name']],
    [
      ['admin:auth_state', 'read:users:groups'],
      ['auth_state', 'groups', 'kind', 'name'],
    ],
  ])('with %j shows %j and no more', async (scopes, fields) => {
    expect(Object.keys(await get('/users/ben', await hub.token('teacher', scopes))).sort()).toEqual(fields);
  });

  it('shows of the servers those that the scope names, and stopped ones when asked', async () => {
    await hub.api('PUT', '/users/ben/servers/lab', { token: teacher });
    await hub.api('PUT', '/users/ben/servers/secret', { token: teacher });
    const token = await hub.token('teacher', ['read:users:name', 'read:servers!server=ben/lab']);
    expect(await get('/users/ben', token)).not.toHaveProperty('servers');
    const model = await get('/users/ben?include_stopped_servers=1', token);
    expect(Object.keys(model.servers)).toEqual(['lab']);
    expect(model.servers.lab).toMatchObject({
      full_name: 'ben/lab',
      stopped: true,
      ready: false,
      pending: null,
    });
    expect(model.servers.lab).not.toHaveProperty('state');
    expect(Object.keys((await get('/users/ben?include_stopped_servers=1', teacher)).servers)).toEqual([
      'lab',
      'secret',
    ]);
  });
});

describe('changing users', () => {
  it('POST makes one', async () => {
    const made = await hub.api('POST', '/users/dora', { token: teacher });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({ name: 'dora', admin: false });
    expect((await hub.api('POST', '/users/Dora', { token: teacher })).status).toBe(409);
    expect((await hub.api('POST', `/users/${encodeURIComponent('a/b')}`, { token: teacher })).status).toBe(
      400,
    );
    expect((await hub.api('POST', '/users/ed', { token: anna })).status).toBe(403);
  });

  it('PATCH keeps what a program says of a login, and forgets it for null', async () => {
    await hub.user('mia');
    const token = await hub.token('teacher');
    const patch = async (body: object) =>
      await (await hub.api('PATCH', '/users/mia', { token, body })).json();
    expect(await patch({ auth_state: { oauth_user: { sub: '1' } } })).toMatchObject({
      auth_state: { oauth_user: { sub: '1' } },
    });
    expect(await patch({ admin: false })).toMatchObject({ auth_state: { oauth_user: { sub: '1' } } });
    expect(await patch({ auth_state: null })).toMatchObject({ auth_state: null });
    const refused = await hub.api('PATCH', '/users/mia', { token, body: { auth_state: 'text' } });
    expect(refused.status).toBe(400);
  });

  it('PATCH renames, and gives and takes the admin role', async () => {
    await hub.user('eva');
    const patched = await hub.api('PATCH', '/users/eva', {
      token: teacher,
      body: { name: 'Eve', admin: true },
    });
    expect(patched.status).toBe(200);
    expect(await patched.json()).toMatchObject({ name: 'eve', admin: true, auth_state: null });
    expect((await hub.api('PATCH', '/users/eve', { token: teacher, body: { name: 'anna' } })).status).toBe(
      400,
    );
    expect((await hub.api('PATCH', '/users/eve', { token: teacher, body: { name: 'a/b' } })).status).toBe(
      400,
    );
    expect((await hub.api('PATCH', '/users/eve', { token: teacher, body: { shoes: 1 } })).status).toBe(400);
    expect((await hub.api('PATCH', '/users/nobody', { token: teacher, body: {} })).status).toBe(404);
    expect((await hub.api('PATCH', '/users/anna', { token: anna, body: { admin: true } })).status).toBe(403);
  });

  it('DELETE stops the server first, and takes tokens and sessions along', async () => {
    const token = await hub.token('fred');
    const browser = await hub.browser('fred');
    expect((await hub.api('POST', '/users/fred/server', { token })).status).toBe(201);
    const { id } = await hub.server('fred', '', (server) => server.state === 'ready');
    expect((await hub.api('DELETE', '/users/fred', { token: teacher })).status).toBe(204);
    const runs = await hub.world.runs.all();
    expect(runs.filter((run) => run.serverId === id && run.stoppedAt === null)).toEqual([]);
    expect((await hub.api('GET', '/user', { token })).status).toBe(403);
    expect((await browser.get('/hub/api/user')).status).toBe(403);
    expect((await hub.api('DELETE', '/users/fred', { token: teacher })).status).toBe(404);
  });

  it('DELETE keeps admins from deleting themselves, and others from deleting anybody', async () => {
    expect((await hub.api('DELETE', '/users/teacher', { token: teacher })).status).toBe(400);
    expect((await hub.api('DELETE', '/users/anna', { token: anna })).status).toBe(403);
  });
});

describe('GET /hub/api/user', () => {
  it('identifies whoever asks, even a token that may do nothing', async () => {
    const model = await get('/user', await hub.token('anna', []));
    expect(model).toMatchObject({
      kind: 'user',
      name: 'anna',
      admin: false,
      groups: [],
      scopes: [],
      session_id: null,
    });
    expect(model.token_id).toMatch(/^a\d+$/);
    expect(model).not.toHaveProperty('last_activity');
  });

  it('lists the scopes that single-user servers look for', async () => {
    expect((await get('/user', anna)).scopes).toContain('access:servers!user=anna');
  });

  it('notes that the token, and through it the user, was active', async () => {
    const token = await hub.token('gerda');
    await get('/user', token);
    const user = await hub.user('gerda');
    const noted = (await hub.store.tokens.list({ userId: user.id }))[0]?.lastUsedAt;
    expect(noted).toBeInstanceOf(Date);
    expect(user.lastActivityAt).toEqual(noted);
  });
});
