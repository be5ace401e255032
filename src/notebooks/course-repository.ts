/**
 * Where the notebooks come from that a `gitpuller` hook fetches. A demonstration must work without a network: where the
 * hook's address cannot be reached at the first start of a course, a repository made of the `notebooks` folder beside
 * its config.yaml is served in the address's place.
 */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { type CourseSource, courseSource } from './course-source.ts';
import { git, isReachable } from './git.ts';

export interface CourseRepositoryOptions {
  /** The `postStart` command. */
  readonly command: readonly string[];
  /** Folder of notebooks to serve where the address cannot be reached; it may be missing. */
  readonly folder: string;
  /** The course's data folder, through which students' processes can pass. */
  readonly data: string;
  /** Insists on the address. */
  readonly online: boolean;
}

export interface ProvidedRepository {
  /** What the hook's environment needs. */
  readonly environment: Readonly<Record<string, string>>;
  /** A sentence for the person at the terminal; null where all is as the file says. */
  readonly message: string | null;
}

const asTheFileSays: ProvidedRepository = { environment: {}, message: null };

/**
 * Decides once for a course and keeps to it: a clone of the one repository cannot be merged with the other, so that
 * students would be stuck after a change.
 */
export async function provideCourseRepository(options: CourseRepositoryOptions): Promise<ProvidedRepository> {
  const source = courseSource(options.command);
  if (source === null || !existsSync(options.folder)) return asTheFileSays;
  const place = join(resolve(options.data), 'course-repository');
  // Students' git reads the repository here, whatever the umask of who starts the hub.
  await mkdir(place, { recursive: true });
  await chmod(place, 0o755);
  const record = join(place, 'source.json');
  const served = options.online ? 'address' : ((await recorded(record, source)) ?? (await decide(source)));
  if (served === 'no git') return { environment: {}, message: gitIsMissing };
  await writeFile(record, `${JSON.stringify({ address: source.address, served })}\n`);
  if (served === 'address') return asTheFileSays;
  return {
    environment: inPlaceOf(source.address, await pack(resolve(options.folder), place, source)),
    message:
      `${source.address} could not be reached: students get the notebooks of ${options.folder} in its place. ` +
      '--online insists on the address.',
  };
}

type Served = 'address' | 'folder';

const gitIsMissing =
  "git is not installed, so the course's notebooks cannot be fetched. Install it (on Debian and Ubuntu: apt-get install git).";

async function recorded(file: string, { address }: CourseSource): Promise<Served | null> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return null;
  const record = JSON.parse(text) as { readonly address: string; readonly served: Served };
  return record.address === address ? record.served : null;
}

async function decide({ address }: CourseSource): Promise<Served | 'no git'> {
  try {
    return (await isReachable(address)) ? 'address' : 'folder';
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return 'no git';
  }
}

/**
 * Makes one file of the folder's notebooks, a git bundle: git refuses a repository that belongs to another user, as
 * ours does to students, but reads a file. A commit is added where the folder has changed, so that students' clones
 * go forward.
 * @returns its path
 */
async function pack(folder: string, place: string, { branch }: CourseSource): Promise<string> {
  const repository = join(place, 'history.git');
  const bundle = join(place, 'course.bundle');
  const run = (...args: string[]) => git(['-C', folder, `--git-dir=${repository}`, '--work-tree=.', ...args]);
  if (!existsSync(repository)) {
    await git(['init', '--quiet', '--bare', '--template=', repository]);
    await mkdir(join(repository, 'info'), { recursive: true });
    await writeFile(join(repository, 'info', 'exclude'), '.ipynb_checkpoints/\n__pycache__/\n');
  }
  const ref = `refs/heads/${branch}`;
  await run('symbolic-ref', 'HEAD', ref);
  await run('add', '--all', '.');
  const tree = await run('write-tree');
  const last = await run('rev-parse', '--verify', '--quiet', ref).catch(() => null);
  if (last === null || (await run('rev-parse', `${last}^{tree}`)) !== tree) {
    const parent = last === null ? [] : ['-p', last];
    await run('update-ref', ref, await run('commit-tree', ...parent, '-m', 'Notebooks of the course', tree));
  } else if (existsSync(bundle)) {
    return bundle;
  }
  await run('-c', 'pack.threads=1', 'bundle', 'create', '--quiet', bundle, 'HEAD', ref);
  await chmod(bundle, 0o644);
  return bundle;
}

/** git takes settings from the environment; this one sends an address elsewhere. */
function inPlaceOf(address: string, bundle: string): Readonly<Record<string, string>> {
  return { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: `url.${bundle}.insteadOf`, GIT_CONFIG_VALUE_0: address };
}
