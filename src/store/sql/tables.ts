/**
 * The tables as Kysely sees them. One representation serves every database: times are whole milliseconds since 1970
 * UTC, yes and no are 1 and 0, structured values are JSON text. `migrations/` makes the tables.
 */
import type { Generated, Selectable } from 'kysely';

export interface Tables {
  users: UsersTable;
  servers: ServersTable;
  shares: SharesTable;
  routes: RoutesTable;
  route_feed: RouteFeedTable;
  groups: GroupsTable;
  group_members: GroupMembersTable;
  tokens: TokensTable;
  sessions: SessionsTable;
  auth_states: AuthStatesTable;
  passwords: PasswordsTable;
  announcements: AnnouncementsTable;
  oauth_codes: OAuthCodesTable;
  progress: ProgressTable;
  throttles: ThrottlesTable;
  health: HealthTable;
  agreements: AgreementsTable;
}

/** Milliseconds since 1970 UTC. A PostgreSQL driver must read `bigint` as a number: these fit. */
type Milliseconds = number;
type JsonText = string;

interface UsersTable {
  id: Generated<number>;
  name: string;
  admin: number;
  created_at: Milliseconds;
  last_activity_at: Milliseconds | null;
}

interface ServersTable {
  id: string;
  user_id: number;
  name: string;
  display_name: string;
  oauth_client_id: string;
  desired: string;
  state: string;
  attempt: number;
  revision: number;
  queued_at: Milliseconds | null;
  started_at: Milliseconds | null;
  ready_at: Milliseconds | null;
  stopped_at: Milliseconds | null;
  last_activity_at: Milliseconds | null;
  target: string | null;
  handle: JsonText;
  user_options: JsonText;
  failure: JsonText | null;
  stop_reason: string | null;
  hook: JsonText | null;
  /** All three are null or none is. */
  lease_holder: string | null;
  lease_from: Milliseconds | null;
  lease_until: Milliseconds | null;
}

/** Exactly one of `user_id` and `group_name` is null. */
interface SharesTable {
  id: string;
  server_id: string;
  user_id: number | null;
  group_name: string | null;
  scopes: JsonText;
  created_at: Milliseconds;
}

/** A prefix whose route was removed stays for a while, so that proxies hear of it. */
interface RoutesTable {
  prefix: string;
  number: number;
  /** Null: removed. */
  target: string | null;
  data: JsonText;
  /** No foreign key: a route goes with a number, never silently with its server. */
  server_id: string | null;
  changed_at: Milliseconds;
}

/** One row: whoever changes a route takes the next number here, and the others wait until that is committed. */
interface RouteFeedTable {
  id: string;
  number: number;
  forgotten_up_to: number;
}

interface TokensTable {
  id: Generated<number>;
  hash: string;
  user_id: number;
  scopes: JsonText;
  note: string;
  created_at: Milliseconds;
  expires_at: Milliseconds | null;
  last_used_at: Milliseconds | null;
  session_id: string | null;
  oauth_client_id: string | null;
  server_id: string | null;
  /** How the secret begins, where `hash` is another hub's; else null. */
  prefix: string | null;
}

interface GroupsTable {
  name: string;
  properties: JsonText;
}

interface GroupMembersTable {
  user_id: number;
  group_name: string;
}

interface SessionsTable {
  id: string;
  hash: string;
  user_id: number;
  created_at: Milliseconds;
  expires_at: Milliseconds;
  last_seen_at: Milliseconds;
  address: string;
  user_agent: string;
}

interface AuthStatesTable {
  user_id: number;
  sealed: string;
}

/** No foreign key: whoever signs up is no user yet. */
interface PasswordsTable {
  name: string;
  hash: string;
  approved: number;
  email: string | null;
  created_at: Milliseconds;
  changed_at: Milliseconds;
}

interface AnnouncementsTable {
  id: string;
  text: string;
  group_name: string | null;
  by: string;
  at: Milliseconds;
  ends_at: Milliseconds;
}

interface OAuthCodesTable {
  hash: string;
  oauth_client_id: string;
  user_id: number;
  session_id: string;
  redirect_uri: string;
  scopes: JsonText;
  code_challenge: string | null;
  expires_at: Milliseconds;
  /** How often it was taken: the first is the only good one. */
  taken: Generated<number>;
}

interface ProgressTable {
  server_id: string;
  attempt: number;
  sequence: number;
  phase: string;
  message: string;
  percent: number;
  at: Milliseconds;
}

interface ThrottlesTable {
  key: string;
  count: number;
  last_hit_at: Milliseconds;
  until: Milliseconds;
}

/** One row, written by the health check. */
interface HealthTable {
  id: number;
  checked_at: Milliseconds;
}

interface AgreementsTable {
  name: string;
  value: string;
}

export type UserRow = Selectable<UsersTable>;
export type ServerRow = Selectable<ServersTable>;
export type ShareRow = Selectable<SharesTable>;
export type RouteRow = Selectable<RoutesTable>;
export type TokenRow = Selectable<TokensTable>;
export type AnnouncementRow = Selectable<AnnouncementsTable>;
export type PasswordRow = Selectable<PasswordsTable>;
export type SessionRow = Selectable<SessionsTable>;
export type OAuthCodeRow = Selectable<OAuthCodesTable>;
export type ProgressRow = Selectable<ProgressTable>;
