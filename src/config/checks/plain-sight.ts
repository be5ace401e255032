import { hasPassword } from '../credentials.ts';
import { type Finding, findingAt } from '../finding.ts';
import { isMarkedSecret } from '../schema/values.ts';
import { type Leaf, leaves } from '../tree.ts';
import type { Check } from './check.ts';

/** Secrets that more people can read than should: in the file, in servers, in addresses. */
export const checkPlainSight: Check = ({ tree }) => {
  const all = [...leaves(tree)].filter(({ node }) => typeof node.value === 'string' && node.value !== '');
  return [...checkFile(all), ...checkServers(all), ...checkAddresses(all)];
};

/** One for the whole file: whoever writes secrets down there knows it, or should be told once. */
function checkFile(all: readonly Leaf[]): readonly Finding[] {
  const secrets = all.filter(({ path }) => isMarkedSecret(path) && !isOpenMap(path) && !isReference(path));
  const [first] = secrets;
  if (first === undefined) return [];
  const others = secrets.length === 1 ? '' : ` and ${secrets.length - 1} more`;
  return [
    findingAt(first.node, {
      code: 'secrets-in-file',
      severity: 'note',
      message: `The file holds secrets in plain text: \`${first.node.path}\`${others}.`,
      help: 'Keep them in a file of their own that nobody else may read, and give both with -f.',
    }),
  ];
}

/** Environment and files hold secrets and other things. */
function isOpenMap(path: Leaf['path']): boolean {
  return path.some((step) => ['extraEnv', 'extraFiles', 'services', 'environment'].includes(String(step)));
}

/** Says where a secret is. */
function isReference(path: Leaf['path']): boolean {
  return ['env', 'file'].includes(String(path.at(-1))) && isMarkedSecret(path.slice(0, -1));
}

const SECRET_NAME = /(password|passwd|secret|token|(api|access)_?key|private_?key|credential)/i;

function checkServers(all: readonly Leaf[]): readonly Finding[] {
  const siblings = new Set<string>();
  return all.flatMap(({ node, path }) => {
    const inServers = path[0] === 'singleuser' && path[1] === 'extraEnv';
    if (!inServers && !(path[0] === 'image' && path[1] === 'environment')) return [];
    const isList = typeof path[2] === 'number';
    // In a list the name stands beside the value, and is what shows that it is a secret.
    const name = isList ? (path[3] === 'name' ? String(node.value) : '') : String(path[2]);
    const at = path.slice(0, 3).join('.');
    if (!SECRET_NAME.test(name) || path.includes('valueFrom') || siblings.has(at)) return [];
    siblings.add(at);
    return findingAt(node, {
      code: 'secret-for-everyone',
      severity: 'warning',
      message:
        'This looks like a secret, and every user can read it: it is in the environment of their servers.',
      help: 'Leave it out, unless users are meant to have it.',
    });
  });
}

function checkAddresses(all: readonly Leaf[]): readonly Finding[] {
  return all.flatMap(({ node, path }) => {
    if (!hasPassword(String(node.value)) || isMarkedSecret(path)) return [];
    return findingAt(node, {
      code: 'secret-in-address',
      severity: 'warning',
      message: 'This address has a password in it, which logs and process lists show.',
      help: 'Use a way that needs none, such as a public repository or a key that is mounted.',
    });
  });
}
