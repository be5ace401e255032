/** Who pushes: an account that is given, or what docker, podman or buildah keep of a login. */
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

export interface RegistryAccount {
  /** Host, with its port where it has one. */
  readonly registry: string;
  readonly username: string;
  readonly password: string;
}

/** The account that was logged in before at this registry; null where there is none. */
export async function keptAccount(registry: string): Promise<RegistryAccount | null> {
  for (const path of authFiles()) {
    const { auths, credHelpers, credsStore } = await readAuthFile(path);
    const helper = credHelpers?.[registry] ?? credsStore;
    const entry = auths?.[registry]?.auth;
    if (entry !== undefined) {
      const [username = '', ...password] = Buffer.from(entry, 'base64').toString().split(':');
      return { registry, username, password: password.join(':') };
    }
    if (helper === undefined) continue;
    // "Credential helper protocol" in Docker's documentation.
    const { code, out } = await runProgram(`docker-credential-${helper}`, ['get'], { input: registry }).catch(
      () => ({ code: 1, out: '' }),
    );
    if (code !== 0) continue;
    const { Username: username, Secret: password } = JSON.parse(out) as { Username: string; Secret: string };
    return { registry, username, password };
  }
  return null;
}

/**
 * The account in a file that is closed to others, and the environment by which docker, podman and buildah find it there: so
 * it is on no command line, and nobody stays logged in. Gone once it is disposed of.
 */
export async function openAccountFile(
  account: RegistryAccount,
): Promise<AsyncDisposable & { readonly environment: Readonly<Record<string, string>> }> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-account-'));
  const auth = Buffer.from(`${account.username}:${account.password}`).toString('base64');
  const file = join(folder, 'config.json');
  await writeFile(file, JSON.stringify({ auths: { [account.registry]: { auth } } }), { mode: 0o600 });
  // Docker keeps there too which engine it speaks to.
  const { currentContext } = await readAuthFile(join(dockerFolder(), 'config.json'));
  if (currentContext !== undefined) {
    const text = JSON.stringify({ auths: { [account.registry]: { auth } }, currentContext });
    await writeFile(file, text);
    await symlink(join(dockerFolder(), 'contexts'), join(folder, 'contexts'));
  }
  return {
    environment: { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: file },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** In the order in which they are asked (containers-auth.json(5)). */
function authFiles(): readonly string[] {
  const { REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR } = process.env;
  return [
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'containers', 'auth.json')] : []),
    join('/run/containers', String(process.getuid?.() ?? 0), 'auth.json'),
    join(homedir(), '.config', 'containers', 'auth.json'),
    join(dockerFolder(), 'config.json'),
  ];
}

function dockerFolder(): string {
  return process.env.DOCKER_CONFIG || join(homedir(), '.docker');
}

interface AuthFile {
  readonly auths?: Readonly<Record<string, { readonly auth?: string } | undefined>>;
  readonly credHelpers?: Readonly<Record<string, string | undefined>>;
  readonly credsStore?: string;
  readonly currentContext?: string;
}

/** Empty where there is none that can be read. */
async function readAuthFile(path: string): Promise<AuthFile> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as AuthFile;
  } catch {
    return {};
  }
}
