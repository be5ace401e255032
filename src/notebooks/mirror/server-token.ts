/**
 * What a server shows the mirror. It derives from a key that hub and mirror share, so that the mirror knows it without
 * asking the hub, and opens nothing else.
 */
import { deriveSecret, hashSecret, secretsEqual } from '../../lib/secret.ts';

export function serverToken(key: string, serverId: string): string {
  return `${serverId}.${deriveSecret(key, 'mirror', serverId)}`;
}

export function isServerToken(key: string, token: string): boolean {
  const end = token.indexOf('.');
  return end > 0 && secretsEqual(token, serverToken(key, token.slice(0, end)));
}

/** The key that follows from one that hub and proxies have. The chart makes the same of it. */
export function mirrorKey(proxyToken: string): string {
  return hashSecret(`polder mirror ${proxyToken}`);
}
