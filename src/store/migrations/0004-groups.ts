import type { Kysely } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

/** Who does not know them never asks: nobody has rights by a group. */
export const oldest = 2;

/** Groups with their members, and who has the admin role without looking through everybody. */
export async function up(db: Kysely<unknown>, { integer, text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('groups')
    .addColumn('name', text, (column) => column.primaryKey())
    .addColumn('properties', text, (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('group_members')
    .addColumn('user_id', integer, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('group_name', text, (column) => column.notNull().references('groups.name').onDelete('cascade'))
    .addPrimaryKeyConstraint('group_members_key', ['user_id', 'group_name'])
    .execute();
  await db.schema
    .createIndex('group_members_by_group')
    .on('group_members')
    .columns(['group_name', 'user_id'])
    .execute();
  await db.schema.createIndex('users_by_admin').on('users').columns(['admin', 'id']).execute();
}
