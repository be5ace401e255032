/**
 * All that is to be kept, out of a database and back into one, of whatever kind. What hubs find out by themselves is left
 * out: routes, windows of throttles, agreements.
 */
import { sql } from 'kysely';
import { HubError } from '../../domain/errors.ts';
import { isActive, type ServerState } from '../../domain/server.ts';
import type { Piece, Restored } from '../store.ts';
import type { Connection, TransactionConnection } from './access.ts';
import type { ServerRow, Tables, TokenRow } from './tables.ts';

/** In an order in which each can refer to those before it, with what orders its rows. */
const KEPT = {
  users: ['id'],
  groups: ['name'],
  group_members: ['user_id', 'group_name'],
  announcements: ['id'],
  auth_states: ['user_id'],
  servers: ['id'],
  shares: ['id'],
  passwords: ['name'],
  sessions: ['id'],
  tokens: ['id'],
  oauth_codes: ['hash'],
  progress: ['server_id', 'attempt', 'sequence'],
} as const satisfies Partial<Record<keyof Tables, readonly string[]>>;

type KeptTable = keyof typeof KEPT;

/** Those that are made anew. */
export const LEFT_OUT: readonly (keyof Tables)[] = [
  'routes',
  'route_feed',
  'throttles',
  'health',
  'agreements',
];

export const KEPT_TABLES = Object.keys(KEPT) as readonly KeptTable[];

const ROWS_OF_A_PIECE = 500;

type Row = Readonly<Record<string, string | number | null>>;

/** @param reads a connection on which everything is as of one moment */
export async function dump(reads: Connection, write: (piece: Piece) => Promise<void>): Promise<void> {
  for (const table of KEPT_TABLES) {
    for (let offset = 0; ; offset += ROWS_OF_A_PIECE) {
      const order = sql.join(KEPT[table].map((column) => sql.ref(column)));
      const page = sql<Row>`
        select * from ${sql.table(table)} order by ${order} limit ${ROWS_OF_A_PIECE} offset ${offset}`;
      const { rows } = await reads.execute({ compile: () => page.compile(reads.db) });
      const columns = Object.keys(rows[0] ?? {});
      if (rows.length > 0)
        await write({ table, columns, rows: rows.map((row) => columns.map((name) => row[name]!)) });
      if (rows.length < ROWS_OF_A_PIECE) break;
    }
  }
}

/**
 * Replaces everything by what `pieces` say, except for what runs: that is not what somebody once wanted but what is. A
 * server that is active now and was there then goes on, with the tokens of its run. One that was ready then and of which
 * there is no row now is taken for ready, until a hub asks its spawner. All others are at rest.
 */
export async function load(tx: TransactionConnection, pieces: AsyncIterable<Piece>): Promise<Restored> {
  const { bulk } = tx.backend;
  const lock = bulk.lock(KEPT_TABLES);
  if (lock !== undefined) await tx.execute(lock);
  const servers = (await tx.execute(tx.db.selectFrom('servers').selectAll())).rows;
  const current = new Map(servers.map((row) => [row.id, row]));
  const active = new Set(
    servers.filter((row) => isActive({ state: row.state as ServerState })).map((row) => row.id),
  );
  const runTokens = (
    await tx.execute(tx.db.selectFrom('tokens').selectAll().where('server_id', 'is not', null))
  ).rows;
  for (const table of KEPT_TABLES.toReversed()) await tx.execute(tx.db.deleteFrom(table as 'users'));

  const kept = new Set<string>();
  const counts = { users: 0, servers: 0, claimed: 0 };
  const users = new Set<number>();
  for await (const piece of pieces) {
    const table = KEPT_TABLES.find((name) => name === piece.table);
    if (table === undefined) throw unknownPart(`the table ${piece.table}`);
    let rows = piece.rows.map((values) =>
      Object.fromEntries(piece.columns.map((column, index) => [column, values[index] ?? null])),
    );
    if (table === 'users') {
      counts.users += rows.length;
      for (const { id } of rows) users.add(Number(id));
    }
    if (table === 'servers') {
      counts.servers += rows.length;
      rows = (rows as unknown as ServerRow[]).map((then) => {
        const now = current.get(then.id);
        const row = now === undefined ? asFound(then) : merged(then, now);
        if (active.has(row.id)) kept.add(row.id);
        if (now === undefined && row.state === 'ready') counts.claimed += 1;
        return row as unknown as (typeof rows)[0];
      });
    }
    // The run that goes on has its own.
    if (table === 'tokens') rows = rows.filter((row) => !kept.has(String(row.server_id)));
    await insert(tx, table, rows);
  }
  const ofRuns = runTokens.filter((token) => kept.has(token.server_id!) && users.has(token.user_id));
  await insert(tx, 'tokens', ofRuns.filter((token) => token.session_id === null) as TokenRow[]);
  for (const table of ['users', 'tokens'] as const) {
    const resume = bulk.resume(table);
    if (resume !== undefined) await tx.execute(resume);
  }
  tx.announce('users', 'groups', 'servers', 'shares', 'tokens', 'sessions', 'progress');
  return { ...counts, running: kept.size, ended: active.size - kept.size };
}

/** What it was, with what it is: the run goes on, or is over. */
function merged(then: ServerRow, now: ServerRow): ServerRow {
  const { display_name, user_options, user_id, name } = then;
  return {
    ...now,
    display_name,
    user_options,
    user_id,
    name,
    revision: Math.max(then.revision, now.revision) + 1,
  };
}

/** A server of which nothing is known now. */
function asFound(then: ServerRow): ServerRow {
  const row = {
    ...then,
    lease_holder: null,
    lease_from: null,
    lease_until: null,
    revision: then.revision + 1,
  };
  if (row.state === 'ready' || row.state === 'failed' || row.state === 'stopped') return row;
  const state = row.handle === 'null' ? 'stopped' : 'stopping';
  return { ...row, state, desired: 'stopped', queued_at: null, stop_reason: row.stop_reason ?? 'shutdown' };
}

const MOST_VALUES = 10_000;

async function insert(tx: TransactionConnection, table: KeptTable, rows: readonly object[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const atOnce = Math.max(1, Math.floor(MOST_VALUES / Math.max(1, columns.length)));
  for (let begin = 0; begin < rows.length; begin += atOnce) {
    const values = rows
      .slice(begin, begin + atOnce)
      .map((row) => sql`(${sql.join(columns.map((column) => (row as Record<string, unknown>)[column]))})`);
    const into = sql.join(columns.map((column) => sql.ref(column)));
    const statement = sql`insert into ${sql.table(table)} (${into}) ${tx.backend.bulk.ownIds} values ${sql.join(values)}`;
    await tx.execute({ compile: () => statement.compile(tx.db) });
  }
}

function unknownPart(what: string): HubError {
  return new HubError('invalid', `The backup holds what this version of Polder does not know: ${what}.`);
}
