/** The systems that Polder is held against, from their registries, installed once below the cache folder. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { cacheFolder } from '../src/main/cache-folder.ts';
import { newest, pythonOf } from '../test/e2e/single-user-environments.ts';

const run = promisify(execFile);
const proxyVersion = '5.3.0';
export const proxyName = `configurable-http-proxy ${proxyVersion}`;

export interface Peers {
  /** Interpreter of an environment with JupyterHub and JupyterLab, which both sides' servers run in. */
  readonly python: string;
  /** configurable-http-proxy's program, to be run with our Node. */
  readonly proxyProgram: string;
  /** Names and versions, for the report. */
  readonly hubName: string;
  readonly proxyName: string;
}

export async function installPeers(): Promise<Peers> {
  const python = await pythonOf(newest);
  return {
    python,
    proxyProgram: await installProxy(),
    hubName: `JupyterHub ${newest.version}`,
    proxyName,
  };
}

/** @returns configurable-http-proxy's program */
export async function installProxy(): Promise<string> {
  const folder = join(cacheFolder(), 'peers', `configurable-http-proxy-${proxyVersion}`);
  const proxyProgram = join(folder, 'node_modules/configurable-http-proxy/bin/configurable-http-proxy');
  if (!existsSync(proxyProgram)) {
    await mkdir(folder, { recursive: true });
    const args = ['install', '--no-audit', '--no-fund', '--prefix', folder];
    await run('npm', [...args, `configurable-http-proxy@${proxyVersion}`]);
  }
  return proxyProgram;
}
