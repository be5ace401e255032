import { type SelectQueryBuilder, sql } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import type { NewUser, User } from '../../domain/user.ts';
import type { Page, UserQuery, UserRepository } from '../store.ts';
import type { Access, Connection } from './access.ts';
import { latestOf, toucherOf } from './activity.ts';
import { toDate, toDateOrNull, toMilliseconds } from './columns.ts';
import { groupsOfUser, toGroupNames } from './groups.ts';
import { removePassword, renamePassword } from './passwords.ts';
import { statement } from './statement.ts';
import type { Tables, UserRow } from './tables.ts';

/** How many rows one statement inserts: databases limit the number of parameters. */
const ROWS_PER_INSERT = 500;
/** No name is as long; databases refuse to look for much longer ones. */
const LONGEST_PART = 1_000;

export class SqlUsers implements UserRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async get(name: string): Promise<User | undefined> {
    const row = await this.#access.reads.first(byName, name);
    return row && toUser(row);
  }

  async byId(id: number): Promise<User | undefined> {
    const row = await this.#access.reads.first(byId, id);
    return row && toUser(row);
  }

  async list(query: UserQuery): Promise<Page<User>> {
    const { reads } = this.#access;
    const found = selectUsers(reads, query);
    const counted = await reads.execute(found.select((eb) => eb.fn.countAll<number>().as('total')));
    const { sort = 'id', offset = 0, limit = Number.MAX_SAFE_INTEGER } = query;
    const direction = sort.startsWith('-') ? 'desc' : 'asc';
    let page = found
      .selectAll('users')
      .select(groupsOfUser.as('groups'))
      .offset(Math.max(0, offset))
      .limit(Math.max(0, limit));
    if (sort.endsWith('name')) page = page.orderBy('users.name', direction);
    // The same expression as the index: who was never active comes before everyone who was.
    if (sort.endsWith('last_activity')) {
      page = page.orderBy(sql`coalesce(users.last_activity_at, -1)`, direction);
    }
    const { rows } = await reads.execute(page.orderBy('users.id', direction));
    return { items: rows.map(toUser), total: Number(counted.rows[0]!.total) };
  }

  async count(): Promise<number> {
    const row = await this.#access.reads.first(count);
    return Number(row!.total);
  }

  async adminNames(): Promise<readonly string[]> {
    return (await this.#access.reads.all(admins)).map((row) => row.name);
  }

  async insert(users: readonly NewUser[]): Promise<readonly User[]> {
    if (users.length === 0) return [];
    return await this.#access.write(async (tx) => {
      // Only the missing ones are inserted: an insert that finds the name taken may still use up an id.
      const existing = new Set(
        (await tx.all(namesAmong, [...new Set(users.map((user) => user.name))])).map((row) => row.name),
      );
      const missing = new Map<string, NewUser>();
      for (const user of users) {
        if (!existing.has(user.name) && !missing.has(user.name)) missing.set(user.name, user);
      }
      const rows: UserRow[] = [];
      const all = [...missing.values()];
      for (let start = 0; start < all.length; start += ROWS_PER_INSERT) {
        const values = all.slice(start, start + ROWS_PER_INSERT).map((user) => ({
          name: user.name,
          admin: user.admin ? 1 : 0,
          created_at: user.createdAt ? toMilliseconds(user.createdAt) : tx.backend.clock,
        }));
        const inserted = await tx.execute(
          tx.db
            .insertInto('users')
            .values(values)
            .onConflict((conflict) => conflict.column('name').doNothing())
            .returningAll(),
        );
        rows.push(...inserted.rows);
      }
      if (rows.length > 0) tx.announce('users');
      // Databases return inserted rows in no order that they promise.
      return rows.sort((a, b) => a.id - b.id).map((row) => toUser({ ...row, groups: null }));
    });
  }

  async update(id: number, patch: Partial<Pick<User, 'name' | 'admin'>>): Promise<User | undefined> {
    return await this.#access.write(async (tx) => {
      const row = await tx.first(byIdLocked, id);
      if (row === undefined) return undefined;
      const name = patch.name ?? row.name;
      const admin = patch.admin === undefined ? row.admin : patch.admin ? 1 : 0;
      if (name === row.name && admin === row.admin) return toUser(row);
      if (name !== row.name && (await tx.first(byName, name)) !== undefined) {
        throw new HubError('conflict', `There is a user named “${name}” already.`);
      }
      await tx.change(update, id, name, admin);
      if (name !== row.name) {
        await tx.change(removePassword, name);
        await tx.change(renamePassword, row.name, name);
      }
      tx.announce('users');
      return toUser({ ...row, name, admin });
    });
  }

  async touch(activity: readonly { readonly id: number; readonly at: Date }[]): Promise<void> {
    const latest = latestOf(activity);
    if (latest.length > 0) await this.#access.write((tx) => touch(tx, latest));
  }

  async delete(id: number): Promise<boolean> {
    return await this.#access.write(async (tx) => {
      const row = await tx.first(byIdLocked, id);
      if (row === undefined || (await tx.change(remove, id)) === 0) return false;
      await tx.change(removePassword, row.name);
      tx.announce('users', 'groups', 'servers', 'tokens', 'sessions');
      return true;
    });
  }
}

function toUser(row: UserRow & { readonly groups: string | null }): User {
  return {
    id: row.id,
    name: row.name,
    admin: row.admin === 1,
    groups: toGroupNames(row.groups),
    createdAt: toDate(row.created_at),
    lastActivityAt: toDateOrNull(row.last_activity_at),
  };
}

function selectUsers({ db, backend }: Connection, query: UserQuery) {
  let found: SelectQueryBuilder<Tables, 'users', object> = db.selectFrom('users');
  if (query.names !== undefined) found = found.where(backend.among('users.name', query.names));
  if (query.nameContains !== undefined && query.nameContains.length > LONGEST_PART) {
    return found.where(sql<boolean>`1 = 0`);
  }
  if (query.nameContains !== undefined && query.nameContains !== '') {
    const part = query.nameContains
      .normalize('NFC')
      .toLowerCase()
      .replace(/[\\%_]/g, '\\$&');
    found = found.where(sql<boolean>`users.name like ${`%${part}%`} escape '\\'`);
  }
  if (query.group !== undefined) {
    const members = db.selectFrom('group_members').select('user_id').where('group_name', '=', query.group);
    found = found.where('users.id', 'in', members);
  }
  if (query.state === undefined) return found;
  // Those with such servers are few and found by an index, however many users there are.
  const states = query.state === 'ready' ? READY : ACTIVE;
  const owners = db.selectFrom('servers').select('servers.user_id').where('servers.state', 'in', states);
  return found.where('users.id', query.state === 'inactive' ? 'not in' : 'in', owners);
}

const READY = ['ready'];
const ACTIVE = ['queued', 'starting', 'ready', 'stopping'];

const byName = statement(({ db }, name: string) =>
  db.selectFrom('users').selectAll().select(groupsOfUser.as('groups')).where('name', '=', name),
);

const byId = statement(({ db }, id: number) =>
  db.selectFrom('users').selectAll().select(groupsOfUser.as('groups')).where('id', '=', id),
);

const byIdLocked = statement(({ db, lock }, id: number) =>
  lock(db.selectFrom('users').selectAll().select(groupsOfUser.as('groups')).where('id', '=', id), 'users'),
);

const count = statement(({ db }) =>
  db.selectFrom('users').select((eb) => eb.fn.countAll<number>().as('total')),
);

const admins = statement(({ db }) =>
  db.selectFrom('users').select('name').where('admin', '=', 1).orderBy('id'),
);

const namesAmong = statement(({ db, among }, names: readonly string[]) =>
  db.selectFrom('users').select('name').where(among('users.name', names)),
);

const update = statement(({ db }, id: number, name: string, admin: number) =>
  db.updateTable('users').set({ name, admin }).where('id', '=', id),
);

const remove = statement(({ db }, id: number) => db.deleteFrom('users').where('id', '=', id));

const touch = toucherOf('users', 'last_activity_at', 'bigint');
