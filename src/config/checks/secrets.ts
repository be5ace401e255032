import { findingAt } from '../finding.ts';
import { leaves, type Path } from '../tree.ts';
import type { Check } from './check.ts';
import { placeholderIn } from './placeholders.ts';

const MAKE_ONE =
  'Make one with `openssl rand -hex 32`, or leave the key out: one is made then and kept with the data.';

/** Secrets that are empty, or not what the chart asks for. */
export const checkSecrets: Check = ({ tree }) =>
  [...leaves(tree)].flatMap(({ node, path }) => {
    const name = path.join('.');
    if (name === 'proxy.secretToken' || name === 'hub.cookieSecret') {
      if (node.value === '') {
        const message = `\`${node.path}\` is empty: a secret is made for you and kept with the data.`;
        const help = 'Leave the key out, or make one with `openssl rand -hex 32`.';
        return findingAt(node, { code: 'empty-secret', severity: 'warning', message, help });
      }
      if (typeof node.value !== 'string' || /^[0-9a-fA-F]{64}$/.test(node.value)) return [];
      if (placeholderIn(node.value, path) !== undefined) return [];
      const message = `\`${node.path}\` is not 32 random bytes in hexadecimal (64 characters).`;
      // The proxy's token may be any text; a key of another length cannot be used as a key.
      const severity = name === 'proxy.secretToken' ? 'warning' : 'error';
      return findingAt(node, { code: 'weak-secret', severity, message, help: MAKE_ONE });
    }
    if (node.value !== '' || !isCredential(path)) return [];
    const message = `\`${node.path}\` is empty.`;
    return findingAt(node, { code: 'empty-secret', severity: 'error', message, help: EMPTY_HELP });
  });

const EMPTY_HELP = 'Put the value in; an empty one also hides what an environment variable would say.';

const CREDENTIAL =
  /(^|_)(password|secret|client_id|secret_key|crypto_?key|api_?token)$|[a-z]Password$|^password$/;

function isCredential(path: Path): boolean {
  return CREDENTIAL.test(String(path.at(-1)));
}
