import { findingAt } from '../finding.ts';
import { leaves } from '../tree.ts';
import type { ManifestCheck } from './check-manifests.ts';

/** What a manual left to be filled in: `<name>`, `[key]`, `${ACCOUNT}`. The value itself is not shown. */
export const checkManifestPlaceholders: ManifestCheck = ({ manifests }) =>
  manifests.flatMap(({ tree, kind }) => {
    const isBase64 = (path: readonly (string | number)[]) => kind === 'Secret' && path[0] === 'data';
    return [...leaves(tree)].flatMap(({ node, path }) => {
      if (typeof node.value !== 'string') return [];
      const value = isBase64(path) ? Buffer.from(node.value, 'base64').toString() : node.value;
      if (!PLACEHOLDER.test(value.trim()) && !PLACEHOLDER.test(node.value.trim())) return [];
      return findingAt(node, {
        code: 'placeholder',
        severity: 'error',
        message: 'This is a placeholder.',
        help: 'Write the real value, or leave the key out.',
      });
    });
  });

const PLACEHOLDER = /^(<[^<>\n]+>|\[[\w .-]+\]|\$\{\w+\})$/;
