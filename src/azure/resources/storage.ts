import type { AzureConfig } from '../../config/provisioning.ts';
import { expression, idOf, passOver, type Resource } from '../arm.ts';
import type { ResourcePlace } from './place.ts';

const API_VERSION = '2025-08-01';

/** An account for file shares: over https only, with nothing that can be read without logging in. */
export function storageOf({ account, sku }: AzureConfig['storage'], place: ResourcePlace): Resource {
  return {
    type: 'Microsoft.Storage/storageAccounts',
    apiVersion: API_VERSION,
    name: account,
    metadata: passOver(sku.includes('G') ? REASONS : { ...REASONS, ...IN_ONE_REGION }),
    ...place,
    // The fast disks are for accounts that hold shares and nothing else.
    kind: isPremium(sku) ? 'FileStorage' : 'StorageV2',
    sku: { name: sku },
    properties: {
      supportsHttpsTrafficOnly: true,
      minimumTlsVersion: 'TLS1_2',
      allowBlobPublicAccess: false,
      allowCrossTenantReplication: false,
      // The driver that mounts shares into pods logs in with the account's key.
      allowSharedKeyAccess: true,
      networkAcls: { defaultAction: 'Allow', bypass: 'AzureServices' },
    },
  };
}

export function sharesOf({ shares, sku }: AzureConfig['storage'], account: Resource): readonly Resource[] {
  if (shares.length === 0) return [];
  const service: Resource = {
    type: 'Microsoft.Storage/storageAccounts/fileServices',
    apiVersion: API_VERSION,
    name: `${account.name}/default`,
    dependsOn: [expression(idOf(account))],
    // A share that was deleted by mistake comes back for two weeks.
    properties: { shareDeleteRetentionPolicy: { enabled: true, days: 14 } },
  };
  return [
    service,
    ...shares.map(({ name, sizeGB }) => ({
      type: 'Microsoft.Storage/storageAccounts/fileServices/shares',
      apiVersion: API_VERSION,
      name: `${service.name}/${name}`,
      dependsOn: [expression(idOf(service))],
      properties: {
        enabledProtocols: 'SMB',
        shareQuota: isPremium(sku) ? Math.max(sizeGB, LEAST_PREMIUM_GB) : sizeGB,
      },
    })),
  ];
}

/** Smaller ones are refused. */
const LEAST_PREMIUM_GB = 100;

function isPremium(sku: AzureConfig['storage']['sku']): boolean {
  return sku.startsWith('Premium');
}

const REASONS = {
  CKV_AZURE_35: 'Folders are brought to it from where the teacher works; its key is asked for everywhere.',
} as const;

const IN_ONE_REGION = {
  CKV_AZURE_206:
    'What is on the shares comes from the teacher, who has it; `azure.storage.sku` says otherwise.',
} as const;
