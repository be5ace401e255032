/** `polder hub`: a hub without a supervisor, so that several can run on one database, each where you want it. */
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { formatFindings } from '../config/format.ts';
import { HubError } from '../domain/errors.ts';
import { holdLockFile } from '../lib/lock-file.ts';
import { defaultDataPath, openDataFolder } from './data-folder.ts';
import { serveHub } from './hub-process.ts';
import { sharedKeys } from './keys.ts';
import {
  type CourseOptions,
  checkedConfig,
  checkPort,
  clusterOf,
  hookEnvironmentOf,
  pythonOf,
} from './prepare-course.ts';

export interface HubOptions extends CourseOptions {
  /** Where it listens. */
  readonly host: string;
  readonly port: number;
  /** How servers and proxies reach this hub, without a path; undefined: where it listens. */
  readonly url?: string | undefined;
  /** Addresses and networks of what stands before the proxies: what these say of who asks is believed. */
  readonly trust: readonly string[];
  /** Of the JupyterHub in whose place it is; one that is not there is no mistake. */
  readonly jupyterhubDb?: string | undefined;
}

/** Runs until SIGTERM or SIGINT, then ends what it is at. @throws HubError with what to do, before anything runs. */
export async function hubCommand(options: HubOptions, say: (line: string) => void): Promise<void> {
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  const configFile = options.configFiles[0]!;
  const { config, secrets, shown } = await checkedConfig(options.configFiles, options, say);
  const keys = sharedKeys(secrets, process.env);
  const folder = await openDataFolder(resolve(options.data ?? defaultDataPath(configFile)));
  // Of hubs whose servers are processes, or whose database is a file, there is one.
  const isAlone = config.hub.database.kind === 'sqlite' || options.spawner === 'process';
  await using lock = isAlone ? await holdLockFile(join(folder.run, 'up.lock')) : undefined;
  if (lock === null) {
    throw new HubError(
      'conflict',
      `A hub of the course in ${folder.path} runs already. Several hubs need a PostgreSQL to share ` +
        '(`hub.db.type: postgres`), and servers that are not processes of one machine. End the other one first, or name another folder with --data.',
    );
  }
  await checkPort(options);
  const python = await pythonOf(options, say);
  const place = { configFile, data: folder.path };
  const hookEnvironment = await hookEnvironmentOf(config, place, options, say);
  await serveHub(
    {
      config,
      secrets,
      keys,
      shown,
      data: folder.path,
      listen: { host: options.host, port: options.port },
      internalUrl: options.url ?? null,
      trustedProxies: options.trust,
      spawner: options.spawner,
      world: join(folder.path, 'world'),
      cluster: clusterOf(options),
      python,
      hookEnvironment,
      strictHooks: options.strictHooks,
      takeOver: options.takeOver,
      jupyterHubDb: options.jupyterhubDb ?? null,
    },
    {
      ended,
      greet: ({ url, findings }) => {
        say(formatFindings(findings));
        say(`The hub answers at ${url}${config.hub.baseUrl}`);
      },
    },
  );
}
