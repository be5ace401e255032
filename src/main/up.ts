/**
 * `polder up`: the whole hub on one machine. Checks the file, sees to what single-user servers need, then keeps two
 * processes running, hub and proxy; either can end and be started again without the other noticing.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import type { Config, Secrets } from '../config/config.ts';
import { formatFindings } from '../config/format.ts';
import { HubError } from '../domain/errors.ts';
import { packagePath } from '../lib/asset.ts';
import { freePort, isPortFree } from '../lib/free-port.ts';
import { holdLockFile } from '../lib/lock-file.ts';
import {
  type DataFolder,
  defaultDataPath,
  keysOf,
  openDataFolder,
  type Ports,
  portsOf,
} from './data-folder.ts';
import { untilEarlierRunEnds } from './earlier-run.ts';
import type { HubFarewell, HubGreeting } from './hub-process.ts';
import type { HubSettings } from './hub-settings.ts';
import { keysFrom } from './keys.ts';
import { machineSizeFindings } from './machine-size.ts';
import { addressTowardsCluster } from './open-spawner.ts';
import {
  type CourseOptions,
  checkedConfig,
  checkPort,
  clusterOf,
  hookEnvironmentOf,
  pythonOf,
} from './prepare-course.ts';
import { SupervisedChild } from './supervisor.ts';

export interface UpOptions extends CourseOptions {
  /** Where the course is reached. */
  readonly host: string;
  readonly port: number;
  /** With pods, the address that they reach the hub at; undefined: the one towards the cluster. */
  readonly hubAddress?: string | undefined;
}

/** Runs until SIGINT or SIGTERM. @throws HubError with what to do, before anything runs. */
export async function up(options: UpOptions, say: (line: string) => void): Promise<void> {
  const files = configFilesOf(options.configFiles);
  const { config, secrets, shown } = await checkedConfig(files, options, say);
  const data = resolve(options.data ?? defaultDataPath(files[0]!));
  await untilEarlierRunEnds(join(data, 'run'));
  await checkPort(options);
  const folder = await openDataFolder(data);
  await using alone = await holdLockFile(join(folder.run, 'up.lock'));
  if (alone === null) {
    throw new HubError(
      'conflict',
      `The course in ${folder.path} runs already. End it first, or name another folder with --data.`,
    );
  }
  const keys = keysFrom(secrets, await keysOf(folder));
  const hubAddress = await hubAddressOf(options);
  const ports = await checkedPorts(folder, hubAddress);
  const python = await pythonOf(options, say);
  const hookEnvironment = await hookEnvironmentOf(
    config,
    { configFile: files[0]!, data: folder.path },
    options,
    say,
  );

  const settings: HubSettings = {
    config,
    secrets,
    keys,
    shown,
    data: folder.path,
    listen: { host: hubAddress, port: ports.hub },
    internalUrl: null,
    trustedProxies: [],
    spawner: options.spawner,
    cluster: clusterOf(options),
    world: null,
    python,
    hookEnvironment,
    strictHooks: options.strictHooks,
    takeOver: options.takeOver,
    jupyterHubDb: null,
  };
  // The C library keeps a heap for each of Node's threads otherwise, of which these use little: 5 MB in the hub.
  const environment = { MALLOC_ARENA_MAX: '2', ...process.env };
  // From here on an interrupt ends what runs in order; before, there is nothing yet that would need it.
  const ending = Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await using proxy = child('proxy', folder, say, {
    args: proxyArguments(options, { folder, ports, hubAddress, config }),
    environment: { ...environment, CONFIGPROXY_AUTH_TOKEN: keys.proxyToken },
    message: {},
  });
  await using hub = child('hub', folder, say, {
    args: ['hub-process'],
    // Room for new objects, in MB: the 16 of Node's own choice cost memory and gain the hub nothing.
    nodeOptions: ['--max-semi-space-size=2'],
    environment: { ...environment, ...secrets.hubEnvironment },
    message: settings,
  });
  const [, greeting] = await Promise.all([proxy.start(), hub.start()]);
  const sizes = options.spawner === 'process' ? machineSizeFindings(config, totalmem()) : [];
  say(formatFindings([...sizes, ...(greeting as HubGreeting).findings]));
  announce(config, secrets, options, folder, say);

  const finished = hub.finished as Promise<HubFarewell>;
  const asked = await Promise.race([ending.then(() => undefined), finished]);
  if (asked?.keepProxy) {
    say('The hub has ended, as somebody asked over its API; the proxy goes on. Ctrl-C ends it.');
    await ending;
  }
  say('\nEnding…');
  const farewell = asked ?? ((await hub.end()) as HubFarewell | undefined);
  await proxy.end();
  say(partingWords(farewell, folder, options.spawner));
}

function configFilesOf(given: readonly string[]): readonly string[] {
  if (given.length > 0) return given;
  return [
    existsSync('config.yaml') ? 'config.yaml' : packagePath('examples/hydrodynamics-course/config.yaml'),
  ];
}

/** Where the hub listens: for this machine alone, unless its servers are elsewhere. */
async function hubAddressOf(options: UpOptions): Promise<string> {
  if (options.spawner !== 'kubernetes') return '127.0.0.1';
  return options.hubAddress ?? (await addressTowardsCluster(clusterOf(options).kubeconfig));
}

/** The internal ports of last time, so that servers that still run find the hub. */
async function checkedPorts(folder: DataFolder, hubAddress: string): Promise<Ports> {
  const ports = await portsOf(folder, async () => ({
    hub: await freePort(hubAddress, 8081),
    proxyApi: await freePort('127.0.0.1', 8001),
  }));
  for (const [address, port] of [
    [hubAddress, ports.hub],
    ['127.0.0.1', ports.proxyApi],
  ] as const) {
    if (await isPortFree(address, port)) continue;
    throw new HubError(
      'conflict',
      `Port ${port}, which this course uses inside, is in use. End what uses it, or, when no server of the course runs ` +
        `any more, remove ${join(folder.path, 'ports.json')} to have another one chosen.`,
    );
  }
  return ports;
}

function proxyArguments(
  options: UpOptions,
  parts: {
    readonly folder: DataFolder;
    readonly ports: Ports;
    readonly hubAddress: string;
    readonly config: Config;
  },
): readonly string[] {
  const { folder, ports, hubAddress, config } = parts;
  const hubUrl = `http://${hubAddress.includes(':') ? `[${hubAddress}]` : hubAddress}:${ports.hub}`;
  return [
    'proxy',
    `--ip=${options.host}`,
    `--port=${options.port}`,
    '--api-ip=127.0.0.1',
    `--api-port=${ports.proxyApi}`,
    `--follow=${hubUrl}${config.hub.baseUrl}`,
    `--route-file=${join(folder.run, 'routes.json')}`,
    ...(config.hub.subdomainHost === null ? [] : ['--host-routing']),
  ];
}

function child(
  name: string,
  folder: DataFolder,
  say: (line: string) => void,
  parts: {
    readonly args: readonly string[];
    readonly nodeOptions?: readonly string[];
    readonly environment: NodeJS.ProcessEnv;
    readonly message: unknown;
  },
): SupervisedChild {
  return new SupervisedChild({
    name,
    ...parts,
    pidFile: join(folder.run, `${name}.pid`),
    logFile: join(folder.logs, `${name}.log`),
    onRestart: (why, delayMs) => say(`The ${name} ended (${why}); starting it again in ${delayMs / 1000} s.`),
  });
}

function announce(
  config: Config,
  secrets: Secrets,
  options: UpOptions,
  folder: DataFolder,
  say: (line: string) => void,
): void {
  const host = options.host === '0.0.0.0' || options.host === '::' ? 'localhost' : options.host;
  const names = config.login.allowedUsers;
  const who = names.length > 0 ? `for example as ${names[0]}` : 'under any name';
  say(
    `\n${config.course.name} is ready:  ${config.hub.subdomainHost ?? `http://${host}:${options.port}`}${config.hub.baseUrl}`,
  );
  if (config.login.kind === 'dummy') {
    const password = secrets.dummyPassword === null ? 'any password' : 'the password that your file says';
    const ofTheirOwn =
      secrets.dummyAdminPassword === null ? '' : '; who administers or teaches, with their own';
    say(`Log in ${who}, with ${password}${ofTheirOwn}.`);
  }
  say(`Everything is kept in ${folder.path}. Ctrl-C ends hub and proxy.`);
}

function partingWords(
  farewell: HubFarewell | undefined,
  folder: DataFolder,
  spawner: UpOptions['spawner'],
): string {
  const running = farewell?.running ?? [];
  if (running.length === 0) return 'Hub and proxy have ended. No server is running.';
  const few = running.length > 5 ? `${running.slice(0, 5).join(', ')}, …` : running.join(', ');
  const them = running.length === 1 ? 'it' : 'them';
  const found =
    `Hub and proxy have ended. ${running.length} ${running.length === 1 ? 'server runs' : 'servers run'} on (${few}): ` +
    `the next start finds ${them} again.`;
  if (spawner === 'kubernetes') return found;
  return `${found} To end ${them}: npx polder stop-servers --data ${folder.path}`;
}
