/** The hub's own process, as the supervisor starts it: chooses the parts, tells when it answers, ends cleanly. */
import { once } from 'node:events';
import { pino } from 'pino';
import { ProxyClient } from '../hub/routes.ts';
import { ProcessSpawner } from '../spawner/process/process-spawner.ts';
import { SimulatedSpawner } from '../spawner/simulated/simulated-spawner.ts';
import { SimulatedWorld } from '../spawner/simulated/simulated-world.ts';
import type { Spawner } from '../spawner/spawner.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { openDataFolder } from './data-folder.ts';
import { openHub } from './hub.ts';
import { type HubSettings, siteOf } from './hub-settings.ts';
import { openLoginWays } from './login-ways.ts';

/** What the hub says when it answers. */
export interface HubGreeting {
  readonly url: string;
  /** Things about this machine that whoever started the hub should know. */
  readonly findings: readonly import('../config/finding.ts').Finding[];
}

/** What the hub says when it ends. */
export interface HubFarewell {
  readonly farewell: true;
  /** Whose servers run on, in words: `anna`, `anna/second`. */
  readonly running: readonly string[];
}

/** Runs until SIGTERM, or until the supervisor is gone; tells it why where it cannot begin. */
export async function runHubProcess(): Promise<void> {
  try {
    await serveHub();
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    await new Promise((sent) => process.send?.({ failure }, sent));
    throw error;
  }
}

async function serveHub(): Promise<void> {
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'disconnect')]);
  process.on('SIGINT', () => undefined);
  const [message] = await once(process, 'message');
  const settings = message as HubSettings;
  const { config, secrets, keys } = settings;
  const log = pino({ level: config.hub.debug ? 'debug' : 'info', base: { part: 'hub' } });
  const folder = await openDataFolder(settings.data);

  const store = await openSqliteStore(folder.database);
  // A hub that was killed held leases, and nobody else works on this file: what it was about goes on at once.
  await store.servers.releaseAll();
  const { spawner, findings } = await openSpawner(settings, log);
  const ways = await openLoginWays(config.login, secrets);
  const hub = await openHub({
    store,
    spawner,
    routes: new ProxyClient({ url: settings.proxyApiUrl, token: secrets.proxyToken ?? keys.proxyToken }),
    ways,
    site: siteOf(config, {
      cookieKey: secrets.cookieSecret ?? keys.cookieKey,
      spawnerClass: spawner.className,
      authenticatorClass: ways[0]!.authenticator.className,
      keepsHomes: settings.spawner === 'process',
    }),
    servers: config.server,
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
    listen: { host: '127.0.0.1', port: settings.hubPort },
    internalUrl: null,
    tokenKey: keys.tokenKey,
    debug: config.hub.debug,
    log,
    now: () => new Date(),
  });
  process.send?.({ url: hub.url, findings } satisfies HubGreeting);

  await ended;
  const running = (await store.servers.inStates(['ready', 'starting'])).map((server) =>
    server.name === '' ? server.owner : `${server.owner}/${server.name}`,
  );
  await hub[Symbol.asyncDispose]();
  await spawner[Symbol.asyncDispose]();
  await store[Symbol.asyncDispose]();
  if (process.connected) {
    await new Promise((sent) => process.send?.({ farewell: true, running } satisfies HubFarewell, sent));
    process.disconnect();
  }
}

async function openSpawner(
  settings: HubSettings,
  log: pino.Logger,
): Promise<{ readonly spawner: Spawner; readonly findings: HubGreeting['findings'] }> {
  if (settings.spawner === 'simulated') {
    return { spawner: new SimulatedSpawner({ world: await SimulatedWorld.open() }), findings: [] };
  }
  if (settings.python === null) throw new Error('the process spawner needs a Python environment');
  const spawner = await ProcessSpawner.open({
    python: settings.python,
    directory: settings.data,
    hookEnvironment: settings.hookEnvironment,
    logger: log,
  });
  return { spawner, findings: spawner.findings };
}
