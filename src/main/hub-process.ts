/** The hub's own process, as the supervisor starts it: chooses the parts, tells when it answers, ends cleanly. */

import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { declareGroups } from '../hub/declared-groups.ts';
import { openDataFolder } from './data-folder.ts';
import { joinHubs, openDatabase } from './database.ts';
import { openHub } from './hub.ts';
import { type HubSettings, serviceTokensOf, siteOf } from './hub-settings.ts';
import { takeCourseOnce } from './jupyterhub-import.ts';
import { authStateKeys } from './keys.ts';
import { checkLoginWays, openLoginWays } from './login-ways.ts';
import { openSpawner } from './open-spawner.ts';
import { openProcessLog } from './process-log.ts';
import { ServiceProcesses } from './service-processes.ts';
import { shownSettings } from './shown-settings.ts';

/** What the hub says when it answers. */
export interface HubGreeting {
  readonly url: string;
  /** Things about this machine that whoever started the hub should know. */
  readonly findings: readonly import('../config/finding.ts').Finding[];
}

/** What the hub says when it ends. */
export interface HubFarewell {
  /** `final`: somebody asked over the API that it ends; whoever supervises it is not to start it again. */
  readonly farewell: 'final' | 'for now';
  /** Whose servers run on, in words: `anna`, `anna/second`. */
  readonly running: readonly string[];
  /** Whether they asked that the proxy goes on without it. */
  readonly keepProxy: boolean;
}

/** Runs until SIGTERM, or until the supervisor is gone; tells it why where it cannot begin. */
export async function runHubProcess(): Promise<void> {
  try {
    await serveSupervised();
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    await new Promise((sent) => process.send?.({ failure }, sent));
    throw error;
  }
}

async function serveSupervised(): Promise<void> {
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'disconnect')]);
  process.on('SIGINT', () => undefined);
  const [message] = await once(process, 'message');
  const farewell = await serveHub(message as HubSettings, {
    ended,
    greet: (greeting) => process.send?.(greeting),
  });
  if (process.connected) {
    await new Promise((sent) => process.send?.(farewell, sent));
    process.disconnect();
  }
}

/** Runs until `ended` resolves, then ends what it is at; its servers run on. */
export async function serveHub(
  settings: HubSettings,
  { ended, greet }: { readonly ended: Promise<unknown>; readonly greet: (greeting: HubGreeting) => void },
): Promise<HubFarewell> {
  const { config, secrets, keys } = settings;
  const log = openProcessLog('hub', config.hub.debug ? 'debug' : 'info');
  const folder = await openDataFolder(settings.data);

  await using store = await openDatabase({ config, secrets, file: folder.database });
  if (config.hub.database.kind === 'sqlite') {
    // A hub that was killed held leases, and nobody else works on this file: what it was about goes on at once.
    await store.servers.releaseAll();
  } else {
    const processesIn = settings.spawner === 'process' ? folder.path : null;
    await joinHubs(store, keys, { processesIn, takeOver: settings.takeOver });
  }
  const { spawner, findings } = await openSpawner(settings, log);
  const ways = await openLoginWays(config.login, secrets, store);
  const loginFindings = checkLoginWays(ways);
  let processes: ServiceProcesses | undefined;
  const site = siteOf(config, {
    cookieKey: keys.cookieKey,
    spawnerClass: spawner.className,
    choices: spawner.choices,
    authenticatorClass: ways[0]!.authenticator.className,
    keepsHomes: settings.spawner === 'process',
    trustedProxies: settings.trustedProxies,
  });
  const serviceTokens = serviceTokensOf({ config, secrets, keys });
  await declareGroups(store, config.rights.groups);
  if (settings.jupyterHubDb !== null) {
    const cluster = settings.spawner === 'kubernetes' ? settings.cluster : null;
    const taking = { db: settings.jupyterHubDb, store, config, secrets, keys, cluster };
    await takeCourseOnce(taking, (line) => log.info({ from: settings.jupyterHubDb }, line));
  }
  const hub = await openHub({
    store,
    spawner,
    ways,
    site,
    rights: { roles: config.rights.roles, customScopes: new Map(Object.entries(config.rights.customScopes)) },
    declaredGroups: config.rights.groups,
    servers: {
      ...config.server,
      environment: secrets.serverEnvironment,
      // In a cluster the command is part of what a profile may change.
      command: settings.spawner === 'kubernetes' ? null : config.server.command,
    },
    bounds: config.limits,
    limits: {
      allowNamed: config.hub.allowNamedServers,
      namedPerUser: config.hub.namedServerLimitPerUser,
    },
    queue: {
      concurrentStarts: config.hub.concurrentSpawnLimit,
      activeServers: config.hub.activeServerLimit,
      retryAfterSeconds: config.hub.retryAfterSeconds,
    },
    starts: {
      startTimeoutSeconds: config.server.startTimeoutSeconds,
      strictHooks: settings.strictHooks,
    },
    cull: config.cull.enabled ? config.cull : null,
    services: {
      list: config.services,
      tokens: serviceTokens,
      pidOf: (name) => processes?.pidOf(name) ?? null,
    },
    settings: shownSettings(settings.shown),
    listen: settings.listen,
    internalUrl: settings.internalUrl,
    proxyToken: keys.proxyToken,
    tokenKey: keys.tokenKey,
    authStateKeys: authStateKeys(secrets, process.env, keys),
    debug: config.hub.debug,
    log,
    now: () => new Date(),
  });
  processes = await ServiceProcesses.start({
    services: config.services,
    tokens: serviceTokens,
    environments: new Map(
      Object.entries(secrets.services ?? {}).map(([name, { environment }]) => [name, environment]),
    ),
    programs: settings.python === null ? [] : [dirname(settings.python)],
    hubUrl: settings.internalUrl ?? hub.url,
    place: site,
    folder: join(folder.path, 'services'),
    run: folder.run,
    log,
  });
  greet({ url: hub.url, findings: [...findings, ...(await loginFindings)] });

  const wish = await Promise.race([ended.then(() => null), hub.shutdown]);
  const running = (await store.servers.inStates(['ready', 'starting'])).map((server) =>
    server.name === '' ? server.owner : `${server.owner}/${server.name}`,
  );
  await processes[Symbol.asyncDispose]();
  await hub[Symbol.asyncDispose]();
  await spawner[Symbol.asyncDispose]();
  return { farewell: wish ? 'final' : 'for now', running, keepProxy: wish?.proxy === false };
}
