import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Hubs that do not know it refuse tokens of another hub, until one that does has been shown them. */
export const oldest = 2;

/** Tokens that another hub made, whose hashes are not ours: they are found by their first characters. */
export async function up(db: Kysely<unknown>, { text }: ColumnTypes): Promise<void> {
  await db.schema.alterTable('tokens').addColumn('prefix', text).execute();
  await db.schema.createIndex('tokens_by_prefix').on('tokens').column('prefix').execute();
}
