import type { Generation } from '../config.ts';
import { leaves, type MapTree, nodeAt, type Tree } from '../tree.ts';
import { LEGACY_ONLY, LEGACY_RULES } from './rules.ts';

export interface DetectedGeneration {
  readonly generation: Generation;
  /** What told it; null where the file says it itself, or where nothing speaks for an old one. */
  readonly mark: Tree | null;
}

/** Today's default templates have `{user_server}`; only the old ones put these two together. */
const LEGACY_TEMPLATE = '{username}{servername}';

/** Which chart's names and defaults a file means: what `polder.generation` says, else what its keys give away. */
export function detectGeneration(file: MapTree): DetectedGeneration {
  const said = nodeAt(file, ['polder', 'generation']);
  if (said?.kind === 'scalar' && (said.value === '0.8.2' || said.value === 'current')) {
    return { generation: said.value, mark: null };
  }
  for (const name of [...LEGACY_RULES.map((rule) => rule.from), ...LEGACY_ONLY]) {
    const mark = nodeAt(file, name.split('.'));
    if (mark !== undefined) return { generation: '0.8.2', mark };
  }
  const singleuser = nodeAt(file, ['singleuser']);
  if (singleuser !== undefined) {
    for (const { node } of leaves(singleuser)) {
      if (String(node.value).includes(LEGACY_TEMPLATE)) return { generation: '0.8.2', mark: node };
    }
  }
  return { generation: 'current', mark: null };
}
