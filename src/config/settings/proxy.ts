import type { Generation, ProxyConfig } from '../config.ts';
import type { Values } from '../schema/values.ts';

/** The old chart did https only once `hosts` was filled in, whatever `enabled` said. */
export function readProxy(values: Values, generation: Generation): ProxyConfig {
  const https = values.proxy?.https ?? {};
  const hosts = https.hosts ?? [];
  return { https: { enabled: https.enabled === true && (generation === 'current' || hosts.length > 0) } };
}
