import { expect, test } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import type { Role } from '../../domain/role.ts';
import type { Server } from '../../domain/server.ts';

/** With this role people share what is theirs, and find each other. */
const SHARER: Role = {
  name: 'user',
  description: '',
  scopes: ['self', 'shares!user', 'read:users:name', 'read:groups:name'],
  users: [],
  groups: [],
  services: [],
};

async function sharingHub(): Promise<TestHub> {
  const hub = await startHub({ rights: { roles: [SHARER], customScopes: new Map() } });
  for (const name of ['anna', 'ben', 'cas']) await hub.user(name);
  return hub;
}

async function runningServer(hub: TestHub, owner: string): Promise<Server> {
  await hub.api('POST', `/users/${owner}/server`, { token: await hub.token(owner) });
  return await hub.server(owner, '', ({ state }) => state === 'ready');
}

/** As the browser of `visitor` opens it: what the server gets in exchange, or the status of the refusal. */
async function open(hub: TestHub, visitor: string, server: Server): Promise<string | number> {
  const browser = await hub.browser(visitor);
  const callback = `/user/${server.owner}/oauth_callback`;
  const query = new URLSearchParams({
    client_id: server.oauthClientId,
    redirect_uri: callback,
    response_type: 'code',
    state: 'here',
  });
  const address = `/hub/api/oauth2/authorize?${query}`;
  const asked = await browser.get(address);
  if (asked.status !== 200) return asked.status;
  const agreed = await browser.post(address, { _xsrf: browser.cookie('_xsrf') ?? '', decision: 'allow' });
  const code = new URL(agreed.headers.get('location')!, hub.url).searchParams.get('code')!;
  const answer = await fetch(`${hub.url}/hub/api/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      client_id: server.oauthClientId,
      client_secret: hub.serverToken(server),
      grant_type: 'authorization_code',
      redirect_uri: callback,
      code,
    }),
  });
  return ((await answer.json()) as { access_token: string }).access_token;
}

async function scopesOf(hub: TestHub, token: string): Promise<readonly string[]> {
  return ((await (await hub.api('GET', '/user', { token })).json()) as { scopes: string[] }).scopes;
}

test('whoever a server is shared with opens it, until it is not shared any more', async () => {
  await using hub = await sharingHub();
  const server = await runningServer(hub, 'anna');
  const anna = await hub.token('anna');
  expect(await open(hub, 'ben', server)).toBe(403);

  const shared = await hub.api('POST', '/shares/anna/', { token: anna, body: { user: 'ben' } });
  expect(shared.status).toBe(200);
  const { created_at: at, ...share } = (await shared.json()) as Record<string, unknown>;
  expect(at).toBe(new Date(String(at)).toISOString());
  expect(share).toEqual({
    server: { user: { name: 'anna' }, name: '', url: '/user/anna/', full_url: null, ready: true },
    scopes: ['access:servers!server=anna/'],
    user: { name: 'ben' },
    group: null,
    kind: 'user',
  });
  const token = String(await open(hub, 'ben', server));
  expect(await scopesOf(hub, token)).toContain('access:servers!server=anna/');
  expect(await open(hub, 'cas', server)).toBe(403);

  const revoked = await hub.api('PATCH', '/shares/anna/', { token: anna, body: { user: 'ben' } });
  expect(await revoked.json()).toEqual({});
  expect(await open(hub, 'ben', server)).toBe(403);
  // What he holds already says who he is, and opens nothing.
  expect(await scopesOf(hub, token)).not.toContain('access:servers!server=anna/');
});

test('a server that is shared with a group is open to its members, as long as they are some', async () => {
  await using hub = await sharingHub();
  const server = await runningServer(hub, 'anna');
  const token = await hub.token('anna');
  await hub.store.groups.insert(['lab']);
  const ben = await hub.user('ben');
  await hub.api('POST', '/shares/anna/', { token, body: { group: 'lab' } });
  expect(await open(hub, 'ben', server)).toBe(403);
  await hub.store.groups.addMembers('lab', [ben.id]);
  expect(await open(hub, 'ben', server)).toEqual(expect.any(String));
  const listed = await hub.api('GET', '/users/ben/shared', { token: await hub.token('ben') });
  expect(await listed.json()).toMatchObject([{ group: { name: 'lab' }, user: null, kind: 'group' }]);
  await hub.store.groups.removeMembers('lab', [ben.id]);
  expect(await open(hub, 'ben', server)).toBe(403);
});

test('scopes add up, and are taken away one by one', async () => {
  await using hub = await sharingHub();
  await runningServer(hub, 'anna');
  const [anna, ben] = [await hub.token('anna'), await hub.token('ben')];
  const ask = async (method: string, scopes: readonly string[]) => {
    const answer = await hub.api(method, '/shares/anna/', { token: anna, body: { user: 'ben', scopes } });
    expect(answer.status).toBe(200);
    return ((await answer.json()) as { scopes: string[] }).scopes;
  };
  expect(await ask('POST', [])).toEqual(['access:servers!server=anna/']);
  expect((await hub.api('GET', '/users/anna/server', { token: ben })).status).toBe(404);
  expect(await ask('POST', ['read:servers!server=anna/', 'delete:servers'])).toEqual([
    'access:servers!server=anna/',
    'delete:servers!server=anna/',
    'read:servers!server=anna/',
  ]);
  expect((await hub.api('GET', '/users/anna/server', { token: ben })).status).toBe(200);
  expect(await ask('PATCH', ['access:servers', 'read:servers'])).toEqual(['delete:servers!server=anna/']);
  expect((await hub.api('GET', '/users/anna/server', { token: ben })).status).toBe(404);
  expect((await hub.api('DELETE', '/users/anna/server', { token: ben })).status).toBe(204);
});

test('nobody shares what they may not do, nor with people of whom they may not know', async () => {
  await using hub = await sharingHub();
  await runningServer(hub, 'anna');
  const token = await hub.token('anna');
  const share = async (body: unknown, by = token, path = '/shares/anna/') => {
    const answer = await hub.api('POST', path, { token: by, body });
    return [answer.status, ((await answer.json()) as { message: string }).message];
  };
  expect(await share({ user: 'nobody' })).toEqual([400, 'No such user: nobody']);
  expect(await share({ group: 'nobody' })).toEqual([400, 'No such group: nobody']);
  for (const body of [{}, { user: 'ben', group: 'lab' }, { user: 'ben', expires_in: 5 }, undefined]) {
    expect((await share(body))[0]).toBe(400);
  }
  for (const scope of [
    'no:such',
    'access:servers!server=ben/',
    'access:servers!user',
    'list:users',
    'self',
  ]) {
    expect((await share({ user: 'ben', scopes: [scope] }))[0]).toBe(400);
  }
  expect(await share({ user: 'ben', scopes: ['admin:server_state'] })).toEqual([
    403,
    'You cannot share “admin:server_state”: you may not do it yourself.',
  ]);
  const narrow = await hub.token('anna', ['shares!user', 'access:servers!user']);
  expect((await share({ user: 'ben' }, narrow))[0]).toBe(403);
  expect((await share({ group: 'lab' }, narrow))[0]).toBe(403);
  expect((await share({ user: 'ben' }, token, '/shares/anna/lab'))[0]).toBe(404);
  expect((await share({ user: 'ben' }, token, '/shares/ben/'))[0]).toBe(404);
  expect(await (await hub.api('GET', '/shares/anna', { token })).json()).toEqual([]);
});

test('both sides see a share; whoever has it can give it up', async () => {
  await using hub = await sharingHub();
  await runningServer(hub, 'anna');
  const [anna, ben] = [await hub.token('anna'), await hub.token('ben')];
  for (const user of ['ben', 'cas']) await hub.api('POST', '/shares/anna/', { token: anna, body: { user } });
  const names = async (path: string, token: string, accept = 'application/json') => {
    const answer = await hub.api('GET', path, { token, headers: { accept } });
    const body = (await answer.json()) as { items?: unknown[] } & { user: { name: string } }[];
    return (body.items ?? body).map((share) => (share as { user: { name: string } }).user.name);
  };
  expect(await names('/shares/anna', anna)).toEqual(['ben', 'cas']);
  expect(await names('/shares/anna/?limit=1&offset=1', anna)).toEqual(['cas']);
  expect(await names('/shares/anna/', anna, 'application/jupyterhub-pagination+json')).toEqual([
    'ben',
    'cas',
  ]);
  expect(await names('/users/ben/shared', ben)).toEqual(['ben']);
  expect((await hub.api('GET', '/users/ben/shared/anna/', { token: ben })).status).toBe(200);
  expect((await hub.api('DELETE', '/users/ben/shared/anna/', { token: ben })).status).toBe(204);
  expect((await hub.api('GET', '/users/ben/shared/anna/', { token: ben })).status).toBe(404);
  expect((await hub.api('DELETE', '/users/ben/shared/anna/', { token: ben })).status).toBe(404);
  expect((await hub.api('DELETE', '/shares/anna/', { token: anna })).status).toBe(204);
  expect(await names('/shares/anna', anna)).toEqual([]);
  expect((await hub.api('POST', '/shares/anna', { token: anna, body: { user: 'ben' } })).status).toBe(405);
});
