import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Hubs that do not know them show none. */
export const oldest = 2;

/** What is told to everybody, or to a group, with which it goes. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('announcements')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('text', text, (column) => column.notNull())
    .addColumn('group_name', text, (column) => column.references('groups.name').onDelete('cascade'))
    .addColumn('by', text, (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addColumn('ends_at', 'bigint', (column) => column.notNull())
    .execute();
}
