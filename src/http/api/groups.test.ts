import { expect, test } from 'vitest';
import { serviceTokenOf, startHub } from '../../../test/support/hub.ts';
import { Groups } from '../../hub/groups.ts';

const NAMES_AND_MEMBERS = { kind: 'group', users: ['anna'], properties: {} };

test('groups are made, filled, read and removed', async () => {
  await using hub = await startHub();
  for (const name of ['anna', 'bo']) await hub.user(name);
  const token = await hub.token('teacher');
  const made = await hub.api('POST', '/groups', { token, body: { groups: ['b', 'a'] } });
  expect(made.status).toBe(201);
  expect(((await made.json()) as { name: string }[]).map(({ name }) => name)).toEqual(['a', 'b']);
  expect((await hub.api('POST', '/groups', { token, body: { groups: ['c', 'a'] } })).status).toBe(409);
  expect((await hub.api('GET', '/groups/c', { token })).status).toBe(404);
  expect((await hub.api('POST', '/groups/c', { token, body: { users: ['anna'] } })).status).toBe(201);
  expect((await hub.api('POST', '/groups/c', { token })).status).toBe(409);

  const added = await hub.api('POST', '/groups/a/users', { token, body: { users: ['Anna', 'bo'] } });
  expect(await added.json()).toEqual({
    kind: 'group',
    name: 'a',
    users: ['anna', 'bo'],
    properties: {},
    roles: [],
  });
  const left = await hub.api('DELETE', '/groups/a/users', { token, body: { users: ['bo'] } });
  expect(await left.json()).toMatchObject({ ...NAMES_AND_MEMBERS, name: 'a' });
  const properties = { colour: 'red', places: 12 };
  const kept = await hub.api('PUT', '/groups/a/properties', { token, body: properties });
  expect(await kept.json()).toMatchObject({ name: 'a', properties });
  expect(await (await hub.api('GET', '/users/anna', { token })).json()).toMatchObject({ groups: ['a', 'c'] });

  const page = await hub.api('GET', '/groups?limit=1&offset=1', {
    token,
    headers: { accept: 'application/jupyterhub-pagination+json' },
  });
  expect(await page.json()).toMatchObject({
    items: [{ name: 'b' }],
    _pagination: { total: 3, next: { offset: 2, limit: 1 } },
  });
  expect((await hub.api('DELETE', '/groups/a', { token })).status).toBe(204);
  expect((await hub.api('DELETE', '/groups/a', { token })).status).toBe(404);
});

test('what cannot be is refused, and nothing of it happens', async () => {
  await using hub = await startHub();
  await hub.user('anna');
  const token = await hub.token('teacher');
  await hub.store.groups.insert(['a']);
  const refused = [
    await hub.api('POST', '/groups/a/users', { token, body: { users: ['anna', 'nobody'] } }),
    await hub.api('POST', '/groups/a/users', { token, body: {} }),
    await hub.api('POST', '/groups', { token, body: { groups: [] } }),
    await hub.api('POST', '/groups', { token, body: { groups: ['d', ' e'] } }),
    await hub.api('POST', `/groups/${encodeURIComponent('(students)')}`, { token }),
    await hub.api('PUT', '/groups/a/properties', { token, body: [] }),
    await hub.api('POST', '/groups/f', { token, body: { users: ['anna', 'nobody'] } }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([400, 400, 400, 400, 400, 400, 400]);
  expect((await hub.api('POST', '/groups/z/users', { token, body: { users: ['anna'] } })).status).toBe(404);
  expect((await hub.store.groups.list({})).items).toEqual([{ name: 'a', properties: {}, users: [] }]);
});

test('where logins say who is in which group, nobody else does', async () => {
  await using hub = await startHub();
  const { store } = hub;
  const anna = await hub.user('anna');
  const groups = new Groups({ store, managed: true, declared: [] });
  await store.groups.setOfUser(anna.id, ['b', 'a']);
  expect((await store.users.get('anna'))!.groups).toEqual(['a', 'b']);
  const disabled = { code: 'invalid', message: expect.stringContaining('disabled') };
  await expect(groups.addUsers('a', ['anna'])).rejects.toMatchObject(disabled);
  await expect(groups.removeUsers('a', ['anna'])).rejects.toMatchObject(disabled);
  await expect(groups.create(['c'])).rejects.toMatchObject(disabled);
  await expect(groups.delete('a')).rejects.toMatchObject(disabled);
  await expect(groups.setProperties('a', { room: 1 })).rejects.toMatchObject(disabled);
  expect((await store.users.get('anna'))!.groups).toEqual(['a', 'b']);
});

test('a scope for a group is one for each of its members, and ends with their membership', async () => {
  await using hub = await startHub();
  for (const name of ['anna', 'bo', 'cleo']) await hub.user(name);
  const admin = await hub.token('teacher');
  await hub.api('POST', '/groups/lab', { token: admin, body: { users: ['anna', 'bo'] } });
  await hub.store.groups.insert(['other']);
  const scopes = [
    'list:users!group=lab',
    'read:groups!group=lab',
    'list:groups!group=lab',
    'servers!group=lab',
  ];
  const token = await hub.token('teacher', scopes);
  const list = async () =>
    ((await (await hub.api('GET', '/users', { token })).json()) as { name: string }[]).map(
      ({ name }) => name,
    );
  expect(await list()).toEqual(['anna', 'bo']);
  const groups = await (await hub.api('GET', '/groups', { token })).json();
  expect(groups).toEqual([{ kind: 'group', name: 'lab', users: ['anna', 'bo'], properties: {} }]);
  expect((await hub.api('GET', '/groups/other', { token })).status).toBe(404);
  expect((await hub.api('GET', '/users/cleo', { token })).status).toBe(404);
  expect((await hub.api('POST', '/users/cleo/server', { token })).status).toBe(404);
  expect([201, 202]).toContain((await hub.api('POST', '/users/bo/server', { token })).status);
  await hub.api('DELETE', '/groups/lab/users', { token: admin, body: { users: ['bo'] } });
  expect(await list()).toEqual(['anna']);
  expect((await hub.api('DELETE', '/users/bo/server', { token })).status).toBe(404);
});

test('roles that the course declares are held by users, members of groups, and services', async () => {
  const role = { description: '', users: [], groups: [], services: [] };
  const roles = [
    { ...role, name: 'grader', scopes: ['read:users:name', 'custom:grade'], groups: ['graders'] },
    { ...role, name: 'lister', scopes: ['list:users'], users: ['bo'], services: ['dashboard'] },
  ];
  const customScopes = new Map([['custom:grade', ['list:groups']]]);
  await using hub = await startHub({ rights: { roles, customScopes }, services: [{ name: 'dashboard' }] });
  for (const name of ['anna', 'bo', 'cleo']) await hub.user(name);
  const anna = await hub.token('anna');
  const [bo, service] = [await hub.token('bo'), serviceTokenOf('dashboard')];
  expect((await hub.api('GET', '/users/cleo', { token: anna })).status).toBe(404);
  await hub.store.groups.setOfUser((await hub.user('anna')).id, ['graders']);
  expect(await (await hub.api('GET', '/users/cleo', { token: anna })).json()).toMatchObject({ name: 'cleo' });
  expect((await hub.api('GET', '/groups', { token: anna })).status).toBe(200);
  for (const token of [bo, service]) expect((await hub.api('GET', '/users', { token })).status).toBe(200);
  expect(await (await hub.api('GET', '/user', { token: service })).json()).toMatchObject({
    kind: 'service',
    name: 'dashboard',
    admin: false,
    scopes: ['list:users', 'read:users:name'],
  });
  const described = await hub.api('GET', '/services/dashboard', { token: await hub.token('teacher') });
  expect(await described.json()).toMatchObject({ admin: false, roles: ['lister'] });
  expect((await hub.api('POST', '/users/x', { token: service })).status).toBe(403);
  const asked = { roles: ['grader'] };
  const made = await hub.api('POST', '/users/anna/tokens', { token: anna, body: asked });
  expect(await made.json()).toMatchObject({
    scopes: expect.arrayContaining(['custom:grade', 'list:groups']),
  });
  expect((await hub.api('POST', '/users/bo/tokens', { token: bo, body: asked })).status).toBe(400);
});

test('an instructor opens what students have, and nothing of those who teach or administer', async () => {
  await using hub = await startHub({ instructors: ['wim', 'eva'] });
  for (const name of ['anna', 'eva']) await hub.user(name);
  await hub.token('teacher');
  const token = await hub.token('wim');
  for (const other of ['teacher', 'eva']) {
    expect((await hub.api('POST', `/users/${other}/server`, { token })).status).toBe(404);
    expect((await hub.api('DELETE', `/users/${other}/server`, { token })).status).toBe(404);
  }
  expect([201, 202]).toContain((await hub.api('POST', '/users/anna/server', { token })).status);
  await hub.server('anna', '', ({ state }) => state === 'ready');
  await hub.store.users.update((await hub.user('anna')).id, { admin: true });
  expect((await hub.api('DELETE', '/users/anna/server', { token })).status).toBe(404);
});
