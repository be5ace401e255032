import type { AzureConfig } from '../../config/provisioning.ts';
import { expression, type Resource } from '../arm.ts';
import type { ResourcePlace } from './place.ts';

/** The account that is made with the server; its password is a parameter. */
export const DATABASE_ACCOUNT = 'polder';

/**
 * PostgreSQL as a flexible server. No address may reach it at first: which one the cluster has is known only when that is
 * there.
 */
export function databaseOf(
  { name, sku, sizeGB }: NonNullable<AzureConfig['database']>,
  place: ResourcePlace,
): Resource {
  return {
    type: 'Microsoft.DBforPostgreSQL/flexibleServers',
    apiVersion: '2025-08-01',
    name,
    ...place,
    sku: { name: sku, tier: tierOf(sku) },
    properties: {
      version: '17',
      administratorLogin: DATABASE_ACCOUNT,
      administratorLoginPassword: expression("parameters('databasePassword')"),
      storage: { storageSizeGB: sizeGB, autoGrow: 'Enabled' },
      backup: { backupRetentionDays: 14, geoRedundantBackup: 'Disabled' },
      network: { publicNetworkAccess: 'Enabled' },
    },
  };
}

/** `Standard_B1ms` is of the burstable ones, `E` of those with more memory. */
function tierOf(sku: string): string {
  if (/^Standard_B/.test(sku)) return 'Burstable';
  return /^Standard_E/.test(sku) ? 'MemoryOptimized' : 'GeneralPurpose';
}
