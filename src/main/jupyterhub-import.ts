/** `polder import jupyterhub`, and the same at the first start of a hub in a JupyterHub's place. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config, Secrets } from '../config/config.ts';
import { serverRoutes } from '../domain/route.ts';
import { AuthStates } from '../hub/auth-states.ts';
import { takeOver, wasTakenOver } from '../hub/takeover/takeover.ts';
import { fernetKey, openFernet } from '../lib/fernet.ts';
import { readJupyterHub } from '../store/jupyterhub/read-course.ts';
import type { Store } from '../store/store.ts';
import { keysOf, openDataFolder } from './data-folder.ts';
import { findDatabase } from './find-database.ts';
import { placeOf } from './hub-settings.ts';
import { authStateKeys, givenAuthStateKeys, type Keys, keysFrom, sharedKeys } from './keys.ts';
import { openLoginWays } from './login-ways.ts';
import { openAdopter } from './open-spawner.ts';
import type { ClusterOptions, CourseFiles } from './prepare-course.ts';

export interface JupyterHubImportOptions extends CourseFiles {
  /** Of the JupyterHub's database. */
  readonly db: string;
  /** Null: servers are no pods. */
  readonly cluster: Pick<ClusterOptions, 'kubeconfig' | 'namespace'> | null;
  /** Says what would come of it, and changes nothing. */
  readonly dryRun: boolean;
}

/** @throws HubError with what to do; nothing is changed then */
export async function importJupyterHub(
  options: JupyterHubImportOptions,
  say: (line: string) => void,
): Promise<void> {
  const { config, secrets, path, open } = await findDatabase(options);
  await using store = await open();
  const keys = await courseKeys(path, { config, secrets });
  await takeCourse({ ...options, store, config, secrets, keys }, say);
  if (options.dryRun) say('Nothing was changed.');
}

interface Taking extends Pick<JupyterHubImportOptions, 'db' | 'cluster' | 'dryRun'> {
  readonly store: Store;
  readonly config: Config;
  readonly secrets: Secrets;
  readonly keys: Keys;
}

/** At the start of a hub: where the database is there, and was not taken over before. */
export async function takeCourseOnce(
  taking: Omit<Taking, 'dryRun'>,
  say: (line: string) => void,
): Promise<void> {
  if (taking.db.startsWith('/') && !existsSync(taking.db)) return;
  const course = await readJupyterHub(taking.db);
  if (await wasTakenOver(taking.store, course)) return;
  await takeCourse({ ...taking, dryRun: false }, say);
}

async function takeCourse(
  { db, store, config, secrets, keys, cluster, dryRun }: Taking,
  say: (line: string) => void,
): Promise<void> {
  const course = await readJupyterHub(db);
  await using adopter = cluster && (await openAdopter(cluster, keys));
  const ways = await openLoginWays(config.login, secrets, store);
  const cryptKeys = givenAuthStateKeys(secrets, process.env).flatMap((key) => fernetKey(key) ?? []);
  const lines = await takeOver(course, {
    store,
    authStates: new AuthStates({ store, keys: authStateKeys(secrets, process.env, keys) }),
    openAuthState: (sealed) => openFernet(sealed, cryptKeys),
    way: ways.length === 1 ? ways[0]!.id : null,
    rights: {
      roles: config.rights.roles,
      customScopes: new Map(Object.entries(config.rights.customScopes)),
    },
    baseUrl: config.hub.baseUrl,
    routeOf: serverRoutes(placeOf(config)),
    tokenKey: keys.tokenKey,
    adopter,
    dryRun,
    now: () => new Date(),
  });
  for (const line of lines) say(line);
}

/** Those of the hubs of this course: made by `polder up` for itself, or from secrets that all hubs are given. */
async function courseKeys(
  path: string,
  { config, secrets }: { readonly config: Config; readonly secrets: Secrets },
): Promise<Keys> {
  const isShared = config.hub.database.kind !== 'sqlite' || process.env.CONFIGPROXY_AUTH_TOKEN !== undefined;
  if (isShared && !existsSync(join(path, 'keys.json'))) return sharedKeys(secrets, process.env);
  return keysFrom(secrets, await keysOf(await openDataFolder(path)));
}
