import { test as base, type TestAPI } from 'vitest';
import type { Server, ServerId } from '../../domain/server.ts';
import type { SessionId } from '../../domain/session.ts';
import type { User } from '../../domain/user.ts';
import type { NewSession, NewToken, OAuthCode, Repositories, Store } from '../store.ts';

/** A database for one test, which removes it at the end. */
export interface TestDatabase extends AsyncDisposable {
  /** Opens it once more, as another hub would. */
  open(): Promise<Store>;
}

interface Fixtures {
  readonly database: TestDatabase;
  readonly store: Store;
  /** A user of `store`. */
  readonly anna: User;
}

export type StoreTest = TestAPI<Fixtures>;

export function storeTest(makeDatabase: () => Promise<TestDatabase>): StoreTest {
  return base.extend<Fixtures>({
    // biome-ignore lint/correctness/noEmptyPattern: vitest reads from the pattern what is needed.
    database: async ({}, use) => {
      await using database = await makeDatabase();
      await use(database);
    },
    store: async ({ database }, use) => {
      await using store = await database.open();
      await use(store);
    },
    anna: async ({ store }, use) => {
      await use(await addUser(store, 'anna'));
    },
  });
}

export async function addUser(store: Repositories, name: string): Promise<User> {
  const [user] = await store.users.insert([{ name, admin: false }]);
  return user!;
}

export async function addServer(
  store: Repositories,
  owner: User,
  options: { readonly name?: string; readonly id?: ServerId } = {},
): Promise<Server> {
  const { name = '', id = `srv-${owner.name}-${name}` } = options;
  return await store.servers.insert({
    id,
    userId: owner.id,
    name,
    displayName: name,
    oauthClientId: `client-of-${id}`,
  });
}

export const HOUR = 3_600_000;

/** By the database's clock. */
export async function after(store: Store, milliseconds: number): Promise<Date> {
  return new Date((await store.now()).getTime() + milliseconds);
}

export function newToken(owner: User, token: Partial<NewToken> = {}): NewToken {
  return {
    hash: `hash-of-token-${owner.name}`,
    userId: owner.id,
    scopes: ['self', 'read:users!user=anna'],
    note: 'for a script',
    createdAt: new Date(1_700_000_000_123),
    expiresAt: null,
    sessionId: null,
    oauthClientId: null,
    serverId: null,
    ...token,
  };
}

export async function newSession(
  store: Store,
  owner: User,
  session: Partial<NewSession> = {},
): Promise<NewSession> {
  const id: SessionId = session.id ?? `ses-${owner.name}`;
  return {
    id,
    hash: `hash-of-${id}`,
    userId: owner.id,
    createdAt: new Date(1_700_000_000_123),
    expiresAt: await after(store, HOUR),
    address: '2001:db8::1',
    userAgent: 'Firefox',
    ...session,
  };
}

export async function newCode(
  store: Store,
  owner: User,
  sessionId: SessionId,
  code: Partial<OAuthCode> = {},
): Promise<OAuthCode> {
  return {
    hash: 'hash-of-code',
    oauthClientId: 'jupyterhub-user-anna',
    userId: owner.id,
    sessionId,
    redirectUri: '/user/anna/oauth_callback',
    scopes: ['access:servers!server=anna/'],
    codeChallenge: null,
    expiresAt: await after(store, HOUR),
    ...code,
  };
}

/** Calls `hears` for whatever is announced of `topic`; resolves at the first. */
export function nextNotice(store: Store, topic: Parameters<Store['subscribe']>[0]): Promise<void> {
  return new Promise((resolve) => {
    const stop = store.subscribe(topic, () => {
      stop();
      resolve();
    });
  });
}
