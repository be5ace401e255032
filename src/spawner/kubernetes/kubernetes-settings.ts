import type { ManifestSettings } from './pod-manifest.ts';
import type { JsonItems, PodRecipe } from './pod-recipe.ts';

/** What the Kubernetes spawner is told of a course. */
export interface KubernetesSettings extends ManifestSettings {
  /** Before a student's choice of profile. */
  readonly recipe: PodRecipe;
  /** `profileList` as the file has it; empty: nothing to choose from. */
  readonly profiles: JsonItems;
  /** How long a pod may take until its server's container runs. */
  readonly startTimeoutSeconds: number;
  /** Whether events of the namespace may be looked at. */
  readonly events: boolean;
}
