/** Where a repository comes from, and what opens it. Nothing of this ever reaches a student. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gitElsewhere } from '../git.ts';

export interface Origin {
  readonly source: string;
  /** For a source on the web. */
  readonly login: { readonly username: string; readonly token: string } | null;
  /** A private key, for a source that is reached by SSH; null: what ssh finds by itself. */
  readonly deployKey: string | null;
  /** Lines as in ssh's `known_hosts`; null: who answers first is believed from then on. */
  readonly knownHosts: string | null;
}

const LOOK_TIMEOUT_MS = 30_000;
const FETCH_TIMEOUT_MS = 600_000;

/** What an origin has: names of branches and tags with their objects, and the branch that it shows first. */
export interface OriginRefs {
  readonly refs: ReadonlyMap<string, string>;
  readonly head: string | null;
}

export class OriginRepository {
  readonly #source: string;
  readonly #environment: Readonly<Record<string, string>>;

  private constructor(source: string, environment: Readonly<Record<string, string>>) {
    this.#source = source;
    this.#environment = environment;
  }

  /** @param folder closed to others: keys of SSH are written there, since ssh reads files only */
  static async open(origin: Origin, folder: string): Promise<OriginRepository> {
    const environment = { ...loginSettings(origin), ...(await sshSettings(origin, folder)) };
    return new OriginRepository(origin.source, environment);
  }

  /** Asks what there is. @throws GitError */
  async look(): Promise<OriginRefs> {
    const written = await this.#ask(
      ['ls-remote', '--symref', '--', this.#source, 'HEAD', 'refs/heads/*', 'refs/tags/*'],
      LOOK_TIMEOUT_MS,
    );
    const refs = new Map<string, string>();
    let head: string | null = null;
    for (const line of written.split('\n')) {
      const [object = '', name = ''] = line.split('\t');
      if (object.startsWith('ref: ') && name === 'HEAD') head = object.slice('ref: '.length);
      else if (/^refs\/(heads|tags)\//.test(name) && !name.endsWith('^{}')) refs.set(name, object);
    }
    return { refs, head };
  }

  /** Brings all branches and tags into a bare repository, and takes away what the origin has no more. @throws GitError */
  async fetchInto(repository: string): Promise<void> {
    await this.#ask(
      [
        `--git-dir=${repository}`,
        '-c',
        'gc.autoDetach=false',
        'fetch',
        '--quiet',
        '--prune',
        '--no-recurse-submodules',
        '--no-write-fetch-head',
        '--',
        this.#source,
        '+refs/heads/*:refs/heads/*',
        '+refs/tags/*:refs/tags/*',
      ],
      FETCH_TIMEOUT_MS,
    );
  }

  #ask(args: readonly string[], timeoutMs: number): Promise<string> {
    return gitElsewhere(args, { timeoutMs, environment: this.#environment });
  }
}

/**
 * The login as a helper that git asks, for this host alone: neither on a command line, nor sent along where the origin
 * redirects to another one.
 */
function loginSettings({ source, login }: Origin): Record<string, string> {
  if (login === null) return {};
  const { origin } = new URL(source);
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'credential.helper',
    GIT_CONFIG_VALUE_0: '',
    GIT_CONFIG_KEY_1: `credential.${origin}.helper`,
    GIT_CONFIG_VALUE_1:
      '!answer() { printf "username=%s\\npassword=%s\\n" "$POLDER_LOGIN_NAME" "$POLDER_LOGIN_TOKEN"; }; answer',
    POLDER_LOGIN_NAME: login.username,
    POLDER_LOGIN_TOKEN: login.token,
  };
}

async function sshSettings(
  { deployKey, knownHosts }: Origin,
  folder: string,
): Promise<Record<string, string>> {
  if (deployKey === null && knownHosts === null) return {};
  const words = ['ssh', '-o', 'BatchMode=yes'];
  if (deployKey !== null) {
    const file = join(folder, 'deploy-key');
    await writeFile(file, `${deployKey.trimEnd()}\n`, { mode: 0o600 });
    words.push('-i', quoted(file), '-o', 'IdentitiesOnly=yes');
  }
  const hosts = join(folder, 'known-hosts');
  if (knownHosts !== null) await writeFile(hosts, `${knownHosts.trimEnd()}\n`, { mode: 0o600 });
  words.push('-o', quoted(`UserKnownHostsFile=${hosts}`));
  words.push('-o', `StrictHostKeyChecking=${knownHosts === null ? 'accept-new' : 'yes'}`);
  return { GIT_SSH_COMMAND: words.join(' ') };
}

/** For the shell that git runs ssh by. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
