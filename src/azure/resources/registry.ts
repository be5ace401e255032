import type { AzureConfig } from '../../config/provisioning.ts';
import { expression, idOf, passOver, type Resource, stateOf } from '../arm.ts';
import type { ResourcePlace } from './place.ts';

export function registryOf({ name, sku }: AzureConfig['registry'], place: ResourcePlace): Resource {
  return {
    type: 'Microsoft.ContainerRegistry/registries',
    apiVersion: '2025-11-01',
    name,
    metadata: passOver(sku === 'Premium' ? ALWAYS : { ...ALWAYS, ...WITHOUT_PREMIUM }),
    ...place,
    sku: { name: sku },
    properties: { adminUserEnabled: false, anonymousPullEnabled: false, publicNetworkAccess: 'Enabled' },
  };
}

/** What `az aks update --attach-acr` does: nodes pull images without a password. */
export function pullRightOf(registry: Resource, cluster: Resource): Resource {
  return {
    type: 'Microsoft.Authorization/roleAssignments',
    apiVersion: '2022-04-01',
    name: expression(`guid(${idOf(registry)}, ${idOf(cluster)}, 'AcrPull')`),
    scope: expression(idOf(registry)),
    dependsOn: [expression(idOf(registry)), expression(idOf(cluster))],
    properties: {
      roleDefinitionId: expression(
        `subscriptionResourceId('Microsoft.Authorization/roleDefinitions', '${ACR_PULL}')`,
      ),
      principalId: expression(`${stateOf(cluster)}.identityProfile.kubeletidentity.objectId`),
      // Else Azure looks for somebody who is too new to be found.
      principalType: 'ServicePrincipal',
    },
  };
}

/** Azure's built-in role of that name. */
const ACR_PULL = '7f951dda-4ed3-4680-a7ca-43fe172d538d';

const ALWAYS = {
  CKV_AZURE_166: 'Nothing is there that would look at an image and let it out of quarantine.',
  CKV_AZURE_139: 'Images are pushed from the machine of whoever makes them; every pull and push logs in.',
} as const;

const WITHOUT_PREMIUM = {
  CKV_AZURE_163: 'Scanning is a service of its own, Defender for Containers.',
} as const;
