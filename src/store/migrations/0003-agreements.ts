import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Who does not know it never asks. */
export const oldest = 2;

/** On what all hubs of a database agree, by name. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('agreements')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('value', text, (column) => column.notNull())
    .execute();
}
