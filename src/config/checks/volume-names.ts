import { findingAt } from '../finding.ts';
import { nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

/**
 * Where the names of two people's volumes can be the same (CVE-2020-15110): `alice` with a server `gpu`, and a user
 * `alicegpu`. Before that was found, a named server brought its own hyphen (`legacy-0.10`).
 */
export const checkVolumeNames: Check = ({ tree, values }) => {
  const { storage } = values?.singleuser ?? {};
  const template = storage?.dynamic?.pvcNameTemplate ?? '';
  const isAmbiguous =
    storage?.type === 'dynamic' && values?.polder?.naming !== 'legacy-0.10' && AMBIGUOUS.test(template);
  if (!isAmbiguous || values?.hub?.allowNamedServers !== true) return [];
  const node =
    nodeAt(tree, ['singleuser', 'storage', 'dynamic', 'pvcNameTemplate']) ??
    nodeAt(tree, ['hub', 'allowNamedServers']);
  return [
    findingAt(node ?? null, {
      code: 'volume-names-collide',
      severity: 'warning',
      message: `By \`${template}\`, the server \`gpu\` of \`alice\` and the first server of \`alicegpu\` have the same volume.`,
      help: 'Part the two, as in `claim-{username}--{servername}`; existing volumes of named servers must be renamed then.',
    }),
  ];
};

const AMBIGUOUS = /\{\w*username\}\{\w*servername\}/;
