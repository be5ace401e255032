import { findingAt } from '../finding.ts';
import { leaves, nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

/** Names in braces that the old hub's spawner filled in for each user, and that ours does not fill in everywhere. */
export const checkTemplates: Check = ({ tree, generation }) => {
  // The old chart's spawner filled in none in the environment.
  const keys = generation === 'current' ? ['extraEnv', 'defaultUrl'] : ['defaultUrl'];
  return keys.flatMap((key) => {
    const node = nodeAt(tree, ['singleuser', key]);
    if (node === undefined) return [];
    return [...leaves(node)].flatMap((leaf) => {
      const field =
        typeof leaf.node.value === 'string' ? FIELD.exec(leaf.node.value.slice(0, MAX_LENGTH)) : null;
      if (field === null) return [];
      const name = `\`{${field[1]}}\``;
      return key === 'extraEnv'
        ? findingAt(leaf.node, {
            code: 'filled-in-on-a-cluster',
            severity: 'note',
            message: `${name} is filled in for servers in a cluster; on one machine it is used as it stands.`,
          })
        : findingAt(leaf.node, {
            code: 'template-not-filled',
            severity: 'warning',
            message: `${name} is not filled in yet, and is used as it stands.`,
          });
    });
  });
};

const FIELD =
  /\{(username|unescaped_username|servername|unescaped_servername|user_server|userid|namespace)\}/;

/** No address or name is longer. */
const MAX_LENGTH = 2000;
