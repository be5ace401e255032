import type {
  DesiredState,
  Failure,
  HookResult,
  Server,
  ServerId,
  ServerState,
  StopReason,
} from '../../domain/server.ts';
import { toDate, toDateOrNull, toJsonOrNull, toMillisecondsOrNull, toStamped } from './columns.ts';
import type { ServerRow } from './tables.ts';

export type OwnedServerRow = ServerRow & { owner: string };

export function toServer(row: OwnedServerRow): Server {
  return {
    id: row.id as ServerId,
    userId: row.user_id,
    owner: row.owner,
    name: row.name,
    displayName: row.display_name,
    oauthClientId: row.oauth_client_id,
    desired: row.desired as DesiredState,
    state: row.state as ServerState,
    attempt: row.attempt,
    revision: row.revision,
    queuedAt: toDateOrNull(row.queued_at),
    startedAt: toDateOrNull(row.started_at),
    readyAt: toDateOrNull(row.ready_at),
    stoppedAt: toDateOrNull(row.stopped_at),
    lastActivityAt: toDateOrNull(row.last_activity_at),
    target: row.target,
    handle: JSON.parse(row.handle) as Server['handle'],
    userOptions: JSON.parse(row.user_options) as Server['userOptions'],
    failure: toStamped<Failure>(row.failure),
    stopReason: row.stop_reason as StopReason | null,
    hook: toStamped<HookResult>(row.hook),
    lease: row.lease_holder === null ? null : { holder: row.lease_holder, until: toDate(row.lease_until!) },
  };
}

/** The columns that an update may write: not what identifies the row, nor the lease, which has its own writers. */
export function fromServer(server: Server) {
  return {
    display_name: server.displayName,
    desired: server.desired,
    state: server.state,
    attempt: server.attempt,
    queued_at: toMillisecondsOrNull(server.queuedAt),
    started_at: toMillisecondsOrNull(server.startedAt),
    ready_at: toMillisecondsOrNull(server.readyAt),
    stopped_at: toMillisecondsOrNull(server.stoppedAt),
    last_activity_at: toMillisecondsOrNull(server.lastActivityAt),
    target: server.target,
    handle: JSON.stringify(server.handle),
    user_options: JSON.stringify(server.userOptions),
    failure: toJsonOrNull(server.failure),
    stop_reason: server.stopReason,
    hook: toJsonOrNull(server.hook),
  };
}
