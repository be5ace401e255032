import { networkMatcher } from '../lib/networks.ts';

/** Whose word on where a request came from is believed: addresses and networks. */
export interface TrustedProxies {
  /** Our own proxy, which asks us itself. A request of such an address that came by another one proves nothing. */
  readonly nearest: readonly string[];
  /** What stands before it, wherever in the chain. */
  readonly others: readonly string[];
}

/**
 * For fastify's `trustProxy`, which asks for each address of `X-Forwarded-For`, the nearest first. That a browser is on
 * the same machine as our proxy does not make it a proxy: it could say that each of its logins comes from elsewhere.
 */
export function trustRule({ nearest, others }: TrustedProxies): (address: string, hop: number) => boolean {
  const isNearest = networkMatcher([...nearest, ...others]);
  const isOther = networkMatcher(others);
  return (address, hop) => (hop === 0 ? isNearest : isOther)(address);
}
