import type { Config, Generation, LimitsConfig, Secrets } from '../config.ts';
import { authenticatorSection } from '../legacy/authenticators.ts';
import { DEFAULT_RETRY_RANGE } from '../schema/hub-config.ts';
import type { Values } from '../schema/values.ts';
import { readCourse } from './course.ts';
import { readDatabase } from './database.ts';
import { readEnvironment, readHubEnvironment } from './environment.ts';
import { readKubernetes, readPodPieces } from './kubernetes.ts';
import { readLogin } from './login.ts';
import { readAzure, readImage, readNotebookSecrets, readNotebooks } from './provisioning.ts';
import { readProxy } from './proxy.ts';
import { readRights } from './rights.ts';
import { readServer } from './server.ts';
import { readServices } from './services.ts';
import { readSubdomainHost } from './subdomain-host.ts';

export interface Settings {
  readonly config: Config;
  readonly secrets: Secrets;
}

/** Checked values, with defaults, to what the parts of Polder are given. */
export function readSettings(values: Values, generation: Generation): Settings {
  const { login, secrets } = readLogin(values, generation);
  const { database, url } = readDatabase(values);
  const { services, serviceSecrets } = readServices(values);
  const { hub, cull, debug, polder, proxy } = values;
  return {
    config: {
      generation,
      course: readCourse(values),
      hub: {
        baseUrl: slashed(hub?.baseUrl ?? '/'),
        subdomainHost: readSubdomainHost(values),
        // JupyterHub takes 0 for "no limit".
        concurrentSpawnLimit: hub?.concurrentSpawnLimit || null,
        activeServerLimit: hub?.activeServerLimit || null,
        retryAfterSeconds: readRange(hub?.config?.JupyterHub?.spawn_throttle_retry_range),
        allowNamedServers: hub?.allowNamedServers ?? false,
        namedServerLimitPerUser: hub?.namedServerLimitPerUser || null,
        shutdownOnLogout: hub?.shutdownOnLogout ?? false,
        redirectToServer: hub?.redirectToServer ?? true,
        sessionDays: hub?.config?.JupyterHub?.cookie_max_age_days ?? 14,
        trustedProxies: hub?.config?.JupyterHub?.trusted_downstream_ips ?? [],
        debug: debug?.enabled ?? false,
        database,
      },
      login,
      server: readServer(values),
      proxy: readProxy(values, generation),
      cull: {
        enabled: cull?.enabled ?? true,
        timeoutSeconds: cull?.timeout ?? 3600,
        everySeconds: cull?.every ?? 600,
        maxAgeSeconds: cull?.maxAge ?? 0,
        spareRunningCells: polder?.culling?.spareRunningCells ?? true,
        users: cull?.users ?? false,
        adminUsers: cull?.adminUsers ?? true,
        removeNamedServers: cull?.removeNamedServers ?? false,
      },
      limits: readLimits(values),
      services,
      rights: readRights(values),
      azure: readAzure(values),
      image: readImage(values),
      notebooks: readNotebooks(values),
      kubernetes: readKubernetes(values),
    },
    secrets: {
      proxyToken: proxy?.secretToken || null,
      cookieSecret: hub?.cookieSecret || null,
      serverEnvironment: readEnvironment(values.singleuser?.extraEnv),
      hubEnvironment: readHubEnvironment(hub?.extraEnv),
      tlsKey: proxy?.https?.manual?.key || null,
      databaseUrl: url,
      authStateKeys: readCryptKeys(hub?.config?.CryptKeeper?.keys),
      services: serviceSecrets,
      podPieces: readPodPieces(values),
      notebooks: readNotebookSecrets(values),
      registry: readRegistry(values.imagePullSecret),
      ...secrets,
    },
  };
}

function readLimits({ polder, hub }: Values): LimitsConfig {
  const { limits = {} } = polder ?? {};
  const { window, perUser, perAddress } = limits.failedLogins ?? {};
  const { authenticator_class: className = '' } = hub?.config?.JupyterHub ?? {};
  const isNative = authenticatorSection(className) === 'NativeAuthenticator';
  const native = (isNative && hub?.config?.NativeAuthenticator) || {};
  return {
    requestBytes: limits.requestBody ?? 1024 ** 2,
    tokensPerUser: limits.tokensPerUser || null,
    failedLogins: {
      windowSeconds: native.seconds_before_next_try ?? window ?? 300,
      // NativeAuthenticator takes 0 for "no limit", and there is one here all the same.
      perUser: native.allowed_failed_logins || (perUser ?? 5),
      perAddress: perAddress ?? 300,
    },
  };
}

function readCryptKeys(keys: readonly string[] = []): readonly string[] | null {
  const given = keys.filter(Boolean);
  return given.length === 0 ? null : given;
}

function readRegistry(secret: Values['imagePullSecret']): Secrets['registry'] {
  const { registry: address, username, password, email } = secret ?? {};
  return address && username && password ? { address, username, password, email: email || null } : null;
}

function readRange(range: readonly number[] = DEFAULT_RETRY_RANGE): readonly [number, number] {
  const [one = 0, other = one] = range;
  return [Math.min(one, other), Math.max(one, other)];
}

function slashed(path: string): string {
  const inner = path.replace(/^\/+|\/+$/g, '');
  return inner === '' ? '/' : `/${inner}/`;
}
