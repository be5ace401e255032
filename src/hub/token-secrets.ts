/** From a secret to its token, whichever hub made it. */
import { HubError } from '../domain/errors.ts';
import type { Token } from '../domain/token.ts';
import { jupyterHubPrefix, matchesJupyterHubHash } from '../lib/jupyterhub-hash.ts';
import { hashSecret } from '../lib/secret.ts';
import type { TokenRepository } from '../store/store.ts';

/**
 * One that a JupyterHub made counts as ours from its first use on: until then it costs a hash for each token that begins
 * alike, which are few.
 * @returns undefined where the secret belongs to no live token
 */
export async function tokenOfSecret(tokens: TokenRepository, secret: string): Promise<Token | undefined> {
  const hash = hashSecret(secret);
  const ours = await tokens.byHash(hash);
  const prefix = jupyterHubPrefix(secret);
  if (ours || prefix === undefined) return ours;
  for (const foreign of await tokens.foreign(prefix)) {
    if (!matchesJupyterHubHash(secret, foreign.hash)) continue;
    await whereItCanBeWritten(() => tokens.rehash(foreign.token.id, hash));
    return foreign.token;
  }
  return undefined;
}

/** A full disk must not keep people out of servers that run. */
export async function whereItCanBeWritten(note: () => Promise<void>): Promise<void> {
  try {
    await note();
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'unavailable') throw error;
  }
}
