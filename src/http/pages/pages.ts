/**
 * The pages of the hub: rendered here, usable without a script. Each file mounts its own addresses, all below
 * `${baseUrl}hub`; who asks, XSRF and errors are seen to by the scope they are mounted in.
 */
import type { FastifyInstance } from 'fastify';
import type { HttpParts } from '../parts.ts';
import { mountAccounts } from './accounts.ts';
import { mountAdmin } from './admin.ts';
import { mountAssets } from './assets.ts';
import { mountChangePassword } from './change-password.ts';
import { mountHome } from './home.ts';
import { mountLink } from './link.ts';
import { mountLogin } from './login.ts';
import { mountLogout } from './logout.ts';
import { mountNotRunning } from './not-running.ts';
import { mountPlainPeople } from './plain-people.ts';
import { mountProxyError } from './proxy-error.ts';
import { mountReader } from './reader.ts';
import { mountServerActions } from './server-actions.ts';
import { mountServiceAddress } from './service-address.ts';
import { mountServiceLogin } from './service-login.ts';
import { mountSessions } from './sessions.ts';
import { mountSignUp } from './sign-up.ts';
import { mountSpawn } from './spawn.ts';
import { mountSpawnPending } from './spawn-pending.ts';
import { mountToken } from './token.ts';
import { mountUiAssets } from './ui-assets.ts';
import { mountUserRedirect } from './user-redirect.ts';

type Parts = Pick<
  HttpParts,
  | 'users'
  | 'servers'
  | 'roles'
  | 'tokens'
  | 'sessions'
  | 'login'
  | 'passwordAccounts'
  | 'announcements'
  | 'services'
  | 'serviceLogin'
  | 'ensureRoute'
  | 'rerunHook'
  | 'memoryOf'
  | 'busyKernelsOf'
  | 'site'
  | 'now'
>;

export async function mountPages(app: FastifyInstance, parts: Parts): Promise<void> {
  mountAssets(app, parts);
  mountReader(app, parts);
  mountLogin(app, parts);
  mountServiceLogin(app, parts);
  mountLogout(app, parts);
  mountSessions(app, parts);
  mountSignUp(app, parts);
  mountChangePassword(app, parts);
  mountAccounts(app, parts);
  mountHome(app, parts);
  mountSpawn(app, parts);
  mountSpawnPending(app, parts);
  mountServerActions(app, parts);
  mountNotRunning(app, parts);
  mountUserRedirect(app, parts);
  mountServiceAddress(app, parts);
  mountLink(app, parts);
  mountToken(app, parts);
  mountUiAssets(app);
  mountAdmin(app, parts);
  mountPlainPeople(app, parts);
  mountProxyError(app, parts);
}
