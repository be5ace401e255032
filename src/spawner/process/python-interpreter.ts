/** Which Python of this machine the environment of single-user servers is made from. */
import { execFile } from 'node:child_process';
import { realpath } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { HubError } from '../../domain/errors.ts';
import { closedToOthers } from '../../lib/closed-to-others.ts';

const oldestMinor = 10;

export interface Interpreter {
  readonly path: string;
  /** `3.11.7`. */
  readonly version: string;
  /** How an environment gets its pip: from the standard library, or by the interpreter's own pip. */
  readonly pip: 'ensurepip' | 'own';
  /** The folder on the way to it that other users cannot enter; null where they can run it. */
  readonly closedAt: string | null;
}

export interface ChooseOptions {
  /** Whether other users of the machine must be able to run it. */
  readonly forOthers: boolean;
  /** Folders to look in; those of PATH and of the system where it is not given. */
  readonly folders?: readonly string[];
}

/**
 * The first Python, 3.10 or newer, that can make environments. One that other users can run goes before one that they
 * cannot, and one of the system before one in somebody's home.
 * @throws HubError `unavailable` that says what to install
 */
export async function chooseInterpreter(options: ChooseOptions): Promise<Interpreter> {
  const probes: Probe[] = [];
  let reserve: Interpreter | undefined;
  for (const path of await candidates(options.folders ?? usualFolders())) {
    const probe = await probeInterpreter(path);
    if (probe === null) continue;
    probes.push(probe);
    const interpreter = await judge(probe);
    if (interpreter === null) continue;
    if (!options.forOthers || interpreter.closedAt === null) return interpreter;
    reserve ??= interpreter;
  }
  if (reserve) return reserve;
  throw new HubError('unavailable', whatIsMissing(probes));
}

interface Probe {
  readonly path: string;
  readonly version: readonly [number, number, number];
  /** Where its standard library lies, which a Python cannot run without. */
  readonly library: string;
  readonly venv: boolean;
  readonly ensurepip: boolean;
  /** Version of its own pip; null where it has none. */
  readonly pip: string | null;
}

async function judge(probe: Probe): Promise<Interpreter | null> {
  if (!isNewEnough(probe) || !probe.venv) return null;
  const pip = probe.ensurepip ? 'ensurepip' : canServeOthers(probe.pip) ? 'own' : null;
  if (pip === null) return null;
  const closedAt = (await closedToOthers(probe.path)) ?? (await closedToOthers(probe.library));
  return { path: probe.path, version: probe.version.join('.'), pip, closedAt };
}

function isNewEnough({ version: [major, minor] }: Probe): boolean {
  return major === 3 && minor >= oldestMinor;
}

/** Whether a pip can install into an environment that has none: with `--python`, since 22.3. */
function canServeOthers(pip: string | null): boolean {
  const [major = 0, minor = 0] = (pip ?? '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 3);
}

function usualFolders(): readonly string[] {
  const named = (process.env.PATH ?? '').split(':').filter((folder) => folder.startsWith('/'));
  return [...named, '/usr/local/bin', '/usr/bin'];
}

/** Paths of Pythons, each once, those of homes last. */
async function candidates(folders: readonly string[]): Promise<readonly string[]> {
  const names = ['python3', ...[14, 13, 12, 11, 10].map((minor) => `python3.${minor}`)];
  const seen = new Set<string>();
  const found: string[] = [];
  for (const path of names.flatMap((name) => folders.map((folder) => join(folder, name)))) {
    const real = await realpath(path).catch(() => null);
    if (real === null || seen.has(real)) continue;
    seen.add(real);
    found.push(path);
  }
  return [...found.filter((path) => !isOfHome(path)), ...found.filter(isOfHome)];
}

function isOfHome(path: string): boolean {
  return ['/root/', '/home/', `${homedir()}/`].some((home) => path.startsWith(home));
}

const program = `
import importlib.util, json, sys, sysconfig
has = lambda name: importlib.util.find_spec(name) is not None
pip = None
if has("pip"):
    import pip as module
    pip = module.__version__
print(json.dumps(dict(path=sys.executable, version=sys.version_info[:3], library=sysconfig.get_path("stdlib"),
                      venv=has("venv"), ensurepip=has("ensurepip"), pip=pip)))
`;

/** Null for what does not run or is no Python 3. Its own path is used: a shim's may lead elsewhere tomorrow. */
async function probeInterpreter(path: string): Promise<Probe | null> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-I', '-c', program], { timeout: 20_000 });
    return JSON.parse(stdout) as Probe;
  } catch {
    return null;
  }
}

function whatIsMissing(probes: readonly Probe[]): string {
  const usable = probes.find(isNewEnough);
  if (usable) {
    return (
      `Python at ${usable.path} cannot make environments: its venv module is incomplete. Install it ` +
      '(on Debian and Ubuntu: apt-get install python3-venv) and run this again.'
    );
  }
  const [old] = probes;
  const found = old ? `this machine has ${old.version.join('.')} (${old.path})` : 'this machine has none';
  return (
    `Single-user servers need Python 3.${oldestMinor} or newer, and ${found}. Install it (on Debian and Ubuntu: ` +
    'apt-get install python3 python3-venv) and run this again, or name one with --python.'
  );
}
