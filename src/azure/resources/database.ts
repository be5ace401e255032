import type { AzureConfig } from '../../config/provisioning.ts';
import { expression, idOf, type Resource } from '../arm.ts';
import type { ResourcePlace } from './place.ts';

/** The account that is made with the server; its password is a parameter. */
export const DATABASE_ACCOUNT = 'polder';
export const DATABASE = 'polder';

const API_VERSION = '2025-08-01';

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
    apiVersion: API_VERSION,
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

/** What the hub keeps its state in. */
export function hubDatabaseOf(server: Resource): Resource {
  return {
    type: 'Microsoft.DBforPostgreSQL/flexibleServers/databases',
    apiVersion: API_VERSION,
    name: `${server.name}/${DATABASE}`,
    dependsOn: [expression(idOf(server))],
    properties: { charset: 'UTF8', collation: 'C' },
  };
}

/** `Standard_B1ms` is of the burstable ones, `E` of those with more memory. */
function tierOf(sku: string): string {
  if (/^Standard_B/.test(sku)) return 'Burstable';
  return /^Standard_E/.test(sku) ? 'MemoryOptimized' : 'GeneralPurpose';
}
