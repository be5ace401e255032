import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { preparePythonEnvironment } from './python-environment.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-environment-'));
});

afterEach(() => rm(folder, { recursive: true }));

const prepare = (python: string) => preparePythonEnvironment({ cache: folder, python, log: () => {} });

async function program(text: string): Promise<string> {
  const path = join(folder, 'python');
  await writeFile(path, `#!/bin/sh\n${text}\n`, { mode: 0o755 });
  return path;
}

describe('a Python that the operator names', () => {
  it('is used as it is where it can run servers', async () => {
    const python = await program('exit 0');
    expect(await prepare(python)).toMatchObject({ python, created: false });
  });

  it('is refused with the module that it lacks, and the command that installs it', async () => {
    const python = await program(`echo "ModuleNotFoundError: No module named 'jupyterhub'" >&2; exit 1`);
    await expect(prepare(python)).rejects.toThrow(
      `has no jupyterhub, which single-user servers need. Install it: ${python} -m pip install jupyterhub jupyterlab`,
    );
  });

  it('is refused with its own words where it fails in another way', async () => {
    const python = await program('echo "Fatal Python error: init_fs_encoding" >&2; exit 1');
    await expect(prepare(python)).rejects.toThrow('Fatal Python error: init_fs_encoding');
  });

  it('is refused where there is nothing', async () => {
    await expect(prepare(join(folder, 'nowhere'))).rejects.toThrow(
      `There is no Python at ${folder}/nowhere.`,
    );
  });
});

const made = process.env.POLDER_TEST_PYTHON;

describe.runIf(made)('the environment that set-up makes', () => {
  it('can run single-user servers', async () => {
    expect(await prepare(made!)).toMatchObject({ python: made });
  });
});
