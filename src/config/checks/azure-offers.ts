import { type Finding, findingAt } from '../finding.ts';
import { readAzure } from '../settings/provisioning.ts';
import { nodeAt, type Tree } from '../tree.ts';
import type { CheckedFile } from './check.ts';
import { listAt } from './nodes.ts';

/** `azure`: what Azure does not have, and what would be made and not be of use. */
export function checkOffers(file: CheckedFile): readonly Finding[] {
  return [...checkVersion(file), ...checkShares(file), ...checkImagePlace(file), ...checkDatabase(file)];
}

/** The oldest that today's chart runs on; Azure has none that is older. */
const OLDEST_MINOR = 28;

function checkVersion({ tree }: CheckedFile): readonly Finding[] {
  const node = nodeAt(tree, ['azure', 'cluster', 'version']);
  const [, minor] = /^1\.(\d{1,2})/.exec(node?.kind === 'scalar' ? String(node.value) : '') ?? [];
  if (node === undefined || minor === undefined || Number(minor) >= OLDEST_MINOR) return [];
  return [
    findingAt(node, {
      code: 'azure-version',
      severity: 'error',
      message: `Azure does not offer Kubernetes 1.${minor} any more, and today's chart does not run on it.`,
      help: 'Leave it out, and Azure takes a version by itself; `az aks get-versions` names all.',
    }),
  ];
}

/** What one share may hold at most, in Azure. */
const LARGEST_SHARE_GB = 102_400;

function checkShares({ tree }: CheckedFile): readonly Finding[] {
  return listAt(tree, ['azure', 'storage', 'shares']).flatMap((share, index, all) => {
    const [name, size] = [nodeAt(share, ['name']), nodeAt(share, ['sizeGB'])];
    const nameOf = (one: Tree) => scalarAt(one, 'name') ?? 'notebooks';
    const isTwice = all.findIndex((one) => nameOf(one) === nameOf(share)) < index;
    return [
      ...(isTwice
        ? [
            findingAt(name ?? share, {
              code: 'azure-share',
              severity: 'error',
              message: `Another share is called ${nameOf(share)} already.`,
              help: 'Give each a name of its own.',
            }),
          ]
        : []),
      ...(size !== undefined && Number(scalarAt(share, 'sizeGB')) > LARGEST_SHARE_GB
        ? [
            findingAt(size, {
              code: 'azure-share',
              severity: 'error',
              message: `Azure has no share of more than ${LARGEST_SHARE_GB} GB.`,
              help: 'Make it smaller, or several of it.',
            }),
          ]
        : []),
    ];
  });
}

/** Machines may pull from the course's own registry; from another in Azure they would be turned away when a server starts. */
function checkImagePlace({ tree, values }: CheckedFile): readonly Finding[] {
  const node = nodeAt(tree, ['singleuser', 'image', 'name']);
  const [, host] = /^([a-z0-9]+\.azurecr\.io)\//.exec(values?.singleuser?.image?.name ?? '') ?? [];
  const own = values && readAzure(values)?.registry.name.toLowerCase();
  if (node === undefined || host === undefined || host === `${own}.azurecr.io`) return [];
  if (values?.imagePullSecret?.create) return [];
  return [
    findingAt(node, {
      code: 'azure-other-registry',
      severity: 'warning',
      message: `The image is in ${host}; the cluster may pull from ${own}.azurecr.io, which is made for it.`,
      help: 'Push it there and name it here, or set `azure.registry.name` to the one that it is in.',
    }),
  ];
}

/** A database costs money from the day on which it is made. */
function checkDatabase({ tree, values }: CheckedFile): readonly Finding[] {
  const entry = nodeAt(tree, ['azure', 'database']);
  if (entry === undefined || values?.azure?.database === undefined || values.hub?.db?.type === 'postgres')
    return [];
  return [
    findingAt(entry, {
      code: 'azure-database-unused',
      severity: 'warning',
      message: 'A PostgreSQL is made here, and the hub does not use it.',
      help: 'Set `hub.db.type: postgres` and `hub.db.url`, or leave this out.',
    }),
  ];
}

function scalarAt(node: Tree, key: string): string | undefined {
  const found = nodeAt(node, [key]);
  return found?.kind === 'scalar' ? String(found.value) : undefined;
}
