import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Hubs that do not know it keep nothing of what logins leave behind. */
export const oldest = 2;

/** What the last login of somebody left behind, which only hubs can read. */
export async function up(db: Kysely<unknown>, { integer, text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('auth_states')
    .addColumn('user_id', integer, (column) => column.primaryKey().references('users.id').onDelete('cascade'))
    .addColumn('sealed', text, (column) => column.notNull())
    .execute();
}
