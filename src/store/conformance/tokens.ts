import { expect } from 'vitest';
import { addServer, addUser, after, HOUR, newSession, newToken, type StoreTest } from './store-test.ts';

export function tokensConformance(test: StoreTest): void {
  test('a token is found by the hash of its secret, as it was returned', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    const session = await store.sessions.insert(await newSession(store, anna));
    const { hash, ...fields } = newToken(anna, {
      expiresAt: await after(store, HOUR),
      sessionId: session.id,
      oauthClientId: server.oauthClientId,
      serverId: server.id,
    });
    const token = await store.tokens.insert({ hash, ...fields });
    expect(token).toEqual({ ...fields, id: expect.any(Number), userName: 'anna', lastUsedAt: null });
    expect(await store.tokens.byHash(hash)).toEqual(token);
    expect(await store.tokens.byHash(`${hash}x`)).toBeUndefined();
  });

  test('a token that is stored already is not stored twice', async ({ store, anna }) => {
    const first = await store.tokens.insert(newToken(anna));
    expect(await store.tokens.insert(newToken(anna, { note: 'again' }))).toEqual(first);
    expect(await store.tokens.list({})).toEqual([first]);
  });

  test('a token of another hub is found by how it begins, until it is one of ours', async ({
    store,
    anna,
  }) => {
    const foreign = newToken(anna, { hash: 'sha512:1:salt:one', prefix: '5f2b' });
    const one = await store.tokens.insert(foreign);
    const other = await store.tokens.insert({ ...foreign, hash: 'sha512:1:salt:other' });
    await store.tokens.insert({ ...foreign, hash: 'sha512:1:salt:else', prefix: '5f2c' });
    const expiresAt = await after(store, -1);
    await store.tokens.insert({ ...foreign, hash: 'sha512:1:salt:ended', expiresAt });
    expect(await store.tokens.insert(foreign)).toEqual(one);
    const found = await store.tokens.foreign('5f2b');
    expect(new Map(found.map(({ token, hash }) => [hash, token]))).toEqual(
      new Map([
        ['sha512:1:salt:one', one],
        ['sha512:1:salt:other', other],
      ]),
    );
    await store.tokens.rehash(one.id, 'hash-of-ours');
    expect(await store.tokens.byHash('hash-of-ours')).toEqual(one);
    expect(await store.tokens.foreign('5f2b')).toEqual([{ token: other, hash: 'sha512:1:salt:other' }]);
  });

  test('a token of nobody, or of a session that has ended, is refused', async ({ store, anna }) => {
    const nobody = newToken({ ...anna, id: anna.id + 1 });
    await expect(store.tokens.insert(nobody)).rejects.toMatchObject({ code: 'not_found' });
    const ended = newToken(anna, { sessionId: 'ses-ended' });
    await expect(store.tokens.insert(ended)).rejects.toMatchObject({ code: 'not_found' });
    expect(await store.tokens.list({})).toEqual([]);
  });

  test('a token ends when it expires', async ({ store, anna }) => {
    await store.tokens.insert(newToken(anna, { hash: 'old', expiresAt: await after(store, -1) }));
    const young = await store.tokens.insert(
      newToken(anna, { hash: 'young', expiresAt: await after(store, HOUR) }),
    );
    const eternal = await store.tokens.insert(newToken(anna, { hash: 'eternal' }));
    expect(await store.tokens.byHash('old')).toBeUndefined();
    expect(await store.tokens.byHash('young')).toEqual(young);
    expect(await store.tokens.list({ userId: anna.id })).toEqual([young, eternal]);
    expect(await store.tokens.deleteExpired()).toBe(1);
    expect(await store.tokens.deleteExpired()).toBe(0);
    expect(await store.tokens.byHash('eternal')).toEqual(eternal);
  });

  test('a token ends with the session that it was made for, deleted or expired', async ({ store, anna }) => {
    const lives = await store.sessions.insert(await newSession(store, anna, { id: 'ses-lives' }));
    const expired = await store.sessions.insert(
      await newSession(store, anna, { id: 'ses-expired', expiresAt: await after(store, -1) }),
    );
    await store.tokens.insert(newToken(anna, { hash: 'of-expired', sessionId: expired.id }));
    await store.tokens.insert(newToken(anna, { hash: 'of-lives', sessionId: lives.id }));
    const free = await store.tokens.insert(newToken(anna, { hash: 'free' }));
    expect(await store.tokens.byHash('of-expired')).toBeUndefined();
    expect(await store.tokens.byHash('of-lives')).toBeDefined();
    expect(await store.sessions.delete(lives.id)).toBe(true);
    expect(await store.tokens.byHash('of-lives')).toBeUndefined();
    expect(await store.tokens.list({ userId: anna.id })).toEqual([free]);
  });

  test('tokens are listed and deleted by all fields that are given', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    const server = await addServer(store, anna);
    const session = await store.sessions.insert(await newSession(store, anna));
    const [a, b, c, d] = [
      await store.tokens.insert(newToken(anna, { hash: 'a', oauthClientId: 'x' })),
      await store.tokens.insert(newToken(anna, { hash: 'b', oauthClientId: 'x', sessionId: session.id })),
      await store.tokens.insert(newToken(anna, { hash: 'c', serverId: server.id })),
      await store.tokens.insert(newToken(ben, { hash: 'd', oauthClientId: 'x' })),
    ];
    expect(await store.tokens.list({ oauthClientId: 'x' })).toEqual([a, b, d]);
    expect(await store.tokens.list({ oauthClientId: 'x', userId: anna.id })).toEqual([a, b]);
    expect(await store.tokens.list({ sessionId: session.id })).toEqual([b]);
    expect(await store.tokens.list({ serverId: server.id })).toEqual([c]);
    expect(await store.tokens.list({ id: a.id, userId: ben.id })).toEqual([]);

    expect(await store.tokens.delete({ id: a.id, userId: ben.id })).toBe(0);
    expect(await store.tokens.delete({ oauthClientId: 'x', userId: anna.id })).toBe(2);
    expect(await store.tokens.delete({ serverId: server.id })).toBe(1);
    expect(await store.tokens.list({})).toEqual([d]);
  });

  test('deleting tokens without saying which is refused', async ({ store, anna }) => {
    const token = await store.tokens.insert(newToken(anna));
    await expect(store.tokens.delete({})).rejects.toMatchObject({ code: 'invalid' });
    expect(await store.tokens.list({})).toEqual([token]);
  });

  test('ids are not used again after the last token is deleted', async ({ store, anna }) => {
    const first = await store.tokens.insert(newToken(anna));
    await store.tokens.delete({ id: first.id });
    const second = await store.tokens.insert(newToken(anna));
    expect(second.id).toBeGreaterThan(first.id);
  });

  test('last use is the latest that was told', async ({ store, anna }) => {
    const token = await store.tokens.insert(newToken(anna));
    await store.tokens.touch([
      { id: token.id, at: new Date(2_000) },
      { id: token.id, at: new Date(3_000) },
      { id: token.id + 1, at: new Date(9_000) },
    ]);
    await store.tokens.touch([{ id: token.id, at: new Date(1_000) }]);
    expect(await store.tokens.list({})).toEqual([{ ...token, lastUsedAt: new Date(3_000) }]);
  });
}
