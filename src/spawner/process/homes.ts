/** Home folders of the users, below `homes/` in the data folder. They stay when servers, and the hub, go. */
import { createHash } from 'node:crypto';
import { chmod, lchown, lstat, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';

const maxFolderName = 200;

/**
 * The name of the folder for a user: lower-case letters, digits, `@`, `.`, `_` and `-` stay, everything else becomes
 * `~` and two hexadecimal digits for each byte of UTF-8. Different users never get the same folder, on file systems that
 * take `A` for `a` or one form of `é` for another neither.
 */
export function homeFolderName(user: string): string {
  const escaped = [...Buffer.from(user, 'utf8')]
    .map((byte, index) => {
      const char = String.fromCharCode(byte);
      const stays = index === 0 ? /[a-z0-9@_-]/ : /[a-z0-9@._-]/;
      return stays.test(char) ? char : `~${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
  if (escaped.length <= maxFolderName) return escaped === '' ? '~' : escaped;
  // `~-` never comes from the rule above.
  return `${escaped.slice(0, 120)}~-${createHash('sha256').update(user).digest('hex').slice(0, 40)}`;
}

export class Homes {
  readonly directory: string;
  /** Which home belongs to which numeric user, as far as seen. */
  #owners: Map<number, string> | null = null;

  constructor(directory: string) {
    this.directory = join(directory, 'homes');
  }

  /** With students under users of their own, others must be able to go through to their own home, and to see no names. */
  async open(options: { readonly shared: boolean }): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    await chmod(this.directory, options.shared ? 0o711 : 0o700);
  }

  pathOf(user: string): string {
    return join(this.directory, homeFolderName(user));
  }

  /** Makes the home where there is none, closed to others, and hands it to `uid`; null: to nobody but ourselves. */
  async make(user: string, uid: number | null): Promise<string> {
    const home = this.pathOf(user);
    if (uid !== null) await this.#takeFromOthers(homeFolderName(user), uid);
    await mkdir(home, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    const found = await lstat(home);
    if (!found.isDirectory()) throw new Error(`${home} is not a folder`);
    if ((found.mode & 0o777) !== 0o700) await chmod(home, 0o700);
    if (uid !== null && found.uid !== uid) await handOver(home, found.uid, uid);
    return home;
  }

  /**
   * Numeric users are counted from the hub's own numbering: where that began anew and the homes stayed, somebody
   * else's home may belong to this number. It is closed until its own user comes.
   */
  async #takeFromOthers(folder: string, uid: number): Promise<void> {
    this.#owners ??= await ownersOf(this.directory);
    const earlier = this.#owners.get(uid);
    if (earlier !== undefined && earlier !== folder) await lchown(join(this.directory, earlier), 0, 0);
    this.#owners.set(uid, folder);
  }
}

async function ownersOf(directory: string): Promise<Map<number, string>> {
  const owners = new Map<number, string>();
  for (const name of await readdir(directory)) owners.set((await lstat(join(directory, name))).uid, name);
  return owners;
}

/**
 * Gives a home and what is in it to its user. It is closed to everybody meanwhile, and becomes the user's last, so that
 * a change that was cut short is seen and done again. A file that has other names too may be somebody else's: it goes
 * over only where it belonged to whom the home belonged.
 */
async function handOver(home: string, from: number, to: number): Promise<void> {
  await lchown(home, 0, 0);
  const folders = [home];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const { uid, nlink } = await lstat(path);
      if (uid !== to && (entry.isDirectory() || nlink === 1 || uid === from)) await lchown(path, to, to);
      if (entry.isDirectory()) folders.push(path);
    }
  }
  await lchown(home, to, to);
}
