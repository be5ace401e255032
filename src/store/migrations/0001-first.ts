import { type Kysely, sql } from 'kysely';
import type { ColumnTypes } from './column-types.ts';

export const oldest = 1;

/** All tables of the first release. */
export async function up(db: Kysely<unknown>, { integer, generatedId, text }: ColumnTypes): Promise<void> {
  await db.schema
    .createTable('users')
    .addColumn('id', integer, generatedId)
    .addColumn('name', text, (column) => column.notNull().unique())
    .addColumn('admin', integer, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('last_activity_at', 'bigint')
    .execute();
  await db.schema
    .createIndex('users_by_activity')
    .on('users')
    .expression(sql`coalesce(last_activity_at, -1), id`)
    .execute();

  await db.schema
    .createTable('servers')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('user_id', integer, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('name', text, (column) => column.notNull())
    .addColumn('display_name', text, (column) => column.notNull())
    .addColumn('oauth_client_id', text, (column) => column.notNull().unique())
    .addColumn('desired', text, (column) => column.notNull())
    .addColumn('state', text, (column) => column.notNull())
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('revision', integer, (column) => column.notNull())
    .addColumn('queued_at', 'bigint')
    .addColumn('started_at', 'bigint')
    .addColumn('ready_at', 'bigint')
    .addColumn('stopped_at', 'bigint')
    .addColumn('last_activity_at', 'bigint')
    .addColumn('target', text)
    .addColumn('handle', text, (column) => column.notNull())
    .addColumn('user_options', text, (column) => column.notNull())
    .addColumn('failure', text)
    .addColumn('stop_reason', text)
    .addColumn('hook', text)
    .addColumn('lease_holder', text)
    .addColumn('lease_from', 'bigint')
    .addColumn('lease_until', 'bigint')
    .addUniqueConstraint('servers_name_of_user', ['user_id', 'name'])
    .execute();
  await db.schema.createIndex('servers_by_state').on('servers').columns(['state', 'user_id']).execute();

  await db.schema
    .createTable('sessions')
    .addColumn('id', text, (column) => column.primaryKey())
    .addColumn('hash', text, (column) => column.notNull().unique())
    .addColumn('user_id', integer, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('last_seen_at', 'bigint', (column) => column.notNull())
    .addColumn('address', text, (column) => column.notNull())
    .addColumn('user_agent', text, (column) => column.notNull())
    .execute();
  await db.schema.createIndex('sessions_of_user').on('sessions').column('user_id').execute();
  await db.schema.createIndex('sessions_by_expiry').on('sessions').column('expires_at').execute();

  await db.schema
    .createTable('tokens')
    .addColumn('id', integer, generatedId)
    .addColumn('hash', text, (column) => column.notNull().unique())
    .addColumn('user_id', integer, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('note', text, (column) => column.notNull())
    .addColumn('created_at', 'bigint', (column) => column.notNull())
    .addColumn('expires_at', 'bigint')
    .addColumn('last_used_at', 'bigint')
    .addColumn('session_id', text, (column) => column.references('sessions.id').onDelete('cascade'))
    .addColumn('oauth_client_id', text)
    .addColumn('server_id', text, (column) => column.references('servers.id').onDelete('cascade'))
    .execute();
  for (const column of ['user_id', 'expires_at', 'session_id', 'oauth_client_id', 'server_id']) {
    await db.schema.createIndex(`tokens_by_${column}`).on('tokens').column(column).execute();
  }

  await db.schema
    .createTable('oauth_codes')
    .addColumn('hash', text, (column) => column.primaryKey())
    .addColumn('oauth_client_id', text, (column) => column.notNull())
    .addColumn('user_id', integer, (column) => column.notNull().references('users.id').onDelete('cascade'))
    .addColumn('session_id', text, (column) => column.notNull().references('sessions.id').onDelete('cascade'))
    .addColumn('redirect_uri', text, (column) => column.notNull())
    .addColumn('scopes', text, (column) => column.notNull())
    .addColumn('code_challenge', text)
    .addColumn('expires_at', 'bigint', (column) => column.notNull())
    .addColumn('taken', integer, (column) => column.notNull().defaultTo(0))
    .execute();
  for (const column of ['user_id', 'session_id', 'expires_at']) {
    await db.schema.createIndex(`oauth_codes_by_${column}`).on('oauth_codes').column(column).execute();
  }

  await db.schema
    .createTable('progress')
    .addColumn('server_id', text, (column) => column.notNull().references('servers.id').onDelete('cascade'))
    .addColumn('attempt', integer, (column) => column.notNull())
    .addColumn('sequence', integer, (column) => column.notNull())
    .addColumn('phase', text, (column) => column.notNull())
    .addColumn('message', text, (column) => column.notNull())
    // `percent` may have a fraction.
    .addColumn('percent', 'double precision', (column) => column.notNull())
    .addColumn('at', 'bigint', (column) => column.notNull())
    .addPrimaryKeyConstraint('progress_key', ['server_id', 'attempt', 'sequence'])
    .execute();

  await db.schema
    .createTable('throttles')
    .addColumn('key', text, (column) => column.primaryKey())
    .addColumn('count', integer, (column) => column.notNull())
    .addColumn('last_hit_at', 'bigint', (column) => column.notNull())
    .addColumn('until', 'bigint', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('throttles_by_end').on('throttles').column('until').execute();

  await db.schema
    .createTable('health')
    .addColumn('id', integer, (column) => column.primaryKey())
    .addColumn('checked_at', 'bigint', (column) => column.notNull())
    .execute();
}
