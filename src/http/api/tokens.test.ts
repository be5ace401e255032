import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
let teacher: string;
beforeAll(async () => {
  hub = await startHub();
  teacher = await hub.token('teacher');
});
afterAll(() => hub[Symbol.asyncDispose]());

interface TokenModel {
  readonly id: string;
  readonly token: string;
  readonly note: string;
  readonly scopes: readonly string[];
  readonly expires_at: string | null;
  readonly last_activity: string | null;
}

async function make(user: string, token: string, body?: unknown): Promise<TokenModel> {
  const response = await hub.api('POST', `/users/${user}/tokens`, { token, body });
  expect(response.status).toBe(201);
  return (await response.json()) as TokenModel;
}

async function list(user: string, token: string): Promise<readonly TokenModel[]> {
  const response = await hub.api('GET', `/users/${user}/tokens`, { token });
  expect(response.status).toBe(200);
  return ((await response.json()) as { api_tokens: TokenModel[] }).api_tokens;
}

describe('POST /hub/api/users/:user/tokens', () => {
  it('makes a token that may do what its owner may, and shows its secret once', async () => {
    const anna = await hub.token('anna');
    const made = await make('anna', anna);
    expect(made).toMatchObject({
      user: 'anna',
      kind: 'api_token',
      roles: [],
      note: 'Requested via api',
      expires_at: null,
      session_id: null,
      oauth_client: 'JupyterHub',
    });
    expect((await hub.api('GET', '/users/anna', { token: made.token })).status).toBe(200);
    expect(JSON.stringify(await list('anna', anna))).not.toContain(made.token);
  });

  it('makes one with few scopes, which come down to what they carry with them', async () => {
    const made = await make('ben', await hub.token('ben'), {
      scopes: ['read:users!user'],
      note: 'for a script',
    });
    expect(made.note).toBe('for a script');
    expect(made.scopes).toEqual(
      ['read:users', 'read:users:activity', 'read:users:groups', 'read:users:name'].map(
        (scope) => `${scope}!user=ben`,
      ),
    );
    expect((await hub.api('GET', '/users/ben/tokens', { token: made.token })).status).toBe(403);
  });

  it('makes as many for a user as the course allows, and one more when one of them is revoked', async () => {
    await using limited = await startHub({ bounds: { tokensPerUser: 2 } });
    const token = await limited.token('anna');
    const make = () => limited.api('POST', '/users/anna/tokens', { token });
    expect((await make()).status).toBe(201);
    const refused = await make();
    expect(refused.status).toBe(409);
    expect(await refused.json()).toMatchObject({ message: expect.stringContaining('has 2 tokens') });
    const [, made] = await limited.store.tokens.list({ userId: (await limited.user('anna')).id });
    await limited.api('DELETE', `/users/anna/tokens/a${made?.id}`, { token });
    expect((await make()).status).toBe(201);
  });

  it('a token ends when it was said to', async () => {
    const made = await make('cor', await hub.token('cor'), { expires_in: 60 });
    expect(made.expires_at).not.toBeNull();
    expect((await hub.api('GET', '/user', { token: made.token })).status).toBe(200);
    hub.clock.advance(61);
    expect((await hub.api('GET', '/user', { token: made.token })).status).toBe(403);
  });

  it('a token is never worth more than its owner is now', async () => {
    const made = await make('teacher', teacher, { scopes: ['admin:users'] });
    await hub.user('dora');
    expect((await hub.api('GET', '/users/dora', { token: made.token })).status).toBe(200);
    const { id } = await hub.user('teacher');
    await hub.store.users.update(id, { admin: false });
    expect((await hub.api('GET', '/users/dora', { token: made.token })).status).toBe(404);
    await hub.store.users.update(id, { admin: true });
  });

  it.each([
    [{ scopes: ['no:such:scope'] }, 'no:such:scope'],
    [{ scopes: ['admin:users'] }, 'does not have'],
    [{ scopes: 'read:users' }, 'scopes'],
    [{ roles: ['wizard'] }, 'wizard'],
    [{ roles: ['user'], scopes: ['self'] }, 'one of scopes or roles'],
    [{ expires_in: 0 }, 'expires_in'],
    [{ expires_in: 1.5 }, 'expires_in'],
    [{ expires_in: 1e300 }, 'expires_in'],
    [['note'], 'object'],
  ])('refuses %j', async (body, word) => {
    const response = await hub.api('POST', '/users/eva/tokens', { token: await hub.token('eva'), body });
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toContain(word);
  });

  it('nobody gives what they do not have themselves', async () => {
    const weak = await hub.token('fred', ['tokens!user']);
    expect((await hub.api('POST', '/users/fred/tokens', { token: weak })).status).toBe(403);
    expect((await make('fred', weak, { scopes: ['read:tokens!user'] })).scopes).toEqual([
      'read:tokens!user=fred',
    ]);
  });

  it('answers 403 in the same words for others and for nobody', async () => {
    const gijs = await hub.token('gijs');
    for (const name of ['anna', 'nobody']) {
      const response = await hub.api('POST', `/users/${name}/tokens`, { token: gijs });
      expect(response.status).toBe(403);
      expect(await response.json()).toEqual({
        status: 403,
        message: `User ${name} not found or no permissions to generate tokens`,
      });
    }
    expect((await make('gijs', teacher)).note).toBe('Requested via api by user teacher');
  });
});

describe('one token', () => {
  it('GET shows it, DELETE ends it', async () => {
    const hugo = await hub.token('hugo');
    const { id, token } = await make('hugo', hugo);
    expect(id).toMatch(/^a\d+$/);
    expect((await hub.api('GET', `/users/hugo/tokens/${id}`, { token: hugo })).status).toBe(200);
    expect((await hub.api('DELETE', `/users/hugo/tokens/${id}`, { token: hugo })).status).toBe(204);
    expect((await hub.api('GET', '/user', { token })).status).toBe(403);
    expect((await hub.api('DELETE', `/users/hugo/tokens/${id}`, { token: hugo })).status).toBe(404);
  });

  it('is found only under its owner, and only by an id', async () => {
    const ina = await hub.token('ina');
    const { id } = await make('ina', ina);
    const jan = await hub.token('jan');
    expect((await hub.api('GET', `/users/jan/tokens/${id}`, { token: jan })).status).toBe(404);
    expect((await hub.api('GET', `/users/ina/tokens/${id}`, { token: jan })).status).toBe(404);
    for (const bad of ['1', 'a', 'b1', 'a1x', 'a-1', 'a99999999999999999999']) {
      expect((await hub.api('GET', `/users/ina/tokens/${bad}`, { token: ina })).status, bad).toBe(404);
    }
  });

  it('DELETE of a browser’s token ends all that its server holds for this user, and not the server’s own', async () => {
    const kees = await hub.token('kees');
    await hub.api('POST', '/users/kees/server', { token: kees });
    const server = await hub.server('kees', '', (row) => row.state === 'ready');
    const user = await hub.user('kees');
    for (const note of ['first browser', 'second browser']) {
      await hub.store.tokens.insert({
        userId: user.id,
        scopes: ['access:servers!user'],
        note,
        createdAt: hub.clock.now(),
        expiresAt: null,
        sessionId: null,
        oauthClientId: server.oauthClientId,
        serverId: null,
        hash: `hash of ${note}`,
      });
    }
    const before = await list('kees', kees);
    const browser = before.find(({ note }) => note === 'first browser');
    expect((await hub.api('DELETE', `/users/kees/tokens/${browser?.id}`, { token: kees })).status).toBe(204);
    expect((await list('kees', kees)).map(({ note }) => note).sort()).toEqual([
      'Server at kees/',
      'made by a test',
    ]);
  });

  it('GET of the list has those used least recently first', async () => {
    const lien = await hub.token('lien');
    const first = await make('lien', lien, { note: 'first' });
    hub.clock.advance(1);
    await make('lien', lien, { note: 'second' });
    hub.clock.advance(60);
    await hub.api('GET', '/user', { token: first.token });
    hub.clock.advance(60);
    expect((await list('lien', lien)).map(({ note }) => note)).toEqual(['second', 'first', 'made by a test']);
  });
});
