import { runToEnd } from './child.mjs';
import { SetUpError } from './say.mjs';

const noNetwork =
  /\b(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|EHOSTUNREACH|ERR_SOCKET_TIMEOUT)\b/;

/**
 * Runs npm, as found on the PATH, in `folder`; its output is shown only when it fails.
 * @param {string[]} args
 * @param {string} folder
 * @param {string} task what it is for, as in "npm could not <task>"
 * @throws {SetUpError} that says what to do
 */
export async function runNpm(args, folder, task) {
  const quiet = ['--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  // npm's own pauses between tries add up to more than a minute in which nobody knows what is wrong.
  const patience = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=10000'];
  let output = '';
  const keep = (text) => {
    output = (output + text).slice(0, 20_000);
  };
  const code = await runToEnd('npm', [...args, ...quiet, ...patience], {
    cwd: folder,
    env: ownEnvironment(),
    onOutput: keep,
  }).catch((error) => {
    if (error.code !== 'ENOENT') throw error;
    throw new SetUpError(
      'npm is not installed. Install it (on Debian and Ubuntu: apt-get install npm) and run this again.',
    );
  });
  if (code !== 0) throw new SetUpError(explain(output, task));
}

/** @param {string} output @param {string} task */
function explain(output, task) {
  const said = output.trim().split('\n').slice(0, 12).join('\n');
  const network = noNetwork.exec(output);
  if (network) {
    return `npm could not ${task}: the package registry cannot be reached (${network[1]}). Check the network and npm's proxy settings, then run this again.`;
  }
  if (output.includes('EINTEGRITY')) {
    return `npm could not ${task}: what came from the registry is not what was expected, so it is not used.\n${said}`;
  }
  if (/\b(EACCES|EPERM|EROFS)\b/.test(output)) {
    return `npm could not ${task}: a folder cannot be written. Run this as the folder's owner.\n${said}`;
  }
  if (output.includes('ENOSPC')) return `npm could not ${task}: the disk is full.`;
  return `npm could not ${task}:\n${said}`;
}

/**
 * The environment without what an outer npm (`npm start`) says about its own run; the user's settings, such as the
 * registry or a proxy, stay.
 */
function ownEnvironment() {
  const ofOuterRun =
    /^npm_(package_|lifecycle_|command$|config_(local_prefix|global_prefix|prefix|dry_run)$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ofOuterRun.test(name)));
}
