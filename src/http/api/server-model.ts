/** A server as JupyterHub's API describes it. */
import { escapePathSegment, serverPath } from '../../domain/route.ts';
import { allows, type ScopeSet } from '../../domain/scope.ts';
import { isActive, pendingOperation, type Server } from '../../domain/server.ts';
import type { Site } from '../parts.ts';

/** As much of a server as the model says. */
export type DescribedServer = Pick<
  Server,
  'owner' | 'name' | 'displayName' | 'lastActivityAt' | 'startedAt' | 'state' | 'userOptions' | 'handle'
>;

/** Everybody has a default server, though it is stored only once it was started. */
export function neverStarted(owner: string): DescribedServer {
  return {
    owner,
    name: '',
    displayName: '',
    lastActivityAt: null,
    startedAt: null,
    state: 'stopped',
    userOptions: {},
    handle: null,
  };
}

export function serverModel(
  server: DescribedServer,
  { scopes, site }: { readonly scopes: ScopeSet; readonly site: Site },
) {
  const subject = { user: server.owner, server: server.name };
  return {
    name: server.name,
    display_name: server.displayName,
    full_name: `${server.owner}/${server.name}`,
    last_activity: server.lastActivityAt,
    started: isActive(server) ? server.startedAt : null,
    pending: pendingOperation(server),
    ready: server.state === 'ready',
    stopped: !isActive(server),
    url: serverPath(site.baseUrl, server.owner, server.name),
    user_options: server.userOptions,
    progress_url: progressUrl(server, site),
    // Browsers come by any address, so there is no one address that is the hub's.
    full_url: null,
    full_progress_url: null,
    ...(allows(scopes, 'admin:server_state', subject) ? { state: server.handle ?? {} } : {}),
  };
}

/** `anna`, `anna/lab`: as messages name it. */
export function serverLabel(server: Pick<Server, 'owner' | 'name'>): string {
  return server.name === '' ? server.owner : `${server.owner}/${server.name}`;
}

/** The path of the stream that tells how a start goes. */
export function progressUrl(server: Pick<Server, 'owner' | 'name'>, site: Pick<Site, 'baseUrl'>): string {
  const user = `${site.baseUrl}hub/api/users/${escapePathSegment(server.owner)}`;
  return server.name === ''
    ? `${user}/server/progress`
    : `${user}/servers/${escapePathSegment(server.name)}/progress`;
}
