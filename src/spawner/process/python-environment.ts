/**
 * The Python environment that single-user servers on this machine run in: made once from the lock beside this file and
 * kept, or one that the operator names.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { HubError } from '../../domain/errors.ts';
import { assetPath } from '../../lib/asset.ts';
import { withLockFile } from '../../lib/lock-file.ts';
import { runWithUmask } from './python-command.ts';
import { chooseInterpreter, type Interpreter } from './python-interpreter.ts';

export interface PythonEnvironmentOptions {
  /** Where set-up keeps what it installs. */
  readonly cache: string;
  /** An interpreter, or the folder of an environment, to use as it is. */
  readonly python?: string | undefined;
  /** Gets progress, a few lines. */
  readonly log: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

export interface PythonEnvironment {
  /** Absolute path of its interpreter; its folder holds `jupyterhub-singleuser`, `jupyter` and `gitpuller` too. */
  readonly python: string;
  /** Whether this call made it. */
  readonly created: boolean;
}

/**
 * Finds the environment, or makes it: that takes a minute and 600 MB. Processes that ask at the same time take turns.
 * @throws HubError `unavailable` where it cannot be made, `invalid` where the one named cannot run a server; both say
 *   what to do
 */
export async function preparePythonEnvironment(
  options: PythonEnvironmentOptions,
): Promise<PythonEnvironment> {
  if (options.python !== undefined) {
    const python = await checkedInterpreter(options.python);
    return { python, created: false };
  }
  const interpreter = await chooseInterpreter({ forOthers: process.getuid?.() === 0 });
  const requirements = await readFile(assetPath('spawner/process/python-requirements.txt'), 'utf8');
  const folder = join(resolve(options.cache), 'python', nameOf(requirements, interpreter));
  const created = await ensureEnvironment(folder, interpreter, requirements, options);
  return { python: join(folder, 'bin', 'python'), created };
}

/** Another lock or another interpreter is another environment: servers that run keep theirs. */
function nameOf(requirements: string, { path, version }: Interpreter): string {
  return createHash('sha256').update(`${requirements}\n${path}\n${version}`).digest('hex').slice(0, 16);
}

async function ensureEnvironment(
  folder: string,
  interpreter: Interpreter,
  requirements: string,
  options: PythonEnvironmentOptions,
): Promise<boolean> {
  // An environment cannot be moved into place, so a stamp, written last, says that it is whole.
  const stamp = join(folder, '.complete');
  if (existsSync(stamp)) return false;
  await makeFolders(options.cache);
  const onWait = (pid: number) =>
    options.log(`Waiting for process ${pid}, which makes the Python environment …`);
  return withLockFile(
    `${folder}.lock`,
    async () => {
      if (existsSync(stamp)) return false;
      await rm(folder, { recursive: true, force: true });
      try {
        await makeEnvironment(folder, interpreter, requirements, options);
      } catch (error) {
        await rm(folder, { recursive: true, force: true });
        throw error;
      }
      await writeFile(stamp, `${interpreter.path} ${interpreter.version}\n`);
      return true;
    },
    { onWait },
  );
}

/** Students' processes run from here, whatever the umask of who starts the hub. */
async function makeFolders(cache: string): Promise<void> {
  for (const folder of [cache, join(cache, 'python')]) {
    try {
      if ((await mkdir(folder, { recursive: true })) !== undefined) await chmod(folder, 0o755);
    } catch (error) {
      throw new HubError(
        'unavailable',
        `The Python environment cannot be made: ${folder} cannot be written (${(error as NodeJS.ErrnoException).code}). ` +
          'Name a folder for set-up that you can write: POLDER_CACHE=/path.',
      );
    }
  }
}

async function makeEnvironment(
  folder: string,
  interpreter: Interpreter,
  requirements: string,
  { log, signal }: PythonEnvironmentOptions,
): Promise<void> {
  const startedAt = Date.now();
  log(
    `Making the Python environment, with JupyterLab ${versionOf('jupyterlab', requirements)} (about 600 MB, once) …`,
  );
  const python = join(folder, 'bin', 'python');
  const run = (command: string, args: readonly string[], onLine?: (line: string) => void) =>
    runWithUmask(command, args, { onLine, signal, task: 'make the Python environment' });

  const withoutPip = interpreter.pip === 'own' ? ['--without-pip'] : [];
  await run(interpreter.path, ['-I', '-m', 'venv', ...withoutPip, folder]);
  const pip =
    interpreter.pip === 'own' ? [interpreter.path, '-m', 'pip', '--python', python] : [python, '-m', 'pip'];
  const lock = assetPath('spawner/process/python-requirements.txt');
  // The lock names everything, so that nothing is left to resolve. Compiling afterwards uses all cores.
  const install = [
    'install',
    '--no-deps',
    '--no-compile',
    '--no-input',
    '--disable-pip-version-check',
    '-r',
    lock,
  ];
  await run(pip[0]!, [...pip.slice(1), ...install], pipProgress(requirements, log));
  // Modules compiled by root are found compiled by every student. Some packages carry files for other Pythons, which
  // do not compile and are never imported: hence no check of the result.
  await run('sh', [
    '-c',
    '"$1" -m compileall -q -j 0 "$2"/lib >/dev/null 2>&1 || true',
    'sh',
    python,
    folder,
  ]);
  await run(python, ['-I', '-c', 'import jupyterhub.singleuser, jupyterlab.labapp']);
  log(`The Python environment is ready (${Math.round((Date.now() - startedAt) / 1000)} s).`);
}

function versionOf(name: string, requirements: string): string {
  return new RegExp(`^${name}==(\\S+)`, 'm').exec(requirements)?.[1] ?? '';
}

/** Turns pip's lines, several for each package, into one every quarter of the way. */
function pipProgress(requirements: string, log: (line: string) => void): (line: string) => void {
  let total = requirements.split('\n').filter((line) => line.includes('==')).length;
  let fetched = 0;
  let told = 0;
  return (line) => {
    if (line.startsWith('Ignoring ')) total -= 1;
    if (line.startsWith('Installing collected packages')) log(`  ${total} packages fetched; installing …`);
    if (!line.startsWith('Collecting ')) return;
    fetched += 1;
    const quarter = Math.floor((4 * fetched) / total);
    if (quarter > told && quarter < 4) log(`  ${fetched} of ${total} packages`);
    told = quarter;
  };
}

/** Looks for JupyterLab without importing it, which takes seconds; where there is none, Notebook will do. */
const check = `
import importlib.util, jupyterhub
if not any(importlib.util.find_spec(name) for name in ("jupyterlab", "notebook")):
    raise ModuleNotFoundError("No module named 'jupyterlab'")
`;

/** @returns the interpreter's path, where it can run single-user servers */
async function checkedInterpreter(given: string): Promise<string> {
  const named = resolve(given);
  const found = await stat(named).catch(() => null);
  if (found === null) throw new HubError('invalid', `There is no Python at ${named}.`);
  const python = found.isDirectory() ? join(named, 'bin', 'python') : named;
  try {
    await promisify(execFile)(python, ['-I', '-c', check], {
      timeout: 120_000,
    });
  } catch (error) {
    const { code, stderr } = error as { code?: number | string; stderr?: string };
    const module = /No module named '([^'.]+)/.exec(stderr ?? '')?.[1];
    if (module === undefined) {
      const reason = stderr?.trim().split('\n').at(-1) || `it cannot be run (${code})`;
      throw new HubError('invalid', `The Python at ${python} cannot run single-user servers: ${reason}`);
    }
    throw new HubError(
      'invalid',
      `The Python at ${python} has no ${module}, which single-user servers need. Install it: ` +
        `${python} -m pip install jupyterhub jupyterlab`,
    );
  }
  return python;
}
