import { LAB_CONFIG_MAP } from './lab-extension.ts';

/** What the spawner must be allowed to do, in its namespace and nowhere else: the rules of a Role. */
export const SPAWNER_RIGHTS = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch', 'create', 'patch', 'delete'] },
  { apiGroups: [''], resources: ['pods/log'], verbs: ['get'] },
  // A command in a pod is opened by a GET that becomes a WebSocket, which newer clusters count as a create.
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['get', 'create'] },
  {
    apiGroups: [''],
    resources: ['persistentvolumeclaims'],
    verbs: ['get', 'list', 'watch', 'create', 'patch'],
  },
  { apiGroups: [''], resources: ['events'], verbs: ['get', 'list', 'watch'] },
  // Applied, so that its name is known when it is created.
  { apiGroups: [''], resources: ['configmaps'], resourceNames: [LAB_CONFIG_MAP], verbs: ['create', 'patch'] },
  { apiGroups: ['metrics.k8s.io'], resources: ['pods'], verbs: ['list'] },
] as const;
