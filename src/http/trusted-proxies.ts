/** Whose word on where a request came from is believed. */
import type { FastifyRequest } from 'fastify';
import { PROXY_PROOF, proxyProof } from '../domain/proxy-proof.ts';
import { networkMatcher } from '../lib/networks.ts';
import { secretsEqual } from '../lib/secret.ts';

const PROOF = PROXY_PROOF.toLowerCase();

/**
 * A hook for every request: what did not come by a proxy of ours speaks for itself, whatever it says. A student's server
 * reaches the hub too, and a browser may be on the same machine as the proxy.
 */
export function forgetUnproven(proxyToken: string): (request: FastifyRequest) => Promise<void> {
  const proof = proxyProof(proxyToken);
  return async ({ raw: { headers } }) => {
    const shown = headers[PROOF];
    delete headers[PROOF];
    if (typeof shown === 'string' && secretsEqual(shown, proof)) return;
    delete headers['x-forwarded-for'];
    delete headers['x-forwarded-host'];
  };
}

/**
 * For fastify's `trustProxy`, which asks for each address of `X-Forwarded-For`, the nearest first. Where there is such a
 * header still, the nearest is our proxy.
 *
 * @param others addresses and networks of what stands before our proxies
 */
export function trustRule(others: readonly string[]): (address: string, hop: number) => boolean {
  const isOther = networkMatcher(others);
  return (address, hop) => hop === 0 || isOther(address);
}
