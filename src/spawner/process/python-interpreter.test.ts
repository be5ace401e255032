import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseInterpreter } from './python-interpreter.ts';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'polder-python-'));
  await chmod(folder, 0o755);
});

afterEach(() => rm(folder, { recursive: true }));

/** A program that answers as a Python does when it is asked what it is. */
async function python(name: string, answer: object, mode = 0o755): Promise<string> {
  const bin = join(folder, name);
  await mkdir(bin);
  const path = join(bin, 'python3');
  const whole = {
    path,
    version: [3, 12, 1],
    library: bin,
    venv: true,
    ensurepip: true,
    pip: null,
    ...answer,
  };
  await writeFile(path, `#!/bin/sh\necho '${JSON.stringify(whole)}'\n`, { mode: 0o755 });
  await chmod(bin, mode);
  return bin;
}

describe('choosing a Python', () => {
  it('takes the first that can make environments', async () => {
    const folders = [
      await python('old', { version: [3, 9, 2] }),
      await python('new', {}),
      await python('next', {}),
    ];
    expect(await chooseInterpreter({ forOthers: false, folders })).toEqual({
      path: join(folder, 'new', 'python3'),
      version: '3.12.1',
      pip: 'ensurepip',
      closedAt: null,
    });
  });

  it('passes by one that other users cannot run, where they must', async () => {
    const folders = [await python('private', {}, 0o700), await python('public', {})];
    const chosen = await chooseInterpreter({ forOthers: true, folders });
    expect(chosen.path).toBe(join(folder, 'public', 'python3'));
  });

  it('takes one that other users cannot run where there is no other, and says what closes it', async () => {
    const closed = await python('private', {}, 0o700);
    const chosen = await chooseInterpreter({ forOthers: true, folders: [closed] });
    expect(chosen.closedAt).toBe(closed);
  });

  it("uses the interpreter's own pip where its standard library brings none", async () => {
    const folders = [await python('debian', { ensurepip: false, pip: '23.0.1' })];
    expect((await chooseInterpreter({ forOthers: false, folders })).pip).toBe('own');
  });

  it('names the package to install where the venv module is incomplete', async () => {
    const folders = [await python('debian', { ensurepip: false, pip: '22.0.2' })];
    await expect(chooseInterpreter({ forOthers: false, folders })).rejects.toThrow(
      'apt-get install python3-venv',
    );
  });

  it('says which version it found where that is too old', async () => {
    const folders = [await python('old', { version: [3, 8, 10] })];
    await expect(chooseInterpreter({ forOthers: false, folders })).rejects.toThrow('this machine has 3.8.10');
  });

  it('says so where there is none', async () => {
    await expect(chooseInterpreter({ forOthers: false, folders: [folder] })).rejects.toThrow(
      'this machine has none',
    );
  });
});
