import type { Json, ServerId } from '../../domain/server.ts';
import type { Pod } from '../../kubernetes/kube-object.ts';
import type { Run } from '../spawner.ts';
import { ATTEMPT_ANNOTATION, INSTANCE_LABEL, SERVER_ANNOTATION } from './manifest-labels.ts';
import { isMap } from './pod-recipe.ts';

/** What the hub keeps of a run: which pod it is, beyond doubt. */
export interface RunHandle extends Run {
  readonly pod: string;
  readonly uid: string;
}

/** Of a pod that one of our hubs made; null for any other. */
export function handleOf(pod: Pod, instance: string): RunHandle | null {
  const { name, uid, labels = {}, annotations = {} } = pod.metadata;
  const serverId = annotations[SERVER_ANNOTATION];
  const attempt = Number(annotations[ATTEMPT_ANNOTATION]);
  if (labels[INSTANCE_LABEL] !== instance || !serverId?.startsWith('srv-')) return null;
  return Number.isInteger(attempt) ? { serverId: serverId as ServerId, attempt, pod: name, uid } : null;
}

/** Null for what is no handle of ours. */
export function readHandle(handle: Json): RunHandle | null {
  if (!isMap(handle) || typeof handle.pod !== 'string' || typeof handle.uid !== 'string') return null;
  return handle as unknown as RunHandle;
}
