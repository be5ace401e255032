import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** What a Python interpreter says of itself. */
export interface PythonFacts {
  /** The environment's folder, and the installation's that it was made from (the same where it is no environment). */
  readonly prefix: string;
  readonly basePrefix: string;
  /** Folders that it imports from. */
  readonly paths: readonly string[];
  readonly version: string;
  /** JupyterHub's package file; null where it is not installed. */
  readonly jupyterhub: string | null;
  readonly jupyterhubVersion: string | null;
}

const program = `
import importlib.util, json, os, platform, re, sys
spec = importlib.util.find_spec("jupyterhub")
version = None
if spec:
    try:
        from importlib.metadata import version as of
        version = of("jupyterhub")
    except Exception:
        pass
print(json.dumps({
    "prefix": sys.prefix, "basePrefix": sys.base_prefix, "version": platform.python_version(),
    "paths": [path for path in sys.path if os.path.exists(path)],
    "jupyterhub": spec.origin if spec else None, "jupyterhubVersion": version,
}))
`;

/**
 * @param user as whom to ask, where the hub runs as root
 * @throws Error saying what is wrong where `python` is no interpreter that works
 */
export async function readPythonFacts(
  python: string,
  user: { readonly uid: number } | null = null,
): Promise<PythonFacts> {
  const env = { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8' };
  const { stdout } = await promisify(execFile)(python, ['-I', '-c', program], {
    env,
    timeout: 60_000,
    cwd: '/',
    ...(user === null ? {} : { uid: user.uid, gid: user.uid }),
  });
  try {
    return JSON.parse(stdout) as PythonFacts;
  } catch (error) {
    throw new Error(`${python} is no Python interpreter that works: it did not answer a small program.`, {
      cause: error,
    });
  }
}
