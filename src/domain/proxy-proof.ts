/**
 * How a hub knows that a request came by a proxy of ours, wherever that runs: the address tells nothing in a cluster, where
 * students' pods are neighbours of the proxies. Only with it is believed what the request says of where it came from.
 */
import { deriveSecret } from '../lib/secret.ts';

/** The proxy takes it from every request, and gives it to those only that go to a hub. */
export const PROXY_PROOF = 'X-Polder-Proxy';

/** Made of the token that hub and proxies share, which opens more than this does. */
export function proxyProof(token: string): string {
  return deriveSecret(token, 'came by a proxy');
}
