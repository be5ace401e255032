import { sql } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import type { Group, GroupWithMembers } from '../../domain/group.ts';
import type { GroupQuery, GroupRepository, Page } from '../store.ts';
import type { Access, TransactionConnection } from './access.ts';
import { statement } from './statement.ts';

/** How many rows one statement inserts: databases limit the number of parameters. */
const ROWS_PER_INSERT = 500;

export class SqlGroups implements GroupRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async get(name: string): Promise<GroupWithMembers | undefined> {
    const row = await this.#access.reads.first(byName, name);
    if (row === undefined) return undefined;
    return { ...toGroup(row), users: await this.members(name) };
  }

  async list(query: GroupQuery): Promise<Page<GroupWithMembers>> {
    const { reads } = this.#access;
    let found = reads.db.selectFrom('groups');
    if (query.names !== undefined) found = found.where(reads.backend.among('groups.name', query.names));
    const counted = await reads.execute(found.select((eb) => eb.fn.countAll<number>().as('total')));
    const { rows } = await reads.execute(
      found
        .selectAll('groups')
        .orderBy('groups.name')
        .offset(Math.max(0, query.offset ?? 0))
        .limit(Math.max(0, query.limit ?? Number.MAX_SAFE_INTEGER)),
    );
    const members = await reads.all(
      membersAmong,
      rows.map(({ name }) => name),
    );
    const users = Map.groupBy(members, ({ group_name }) => group_name);
    return {
      items: rows.map((row) => ({
        ...toGroup(row),
        users: (users.get(row.name) ?? []).map(({ name }) => name),
      })),
      total: Number(counted.rows[0]!.total),
    };
  }

  async members(name: string): Promise<readonly string[]> {
    return (await this.#access.reads.all(membersOf, name)).map((row) => row.name);
  }

  async insert(names: readonly string[]): Promise<readonly string[]> {
    const wanted = [...new Set(names)];
    if (wanted.length === 0) return [];
    return await this.#access.write(async (tx) => {
      const made: string[] = [];
      for (let start = 0; start < wanted.length; start += ROWS_PER_INSERT) {
        const values = wanted
          .slice(start, start + ROWS_PER_INSERT)
          .map((name) => ({ name, properties: '{}' }));
        const { rows } = await tx.execute(
          tx.db
            .insertInto('groups')
            .values(values)
            .onConflict((conflict) => conflict.column('name').doNothing())
            .returning('name'),
        );
        made.push(...rows.map(({ name }) => name));
      }
      if (made.length > 0) tx.announce('groups');
      const isMade = new Set(made);
      return wanted.filter((name) => isMade.has(name));
    });
  }

  async setProperties(name: string, properties: Group['properties']): Promise<boolean> {
    return await this.#access.write(async (tx) => {
      if ((await tx.change(setProperties, name, JSON.stringify(properties))) === 0) return false;
      tx.announce('groups');
      return true;
    });
  }

  async addMembers(name: string, userIds: readonly number[]): Promise<void> {
    const ids = [...new Set(userIds)].sort((a, b) => a - b);
    await this.#access.write(async (tx) => {
      if ((await tx.first(byName, name)) === undefined) throw noSuchGroup(name);
      for (let start = 0; start < ids.length; start += ROWS_PER_INSERT) {
        const part = ids.slice(start, start + ROWS_PER_INSERT);
        await join(
          tx,
          part.map((user_id) => ({ user_id, group_name: name })),
        );
      }
      if (ids.length > 0) tx.announce('groups');
    });
  }

  async removeMembers(name: string, userIds: readonly number[]): Promise<void> {
    await this.#access.write(async (tx) => {
      if ((await tx.first(byName, name)) === undefined) throw noSuchGroup(name);
      if ((await tx.change(leave, name, userIds)) > 0) tx.announce('groups');
    });
  }

  async setOfUser(userId: number, names: readonly string[]): Promise<void> {
    await this.#access.write(async (tx) => {
      const wanted = new Set(names);
      const now = (await tx.all(groupsOf, userId)).map((row) => row.group_name);
      const goes = now.filter((name) => !wanted.has(name));
      const comes = [...wanted].filter((name) => !now.includes(name)).sort();
      for (const name of goes) await tx.change(leave, name, [userId]);
      if (comes.length > 0) {
        await this.#insertWithin(tx, comes);
        await join(
          tx,
          comes.map((group_name) => ({ user_id: userId, group_name })),
        );
      }
      if (goes.length + comes.length > 0) tx.announce('groups');
    });
  }

  async delete(name: string): Promise<boolean> {
    return await this.#access.write(async (tx) => {
      if ((await tx.change(remove, name)) === 0) return false;
      tx.announce('groups');
      return true;
    });
  }

  #insertWithin(tx: TransactionConnection, names: readonly string[]): Promise<readonly string[]> {
    return new SqlGroups(tx).insert(names);
  }
}

/** The names of a user's groups, one a line: a column of a query of `users`. */
export const groupsOfUser = sql<string | null>`
  (select string_agg(group_name, ${sql.lit('\n')} order by group_name) from group_members where user_id = users.id)`;

/** What `groupsOfUser` found. */
export function toGroupNames(lines: string | null): readonly string[] {
  return lines === null ? [] : lines.split('\n');
}

function toGroup(row: { readonly name: string; readonly properties: string }): Group {
  return { name: row.name, properties: JSON.parse(row.properties) as Group['properties'] };
}

function noSuchGroup(name: string): HubError {
  return new HubError('not_found', `There is no group named “${name}”.`);
}

async function join(
  tx: TransactionConnection,
  rows: readonly { readonly user_id: number; readonly group_name: string }[],
): Promise<void> {
  await tx.execute(
    tx.db
      .insertInto('group_members')
      .values([...rows])
      .onConflict((conflict) => conflict.columns(['user_id', 'group_name']).doNothing()),
  );
}

const byName = statement(({ db }, name: string) =>
  db.selectFrom('groups').selectAll().where('name', '=', name),
);

const membersOf = statement(({ db }, name: string) =>
  db
    .selectFrom('group_members')
    .innerJoin('users', 'users.id', 'group_members.user_id')
    .select('users.name')
    .where('group_members.group_name', '=', name)
    .orderBy('users.name'),
);

const membersAmong = statement(({ db, among }, names: readonly string[]) =>
  db
    .selectFrom('group_members')
    .innerJoin('users', 'users.id', 'group_members.user_id')
    .select(['group_members.group_name', 'users.name'])
    .where(among('group_members.group_name', names))
    .orderBy('users.name'),
);

const groupsOf = statement(({ db }, userId: number) =>
  db.selectFrom('group_members').select('group_name').where('user_id', '=', userId),
);

const setProperties = statement(({ db }, name: string, properties: string) =>
  db.updateTable('groups').set({ properties }).where('name', '=', name),
);

const leave = statement(({ db, among }, name: string, userIds: readonly number[]) =>
  db
    .deleteFrom('group_members')
    .where('group_name', '=', name)
    .where(among('group_members.user_id', userIds)),
);

const remove = statement(({ db }, name: string) => db.deleteFrom('groups').where('name', '=', name));
