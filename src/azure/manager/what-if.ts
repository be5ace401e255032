/** Azure's what-if, in words: what would be destroyed first, and without what is no change. */
import type { WhatIfChange, WhatIfPropertyChange } from '@azure/arm-resourcesdeployments';

export type ChangeKind = 'destroyed' | 'changed' | 'made' | 'unknown';

export interface PlannedChange {
  readonly kind: ChangeKind;
  /** `Microsoft.ContainerService/managedClusters` */
  readonly type: string;
  readonly name: string;
  /** Of what is changed, `path: before → after`; of what cannot be told, why. */
  readonly details: readonly string[];
}

const ORDER: readonly ChangeKind[] = ['destroyed', 'changed', 'made', 'unknown'];

/** What of it is a change, in the order in which it should be read. */
export function plannedChanges(changes: readonly WhatIfChange[]): readonly PlannedChange[] {
  const planned = changes.flatMap(plannedChange);
  return ORDER.flatMap((kind) => planned.filter((change) => change.kind === kind));
}

const MARKS = { destroyed: '-', changed: '~', made: '+', unknown: '?' } as const;
const COLOURS = { destroyed: 31, changed: 33, made: 32, unknown: 36 } as const;

/** Lines. */
export function describeChanges(
  changes: readonly PlannedChange[],
  { color }: { readonly color: boolean },
): readonly string[] {
  const paint = (text: string, kind: ChangeKind) =>
    color ? `\u001b[${COLOURS[kind]}m${text}\u001b[0m` : text;
  if (changes.length === 0) return ['No change: Azure has what the file says.'];
  const counts = ORDER.flatMap((kind) => {
    const number = changes.filter((change) => change.kind === kind).length;
    return number === 0 ? [] : [`${number} ${COUNTED[kind]}`];
  });
  return [
    ...changes.flatMap(({ kind, type, name, details }) => [
      paint(`${MARKS[kind]} ${nounOf(type)} ${name} ${WORDS[kind]}`, kind),
      ...details.map((detail) => `    ${detail}`),
    ]),
    `${counts.join(', ')}.`,
  ];
}

const WORDS = {
  destroyed: 'is destroyed, with what is in it',
  changed: 'is changed',
  made: 'is made',
  unknown: 'cannot be told before',
} as const;

const COUNTED = {
  destroyed: 'destroyed',
  changed: 'changed',
  made: 'made',
  unknown: 'not known before',
} as const;

/** What people call a type of Azure's. */
export function nounOf(type: string): string {
  return NOUNS[type.toLowerCase()] ?? type;
}

const NOUNS: Readonly<Record<string, string>> = {
  'microsoft.containerservice/managedclusters': 'Cluster',
  'microsoft.containerservice/managedclusters/maintenanceconfigurations': 'Time of upgrades',
  'microsoft.containerregistry/registries': 'Registry',
  'microsoft.authorization/roleassignments': 'Right of the cluster to pull images',
  'microsoft.storage/storageaccounts': 'Storage account',
  'microsoft.storage/storageaccounts/fileservices': 'File service',
  'microsoft.storage/storageaccounts/fileservices/shares': 'Share',
  'microsoft.dbforpostgresql/flexibleservers': 'PostgreSQL',
  'microsoft.dbforpostgresql/flexibleservers/databases': 'Database',
  'microsoft.dbforpostgresql/flexibleservers/firewallrules': 'Address let in',
  'microsoft.keyvault/vaults': 'Key vault',
  'microsoft.keyvault/vaults/secrets': 'Secret in the vault',
  'microsoft.operationalinsights/workspaces': 'Workspace of logs',
  'microsoft.consumption/budgets': 'Budget',
  'microsoft.compute/disks': 'Disk',
  'microsoft.compute/snapshots': 'Snapshot',
};

function plannedChange(change: WhatIfChange): readonly PlannedChange[] {
  const { type, name } = partsOf(change.resourceId ?? '');
  switch (change.changeType) {
    case 'Create':
      return [{ kind: 'made', type, name, details: [] }];
    case 'Delete':
      return [{ kind: 'destroyed', type, name, details: [] }];
    case 'Deploy':
      return [{ kind: 'unknown', type, name, details: [] }];
    case 'Unsupported':
      // The name or the scope follows from what is made in the same deployment.
      return [{ kind: 'unknown', type, name, details: reasonOf(change) }];
    case 'Modify': {
      const details = (change.delta ?? []).flatMap((one) => propertyChanges(one, []));
      return details.length === 0 ? [] : [{ kind: 'changed', type, name, details }];
    }
    default:
      return [];
  }
}

function reasonOf({ unsupportedReason = '' }: WhatIfChange): readonly string[] {
  return unsupportedReason === '' ? [] : [unsupportedReason.split('\n')[0]!];
}

/**
 * Azure reports what it filled in itself as taken away, and what it can compute only later as changed: neither happens. What
 * is an element of a list is another matter: a pool that the file no longer has is one that goes.
 */
function propertyChanges(change: WhatIfPropertyChange, above: readonly string[]): readonly string[] {
  const path = [...above, change.path];
  const below = change.children ?? [];
  switch (change.propertyChangeType) {
    case 'NoEffect':
      return [];
    case 'Array':
      return below.flatMap((one) => {
        if (one.propertyChangeType === 'Modify') return propertyChanges(one, path);
        const gone = one.propertyChangeType === 'Delete';
        return [`${path.join('.')}: ${shown(gone ? one.before : one.after)} ${gone ? 'goes' : 'comes'}`];
      });
    case 'Delete':
      return isOurs(path) ? [`${path.join('.')}: ${shown(change.before)} goes`] : [];
    case 'Create':
      return isLater(change.after) ? [] : [`${path.join('.')}: ${shown(change.after)}`];
    default:
      if (below.length > 0) return below.flatMap((one) => propertyChanges(one, path));
      return isLater(change.after) || isSame(change.before, change.after)
        ? []
        : [`${path.join('.')}: ${shown(change.before)} → ${shown(change.after)}`];
  }
}

/** What only a file sets: Azure adds nothing of its own there. */
function isOurs(path: readonly string[]): boolean {
  return /^(tags|properties\.agentPoolProfiles\.[^.]+\.(nodeLabels|nodeTaints|availabilityZones))\b/.test(
    path.join('.'),
  );
}

/** An expression that Azure computes during the deployment. */
function isLater(value: unknown): boolean {
  return typeof value === 'string' && /^\[.+\]$/s.test(value);
}

/** Regions and sizes are written in more than one way. */
function isSame(before: unknown, after: unknown): boolean {
  const plain = (value: unknown) => JSON.stringify(value)?.toLowerCase().replaceAll(' ', '');
  return plain(before) === plain(after);
}

function shown(value: unknown): string {
  if (typeof value === 'object' && value !== null && 'name' in value) return String(value.name);
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Of the last `providers` in an id, which names what is meant. */
export function partsOf(id: string): { readonly type: string; readonly name: string } {
  const [provider = '', ...rest] = id.slice(id.lastIndexOf('/providers/') + '/providers/'.length).split('/');
  const types = rest.filter((_, index) => index % 2 === 0);
  const names = rest.filter((_, index) => index % 2 === 1);
  return { type: [provider, ...types].join('/'), name: names.join('/') };
}
