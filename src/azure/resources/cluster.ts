import type { JsonMap } from '../../config/json.ts';
import type { AzureConfig, PoolConfig } from '../../config/provisioning.ts';
import { expression, idOf, passOver, type Resource } from '../arm.ts';
import type { ResourcePlace } from './place.ts';

const API_VERSION = '2026-05-01';

/** AKS, with the labels and taints by which the chart tells nodes for its own pods from those for users'. */
export function clusterOf(
  { cluster, resourceGroup }: AzureConfig,
  { place, logs }: { readonly place: ResourcePlace; readonly logs: Resource | null },
): Resource {
  const withEntra = cluster.administrators.length > 0;
  return {
    type: 'Microsoft.ContainerService/managedClusters',
    apiVersion: API_VERSION,
    name: cluster.name,
    metadata: passOver({ ...reasonsOf(cluster, logs), ...REASONS }),
    ...place,
    // Without a promise of uptime for its API, which a course lives without: servers go on when it is away.
    sku: { name: 'Base', tier: 'Free' },
    identity: { type: 'SystemAssigned' },
    ...(logs && { dependsOn: [expression(idOf(logs))] }),
    properties: {
      ...(cluster.version !== null && { kubernetesVersion: cluster.version }),
      dnsPrefix: dnsPrefixOf(cluster.name),
      // Azure's own name for it is longer than Azure allows where group and cluster have long ones.
      nodeResourceGroup: `${[...resourceGroup].slice(0, 74).join('')}-nodes`,
      enableRBAC: true,
      disableLocalAccounts: withEntra,
      ...(withEntra && { aadProfile: { managed: true, adminGroupObjectIDs: cluster.administrators } }),
      autoUpgradeProfile: {
        upgradeChannel: cluster.upgrades,
        nodeOSUpgradeChannel: cluster.upgrades === 'none' ? 'None' : 'NodeImage',
      },
      networkProfile: networkOf(cluster.networkPolicy),
      oidcIssuerProfile: { enabled: true },
      securityProfile: { workloadIdentity: { enabled: true } },
      storageProfile: { diskCSIDriver: { enabled: true }, fileCSIDriver: { enabled: true } },
      addonProfiles: {
        azurepolicy: { enabled: true },
        azureKeyvaultSecretsProvider: { enabled: true, config: { enableSecretRotation: 'true' } },
        ...(logs && {
          omsagent: { enabled: true, config: { logAnalyticsWorkspaceResourceID: expression(idOf(logs)) } },
        }),
      },
      agentPoolProfiles: cluster.pools.map(poolOf),
    },
  };
}

/** Upgrades in the night before Monday, when no class meets; none where there are no upgrades. */
export function maintenanceOf({ upgrades }: AzureConfig['cluster'], cluster: Resource): readonly Resource[] {
  if (upgrades === 'none') return [];
  return ['aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule'].map((schedule) => ({
    type: 'Microsoft.ContainerService/managedClusters/maintenanceConfigurations',
    apiVersion: API_VERSION,
    name: `${cluster.name}/${schedule}`,
    dependsOn: [expression(idOf(cluster))],
    properties: {
      maintenanceWindow: {
        schedule: { weekly: { intervalWeeks: 1, dayOfWeek: 'Sunday' } },
        durationHours: 6,
        startTime: '22:00',
        utcOffset: '+00:00',
      },
    },
  }));
}

/** For what the file asks for, or leaves out. */
function reasonsOf(
  { administrators, networkPolicy, upgrades }: AzureConfig['cluster'],
  logs: Resource | null,
): Readonly<Record<string, string>> {
  return {
    ...(logs === null && { CKV_AZURE_4: 'Logs cost by what comes in; `azure.logs` asks for them.' }),
    ...(networkPolicy === 'none' && { CKV_AZURE_7: 'The file asks for none.' }),
    ...(administrators.length === 0 && {
      CKV_AZURE_141: 'Without groups of Entra to administer it, its own account is the only way in.',
    }),
    ...(upgrades === 'none' && { CKV_AZURE_171: 'The file asks for none.' }),
  };
}

const REASONS = {
  CKV_AZURE_6: 'Its API asks who somebody is; from where a teacher or a pipeline calls is not known before.',
  CKV_AZURE_8: 'The add-on is no more: only clusters older than 1.19 can have it.',
  CKV_AZURE_168: 'Servers are small and many: as many pods as the sizes were reckoned with.',
  CKV_AZURE_172: 'It is on; the check wants a boolean where the schema of Azure has a text.',
  CKV_AZURE_226: 'Not every size has room for a system disk of its own.',
  CKV_AZURE_227: 'A subscription must be registered for it first, and not every size has it.',
} as const;

function poolOf(pool: PoolConfig): JsonMap {
  const isSystem = pool.purpose === 'system';
  return {
    name: pool.name,
    mode: isSystem ? 'System' : 'User',
    vmSize: pool.vmSize,
    osType: 'Linux',
    type: 'VirtualMachineScaleSets',
    enableAutoScaling: true,
    // Only where the count that Azure begins with, one, would be too few: a count that is given counts at every
    // deployment, and would take machines away while students work on them.
    ...(pool.min > 1 && { count: pool.min }),
    minCount: pool.min,
    maxCount: pool.max,
    maxPods: 110,
    ...(pool.zones.length > 0 && { availabilityZones: pool.zones.map(String) }),
    nodeLabels: { 'hub.jupyter.org/node-purpose': isSystem ? 'core' : 'user' },
    ...(!isSystem && { nodeTaints: ['hub.jupyter.org/dedicated=user:NoSchedule'] }),
    ...(pool.spot && {
      scaleSetPriority: 'Spot',
      scaleSetEvictionPolicy: 'Delete',
      // Never more than an ordinary machine costs.
      spotMaxPrice: -1,
    }),
  };
}

function networkOf(policy: AzureConfig['cluster']['networkPolicy']): JsonMap {
  return {
    networkPlugin: 'azure',
    networkPluginMode: 'overlay',
    networkDataplane: policy === 'cilium' ? 'cilium' : 'azure',
    networkPolicy: policy,
    loadBalancerSku: 'standard',
  };
}

/** At most 54 letters, digits and dashes, where a cluster may be called more. */
function dnsPrefixOf(name: string): string {
  return name.replaceAll('_', '-').slice(0, 54).replace(/-+$/, '');
}
