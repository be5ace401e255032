import { type Finding, findingAt } from '../finding.ts';
import type { Values } from '../schema/values.ts';
import { nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

type File = NonNullable<NonNullable<Values['singleuser']>['extraFiles']>[string];

/** Files for pods that the cluster would refuse, or that would not hold what was meant. */
export const checkFiles: Check = ({ tree, values }) =>
  (['singleuser', 'hub'] as const).flatMap((part) =>
    Object.entries(values?.[part]?.extraFiles ?? {}).flatMap(([name, file]): readonly Finding[] => {
      const wrong = wrongIn(name, file);
      if (wrong === null) return [];
      const node = nodeAt(tree, [part, 'extraFiles', name]) ?? null;
      return [findingAt(node, { code: 'file-unusable', severity: 'error', ...wrong })];
    }),
  );

const CONTENTS = ['data', 'stringData', 'binaryData'] as const;

function wrongIn(name: string, file: File): { readonly message: string; readonly help: string } | null {
  const { mountPath = '', data, binaryData } = file;
  const given = CONTENTS.filter((kind) => file[kind] !== undefined && file[kind] !== null);
  if (!/^[-._a-zA-Z0-9]{1,200}$/.test(name)) {
    return {
      message: 'The name of a file for pods has letters, digits, `-`, `_` and `.` only.',
      help: 'Call it by a plain name; where it appears is said by `mountPath`.',
    };
  }
  if (!mountPath.startsWith('/')) {
    return {
      message: `It is not said where the file \`${name}\` belongs.`,
      help: 'Give `mountPath`: the whole path of the file in the pod.',
    };
  }
  if (given.length !== 1) {
    return {
      message: `The file \`${name}\` has ${given.length === 0 ? 'nothing in it' : `${given.map((kind) => `\`${kind}\``).join(' and ')} at once`}.`,
      help: 'Give one of `data`, `stringData` and `binaryData`.',
    };
  }
  if (data !== undefined && typeof data !== 'string' && !/\.(ya?ml|json|toml)$/.test(mountPath)) {
    return {
      message: `In which format \`${name}\` is to be written is not known: its \`mountPath\` ends in none.`,
      help: 'Let `mountPath` end in .yaml, .yml, .json or .toml, or give the text itself as `stringData`.',
    };
  }
  if (binaryData !== undefined && !/^[A-Za-z0-9+/\s]*={0,2}\s*$/.test(binaryData)) {
    return {
      message: `\`binaryData\` of \`${name}\` is no base64.`,
      help: 'Write it with `base64 FILE`, or give a text as `stringData`.',
    };
  }
  return null;
}
