/** The resources of a subscription, by their ids; letters of ids count the same, large and small. */
import type { Resource } from '../../../src/azure/arm.ts';

export interface StoredResource {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly sku?: unknown;
  readonly kind?: string;
  /** As they were asked for. */
  readonly asked: Readonly<Record<string, unknown>>;
  /** With what Azure adds. */
  properties: Record<string, unknown>;
}

export class Resources {
  readonly #all = new Map<string, StoredResource>();

  get(id: string): StoredResource | undefined {
    return this.#all.get(id.toLowerCase());
  }

  put(resource: StoredResource): void {
    this.#all.set(resource.id.toLowerCase(), resource);
  }

  /** With what lies below it. */
  delete(id: string): boolean {
    const start = id.toLowerCase();
    const gone = [...this.#all.keys()].filter((key) => key === start || key.startsWith(`${start}/`));
    for (const key of gone) this.#all.delete(key);
    return gone.length > 0;
  }

  in(group: string): readonly StoredResource[] {
    return [...this.#all.values()].filter(({ id }) =>
      id.toLowerCase().includes(`/resourcegroups/${group.toLowerCase()}/`),
    );
  }
}

/** What Azure makes of what was asked for: it adds more than anybody said. */
export function madeOf(id: string, resource: Resource): StoredResource {
  const { type, name, location, tags, sku, kind, properties } = resource;
  return {
    id,
    type,
    name: name.split('/').at(-1)!,
    ...(location && { location }),
    ...(tags && { tags }),
    ...(sku && { sku }),
    ...(kind && { kind }),
    asked: properties,
    properties: { ...properties, provisioningState: 'Succeeded', ...added(resource) },
  };
}

function added({ type, name, properties, apiVersion }: Resource): Record<string, unknown> {
  switch (type) {
    case 'Microsoft.ContainerService/managedClusters': {
      const pools = properties.agentPoolProfiles as readonly Record<string, unknown>[];
      return {
        powerState: { code: 'Running' },
        currentKubernetesVersion: '1.34.2',
        fqdn: `${properties.dnsPrefix}-1.hcp.${apiVersion}.azmk8s.io`,
        identityProfile: { kubeletidentity: { objectId: '00000000-0000-0000-0000-00000000c0de' } },
        agentPoolProfiles: pools.map((pool) => ({ osDiskSizeGB: 128, orchestratorVersion: '1.34', ...pool })),
        networkProfile: {
          ...(properties.networkProfile as object),
          loadBalancerProfile: { effectiveOutboundIPs: [{ id: OUTBOUND_ADDRESS }] },
        },
      };
    }
    case 'Microsoft.ContainerRegistry/registries':
      return { loginServer: `${name.toLowerCase()}.azurecr.io` };
    case 'Microsoft.DBforPostgreSQL/flexibleServers':
      return { fullyQualifiedDomainName: `${name}.postgres.database.azure.com` };
    default:
      return {};
  }
}

export const OUTBOUND_ADDRESS =
  '/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/nodes/providers/Microsoft.Network/publicIPAddresses/out';
