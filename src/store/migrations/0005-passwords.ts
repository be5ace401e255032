import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Hubs that do not know it let nobody in by it. */
export const oldest = 2;

/** Passwords that people chose themselves, by name: who signs up is no user yet. */
export async function up(db: Kysely<unknown>, { integer, text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('passwords')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('hash', text, (column) => column.notNull())
    .addColumn('approved', integer, (column) => column.notNull())
    .addColumn('email', text)
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute();
}
