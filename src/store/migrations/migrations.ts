/**
 * The steps from an empty database to today's tables. A step that was released is never changed: the next change is a
 * new step with the next number. They are listed here, not found in a folder, so that they are part of a bundle.
 */
import type { Kysely, Transaction } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { HubError } from '../../domain/errors.ts';
import type { Tables } from '../sql/tables.ts';
import * as first from './0001-first.ts';
import * as routes from './0002-routes.ts';
import type { ColumnTypes } from './column-types.ts';

interface Step {
  up(db: Kysely<unknown>, types: ColumnTypes): Promise<void>;
}

const steps: Readonly<Record<string, Step>> = {
  '0001-first': first,
  '0002-routes': routes,
};

/**
 * Whether these steps are all there are, so that there is nothing to migrate.
 * @throws HubError `unavailable` when the database was made by a newer version.
 */
export function isCurrent(done: readonly string[]): boolean {
  const unknown = done.filter((name) => steps[name] === undefined);
  if (unknown.length > 0) {
    throw new HubError(
      'unavailable',
      'The database was made by a newer version of Polder: start that version, or use another database.',
      { detail: `unknown migrations: ${unknown.join(', ')}` },
    );
  }
  return done.length === Object.keys(steps).length;
}

/** Brings the database to today's tables, within the transaction `db`. Safe where another hub does the same. */
export async function migrate(db: Transaction<Tables>, types: ColumnTypes): Promise<void> {
  const migrations: Record<string, Migration> = {};
  for (const [name, step] of Object.entries(steps)) {
    migrations[name] = { up: (tx: Kysely<unknown>) => step.up(tx, types) };
  }
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
