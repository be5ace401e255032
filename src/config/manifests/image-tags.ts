import { findingAt } from '../finding.ts';
import { leaves } from '../tree.ts';
import type { ManifestCheck } from './check-manifests.ts';
import { wordAt } from './manifest.ts';

/** The course's image under another tag than the one that servers start. */
export const checkImageTags: ManifestCheck = ({ manifests, course }) => {
  const name = wordAt(course, 'singleuser', 'image', 'name');
  const tag = wordAt(course, 'singleuser', 'image', 'tag');
  if (name === null || tag === null) return [];
  return manifests.flatMap(({ tree }) =>
    [...leaves(tree)].flatMap(({ node, path }) => {
      if (path.at(-1) !== 'image' || typeof node.value !== 'string') return [];
      const other = node.value;
      if (!other.startsWith(`${name}:`) || other === `${name}:${tag}` || other.includes('@')) return [];
      return findingAt(node, {
        code: 'image-tag-differs',
        severity: 'warning',
        message: `This is the course's image with the tag ${other.slice(name.length + 1)}, and servers start the one with ${tag} (singleuser.image.tag).`,
        help: 'Write the same tag in both.',
      });
    }),
  );
};
