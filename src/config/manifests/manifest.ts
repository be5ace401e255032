import type { Finding } from '../finding.ts';
import { findingAt } from '../finding.ts';
import { parseDocuments } from '../parse/parse.ts';
import { type MapTree, nodeAt, type Path, type Tree } from '../tree.ts';

/** One object of a cluster, as a file describes it. */
export interface Manifest {
  readonly kind: string;
  readonly apiVersion: string;
  readonly name: string;
  /** Null where the file says none: then it is for whoever applies it to say. */
  readonly namespace: string | null;
  readonly tree: MapTree;
}

/** The objects of one file, with what is wrong with the file itself. Lists are taken apart, as kubectl does. */
export function readManifests(
  text: string,
  file: string,
): { readonly manifests: readonly Manifest[]; readonly findings: readonly Finding[] } {
  const { trees, findings } = parseDocuments(text, file);
  const wrong: Finding[] = [];
  const manifests = trees.flatMap(itemsOf).flatMap((tree) => {
    const [kind, apiVersion, name] = [
      wordAt(tree, 'kind'),
      wordAt(tree, 'apiVersion'),
      wordAt(tree, 'metadata', 'name'),
    ];
    if (kind === null || apiVersion === null || name === null) {
      const lacking = Object.entries({ apiVersion, kind, 'metadata.name': name }).flatMap(([key, value]) =>
        value === null ? [`\`${key}\``] : [],
      );
      wrong.push(
        findingAt(tree, {
          code: 'not-a-manifest',
          severity: 'error',
          message: `This is not an object of a cluster: it has no ${lacking.join(' and no ')}.`,
          help: 'Give values files with -f, and with -m only what `kubectl apply` takes.',
        }),
      );
      return [];
    }
    return [{ kind, apiVersion, name, namespace: wordAt(tree, 'metadata', 'namespace'), tree }];
  });
  return { manifests, findings: [...findings, ...wrong] };
}

/** The text or number at a path, as text; null where there is none. */
export function wordAt(tree: Tree, ...path: Path): string | null {
  const node = nodeAt(tree, path);
  return node?.kind === 'scalar' && node.value !== null ? String(node.value) : null;
}

/** Where a finding about a key points: at the key's value, or at the deepest place above it that is there. */
export function nearestAt(tree: Tree, ...path: Path): Tree {
  for (let length = path.length; length > 0; length--) {
    const node = nodeAt(tree, path.slice(0, length));
    if (node !== undefined) return node;
  }
  return tree;
}

function itemsOf(tree: MapTree): readonly MapTree[] {
  const items = nodeAt(tree, ['items']);
  if (wordAt(tree, 'kind') !== 'List' || items?.kind !== 'list') return [tree];
  return items.items.filter((item) => item.kind === 'map');
}
