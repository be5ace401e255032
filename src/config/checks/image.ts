import { posix } from 'node:path';
import { type Finding, findingAt } from '../finding.ts';
import { entryAt, nodeAt, type Path, type Tree } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';
import { textAt } from './nodes.ts';

/** `image`: what could not be built, or would not be found in it. */
export const checkImage: Check = (file) => {
  if (nodeAt(file.tree, ['image'])?.kind !== 'map' || file.values === undefined) return [];
  return [...checkSource(file), ...checkNames(file), ...checkArchives(file)];
};

function checkSource({ tree }: CheckedFile): readonly Finding[] {
  const dockerfile = nodeAt(tree, ['image', 'dockerfile']);
  if (dockerfile === undefined) {
    if (nodeAt(tree, ['image', 'base']) !== undefined) return [];
    return [
      findingAt(nodeAt(tree, ['image']) ?? null, {
        code: 'missing-value',
        severity: 'error',
        message: 'Nothing says what the image is made from.',
        help: 'Give `dockerfile`, or `base` and what is added to it.',
      }),
    ];
  }
  return ['base', 'packages', 'requirements', 'archives', 'environment'].flatMap((key) => {
    const entry = entryAt(tree, ['image', key]);
    if (entry === undefined) return [];
    const at = { place: entry.key, path: entry.value.path };
    const message = `\`${at.path}\` is not used: the Dockerfile says what is in the image.`;
    const help = 'Write it in the Dockerfile, or leave that out.';
    return findingAt(at, { code: 'image-said-twice', severity: 'error', message, help });
  });
}

const NAMES = [
  {
    key: 'packages',
    pattern: /^[a-z0-9][a-z0-9+.-]+(:[a-z0-9]+)?(=[A-Za-z0-9.+:~-]+)?$/,
    message: 'This cannot be a package of Debian.',
  },
  {
    // An option, as pip has them in files of requirements, would be read as one.
    key: 'requirements',
    pattern: /^[A-Za-z0-9][^\n\r]*$/,
    message: 'This cannot be a requirement for pip.',
  },
] as const;

function checkNames({ tree }: CheckedFile): readonly Finding[] {
  const lists = NAMES.flatMap(({ key, pattern, message }) => {
    return itemsAt(tree, ['image', key]).flatMap((item) => {
      if (item.kind !== 'scalar' || typeof item.value !== 'string' || pattern.test(item.value)) return [];
      return findingAt(item, { code: 'image-part', severity: 'error', message });
    });
  });
  const environment = nodeAt(tree, ['image', 'environment']);
  const variables = environment?.kind === 'map' ? [...environment.entries] : [];
  return [
    ...lists,
    ...variables.flatMap(([name, { key, value }]) => {
      if (/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) return [];
      const message = 'This cannot be the name of an environment variable.';
      return findingAt({ place: key, path: value.path }, { code: 'image-part', severity: 'error', message });
    }),
  ];
}

function checkArchives({ tree }: CheckedFile): readonly Finding[] {
  const home = textAt(tree, ['singleuser', 'storage', 'homeMountPath']) ?? '/home/jovyan';
  return itemsAt(tree, ['image', 'archives']).flatMap((archive) => {
    const [url, file] = [nodeAt(archive, ['url']), nodeAt(archive, ['file'])];
    const sum = textAt(archive, ['sha256']);
    const target = nodeAt(archive, ['target']);
    const findings: Finding[] = [];
    const report = (node: Tree | undefined, message: string, help: string) =>
      findings.push(findingAt(node ?? archive, { code: 'image-archive', severity: 'error', message, help }));
    if ((url === undefined) === (file === undefined)) {
      report(archive, 'An archive comes from a `url` or from a `file`.', 'Give one of the two.');
    }
    const address = textAt(archive, ['url']);
    if (address !== undefined && !/^https?:\/\/\S+$/.test(address)) {
      report(url, 'This is not an address of the web.', 'Begin it with https://.');
    }
    if (sum !== undefined && !/^[0-9a-f]{64}$/i.test(sum)) {
      const help = 'Take it from where the archive comes from, or from `sha256sum FILE`.';
      report(nodeAt(archive, ['sha256']), 'A SHA-256 has 64 hexadecimal digits.', help);
    } else if (sum === undefined && url !== undefined) {
      const help = 'Give its `sha256`: what comes from the web is used only when it is what was meant.';
      report(url, 'Nothing says what this archive must hold.', help);
    }
    const folder = textAt(archive, ['target']);
    if (folder !== undefined && !isPlainFolder(folder)) {
      report(target, 'This is not the absolute path of a folder.', 'Write it as /opt/model.');
    } else if (folder !== undefined && `${folder}/`.startsWith(`${home}/`)) {
      const help = 'Choose a folder such as /opt/model.';
      report(target, "A student's own folder is mounted over this one, and hides what is in it.", help);
    }
    return findings;
  });
}

function isPlainFolder(path: string): boolean {
  return /^\/[\w.+/-]+$/.test(path) && posix.normalize(`${path}/`) === `${path.replace(/\/$/, '')}/`;
}

function itemsAt(tree: Tree, path: Path): readonly Tree[] {
  const node = nodeAt(tree, path);
  return node?.kind === 'list' ? node.items : [];
}
