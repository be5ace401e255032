/**
 * The keys of a hub. All hubs of a database have the same ones without anybody's doing, because they come from secrets
 * that stand in the course's file (or in the environment, under JupyterHub's names); a hub alone may have its own, made
 * once and kept in the data folder. None of them is in the database, which knows no more than their fingerprint.
 */
import type { Secrets } from '../config/config.ts';
import { HubError } from '../domain/errors.ts';
import type { AuthStateKeys } from '../hub/auth-states.ts';
import { deriveSecret } from '../lib/secret.ts';

/** Cookies, tokens of running servers and the proxy's trust rest on them. */
export interface Keys {
  readonly cookieKey: string;
  readonly tokenKey: string;
  readonly proxyToken: string;
}

type KeySecrets = Pick<Secrets, 'cookieSecret' | 'proxyToken'>;

/** @param own those of the data folder, for what the file does not say. */
export function keysFrom(secrets: KeySecrets, own: Keys): Keys {
  return {
    cookieKey: secrets.cookieSecret ?? own.cookieKey,
    tokenKey: secrets.cookieSecret === null ? own.tokenKey : tokenKeyFrom(secrets.cookieSecret),
    proxyToken: secrets.proxyToken ?? own.proxyToken,
  };
}

/**
 * The keys of a hub that runs by itself, beside others and proxies that must have the same.
 * @throws HubError `invalid` where there is no secret that all of them know.
 */
export function sharedKeys(secrets: KeySecrets, environment: NodeJS.ProcessEnv): Keys {
  const proxyToken = secrets.proxyToken ?? (environment.CONFIGPROXY_AUTH_TOKEN || null);
  if (proxyToken === null) {
    throw new HubError(
      'invalid',
      'Hubs and proxies have no secret by which they know each other. Make one with `openssl rand -hex 32` and give it to all of them: as `proxy.secretToken` in the file, or as CONFIGPROXY_AUTH_TOKEN in the environment.',
    );
  }
  const cookieKey =
    secrets.cookieSecret ?? (environment.JPY_COOKIE_SECRET || deriveSecret(proxyToken, 'the key of cookies'));
  return { cookieKey, tokenKey: tokenKeyFrom(cookieKey), proxyToken };
}

/**
 * The keys of what logins leave behind: those of the file, or else those that JUPYTERHUB_CRYPT_KEY lists with semicolons.
 * The hub's own comes last, so that what was sealed before there were others can still be read.
 */
export function authStateKeys(
  secrets: Pick<Secrets, 'authStateKeys'>,
  environment: NodeJS.ProcessEnv,
  { cookieKey }: Pick<Keys, 'cookieKey'>,
): AuthStateKeys {
  const own = deriveSecret(cookieKey, 'the key of what logins leave behind');
  const [first = own, ...others] = givenAuthStateKeys(secrets, environment);
  return first === own ? [own] : [first, ...others, own];
}

/** Without the hub's own. */
export function givenAuthStateKeys(
  { authStateKeys: given }: Pick<Secrets, 'authStateKeys'>,
  environment: NodeJS.ProcessEnv,
): readonly string[] {
  const listed = given ?? (environment.JUPYTERHUB_CRYPT_KEY ?? '').split(';');
  return listed.map((key) => key.trim()).filter(Boolean);
}

/** Tells keys apart, and none of them can be found from it. */
export function fingerprintOf({ cookieKey, tokenKey, proxyToken }: Keys): string {
  return deriveSecret(tokenKey, 'fingerprint', cookieKey, proxyToken);
}

function tokenKeyFrom(cookieKey: string): string {
  return deriveSecret(cookieKey, 'the key of server tokens');
}
