/** The tables of a JupyterHub, read as they stand, all as of one moment and without a change to them. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import pg from 'pg';
import { HubError } from '../../domain/errors.ts';

/** Times as the database writes them, in UTC; bytes as such. */
export type ForeignRow = Readonly<Record<string, string | number | boolean | Uint8Array | null | undefined>>;

/** All rows of a table; none where there is no such table. */
export type ForeignTables = (table: string) => readonly ForeignRow[];

const CONNECT_MS = 5_000;

/**
 * @param address as JupyterHub's `db_url` has it: `sqlite:////srv/jupyterhub/jupyterhub.sqlite`, `postgresql://…`, or the
 * path of a file
 * @throws HubError `invalid`, `not_found` or `unavailable`, with what to do; no password is in its words
 */
export async function readForeignTables(address: string, tables: readonly string[]): Promise<ForeignTables> {
  const [, kind, rest = ''] = /^(\w+)(?:\+\w+)?:\/\/(.*)$/s.exec(address) ?? [];
  if (kind === undefined || kind === 'sqlite') {
    // SQLAlchemy writes three slashes before a relative path, and four before an absolute one.
    return readSqlite(kind === undefined ? address : rest.replace(/^\//, '').replace(/\?.*$/s, ''), tables);
  }
  if (kind === 'postgres' || kind === 'postgresql') return await readPostgres(`postgres://${rest}`, tables);
  throw new HubError(
    'invalid',
    `A JupyterHub's database is read from SQLite and PostgreSQL, not from ${kind}. Carry it over to SQLite first.`,
  );
}

function readSqlite(file: string, tables: readonly string[]): ForeignTables {
  const path = resolve(file);
  if (!existsSync(path)) throw new HubError('not_found', `There is no ${path}.`);
  try {
    using database = new DatabaseSync(path, { readOnly: true });
    database.exec('begin');
    const there = database.prepare("select name from sqlite_master where type = 'table'").all();
    const names = there.map(({ name }) => String(name));
    return kept(
      tables
        .filter((table) => names.includes(table))
        .map((table) => [table, database.prepare(`select * from "${table}"`).all() as ForeignRow[]]),
    );
  } catch (error) {
    throw new HubError('unavailable', `${path} cannot be read as a database: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function readPostgres(connectionString: string, tables: readonly string[]): Promise<ForeignTables> {
  let client: pg.Client | undefined;
  try {
    client = new pg.Client({
      connectionString,
      connectionTimeoutMillis: CONNECT_MS,
      types: { getTypeParser },
    });
    // What goes wrong later shows in the statement that it stops.
    client.on('error', () => undefined);
    await client.connect();
    await client.query('begin isolation level repeatable read read only');
    const read: [string, ForeignRow[]][] = [];
    for (const table of tables) {
      const { rows } = await client.query('select to_regclass($1) is not null as there', [table]);
      if (!rows[0].there) continue;
      read.push([table, (await client.query(`select * from ${pg.escapeIdentifier(table)}`)).rows]);
    }
    return kept(read);
  } catch (error) {
    const { message } = error as Error;
    const address = /^[^@/]*\/\/(?:[^@]*@)?([^?]*)/.exec(connectionString)?.[1] ?? '';
    throw new HubError('unavailable', `The database at ${address} cannot be read: ${message}.`, {
      cause: error,
    });
  } finally {
    await client?.end().catch(() => undefined);
  }
}

function kept(tables: readonly (readonly [string, readonly ForeignRow[]])[]): ForeignTables {
  const rows = new Map(tables);
  return (table) => rows.get(table) ?? [];
}

const TIMESTAMP = 1114;

/** Times stay text: what has no zone in it must not be taken for this machine's. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  return oid === TIMESTAMP ? String : pg.types.getTypeParser(oid, format as 'text');
}
