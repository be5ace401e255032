/** What the supervisor tells the hub's process, and how a Config is handed out in pieces. */
import type { Config, Picture, Secrets } from '../config/config.ts';
import { Domains } from '../domain/domains.ts';
import type { CoursePlace } from '../domain/route.ts';
import type { ServerChoices } from '../domain/server-choices.ts';
import type { Site } from '../http/parts.ts';
import { deriveSecret } from '../lib/secret.ts';
import type { Keys } from './keys.ts';
import type { ClusterOptions } from './prepare-course.ts';
import type { SettingsAsRead } from './shown-settings.ts';
import type { SpawnerKind } from './spawner-kind.ts';

/** Goes from one process to the other as JSON, over their private channel. */
export interface HubSettings {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly keys: Keys;
  readonly shown: SettingsAsRead;
  /** Path of the data folder. */
  readonly data: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** How servers reach the hub, without a path; null: where it listens. */
  readonly internalUrl: string | null;
  readonly trustedProxies: readonly string[];
  readonly spawner: SpawnerKind;
  readonly cluster: ClusterOptions;
  /** Where simulated servers are kept, for several hubs and across restarts; null: in memory. */
  readonly world: string | null;
  /** The interpreter of the single-user servers' environment; null where servers are no processes. */
  readonly python: string | null;
  /** For the `postStart` command alone. */
  readonly hookEnvironment: Readonly<Record<string, string>>;
  readonly strictHooks: boolean;
  /** What this hub has counts from now on, whatever others of its database had. */
  readonly takeOver: boolean;
  /** The database of the JupyterHub in whose place this hub is: taken over at its first start; null: there was none. */
  readonly jupyterHubDb: string | null;
}

/** What each service shows the hub: from the file, or made from a key that all hubs have. By name. */
export function serviceTokensOf({
  config,
  secrets,
  keys,
}: Pick<HubSettings, 'config' | 'secrets' | 'keys'>): ReadonlyMap<string, string> {
  return new Map(
    config.services.map(({ name }) => [
      name,
      secrets.services?.[name]?.apiToken ?? deriveSecret(keys.tokenKey, 'service-token', name),
    ]),
  );
}

function pictureOf({ type, base64 }: Picture): { readonly type: string; readonly body: Buffer } {
  return { type, body: Buffer.from(base64, 'base64') };
}

/** Where browsers find the course. */
export function placeOf({ hub }: Pick<Config, 'hub'>): CoursePlace {
  const { baseUrl, subdomainHost } = hub;
  return { baseUrl, domains: subdomainHost === null ? null : new Domains(subdomainHost) };
}

export function siteOf(
  config: Config,
  parts: {
    readonly cookieKey: string;
    readonly spawnerClass: string;
    readonly choices: ServerChoices;
    readonly authenticatorClass: string;
    /** Whether files stay on this machine though the file says that they need not. */
    readonly keepsHomes: boolean;
    readonly trustedProxies: readonly string[];
  },
): Site {
  const { course, hub, server } = config;
  const forgetful = server.storage.type === 'none' && parts.keepsHomes;
  return {
    ...placeOf(config),
    spawnerClass: parts.spawnerClass,
    authenticatorClass: parts.authenticatorClass,
    cookieKey: parts.cookieKey,
    cookieDays: hub.sessionDays,
    shutdownOnLogout: hub.shutdownOnLogout,
    autoLogin: config.login.autoLogin,
    logoutUrl: config.login.logoutUrl,
    redirectToServer: hub.redirectToServer,
    allowNamedServers: hub.allowNamedServers,
    defaultUrl: server.defaultUrl,
    cull: config.cull.enabled ? config.cull : null,
    choices: parts.choices,
    course: {
      name: course.name,
      language: course.language,
      welcome: course.welcome,
      contact: course.contact,
      accentColor: course.accentColor,
      logo: course.logo && {
        light: pictureOf(course.logo.light),
        dark: course.logo.dark && pictureOf(course.logo.dark),
      },
      classTimes: course.sessions.map(({ start, end, title }) => ({
        start: new Date(start),
        end: new Date(end),
        title,
      })),
      timeZone: course.timeZone,
      storageNotice: forgetful
        ? 'On this machine your files are kept. Where this course runs on a cluster they are not: there, download what you want to keep before you stop your server.'
        : null,
      memoryLimit: server.memory.limit,
      cpuLimit: server.cpu.limit,
    },
    trustedProxies: [...parts.trustedProxies, ...hub.trustedProxies],
  };
}
