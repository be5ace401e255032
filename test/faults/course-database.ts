import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Moment } from './plan.ts';

/** A row of a server, as much of it as the checks look at. */
export interface ServerRow {
  readonly id: string;
  readonly owner: string;
  readonly name: string;
  readonly state: string;
  readonly desired: string;
  readonly attempt: number;
  readonly target: string | null;
  readonly launched: number;
  readonly failure: string | null;
  readonly stop_reason: string | null;
}

/** What the database of a course says, read beside the hub and whether the hub runs or not. */
export class CourseDatabase implements Disposable {
  readonly #database: DatabaseSync;

  constructor(data: string) {
    this.#database = new DatabaseSync(join(data, 'polder.sqlite'), { readOnly: true });
  }

  /** Of users whose names begin so. */
  servers(prefix = ''): readonly ServerRow[] {
    return this.#query<ServerRow>(
      `select servers.id, users.name as owner, servers.name, state, desired, attempt, target,
         handle <> 'null' as launched, failure, stop_reason
       from servers join users on users.id = user_id where users.name like ?`,
      `${prefix}%`,
    );
  }

  /** Tokens of servers that do not run. */
  staleServerTokens(prefix: string): readonly { readonly note: string; readonly state: string }[] {
    return this.#query(
      `select note, state from tokens join servers on servers.id = server_id join users on users.id = servers.user_id
       where state <> 'ready' and users.name like ?`,
      `${prefix}%`,
    );
  }

  /** Resolves with whether the moment came before `signal` was aborted. */
  async until(moment: Moment, signal: AbortSignal): Promise<boolean> {
    const before = this.#look();
    let last = before.servers;
    while (!signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, 2));
      const now = this.#look();
      if (hasCome(moment, last, now.servers)) return true;
      if (moment === 'token' && now.tokens > before.tokens) return true;
      if (moment === 'session' && now.sessions > before.sessions) return true;
      if (moment === 'user' && now.users > before.users) return true;
      last = now.servers;
    }
    return false;
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  #look() {
    const [counts] = this.#query<{ users: number; tokens: number; sessions: number }>(
      `select (select max(id) from users) as users, (select count(*) from tokens) as tokens,
         (select count(*) from sessions) as sessions`,
    );
    return { ...counts!, servers: new Map(this.servers().map((row) => [row.id, row])) };
  }

  #query<Row>(sql: string, ...values: string[]): readonly Row[] {
    return this.#database.prepare(sql).all(...values) as Row[];
  }
}

type Rows = ReadonlyMap<string, ServerRow>;

function hasCome(moment: Moment, before: Rows, after: Rows): boolean {
  if (moment === 'removed') return [...before.keys()].some((id) => !after.has(id));
  return [...after.values()].some((row) => {
    const was = before.get(row.id);
    return isAt(moment, row) && (was === undefined || was.attempt !== row.attempt || !isAt(moment, was));
  });
}

function isAt(moment: Moment, row: ServerRow): boolean {
  switch (moment) {
    case 'launched':
      return row.state === 'starting' && row.launched === 1;
    case 'at-rest':
      return row.attempt > 0 && (row.state === 'stopped' || row.state === 'failed');
    default:
      return row.state === moment;
  }
}
