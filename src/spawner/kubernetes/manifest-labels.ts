/** Labels and annotations that say whose a pod or a claim is: KubeSpawner's, and two of ours. */
import type { ServerId } from '../../domain/server.ts';
import { expandAll, type Named, type NameFields } from './names.ts';
import type { JsonMap, PodRecipe } from './pod-recipe.ts';
import { isLabelValue, safeSlug } from './slug.ts';

/** Label of everything that the hubs of one course made: they look at nothing else. */
export const INSTANCE_LABEL = 'polder/instance';
export const SERVER_ANNOTATION = 'polder/server';
export const ATTEMPT_ANNOTATION = 'polder/attempt';
export const USERNAME = 'hub.jupyter.org/username';
export const SERVERNAME = 'hub.jupyter.org/servername';

export type Labels = Readonly<Record<string, string>>;

/** Whose a pod is, beyond all doubt: its annotations say it. */
export interface Belongings {
  readonly instance: string;
  readonly serverId: ServerId;
  readonly attempt: number;
}

export function podLabels(recipe: PodRecipe, named: Named, fields: NameFields, instance: string): JsonMap {
  return {
    ...commonLabels(recipe, named, expandAll(recipe.extraLabels, fields)),
    component: recipe.componentLabel,
    'app.kubernetes.io/component': recipe.componentLabel,
    [SERVERNAME]: safeSlug(named.serverName, { isValid: isLabelValue }),
    [INSTANCE_LABEL]: instance,
  };
}

export function podAnnotations(
  recipe: PodRecipe,
  named: Named,
  fields: NameFields,
  belongings: Belongings,
): JsonMap {
  return {
    ...ownerAnnotations(named),
    ...expandAll(recipe.extraAnnotations, fields),
    [SERVER_ANNOTATION]: belongings.serverId,
    [ATTEMPT_ANNOTATION]: String(belongings.attempt),
  };
}

export function claimLabels(recipe: PodRecipe, named: Named, fields: NameFields): JsonMap {
  return {
    ...commonLabels(recipe, named, expandAll(recipe.storageExtraLabels, fields)),
    component: 'singleuser-storage',
    'app.kubernetes.io/component': recipe.componentLabel,
  };
}

export function claimAnnotations(recipe: PodRecipe, named: Named, fields: NameFields): JsonMap {
  return { ...ownerAnnotations(named), ...expandAll(recipe.storageExtraAnnotations, fields) };
}

function commonLabels(recipe: PodRecipe, { owner }: Named, extra: JsonMap): JsonMap {
  return { [USERNAME]: safeSlug(owner.name, { isValid: isLabelValue }), ...extra, ...recipe.commonLabels };
}

function ownerAnnotations({ owner, serverName }: Named): JsonMap {
  return { [USERNAME]: owner.name, ...(serverName === '' ? {} : { [SERVERNAME]: serverName }) };
}
