/** The folder that keeps everything of one course on one machine: database, keys, homes, logs, what runs. */
import { access, chmod, constants, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { HubError } from '../domain/errors.ts';
import { newSecret } from '../lib/secret.ts';
import type { Keys } from './keys.ts';

export interface DataFolder {
  readonly path: string;
  readonly database: string;
  /** Process ids and what concerns this run of the machine. */
  readonly run: string;
  readonly logs: string;
}

/** Internal ports, kept so that servers that outlive a restart find the hub again. */
export interface Ports {
  readonly hub: number;
  readonly proxyApi: number;
}

/**
 * Where a course is kept when nobody says: below `/var/lib/polder` as root, since students' processes must reach their
 * homes, else below `$XDG_DATA_HOME/polder`. Courses are told apart by the folder that their file lies in.
 */
export function defaultDataPath(configFile: string, environment: NodeJS.ProcessEnv = process.env): string {
  const file = resolve(configFile);
  const course = /^config\.ya?ml$/.test(basename(file))
    ? basename(dirname(file))
    : basename(file).replace(/\.\w+$/, '');
  if (process.getuid?.() === 0) return join('/var/lib/polder', course);
  return join(environment.XDG_DATA_HOME ?? join(homedir(), '.local', 'share'), 'polder', course);
}

/** The database of a data folder, where it is a file. */
export function databaseOf(path: string): string {
  return join(path, 'polder.sqlite');
}

/** Opens the folder, made where it is not there. @throws HubError where it cannot be made or written in. */
export async function openDataFolder(path: string): Promise<DataFolder> {
  try {
    return await makeDataFolder(path);
  } catch (error) {
    throw new HubError(
      'unavailable',
      `The data folder ${path} cannot be used: ${reasonOf(error)}. Name another one with --data.`,
      { cause: error },
    );
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case 'EROFS':
      return 'its disk can only be read';
    case 'EACCES':
    case 'EPERM':
      return 'its permissions forbid it';
    case 'EEXIST':
    case 'ENOTDIR':
      return 'there is a file in its place';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'its disk is full';
    default:
      return message;
  }
}

async function makeDataFolder(path: string): Promise<DataFolder> {
  const folder = {
    path,
    database: databaseOf(path),
    run: join(path, 'run'),
    logs: join(path, 'logs'),
  };
  // Others may pass through, to their own homes, and see nothing.
  await mkdir(path, { recursive: true, mode: 0o711 });
  if (process.getuid?.() === (await stat(path)).uid) await chmod(path, 0o711);
  for (const inner of [folder.run, folder.logs]) await mkdir(inner, { recursive: true, mode: 0o700 });
  await access(path, constants.W_OK);
  return folder;
}

/** The keys of this course, made at its first start. */
export async function keysOf(folder: DataFolder): Promise<Keys> {
  return readOrMake(join(folder.path, 'keys.json'), () => ({
    cookieKey: newSecret(),
    tokenKey: newSecret(),
    proxyToken: newSecret(),
  }));
}

/** The internal ports of this course; `choose` is asked at its first start. */
export async function portsOf(folder: DataFolder, choose: () => Promise<Ports>): Promise<Ports> {
  return readOrMake(join(folder.path, 'ports.json'), choose);
}

async function readOrMake<T>(file: string, make: () => T | Promise<T>): Promise<T> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (text !== undefined) {
    try {
      return JSON.parse(text) as T;
    } catch (error) {
      // Never made anew unasked: with other keys nobody's session or server would be known any more.
      throw new HubError(
        'internal',
        `${file} is damaged. Put it back from a copy, or remove it to begin anew.`,
        {
          cause: error,
        },
      );
    }
  }
  const made = await make();
  // Written whole or not at all: half a key file would lock everybody out.
  await writeFile(`${file}.new`, JSON.stringify(made), { mode: 0o600, flush: true });
  await rename(`${file}.new`, file);
  return made;
}
