/** The claim of a new volume, as KubeSpawner would make it of the same settings. */
import { SpawnError } from '../spawner.ts';
import { claimAnnotations, claimLabels } from './manifest-labels.ts';
import { expandAll, expandName, type Named, type NamingScheme, nameFields } from './names.ts';
import type { ManifestSettings } from './pod-manifest.ts';
import type { JsonMap, PodRecipe } from './pod-recipe.ts';

/** @throws SpawnError where the course does not say how large volumes are */
export function claimManifest(recipe: PodRecipe, named: Named, settings: ManifestSettings): JsonMap {
  const fields = nameFields(named, settings.naming, settings);
  const { storageCapacity, storageClass, storageSelector } = recipe;
  if (storageCapacity === null) {
    throw new SpawnError('The course does not say how much room your files get.', {
      hint: 'Ask your instructor to set singleuser.storage.capacity in config.yaml.',
    });
  }
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: {
      name: claimName(recipe, named, settings.naming, settings),
      labels: claimLabels(recipe, named, fields),
      annotations: claimAnnotations(recipe, named, fields),
    },
    spec: {
      accessModes: [...recipe.storageAccessModes],
      resources: { requests: { storage: storageCapacity } },
      ...(storageClass === null ? {} : { storageClassName: storageClass }),
      ...(Object.keys(storageSelector).length === 0 ? {} : { selector: expandAll(storageSelector, fields) }),
    },
  };
}

/** What the claim of this server is called by a scheme. */
export function claimName(
  recipe: PodRecipe,
  named: Named,
  scheme: NamingScheme,
  settings: Pick<ManifestSettings, 'namespace'>,
): string {
  return expandName(recipe.pvcNameTemplate, nameFields(named, scheme, settings));
}

/** Whether servers of one user have claims of their own. */
export function isClaimPerServer(recipe: PodRecipe): boolean {
  return /\{\w*(servername|user_server|pod_name)\}/.test(recipe.pvcNameTemplate);
}
