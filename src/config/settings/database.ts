import type { DatabaseConfig } from '../config.ts';
import type { Values } from '../schema/values.ts';

type DatabaseValues = NonNullable<Values['hub']>['db'];

/** Where the hub keeps its state, and the address with its password: null where it is the hub's own file. */
export function readDatabase(values: Values): {
  readonly database: DatabaseConfig;
  readonly url: string | null;
} {
  const db = values.hub?.db;
  const address = namesServer(db) ? readAddress(db?.url ?? '', db?.password ?? '') : null;
  return {
    database: {
      kind: address === null ? 'sqlite' : 'postgres',
      pooler: values.polder?.databasePooler ?? false,
    },
    url: address,
  };
}

/** Whether `hub.db.url` counts: the chart reads it for these types only. */
export function namesServer(db: DatabaseValues): boolean {
  return db?.type === 'postgres' || db?.type === 'mysql' || db?.type === 'other';
}

/** What kind of database an SQLAlchemy URL is for: `postgresql` of `postgresql+psycopg2://…`. */
export function dialectOf(url: string): string {
  return /^(\w+)(\+\w+)?:/.exec(url)?.[1] ?? '';
}

// SQLAlchemy takes what is special in a user or password as it stands, where only an @ ends it.
const SQLALCHEMY_URL =
  /^postgres(?:ql)?(?:\+\w+)?:\/\/(?:(?<user>[^:/@]*)(?::(?<password>[^@]*))?@)?(?<rest>[^@]*)$/;

/**
 * An SQLAlchemy URL for PostgreSQL, as JupyterHub's users write it, in the form of libpq, with a password that was given
 * beside it. Null where it is none.
 */
export function readAddress(url: string, password: string): string | null {
  const parts = SQLALCHEMY_URL.exec(url)?.groups;
  if (parts === undefined) return null;
  const secret = decode(parts.password ?? '') || password;
  const user = encodeURIComponent(decode(parts.user ?? ''));
  const account = secret === '' ? user : `${user}:${encodeURIComponent(secret)}`;
  const address = `postgresql://${account === '' ? '' : `${account}@`}${parts.rest}`;
  if (!URL.canParse(address.replace('@/', '@localhost/').replace('///', '//localhost/'))) return null;
  // `sslmode` means what it means to every other program that is given this URL.
  return /[?&]sslmode=/.test(address) ? `${address}&uselibpqcompat=true` : address;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
