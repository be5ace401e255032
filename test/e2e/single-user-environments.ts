/**
 * Python environments with unmodified `jupyterhub-singleuser` of several ages, as course images carry them. Each is
 * installed once, below the cache folder, from the package index that pip is set up for.
 */
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { withLockFile } from '../../src/lib/lock-file.ts';
import { cacheFolder } from '../../src/main/cache-folder.ts';

const run = promisify(execFile);

export interface SingleUserEnvironment {
  /** Version of JupyterHub in it. */
  readonly version: string;
  /** What pip installs. */
  readonly requirements: readonly string[];
  /** Path below the server's own where it sends those who ask for none. */
  readonly landing: 'lab' | 'tree';
}

/** What the current releases are; the benchmarks run with it too. */
export const newest: SingleUserEnvironment = {
  version: '6.1.1',
  requirements: ['jupyterhub==6.1.1', 'jupyterlab==4.6.6'],
  landing: 'lab',
};

/** The newest, with what courses add to it: each as its makers publish it. */
export const ecosystem: SingleUserEnvironment = {
  ...newest,
  requirements: [
    ...newest.requirements,
    'jupyterhub-idle-culler==2.0.0',
    'nbgitpuller==1.3.0',
    'jupyter-server-proxy==4.6.0',
  ],
};

/** Newest first. */
export const singleUserEnvironments: readonly SingleUserEnvironment[] = [
  newest,
  { version: '5.5.4', requirements: ['jupyterhub==5.5.4', 'jupyterlab==4.4.10'], landing: 'lab' },
  { version: '4.1.6', requirements: ['jupyterhub==4.1.6', 'jupyterlab==4.2.7'], landing: 'lab' },
  {
    version: '1.1.0',
    // With the classic notebook, and with what it used of other packages before they changed.
    requirements: [
      'jupyterhub==1.1.0',
      'notebook<6.5',
      'sqlalchemy<1.4',
      'jinja2<3.1',
      'markupsafe<2.1',
      'traitlets<5.10',
      'jupyter_client<8',
      'nbconvert<7',
      'tornado<6.2',
      'setuptools<66',
    ],
    landing: 'tree',
  },
];

/** Path of the environment's interpreter; installs it where it is not there yet, which takes a minute or two. */
export async function pythonOf({ requirements }: SingleUserEnvironment): Promise<string> {
  const digest = createHash('sha256').update(requirements.join('\n')).digest('hex').slice(0, 16);
  const folder = join(cacheFolder(), 'test-python', digest);
  const python = join(folder, 'bin', 'python');
  // The record of a finished installation is written last.
  const record = join(folder, 'polder-requirements.txt');
  if (existsSync(record)) return python;
  await withLockFile(join(cacheFolder(), 'locks', `test-python-${digest}`), async () => {
    if (existsSync(record)) return;
    await rm(folder, { recursive: true, force: true });
    // Debian's, before one that only its owner can execute: servers run as users of their own.
    await run(existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3', ['-m', 'venv', folder]);
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements]);
    const { stdout } = await run(python, ['-m', 'pip', 'freeze']);
    await writeFile(record, stdout);
  });
  return python;
}
