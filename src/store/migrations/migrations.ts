/**
 * The steps from an empty database to today's tables. A step that was released is never changed: the next change is a
 * new step with the next number. They are listed here, not found in a folder, so that they are part of a bundle.
 *
 * Hubs of two versions work with one database while one replaces the other. So a step adds, and what it adds may be left
 * out by those who do not know it; what is of use no more is taken away by a later step, when no hub that needs it is
 * left. Each step says which hubs its tables still serve: `oldest`, the number of their last step.
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { HubError } from '../../domain/errors.ts';
import type { Tables } from '../sql/tables.ts';
import * as first from './0001-first.ts';
import * as routes from './0002-routes.ts';
import * as agreements from './0003-agreements.ts';
import * as groups from './0004-groups.ts';
import * as passwords from './0005-passwords.ts';
import * as announcements from './0006-announcements.ts';
import * as authStates from './0007-auth-states.ts';
import * as shares from './0008-shares.ts';
import * as foreignTokens from './0009-foreign-tokens.ts';
import type { ColumnTypes } from './column-types.ts';

export interface Step {
  up(db: Kysely<unknown>, types: ColumnTypes): Promise<void>;
  /** The number of the last step of the oldest hubs that can work with the tables after this one. */
  readonly oldest: number;
}

/** By name: a number, and what it is about. */
export type Steps = Readonly<Record<string, Step>>;

export const STEPS: Steps = {
  '0001-first': first,
  '0002-routes': routes,
  '0003-agreements': agreements,
  '0004-groups': groups,
  '0005-passwords': passwords,
  '0006-announcements': announcements,
  '0007-auth-states': authStates,
  '0008-shares': shares,
  '0009-foreign-tokens': foreignTokens,
};

/** What was done to a database, by us or by another version. */
export interface Done {
  readonly names: readonly string[];
  /** Which hubs its tables still serve. */
  readonly oldest: number;
}

/** The number of the last of these steps: what a hub that has them can work with. */
export function schemaOf(steps: Steps): number {
  return Math.max(...Object.keys(steps).map(numberOf));
}

/** @param has whether there is a table of this name */
export async function readDone(db: Kysely<Tables>, has: (table: string) => Promise<boolean>): Promise<Done> {
  if (!(await has('kysely_migration'))) {
    if (await has('alembic_version')) throw ofJupyterHub();
    return { names: [], oldest: 0 };
  }
  const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db);
  const names = rows.map((row) => row.name);
  if (!(await has('agreements'))) return { names, oldest: 0 };
  const row = await db.selectFrom('agreements').select('value').where('name', '=', OLDEST).executeTakeFirst();
  return { names, oldest: Number(row?.value ?? 0) };
}

/**
 * Whether there is nothing to migrate: all our steps were done, and those of a newer version that were done too leave
 * the tables so that we can work with them.
 * @throws HubError `unavailable` when they do not.
 */
export function isCurrent(done: Done, steps: Steps): boolean {
  const unknown = done.names.filter((name) => steps[name] === undefined);
  throwIfOutdated(done.oldest, steps, unknown);
  const missing = Object.keys(steps).filter((name) => !done.names.includes(name));
  if (unknown.length > 0 && missing.length > 0) throw newer([...unknown, `without ${missing.join(', ')}`]);
  return missing.length === 0;
}

/** @throws HubError `unavailable` when the database serves newer hubs only. */
export function throwIfOutdated(oldest: number, steps: Steps, unknown: readonly string[] = []): void {
  if (oldest > schemaOf(steps)) throw newer([...unknown, `made for ${oldest} and later`]);
}

/** Brings the database to today's tables, within the transaction `db`. Safe where another hub does the same. */
export async function migrate(db: Transaction<Tables>, types: ColumnTypes, steps: Steps): Promise<void> {
  const migrations: Record<string, Migration> = {};
  for (const [name, step] of Object.entries(steps)) {
    migrations[name] = { up: (tx: Kysely<unknown>) => step.up(tx, types) };
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
  const value = String(Math.max(...Object.values(steps).map((step) => step.oldest)));
  await db
    .insertInto('agreements')
    .values({ name: OLDEST, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** The name under which it is agreed which hubs the tables serve. */
export const OLDEST = 'oldest-schema';

function numberOf(name: string): number {
  return Number.parseInt(name, 10);
}

function newer(facts: readonly string[]): HubError {
  return new HubError(
    'unavailable',
    'The database was made by a newer version of Polder, with which this one cannot work: start that version, or use another database.',
    { detail: `migrations: ${facts.join(', ')}` },
  );
}

/** Its tables have names of ours. */
function ofJupyterHub(): HubError {
  return new HubError(
    'conflict',
    'That is the database of a JupyterHub, which stays as it is: name another, empty one in hub.db.url, and take the course over with `polder import jupyterhub --db` and the address of this one.',
  );
}
