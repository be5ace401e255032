/** Where the hub's state is: a file of the data folder, or a server that several hubs share. */
import { hostname } from 'node:os';
import type { Config, Secrets } from '../config/config.ts';
import { HubError } from '../domain/errors.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import type { Keys } from './keys.ts';
import { fingerprintOf } from './keys.ts';

export interface DatabaseChoice {
  readonly config: Pick<Config, 'hub'>;
  readonly secrets: Pick<Secrets, 'databaseUrl'>;
  /** The file, where it is one. */
  readonly file: string;
}

/** @throws HubError in words for the operator; the password is in none of them. */
export async function openDatabase({ config, secrets, file }: DatabaseChoice): Promise<Store> {
  if (secrets.databaseUrl === null) return await openSqliteStore(file);
  // Loaded when it is used: most hubs have no server.
  const { openPostgresStore } = await import('../store/postgres/postgres-store.ts');
  try {
    return await openPostgresStore(secrets.databaseUrl, { pooler: config.hub.database.pooler });
  } catch (error) {
    if (!(error instanceof HubError)) throw error;
    const detail = error.detail === undefined ? '' : ` (${error.detail})`;
    const where = describeDatabase(secrets.databaseUrl);
    throw new HubError(error.code, `The database ${where} cannot be used. ${error.message}${detail}`, {
      cause: error,
    });
  }
}

/** `course on db.example.org:5432`: without what is secret. */
export function describeDatabase(url: string): string {
  const parts = /^[^:]*:\/\/(?:[^@]*@)?([^/?]*)(?:\/([^?]*))?/.exec(url);
  const name = parts?.[2] ?? '';
  const host = /[?&]host=([^&]*)/.exec(url)?.[1] ?? parts?.[1] ?? '';
  return `${name === '' ? '' : `“${decodeURIComponent(name)}” `}on ${decodeURIComponent(host) || 'this machine'}`;
}

/**
 * Refuses to work beside hubs that have other keys, and, where servers are processes, beside hubs of another machine,
 * which could neither reach nor end them.
 * @param options.takeOver what we have counts from now on
 * @throws HubError `conflict`
 */
export async function joinHubs(
  store: Store,
  keys: Keys,
  options: { readonly processesIn: string | null; readonly takeOver: boolean },
): Promise<void> {
  const claims = [
    {
      name: 'keys',
      value: fingerprintOf(keys),
      problem: () =>
        'The hubs of this database have other keys than this one. Give all of them the same `hub.cookieSecret` and `proxy.secretToken`',
    },
    ...(options.processesIn === null
      ? []
      : [
          {
            name: 'processes',
            value: `${hostname()}:${options.processesIn}`,
            problem: (theirs: string) =>
              `The servers of this database are processes of ${theirs.replace(':', ', in ')}, which this hub cannot reach. Run it there`,
          },
        ]),
  ];
  for (const { name, value, problem } of claims) {
    if (options.takeOver) await store.agreements.replace(name, value);
    const agreed = await store.agreements.agree(name, value);
    if (agreed === value) continue;
    throw new HubError(
      'conflict',
      `${problem(agreed)}; or, when no other hub of it runs any more, start this one with --take-over.`,
    );
  }
}
