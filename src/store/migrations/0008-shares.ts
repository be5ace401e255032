import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Hubs that do not know them let in fewer people. */
export const oldest = 2;

/** Who may do what with a server of somebody else. A share goes with the server, its owner and whoever has it. */
export async function up(db: Kysely<unknown>, { integer, text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('shares')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('server_id', text, (column) => column.notNull().references('servers.id').onDelete('cascade'))
    .addColumn('user_id', integer, (column) => column.references('users.id').onDelete('cascade'))
    .addColumn('group_name', text, (column) => column.references('groups.name').onDelete('cascade'))
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addUniqueConstraint('shares_user_key', ['user_id', 'server_id'])
    .addUniqueConstraint('shares_group_key', ['group_name', 'server_id'])
    .execute();
  await db.schema.createIndex('shares_by_server').on('shares').column('server_id').execute();
}
