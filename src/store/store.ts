/**
 * Every fact that must survive a restart. The contract of all databases; `conformance.ts` is the suite each passes.
 *
 * Reads outside a transaction see committed rows. A transaction's function may run more than once (a conflict, a
 * serialization failure): it does no I/O except through the `tx` it is given. A write that loses a race throws
 * nothing: it is run again. Methods throw HubError `unavailable` when the database does not answer; what was not
 * acknowledged may or may not have happened, and nothing is ever half-written. They throw `conflict` where something
 * that must be unique exists already, and `not_found` where what a new row belongs to does not exist (any more).
 */
import type { Announcement } from '../domain/announcement.ts';
import type { Group, GroupWithMembers } from '../domain/group.ts';
import type { PasswordAccount } from '../domain/password.ts';
import type { Progress, ProgressEvent } from '../domain/progress.ts';
import type { Route, RouteChange, RouteOf } from '../domain/route.ts';
import type { Json, Server, ServerId } from '../domain/server.ts';
import type { Session, SessionId } from '../domain/session.ts';
import type { Share, ShareHolder } from '../domain/share.ts';
import type { Token } from '../domain/token.ts';
import type { NewUser, User } from '../domain/user.ts';

export type Topic = 'users' | 'groups' | 'servers' | 'shares' | 'tokens' | 'sessions' | 'progress' | 'routes';

/** What only one transaction at a time does. `places`: gives out places under the limits of a course. */
export type ExclusiveName = 'places';

export interface Store extends Repositories, AsyncDisposable {
  /**
   * Runs `work` so that all of it happens or none, as if no other transaction, of any hub, ran meanwhile. A write of a
   * repository by itself may come between what it reads; where both write the same row, `work` runs again. `work` may
   * run more than once and does no other I/O; it may not write through the store itself. Where `tx` threw, nothing of
   * it happens, even if `work` caught the error.
   * Change notices go out after the commit.
   */
  transaction<T>(work: (tx: Repositories) => Promise<T>): Promise<T>;

  /**
   * Like `transaction`, but of those of one `name`, whichever hub runs them, one runs after another: each sees what those
   * before it committed, and waits for them instead of running again.
   */
  exclusive<T>(name: ExclusiveName, work: (tx: Repositories) => Promise<T>): Promise<T>;

  /** The database's clock, by which leases expire. */
  now(): Promise<Date>;

  /**
   * Calls `listener` soon after something of `topic` was committed, by this hub or another. Notices may be merged,
   * repeated or lost: they only wake, and whoever listens also looks every few seconds. `touch`, `claim` and
   * `release` give none. Returns how to stop.
   */
  subscribe(topic: Topic, listener: () => void): () => void;

  /**
   * Writes all that is to be kept, as of one moment, in the order in which `restore` takes it. Hubs go on meanwhile.
   */
  dump(write: (piece: Piece) => Promise<void>): Promise<void>;

  /**
   * Replaces everything by what was dumped, from a database of whatever kind, in one transaction, while hubs go on. Servers
   * that run and were there then go on; runs that the pieces do not know are orphans from then on.
   * @param pieces is called for each run of the transaction
   * @throws HubError `invalid` where a piece cannot be understood; nothing is changed then
   */
  restore(pieces: () => AsyncIterable<Piece>): Promise<Restored>;

  /** The number of its tables, and of the oldest hubs that they serve: a dump can be restored by these and later ones. */
  readonly schema: { readonly number: number; readonly oldest: number };

  /** Throws HubError `unavailable` when the database cannot be read and written. */
  check(): Promise<void>;
}

/** Some rows of a table. */
export interface Piece {
  readonly table: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

export interface Restored {
  readonly users: number;
  readonly servers: number;
  /** Of the servers, those that ran and run on. */
  readonly running: number;
  /** Those that were ready when they were dumped, and are taken for it until a hub has looked. */
  readonly claimed: number;
  /** Runs that nobody knows any more: hubs end them. */
  readonly ended: number;
}

export interface Repositories {
  readonly users: UserRepository;
  readonly groups: GroupRepository;
  readonly servers: ServerRepository;
  readonly shares: ShareRepository;
  readonly routes: RouteRepository;
  readonly tokens: TokenRepository;
  readonly sessions: SessionRepository;
  readonly authStates: AuthStateRepository;
  readonly passwords: PasswordRepository;
  readonly announcements: AnnouncementRepository;
  readonly oauthCodes: OAuthCodeRepository;
  readonly progress: ProgressRepository;
  readonly throttles: ThrottleRepository;
  readonly agreements: AgreementRepository;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** How many there are in all, whatever the page. */
  readonly total: number;
}

export interface UserQuery {
  /** Part of a name, in any case. */
  readonly nameContains?: string;
  /** Only these names (that exist). */
  readonly names?: readonly string[];
  /** `active`: has a server that is not at rest; `ready`: has one that is ready; `inactive`: has none active. */
  readonly state?: 'active' | 'ready' | 'inactive';
  /** Only members of this group. */
  readonly group?: string;
  /** Default `id`. Names by code point; who was never active counts as active least recently; ties by id. */
  readonly sort?: 'id' | '-id' | 'name' | '-name' | 'last_activity' | '-last_activity';
  readonly offset?: number;
  readonly limit?: number;
}

export interface UserRepository {
  get(name: string): Promise<User | undefined>;
  byId(id: number): Promise<User | undefined>;
  list(query: UserQuery): Promise<Page<User>>;
  count(): Promise<number>;
  /** Of those who have the admin role, in order of id. */
  adminNames(): Promise<readonly string[]>;
  /** Those that did not exist are made, in order; names that exist are left out of the answer and untouched. */
  insert(users: readonly NewUser[]): Promise<readonly User[]>;
  /** @returns the changed user; undefined where there is none. @throws HubError `conflict` where the name is taken. */
  update(id: number, patch: Partial<Pick<User, 'name' | 'admin'>>): Promise<User | undefined>;
  /** Sets last activity where it is later than what is stored. */
  touch(activity: readonly { readonly id: number; readonly at: Date }[]): Promise<void>;
  /** Removes the user and all that is theirs. @returns whether there was one. */
  delete(id: number): Promise<boolean>;
}

export interface GroupQuery {
  /** Only these names (that exist). */
  readonly names?: readonly string[];
  readonly offset?: number;
  readonly limit?: number;
}

export interface GroupRepository {
  get(name: string): Promise<GroupWithMembers | undefined>;
  /** By name, by code point. */
  list(query: GroupQuery): Promise<Page<GroupWithMembers>>;
  /** Names of users, by code point; none where there is no such group. */
  members(name: string): Promise<readonly string[]>;
  /** Those that did not exist are made, empty. @returns only their names, in order. */
  insert(names: readonly string[]): Promise<readonly string[]>;
  /** Replaces them. @returns whether there is such a group. */
  setProperties(name: string, properties: Group['properties']): Promise<boolean>;
  /** Those who are members already stay. @throws HubError `not_found` without such a group or one of the users */
  addMembers(name: string, userIds: readonly number[]): Promise<void>;
  /** Those who are no members stay none. @throws HubError `not_found` where there is no such group */
  removeMembers(name: string, userIds: readonly number[]): Promise<void>;
  /** From now on a member of these, which are made where they do not exist, and of no others. */
  setOfUser(userId: number, names: readonly string[]): Promise<void>;
  /** @returns whether there was one. */
  delete(name: string): Promise<boolean>;
}

export type NewServer = Pick<Server, 'id' | 'userId' | 'name' | 'displayName' | 'oauthClientId'>;

export type ServerOutline = Pick<Server, 'id' | 'userId' | 'state' | 'queuedAt' | 'startedAt'> & {
  /** Who has a live lease of it; null: nobody. */
  readonly holder: string | null;
};

/** Tells whether something about a server has changed. */
export interface ServerVersion {
  readonly revision: number;
  /** How many events of progress its attempt has. */
  readonly events: number;
}

export interface ServerRepository {
  get(owner: string, name: string): Promise<Server | undefined>;
  byId(id: ServerId): Promise<Server | undefined>;
  byOAuthClient(oauthClientId: string): Promise<Server | undefined>;
  /** Those of these that exist, in no order. */
  byIds(ids: readonly ServerId[]): Promise<readonly Server[]>;
  /** Of these users, in order of owner and name. */
  ofUsers(userIds: readonly number[]): Promise<readonly Server[]>;
  /** In these states, in order of `queuedAt` (those without it last), then id. */
  inStates(states: readonly Server['state'][]): Promise<readonly Server[]>;
  /** `inStates`, as much of it as says who waits for what, and who works on it. */
  outline(states: readonly Server['state'][]): Promise<readonly ServerOutline[]>;
  /** How many seconds the latest starts took, of servers that are ready, latest first. */
  startSeconds(since: Date, count: number): Promise<readonly number[]>;
  /** Of those of these that exist. */
  versions(ids: readonly ServerId[]): Promise<ReadonlyMap<ServerId, ServerVersion>>;
  countByState(): Promise<ReadonlyMap<Server['state'], number>>;
  /** A new row at rest. Where the user has one of that name already, the one that exists. */
  insert(server: NewServer): Promise<Server>;
  /**
   * Reads the row, writes what `change` makes of it, with `revision` one higher. `change` may run more than once and
   * does no I/O. Where it returns the same object nothing is written. What names the row (`id`, `userId`, `owner`,
   * `name`, `oauthClientId`), its `revision` and its `lease` stay as they are, whatever `change` returns.
   *
   * Where `routeOf` is given and what it says of the row changes, the route changes in the same transaction: nobody
   * ever finds a server ready without its route.
   * @returns the row as it is now; undefined where there is none.
   */
  update(
    id: ServerId,
    change: (server: Server) => Server,
    options?: { readonly routeOf?: RouteOf },
  ): Promise<Server | undefined>;
  /** Sets last activity where it is later than what is stored; does not count as a revision. */
  touch(activity: readonly { readonly id: ServerId; readonly at: Date }[]): Promise<void>;
  delete(id: ServerId): Promise<boolean>;
  /**
   * Takes or renews the lease of a row for `seconds` by the database's clock, unless another holder has a live one.
   * Does not count as a revision. @returns the row with the lease, or undefined where it was not to be had.
   */
  claim(id: ServerId, holder: string, seconds: number): Promise<Server | undefined>;
  /** Gives the lease back, where `holder` has it. */
  release(id: ServerId, holder: string): Promise<void>;
  /** Takes every lease back: for the only hub of a database, at its start, when whoever held them is gone. */
  releaseAll(): Promise<void>;
}

export type NewShare = Pick<Share, 'holder' | 'scopes' | 'createdAt'> & { readonly serverId: ServerId };

/** Which shares: all fields given must match. */
export interface ShareQuery {
  readonly owner?: string;
  readonly serverId?: ServerId;
  /** Any one of these has it. */
  readonly holders?: readonly ShareHolder[];
  readonly offset?: number;
  readonly limit?: number;
}

/** Who may do what with servers of others. A share goes with its server and with whoever has it. */
export interface ShareRepository {
  /** In order of `createdAt`. */
  list(query: ShareQuery): Promise<Page<Share>>;
  /** All with whom anything is shared, in no order. */
  holders(): Promise<readonly ShareHolder[]>;
  /**
   * Where the server is shared with them already, only the scopes change.
   * @throws HubError `not_found` without such a server, user or group
   */
  put(share: NewShare): Promise<void>;
  /** Those of a server; with `holder`, theirs only. @returns how many. */
  delete(serverId: ServerId, holder?: ShareHolder): Promise<number>;
}

/** What became of routes, as of one moment. */
export interface RouteChanges {
  /** Which table this is: numbers of another database, or of one that was made anew, mean nothing here. */
  readonly feed: string;
  /** The number of the last change. */
  readonly number: number;
  /** Removals numbered up to this may be forgotten: who has seen less needs everything. */
  readonly forgottenUpTo: number;
  /** The last change of each prefix, in order of their numbers. */
  readonly changes: readonly RouteChange[];
}

/**
 * The ways to servers, for proxies to follow. Changes are numbered in the order in which they are committed: who has
 * seen number N never finds a change with a number up to N later on.
 */
export interface RouteRepository {
  /** What changed after `number`; after 0, everything that there is, removals that are remembered among it. */
  changes(after: number): Promise<RouteChanges>;
  /** Adds the route or replaces the one of its prefix; what is there already is no change. */
  put(route: Route, serverId: ServerId | null): Promise<void>;
  /** @returns whether there was one. */
  remove(prefix: string): Promise<boolean>;
  /** Forgets removals older than this. @returns how many. */
  forgetRemoved(olderThanSeconds: number): Promise<number>;
}

export type NewToken = Omit<Token, 'id' | 'userName' | 'lastUsedAt'> & {
  /** SHA-256 of the secret, hex; or what another hub made of it. */
  readonly hash: string;
  /** How the secret begins, by which it is found where the hash is another hub's. */
  readonly prefix?: string;
};

/** A token that another hub made, with the hash which that hub made of its secret. */
export interface ForeignToken {
  readonly token: Token;
  readonly hash: string;
}

/** Which tokens: all fields given must match. */
export interface TokenQuery {
  readonly id?: number;
  readonly userId?: number;
  readonly sessionId?: SessionId;
  readonly serverId?: ServerId;
  readonly oauthClientId?: string;
}

export interface TokenRepository {
  /** The token whose secret has this hash, unless it, or the session that it was made for, has expired. */
  byHash(hash: string): Promise<Token | undefined>;
  /** Those of another hub that begin so, unless they have expired. */
  foreign(prefix: string): Promise<readonly ForeignToken[]>;
  /** From now on it is one of ours, found by this hash. */
  rehash(id: number, hash: string): Promise<void>;
  /** In order of id; without those that have expired. */
  list(query: TokenQuery): Promise<readonly Token[]>;
  /** Where the hash is stored already (a step that ran twice), the token that exists. */
  insert(token: NewToken): Promise<Token>;
  /** Sets last use where it is later than what is stored. */
  touch(used: readonly { readonly id: number; readonly at: Date }[]): Promise<void>;
  /** At least one field must be given. @returns how many. */
  delete(query: TokenQuery): Promise<number>;
  deleteExpired(): Promise<number>;
}

export type NewSession = Omit<Session, 'userName' | 'lastSeenAt'> & { readonly hash: string };

export interface SessionRepository {
  /** The session whose secret has this hash, unless it has expired. */
  byHash(hash: string): Promise<Session | undefined>;
  /** In order of creation; without those that have expired. */
  ofUser(userId: number): Promise<readonly Session[]>;
  insert(session: NewSession): Promise<Session>;
  /** Sets when it was last seen where that is later than what is stored. */
  touch(id: SessionId, at: Date): Promise<void>;
  /** Ends it and every token and code made for it. @returns whether there was one. */
  delete(id: SessionId): Promise<boolean>;
  deleteExpired(): Promise<number>;
}

/** An authorization code of our OAuth provider (RFC 6749 §4.1.2), good once. */
export interface OAuthCode {
  readonly hash: string;
  readonly oauthClientId: string;
  readonly userId: number;
  readonly sessionId: SessionId;
  readonly redirectUri: string;
  readonly scopes: readonly string[];
  /** RFC 7636, S256; null where the client sent none. */
  readonly codeChallenge: string | null;
  readonly expiresAt: Date;
}

export interface OAuthCodeRepository {
  insert(code: OAuthCode): Promise<void>;
  /**
   * Takes the code out: a second call with the same hash gets `used` with what it was for, so that what was issued on
   * it can be revoked (RFC 6749 §4.1.2), and an unknown or expired one undefined.
   */
  take(hash: string): Promise<{ readonly code: OAuthCode; readonly used: boolean } | undefined>;
  deleteExpired(): Promise<number>;
}

export interface ProgressRepository {
  /**
   * `percent` is stored as the highest of the attempt so far. With the first event of an attempt, those of all before
   * the previous one are forgotten.
   */
  append(id: ServerId, attempt: number, progress: Progress, at: Date): Promise<ProgressEvent>;
  /** Of the given attempt, those after `sequence` (0: all), in order. */
  since(id: ServerId, attempt: number, sequence: number): Promise<readonly ProgressEvent[]>;
}

/** Counts of failures within a window, kept where every hub sees them. */
export interface ThrottleRepository {
  /** Counts one more for `key`. @returns how many within the window that is open, and when it ends. */
  hit(key: string, windowSeconds: number): Promise<{ readonly count: number; readonly until: Date }>;
  /** What `hit` would have returned had it counted nothing; count 0 where no window is open. */
  peek(key: string): Promise<{ readonly count: number; readonly until: Date }>;
  clear(key: string): Promise<void>;
  deleteExpired(): Promise<number>;
}

/** Passwords that people chose. They follow the user of their name, and go with them; none need exist. */
export interface PasswordRepository {
  get(name: string): Promise<PasswordAccount | undefined>;
  /** All of them, by name. */
  list(): Promise<readonly PasswordAccount[]>;
  /** @returns false where the name has one already, which stays as it is. */
  insert(account: PasswordAccount): Promise<boolean>;
  /** @returns whether there was one to change. */
  setHash(name: string, hash: string, at: Date): Promise<boolean>;
  /** @returns whether there was one to approve. */
  approve(name: string): Promise<boolean>;
  /** @returns whether there was one. */
  delete(name: string): Promise<boolean>;
}

/** What the last login of somebody left behind, sealed by a hub: the store knows nothing of it. It goes with the user. */
export interface AuthStateRepository {
  get(userId: number): Promise<string | undefined>;
  /** In place of what there was. The user exists. */
  put(userId: number, sealed: string): Promise<void>;
  /** @returns whether there was any. */
  delete(userId: number): Promise<boolean>;
}

/** What is told to the course. One to a group goes with the group. */
export interface AnnouncementRepository {
  /** Those that have not ended, the latest first. */
  list(): Promise<readonly Announcement[]>;
  /** @throws HubError `not_found` where there is no such group */
  insert(announcement: Announcement): Promise<void>;
  /** @returns whether there was one. */
  delete(id: string): Promise<boolean>;
  deleteExpired(): Promise<number>;
}

/** On what all hubs of a database agree. Holds no secrets. */
export interface AgreementRepository {
  /** @returns what is agreed on under this name: `value`, where nothing was. */
  agree(name: string, value: string): Promise<string>;
  /** Agrees on something else, whatever it was. */
  replace(name: string, value: string): Promise<void>;
}

export type { Json };
