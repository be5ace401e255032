import { HubError } from '../domain/errors.ts';
import type { RegistryAccount } from './registry-account.ts';

/** Whom ACR takes a token of its own from ("Authenticate with Azure Container Registry"). */
const TOKEN_USER = '00000000-0000-0000-0000-000000000000';

/**
 * An account of a registry in Azure, for a few hours, from a token of Azure Resource Manager.
 * @throws HubError where the registry gives none
 */
export async function acrAccount(
  registry: string,
  azureToken: string,
  { url = `https://${registry}` }: { readonly url?: string } = {},
): Promise<RegistryAccount> {
  const body = new URLSearchParams({
    grant_type: 'access_token',
    service: registry,
    access_token: azureToken,
  });
  const answer = await fetch(`${url}/oauth2/exchange`, { method: 'POST', body }).catch((cause: Error) => {
    throw new HubError('unavailable', `The registry ${registry} does not answer: is it there yet?`, {
      cause,
    });
  });
  const words = `The registry ${registry} does not take your login at Azure (it answers ${answer.status}): you need the role AcrPush on it.`;
  if (!answer.ok) throw new HubError('forbidden', words);
  const { refresh_token: password } = (await answer.json()) as { refresh_token?: string };
  if (password === undefined) throw new HubError('forbidden', words);
  return { registry, username: TOKEN_USER, password };
}
