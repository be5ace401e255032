import { type Kysely, sql } from 'kysely';
import { newId } from '../../lib/secret.ts';
import type { ColumnTypes } from './column-types.ts';

/** A hub from before would keep its routes to itself. */
export const oldest = 2;

/** The routes that proxies follow. */
export async function up(db: Kysely<unknown>, { integer, text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('routes')
    .addColumn('prefix', text, (column) => column.primaryKey())
    .addColumn('number', integer, (column) => column.notNull().unique())
    .addColumn('target', text)
    .addColumn('data', text, (column) => column.notNull())
    .addColumn('server_id', text)
    .addColumn('changed_at', 'bigint', (column) => column.notNull())
    .execute();

  await db.schema
    .createTable('route_feed')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('number', integer, (column) => column.notNull())
    .addColumn('forgotten_up_to', integer, (column) => column.notNull())
    .execute();
  await sql`insert into route_feed (id, number, forgotten_up_to) values (${newId('feed')}, 0, 0)`.execute(db);
}
