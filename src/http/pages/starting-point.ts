import { isActive } from '../../domain/server.ts';
import type { User } from '../../domain/user.ts';
import type { HttpParts } from '../parts.ts';
import { hubPath, hubServerPath, openUrl } from './links.ts';

/**
 * Where somebody goes who did not say where. As with JupyterHub, a student goes to their server, which is started for
 * them, unless the course says otherwise (`redirectToServer`). Not so where the last start failed, since that would fail
 * again before their eyes without being asked to, nor for who runs the course or teaches it: they come for other things as well.
 */
export async function startingPoint(
  user: User,
  { servers, roles, site }: Pick<HttpParts, 'servers' | 'roles' | 'site'>,
): Promise<string> {
  if (!site.redirectToServer) return hubPath(site, 'home');
  const server = await servers.get(user.name, '');
  if (server?.state === 'ready') return openUrl(site, server);
  if (server && isActive(server)) return hubServerPath(site, 'spawn-pending', server);
  const isStudent = roles.namesOf(user).every((role) => role === 'user');
  if (!isStudent || server?.state === 'failed') return hubPath(site, 'home');
  return hubPath(site, 'spawn');
}
