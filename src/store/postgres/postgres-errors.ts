import pg from 'pg';
import { HubError } from '../../domain/errors.ts';
import { LostRace } from '../sql/backend.ts';

/** SQLSTATEs: PostgreSQL documentation, appendix A. */
const SERIALIZATION_FAILURE = '40001';
const DEADLOCK_DETECTED = '40P01';
const UNIQUE_VIOLATION = '23505';
const FOREIGN_KEY_VIOLATION = '23503';
const FEATURE_NOT_SUPPORTED = '0A000';
const INVALID_STATEMENT_NAME = '26000';

/** The connection, not a statement, failed: nobody knows what became of what was under way. */
export class ConnectionLost extends Error {
  constructor(cause: unknown) {
    super(`no connection to the database: ${describe(cause)}`, { cause });
    this.name = 'ConnectionLost';
  }
}

/** What to do, by SQLSTATE or by its class, the first two characters. */
const remedies: Readonly<Record<string, string>> = {
  '08': 'The database does not answer. Check that it runs and can be reached, then try again.',
  '08P01':
    'A pooler in front of the database refuses a session of our own. Tell the hub that there is a pooler, or connect it to the database itself.',
  '25006': 'The database takes no changes, as a standby does not. Point the hub to the primary.',
  '25P03': 'The database gave up on a change that took too long: try again in a moment.',
  '25P04': 'The database gave up on a change that took too long: try again in a moment.',
  '28': 'The database refuses the user or the password. Check both.',
  '3D000': 'The database server has no database of that name. Make it, or give the name of another.',
  '3F000': 'The database has no schema for tables. Make one, or set the search path of the user.',
  '42501':
    'The database user may not do this. Let it own the database, or grant it to make tables in its schema.',
  '53': 'The database server has no memory or no connections left. Give it more, then try again.',
  '53100': 'The disk of the database is full. Free some space, then try again.',
  '55P03': 'Something else has the database locked: try again in a moment.',
  '57': 'The database is starting or stopping: try again in a moment.',
  '57014': 'The database took too long: try again in a moment.',
  '58': 'The disk of the database does not answer as it should. Check it, then try again.',
  XX001: 'The database is damaged. Stop the hub and put back a backup.',
  XX002: 'An index of the database is damaged. Stop the hub, then run REINDEX or put back a backup.',
};

/** What keeps a connection from being made, by what Node calls it. */
const obstacles: readonly { readonly sign: RegExp; readonly remedy: string }[] = [
  {
    sign: /ENOTFOUND|EAI_AGAIN/,
    remedy:
      'The database does not answer: nobody knows a machine of that name. Check the host in its address.',
  },
  {
    sign: /ECONNREFUSED|ENOENT/,
    remedy:
      'The database does not answer: nothing listens there. Check that the database server runs, and the host and port in its address.',
  },
  {
    sign: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout/i,
    remedy:
      'The database does not answer. Check the host and port in its address, and what lies between: a firewall, a network policy.',
  },
  {
    sign: /does not support SSL/,
    remedy:
      'The database server offers no TLS. Write sslmode=disable in its address, or switch TLS on in the server.',
  },
  {
    sign: /CERT|self.signed|issuer certificate|ERR_TLS|ERR_SSL/i,
    remedy:
      'The TLS certificate of the database server is not one to trust. Name the certificate of whoever signed it with sslrootcert=/path in its address, and the server by the name that is in its certificate.',
  },
];

/** A HubError that says what to do, a LostRace, or the error itself when it is our own mistake. */
export function translatePostgresError(error: unknown): unknown {
  if (error instanceof ConnectionLost) {
    // What the server says while a connection is made tells more.
    const told = translatePostgresError(error.cause);
    if (told instanceof HubError) return told;
    const signs = `${codeOf(error.cause)} ${error.message}`;
    const remedy = obstacles.find(({ sign }) => sign.test(signs))?.remedy ?? remedies['08']!;
    return new HubError('unavailable', remedy, { cause: error, detail: error.message });
  }
  if (!(error instanceof pg.DatabaseError)) return error;
  const { code = '', message } = error;
  const options = { cause: error, detail: `PostgreSQL ${code}: ${message}` };
  if (code === SERIALIZATION_FAILURE || code === DEADLOCK_DETECTED || isStalePlan(error)) {
    return new LostRace(message, { cause: error });
  }
  if (code === UNIQUE_VIOLATION) return new HubError('conflict', 'There is one like it already.', options);
  if (code === FOREIGN_KEY_VIOLATION) {
    return new HubError('not_found', 'What this belongs to does not exist any more.', options);
  }
  // The server has no rule for who comes without TLS, though it has one for who comes with it.
  const wantsTls = code.startsWith('28') && /no encryption|SSL off/.test(message);
  const remedy = wantsTls ? WANTS_TLS : (remedies[code] ?? remedies[code.slice(0, 2)]);
  return remedy === undefined ? error : new HubError('unavailable', remedy, options);
}

/** Whether the server ended the connection with this error, or can do nothing more on it. */
export function breaksConnection(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  // A server that became a standby stays one: the next connection may reach the new primary.
  return (
    isStalePlan(error) || error.severity === 'FATAL' || error.severity === 'PANIC' || error.code === '25006'
  );
}

/**
 * Whether the plan that the connection keeps of a statement is of use no more: a newer hub has changed the tables, or
 * something between us and the server took the plan away.
 */
export function isStalePlan(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return false;
  if (error.code === INVALID_STATEMENT_NAME) return true;
  return error.code === FEATURE_NOT_SUPPORTED && error.routine === 'RevalidateCachedQuery';
}

const WANTS_TLS =
  'The server refuses the user, or wants TLS: write sslmode=require in its address, or check user and host with whoever runs it.';

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(codeOf).join(' ');
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function describe(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(describe).join('; ');
  return error instanceof Error ? error.message : String(error);
}
