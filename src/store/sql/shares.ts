import type { Expression, ExpressionBuilder, SqlBool } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import type { ServerId, ServerState } from '../../domain/server.ts';
import type { Share, ShareHolder } from '../../domain/share.ts';
import { newId } from '../../lib/secret.ts';
import type { NewShare, Page, ShareQuery, ShareRepository } from '../store.ts';
import type { Access, TransactionConnection } from './access.ts';
import { toDate, toMilliseconds } from './columns.ts';
import { statement } from './statement.ts';
import type { ShareRow, Tables } from './tables.ts';

export class SqlShares implements ShareRepository {
  readonly #access: Access;

  constructor(access: Access) {
    this.#access = access;
  }

  async list(query: ShareQuery): Promise<Page<Share>> {
    const { reads } = this.#access;
    const found = reads.db
      .selectFrom('shares')
      .innerJoin('servers', 'servers.id', 'shares.server_id')
      .innerJoin('users as owners', 'owners.id', 'servers.user_id')
      .leftJoin('users as holders', 'holders.id', 'shares.user_id')
      .where((eb) => eb.and(matches(eb, query)));
    const counted = await reads.execute(found.select((eb) => eb.fn.countAll<number>().as('total')));
    const { rows } = await reads.execute(
      found
        .selectAll('shares')
        .select([
          'owners.name as owner',
          'servers.name as server_name',
          'servers.state as server_state',
          'holders.name as user_name',
        ])
        .orderBy('shares.created_at')
        .orderBy('shares.id')
        .offset(Math.max(0, query.offset ?? 0))
        .limit(Math.max(0, query.limit ?? Number.MAX_SAFE_INTEGER)),
    );
    return { items: rows.map(toShare), total: Number(counted.rows[0]!.total) };
  }

  async holders(): Promise<readonly ShareHolder[]> {
    return (await this.#access.reads.all(holders)).map(({ user_name, group_name }) =>
      toHolder(user_name, group_name),
    );
  }

  async put({ serverId, holder, scopes, createdAt }: NewShare): Promise<void> {
    await this.#access.write(async (tx) => {
      const who = await rowOfHolder(tx, holder);
      const key = holder.kind === 'user' ? 'user_id' : 'group_name';
      await tx.execute(
        tx.db
          .insertInto('shares')
          .values({
            id: newId('shr'),
            server_id: serverId,
            ...who,
            scopes: JSON.stringify(scopes),
            created_at: toMilliseconds(createdAt),
          })
          .onConflict((conflict) =>
            conflict.columns([key, 'server_id']).doUpdateSet({ scopes: JSON.stringify(scopes) }),
          ),
      );
      tx.announce('shares');
    });
  }

  async delete(serverId: ServerId, holder?: ShareHolder): Promise<number> {
    return await this.#access.write(async (tx) => {
      let condemned = tx.db.deleteFrom('shares').where('server_id', '=', serverId);
      if (holder?.kind === 'group') condemned = condemned.where('group_name', '=', holder.name);
      if (holder?.kind === 'user') {
        condemned = condemned.where('user_id', 'in', (eb) =>
          eb.selectFrom('users').select('users.id').where('users.name', '=', holder.name),
        );
      }
      const count = Number((await tx.execute(condemned)).numAffectedRows ?? 0);
      if (count > 0) tx.announce('shares');
      return count;
    });
  }
}

/** @throws HubError `not_found` */
async function rowOfHolder(
  tx: TransactionConnection,
  { kind, name }: ShareHolder,
): Promise<Pick<ShareRow, 'user_id' | 'group_name'>> {
  if (kind === 'group') return { user_id: null, group_name: name };
  const row = await tx.first(userByName, name);
  if (row === undefined) throw new HubError('not_found', `There is no user named “${name}”.`);
  return { user_id: row.id, group_name: null };
}

type Joined = ShareRow & {
  readonly owner: string;
  readonly server_name: string;
  readonly server_state: string;
  readonly user_name: string | null;
};

function toShare(row: Joined): Share {
  return {
    server: {
      id: row.server_id as ServerId,
      owner: row.owner,
      name: row.server_name,
      state: row.server_state as ServerState,
    },
    holder: toHolder(row.user_name, row.group_name),
    scopes: JSON.parse(row.scopes) as string[],
    createdAt: toDate(row.created_at),
  };
}

function toHolder(user: string | null, group: string | null): ShareHolder {
  return user === null ? { kind: 'group', name: group! } : { kind: 'user', name: user };
}

type JoinedTables = Tables & {
  readonly owners: Tables['users'];
  readonly holders: { readonly name: string | null };
};

function matches(
  eb: ExpressionBuilder<JoinedTables, 'shares' | 'servers' | 'owners' | 'holders'>,
  { owner, serverId, holders: among }: ShareQuery,
): Expression<SqlBool>[] {
  const conditions: Expression<SqlBool>[] = [];
  if (owner !== undefined) conditions.push(eb('owners.name', '=', owner));
  if (serverId !== undefined) conditions.push(eb('shares.server_id', '=', serverId));
  if (among !== undefined) {
    conditions.push(
      eb.or(
        among.map(({ kind, name }) =>
          kind === 'user' ? eb('holders.name', '=', name) : eb('shares.group_name', '=', name),
        ),
      ),
    );
  }
  return conditions;
}

const userByName = statement(({ db }, name: string) =>
  db.selectFrom('users').select('id').where('name', '=', name),
);

const holders = statement(({ db }) =>
  db
    .selectFrom('shares')
    .leftJoin('users', 'users.id', 'shares.user_id')
    .select(['users.name as user_name', 'shares.group_name'])
    .distinct(),
);
