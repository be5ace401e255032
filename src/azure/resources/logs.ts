import type { AzureConfig } from '../../config/provisioning.ts';
import type { Resource } from '../arm.ts';
import type { ResourcePlace } from './place.ts';

/** A workspace of Log Analytics, which pods' output and the cluster's metrics go to. */
export function logsOf({ name, days }: NonNullable<AzureConfig['logs']>, place: ResourcePlace): Resource {
  return {
    type: 'Microsoft.OperationalInsights/workspaces',
    apiVersion: '2025-07-01',
    name,
    ...place,
    properties: { sku: { name: 'PerGB2018' }, retentionInDays: days },
  };
}
