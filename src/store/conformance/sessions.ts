import { expect } from 'vitest';
import { addUser, after, HOUR, newCode, newSession, type StoreTest } from './store-test.ts';

export function sessionsConformance(test: StoreTest): void {
  test('a session is found by the hash of its secret, as it was returned', async ({ store, anna }) => {
    const { hash, ...fields } = await newSession(store, anna);
    const session = await store.sessions.insert({ hash, ...fields });
    expect(session).toEqual({ ...fields, userName: 'anna', lastSeenAt: fields.createdAt });
    expect(await store.sessions.byHash(hash)).toEqual(session);
    expect(await store.sessions.byHash(fields.id)).toBeUndefined();
  });

  test('a session carries the name that its user has now', async ({ store, anna }) => {
    const { hash } = await newSession(store, anna);
    await store.sessions.insert(await newSession(store, anna));
    await store.users.update(anna.id, { name: 'anne' });
    expect((await store.sessions.byHash(hash))!.userName).toBe('anne');
  });

  test('sessions of a user come in order of creation, without those that have expired', async ({
    store,
    anna,
  }) => {
    const ben = await addUser(store, 'ben');
    const insert = async (id: string, owner: typeof anna, created: number, expiresIn = HOUR) =>
      store.sessions.insert(
        await newSession(store, owner, {
          id: `ses-${id}`,
          createdAt: new Date(created),
          expiresAt: await after(store, expiresIn),
        }),
      );
    const late = await insert('late', anna, 2_000);
    const early = await insert('early', anna, 1_000);
    await insert('expired', anna, 3_000, -1);
    await insert('of-ben', ben, 1_500);
    expect(await store.sessions.ofUser(anna.id)).toEqual([early, late]);
    expect(await store.sessions.byHash('hash-of-ses-expired')).toBeUndefined();
    expect(await store.sessions.deleteExpired()).toBe(1);
    expect(await store.sessions.deleteExpired()).toBe(0);
    expect(await store.sessions.ofUser(anna.id)).toEqual([early, late]);
  });

  test('when it was last seen only moves forward', async ({ store, anna }) => {
    const session = await store.sessions.insert(
      await newSession(store, anna, { createdAt: new Date(1_000) }),
    );
    await store.sessions.touch(session.id, new Date(3_000));
    await store.sessions.touch(session.id, new Date(2_000));
    await store.sessions.touch('ses-none', new Date(2_000));
    expect(await store.sessions.ofUser(anna.id)).toEqual([{ ...session, lastSeenAt: new Date(3_000) }]);
  });

  test('a session that was deleted is gone', async ({ store, anna }) => {
    const session = await store.sessions.insert(await newSession(store, anna));
    expect(await store.sessions.delete(session.id)).toBe(true);
    expect(await store.sessions.delete(session.id)).toBe(false);
    expect(await store.sessions.ofUser(anna.id)).toEqual([]);
  });

  test('a code is good once, and later calls are told what it was for', async ({ store, anna }) => {
    const session = await store.sessions.insert(await newSession(store, anna));
    const code = await newCode(store, anna, session.id, {
      codeChallenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw',
    });
    await store.oauthCodes.insert(code);
    expect(await store.oauthCodes.take('another')).toBeUndefined();
    expect(await store.oauthCodes.take(code.hash)).toEqual({ code, used: false });
    expect(await store.oauthCodes.take(code.hash)).toEqual({ code, used: true });
    expect(await store.oauthCodes.take(code.hash)).toEqual({ code, used: true });
  });

  test('a code that has expired is unknown', async ({ store, anna }) => {
    const session = await store.sessions.insert(await newSession(store, anna));
    const expired = await newCode(store, anna, session.id, { expiresAt: await after(store, -1) });
    await store.oauthCodes.insert(expired);
    const good = await newCode(store, anna, session.id, { hash: 'good' });
    await store.oauthCodes.insert(good);
    expect(await store.oauthCodes.take(expired.hash)).toBeUndefined();
    expect(await store.oauthCodes.deleteExpired()).toBe(1);
    expect(await store.oauthCodes.take('good')).toEqual({ code: good, used: false });
  });

  test('a code ends with the session in which it was given', async ({ store, anna }) => {
    const session = await store.sessions.insert(await newSession(store, anna));
    const code = await newCode(store, anna, session.id);
    await store.oauthCodes.insert(code);
    await store.sessions.delete(session.id);
    expect(await store.oauthCodes.take(code.hash)).toBeUndefined();
    await expect(store.oauthCodes.insert(code)).rejects.toMatchObject({ code: 'not_found' });
  });
}
