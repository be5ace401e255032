import type { Generation, ProxyConfig } from '../config.ts';
import { isUpTo } from '../generations.ts';
import type { Values } from '../schema/values.ts';

/** The first charts did https only once `hosts` was filled in, whatever `enabled` said. */
export function readProxy(values: Values, generation: Generation): ProxyConfig {
  const { enabled, type, hosts = [], letsencrypt, manual, secret } = values.proxy?.https ?? {};
  return {
    https: {
      enabled: enabled === true && (!isUpTo(generation, '0.9') || hosts.length > 0),
      type: type || 'letsencrypt',
      hosts,
      letsencrypt: {
        contactEmail: letsencrypt?.contactEmail || null,
        acmeServer: letsencrypt?.acmeServer ?? 'https://acme-v02.api.letsencrypt.org/directory',
      },
      certificate: manual?.cert || null,
      secret: { name: secret?.name || null, key: secret?.key ?? 'tls.key', crt: secret?.crt ?? 'tls.crt' },
    },
  };
}
