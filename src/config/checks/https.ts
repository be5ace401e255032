import { findingAt } from '../finding.ts';
import { readProxy } from '../settings/proxy.ts';
import { nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

/** Whether passwords travel in the clear. */
export const checkHttps: Check = ({ tree, values, generation }) => {
  if (values === undefined) return [];
  const node = nodeAt(tree, ['proxy', 'https']) ?? null;
  if (readProxy(values, generation).https.enabled) {
    return [
      findingAt(node, {
        code: 'https-not-here',
        severity: 'warning',
        message: 'Pages are not served over https yet, whatever `proxy.https` says.',
        help: 'Put a web server that does https before the proxy.',
      }),
    ];
  }
  const enabled = nodeAt(tree, ['proxy', 'https', 'enabled']);
  if (enabled?.kind === 'scalar' && enabled.value === true) {
    return [
      findingAt(enabled, {
        code: 'https-off',
        severity: 'warning',
        message:
          'There is no https all the same: the chart of this file does nothing without `proxy.https.hosts`.',
        help: 'Put a web server that does https before the proxy.',
      }),
    ];
  }
  return [
    findingAt(node, {
      code: 'https-off',
      severity: 'note',
      message: 'Pages and passwords travel unencrypted (no https).',
      help: 'Good on your own machine; for others, put a web server that does https before the proxy.',
    }),
  ];
};
