import type { Generation } from '../config.ts';
import { isUpTo } from '../generations.ts';
import { serviceSection } from '../settings/login-service.ts';
import { OWN_PASSWORD_SECTIONS } from '../settings/own-passwords.ts';
import { type MapTree, nodeAt, type Path, type Tree } from '../tree.ts';

/** The first of these places below `hub.config` that the file has. */
export function firstInHubConfig(tree: MapTree, ...paths: readonly Path[]): Tree | null {
  for (const path of paths) {
    const node = nodeAt(tree, ['hub', 'config', ...path]);
    if (node !== undefined) return node;
  }
  return null;
}

/** Ways to log in with a password that the file says. */
export const PASSWORD_SECTIONS: readonly string[] = ['DummyAuthenticator', 'SharedPasswordAuthenticator'];

/** Whether this way to log in is there. */
export function isSupported(section: string): boolean {
  return (
    PASSWORD_SECTIONS.includes(section) ||
    OWN_PASSWORD_SECTIONS.includes(section) ||
    section === 'NullAuthenticator' ||
    serviceSection(section) !== undefined
  );
}

/** A key in the names that the file itself uses. */
export function inWords(generation: Generation, legacy: string, current: string): string {
  return `\`${isUpTo(generation, '0.10') ? legacy : current}\``;
}

export function textAt(tree: Tree, path: Path): string | undefined {
  const node = nodeAt(tree, path);
  return node?.kind === 'scalar' && typeof node.value === 'string' ? node.value : undefined;
}

/** What stands in a list; nothing where there is none. */
export function listAt(tree: Tree, path: Path): readonly Tree[] {
  const node = nodeAt(tree, path);
  return node?.kind === 'list' ? node.items : [];
}
