import type { AzureConfig } from '../../config/provisioning.ts';
import { expression, idOf, passOver, type Resource } from '../arm.ts';
import type { ResourcePlace } from './place.ts';

const API_VERSION = '2025-05-01';

/** A vault, with the password of the database in it where there is one. */
export function keyVaultOf(
  { name }: NonNullable<AzureConfig['keyVault']>,
  { place, withDatabase }: { readonly place: ResourcePlace; readonly withDatabase: boolean },
): readonly Resource[] {
  const vault: Resource = {
    type: 'Microsoft.KeyVault/vaults',
    apiVersion: API_VERSION,
    name,
    metadata: passOver(REASONS),
    ...place,
    properties: {
      tenantId: expression('subscription().tenantId'),
      sku: { family: 'A', name: 'standard' },
      // Who may do what is said as for everything else, by roles.
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enablePurgeProtection: true,
      publicNetworkAccess: 'Enabled',
    },
  };
  if (!withDatabase) return [vault];
  return [
    vault,
    {
      type: 'Microsoft.KeyVault/vaults/secrets',
      apiVersion: API_VERSION,
      name: `${name}/database-password`,
      metadata: passOver({
        CKV_AZURE_41: 'The password counts until somebody changes it, here and in the database.',
      }),
      dependsOn: [expression(idOf(vault))],
      properties: {
        value: expression("parameters('databasePassword')"),
        contentType: 'password',
      },
    },
  ];
}

const REASONS = {
  CKV_AZURE_109: 'Who logs in from where is not known before; roles say who may read.',
  CKV_AZURE_189: 'A vault that only a private network reaches needs one, and a machine in it to work from.',
} as const;
