/**
 * What a single-user server is told at its start: JupyterHub's environment contract, for 1.x to 6.x. Older servers read
 * only some of these names and ignore the rest.
 */
import { type CoursePlace, escapePathSegment, serverPath } from '../domain/route.ts';
import type { Server } from '../domain/server.ts';
import type { User } from '../domain/user.ts';
import { deriveSecret } from '../lib/secret.ts';
import type { ServerSpec } from '../spawner/spawner.ts';

/** What the course says of every server. */
export interface ServerSettings {
  /** Bytes. */
  readonly memory: { readonly limit: number | null; readonly guarantee: number | null };
  /** Cores. */
  readonly cpu: { readonly limit: number | null; readonly guarantee: number | null };
  readonly postStart: readonly string[] | null;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[] | null;
  readonly defaultUrl: string | null;
}

export interface HubAddress extends CoursePlace {
  /** How servers reach the hub, without a path: `http://127.0.0.1:8081`. */
  readonly internalUrl: string;
}

export class ServerSpecs {
  readonly #settings: ServerSettings;
  readonly #address: HubAddress;
  readonly #key: string;
  readonly #debug: boolean;

  constructor(parts: {
    readonly settings: ServerSettings;
    readonly address: HubAddress;
    /** Server tokens derive from it: every hub of a course has the same. */
    readonly key: string;
    readonly debug: boolean;
  }) {
    this.#settings = parts.settings;
    this.#address = parts.address;
    this.#key = parts.key;
    this.#debug = parts.debug;
  }

  /**
   * The token that this attempt of this server holds. It derives from the key, so that any hub can finish a start that
   * another began, without the secret ever being stored.
   */
  tokenOf(server: Pick<Server, 'id' | 'attempt'>): string {
    return serverToken(this.#key, server);
  }

  specOf(server: Server, owner: User): ServerSpec {
    const path = serverPath(this.#address.baseUrl, owner.name, server.name);
    return {
      serverId: server.id,
      attempt: server.attempt,
      owner: { id: owner.id, name: owner.name },
      serverName: server.name,
      path,
      environment: this.#environment(server, owner, path),
      command: this.#settings.command,
      postStart: this.#settings.postStart,
      memory: this.#settings.memory,
      cpu: this.#settings.cpu,
      userOptions: server.userOptions,
    };
  }

  #environment(server: Server, owner: User, path: string): Record<string, string> {
    const { baseUrl, domains, internalUrl } = this.#address;
    const origin = domains?.originOfUser(owner.name) ?? '';
    const { memory, cpu, defaultUrl } = this.#settings;
    const token = this.tokenOf(server);
    const accessScopes = JSON.stringify([
      `access:servers!server=${owner.name}/${server.name}`,
      `access:servers!user=${owner.name}`,
    ]);
    const apiUrl = `${internalUrl}${baseUrl}hub/api`;
    return {
      JUPYTERHUB_API_TOKEN: token,
      // Servers before 0.8 look here.
      JPY_API_TOKEN: token,
      // Servers before 2.0 refuse administrators without it. It opens nothing by itself: the hub tells a server only of
      // tokens that may open it, and gives those to an administrator after asking.
      JUPYTERHUB_ADMIN_ACCESS: '1',
      JUPYTERHUB_CLIENT_ID: server.oauthClientId,
      // Cookies that only this server's own domain can set; on one domain for all they would reach every server. Without
      // TLS servers set them so that browsers refuse them.
      JUPYTERHUB_COOKIE_HOST_PREFIX_ENABLED: domains?.isEncrypted ? '1' : '0',
      JUPYTERHUB_HOST: domains?.hub ?? '',
      JUPYTERHUB_OAUTH_CALLBACK_URL: `${origin}${path}oauth_callback`,
      // Before 3.0 the access scopes had this name.
      JUPYTERHUB_OAUTH_SCOPES: accessScopes,
      JUPYTERHUB_OAUTH_ACCESS_SCOPES: accessScopes,
      JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES: '[]',
      JUPYTERHUB_USER: owner.name,
      JUPYTERHUB_SERVER_NAME: server.name,
      JUPYTERHUB_API_URL: apiUrl,
      JUPYTERHUB_ACTIVITY_URL: `${apiUrl}/users/${escapePathSegment(owner.name)}/activity`,
      JUPYTERHUB_BASE_URL: baseUrl,
      JUPYTERHUB_SERVICE_PREFIX: path,
      // Empty means: as seen by the browser, which may come by any address.
      JUPYTERHUB_PUBLIC_URL: domains === null ? '' : `${origin}${path}`,
      JUPYTERHUB_PUBLIC_HUB_URL: domains === null ? '' : `${domains.hub}${baseUrl}hub/`,
      ...(memory.limit === null ? {} : { MEM_LIMIT: String(memory.limit) }),
      ...(memory.guarantee === null ? {} : { MEM_GUARANTEE: String(memory.guarantee) }),
      ...(cpu.limit === null ? {} : { CPU_LIMIT: String(cpu.limit) }),
      ...(cpu.guarantee === null ? {} : { CPU_GUARANTEE: String(cpu.guarantee) }),
      ...(defaultUrl === null ? {} : { JUPYTERHUB_DEFAULT_URL: defaultUrl }),
      ...(this.#debug ? { JUPYTERHUB_DEBUG: '1' } : {}),
      ...this.#settings.environment,
    };
  }
}

/** The same, for those who have the key and start nothing. */
export function serverToken(key: string, { id, attempt }: Pick<Server, 'id' | 'attempt'>): string {
  return deriveSecret(key, 'server-token', id, String(attempt));
}
