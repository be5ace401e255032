import { posix } from 'node:path';
import { NAME_RULES } from '../azure-names.ts';
import { hasPassword } from '../credentials.ts';
import { type Finding, findingAt, lineOf } from '../finding.ts';
import { readNotebooks } from '../settings/provisioning.ts';
import { nodeAt, type Tree } from '../tree.ts';
import type { Check, CheckedFile } from './check.ts';
import { textAt } from './nodes.ts';

/** `notebooks`: where they come from, and that each has a folder of its own below the home. */
export const checkNotebooks: Check = (file) => {
  if (nodeAt(file.tree, ['notebooks'])?.kind !== 'map' || file.values === undefined) return [];
  return [...checkSources(file), ...checkTargets(file)];
};

/** Schemes that git runs no program of the address's choice for; `git@host:path`; a path. */
const SOURCE = /^(https?:\/\/\S+|ssh:\/\/\S+|file:\/\/\/\S+|[\w.-]+@[\w.-]+:\S+|\.{0,2}\/\S*)$/;

function checkSources({ tree, values }: CheckedFile): readonly Finding[] {
  const findings: Finding[] = [];
  const report = (node: Tree | null, message: string, help: string, code = 'notebooks-source') =>
    findings.push(findingAt(node, { code, severity: 'error', message, help }));
  for (const [index, { source, branch }] of readNotebooks(values!).git.entries()) {
    const at = (key: string) =>
      nodeAt(tree, ['notebooks', 'git', index, key]) ?? nodeAt(tree, ['notebooks', 'git', index]) ?? null;
    if (source === '') {
      report(at('source'), 'This has no `source`.', 'Give the address of the repository.', 'missing-value');
    } else if (!SOURCE.test(source)) {
      report(
        at('source'),
        'This is not the address of a repository.',
        'Write it as https://example.org/course.git.',
      );
    }
    if (hasPassword(source)) {
      report(
        at('source'),
        'Every student would see the password in this address.',
        'Leave it out of the address, and give it as `token`, which only the mirror has.',
        'secret-for-everyone',
      );
    }
    const { token, deployKey } = values!.notebooks!.git![index]!;
    if (token !== undefined && !/^https?:/.test(source)) {
      report(
        at('token'),
        'This opens repositories on the web, and this one is not there.',
        'Give a `deployKey`.',
      );
    }
    if (deployKey !== undefined && /^(https?|file):|^\.{0,2}\//.test(source)) {
      report(
        at('deployKey'),
        'This opens repositories by SSH, and this one is not reached so.',
        'Give a `token`.',
      );
    }
    if (branch !== null && !isBranch(branch)) {
      report(
        at('branch'),
        'No branch can be called this.',
        'Correct it, or leave it out: the repository says its own.',
      );
    }
  }
  for (const [index, share] of readNotebooks(values!).shares.entries()) {
    const at = (key: string) => nodeAt(tree, ['notebooks', 'shares', index, key]) ?? null;
    if (!NAME_RULES.share.pattern.test(share.share)) {
      report(at('share'), 'Azure refuses this.', NAME_RULES.share.help, 'azure-name');
    }
    if (share.mode === 'read-only' && at('when') !== null) {
      const message = 'This is not used: what is read-only is mounted at every start.';
      const help = 'Leave it out, or write `mode: copied`.';
      findings.push(findingAt(at('when'), { code: 'notebooks-when', severity: 'warning', message, help }));
    }
  }
  return findings;
}

/** As `git check-ref-format` has it, and never an option. */
function isBranch(name: string): boolean {
  if (/^[-/.]|[/.]$|\.\.|\/\/|\/\.|@\{|\.lock(\/|$)|^@$/.test(name)) return false;
  return ![...name].some((one) => one <= ' ' || '~^:?*[\\\x7f'.includes(one));
}

interface Target {
  readonly folder: string;
  readonly node: Tree;
  /** What it is for, in words. */
  readonly purpose: string;
}

function checkTargets({ tree, values }: CheckedFile): readonly Finding[] {
  const { git, shares } = readNotebooks(values!);
  const targetAt = (kind: string, index: number, folder: string, purpose: string): readonly Target[] => {
    const at = ['notebooks', kind, index];
    const node = nodeAt(tree, [...at, 'target']) ?? nodeAt(tree, at);
    return node === undefined ? [] : [{ folder: folder.replace(/\/+$/, ''), node, purpose }];
  };
  const own = [
    ...git.flatMap(({ target }, index) => targetAt('git', index, target, 'a repository')),
    ...shares.flatMap(({ target }, index) => targetAt('shares', index, target, 'a share')),
  ];
  const findings: Finding[] = [];
  for (const { folder, node } of own) {
    if (isBelowHome(folder)) continue;
    findings.push(
      findingAt(node, {
        code: 'notebooks-target',
        severity: 'error',
        message: isHome(folder)
          ? "This is the student's own folder: what stands in it would be hidden or overwritten."
          : "This is not a folder below the student's own.",
        help: 'Write it as notebooks or course/notebooks.',
      }),
    );
  }
  const all = [...gitpullerTarget(tree), ...own.filter(({ folder }) => isBelowHome(folder))];
  for (const [index, one] of all.entries()) {
    const other = all
      .slice(0, index)
      .find(({ folder }) => isWithin(one.folder, folder) || isWithin(folder, one.folder));
    if (other === undefined) continue;
    findings.push(
      findingAt(one.node, {
        code: 'notebooks-overlap',
        severity: 'error',
        message: `This lies over the folder of ${other.purpose} (${lineOf(other.node.place, one.node.place)}).`,
        help: 'Give each a folder of its own.',
      }),
    );
  }
  return findings;
}

/** Where the `postStart` hook puts notebooks, if it does. */
function gitpullerTarget(tree: Tree): readonly Target[] {
  const command = nodeAt(tree, ['singleuser', 'lifecycleHooks', 'postStart', 'exec', 'command']);
  if (command?.kind !== 'list') return [];
  const words = command.items.map((item) => (item.kind === 'scalar' ? String(item.value) : ''));
  if (words[0] !== 'gitpuller' || !words[3]) return [];
  const home = textAt(tree, ['singleuser', 'storage', 'homeMountPath']) ?? '/home/jovyan';
  const folder = words[3].startsWith(`${home}/`) ? words[3].slice(home.length + 1) : words[3];
  return [{ folder: folder.replace(/\/+$/, ''), node: command, purpose: '`gitpuller`' }];
}

function isBelowHome(folder: string): boolean {
  if (/^[/~\\]|[\\\p{Cc}]/u.test(folder) || isHome(folder)) return false;
  return posix.normalize(folder) === folder && !folder.startsWith('..');
}

function isHome(folder: string): boolean {
  return ['', '.', '~'].includes(folder);
}

function isWithin(inner: string, outer: string): boolean {
  return `${inner}/`.startsWith(`${outer}/`);
}
