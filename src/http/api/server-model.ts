/** A server as JupyterHub's API describes it. */
import { z } from 'zod';
import { escapePathSegment, serverUrl } from '../../domain/route.ts';
import { allows, type ScopeSet } from '../../domain/scope.ts';
import { isActive, pendingOperation, type Server } from '../../domain/server.ts';
import type { Site } from '../parts.ts';
import { time } from './operation.ts';

/** `state` is there for those who may see it. */
export const serverSchema = z
  .object({
    name: z.string().describe('empty: the default server'),
    display_name: z.string(),
    full_name: z.string().describe('user/server'),
    last_activity: time.nullable(),
    started: time.nullable().describe('when it was asked for'),
    pending: z.enum(['spawn', 'stop']).nullable().describe('what it is busy with'),
    ready: z.boolean().describe('whether it can be visited'),
    stopped: z.boolean().describe('whether it neither runs nor is about to'),
    url: z.string().describe('its path'),
    user_options: z.record(z.string(), z.unknown()).describe('what was chosen when it was started'),
    progress_url: z.string().describe('where its start is told, as a stream of events'),
    full_url: z.string().nullable(),
    full_progress_url: z.string().nullable(),
    state: z.unknown().optional().describe('what the spawner knows it by'),
  })
  .meta({ id: 'Server' });

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
): z.output<typeof serverSchema> {
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
    url: serverUrl(site, server.owner, server.name),
    user_options: server.userOptions,
    progress_url: progressUrl(server, site),
    // On one domain browsers come by any address, so there is no one address that is the hub's.
    full_url: site.domains && serverUrl(site, server.owner, server.name),
    full_progress_url: site.domains && `${site.domains.hub}${progressUrl(server, site)}`,
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
