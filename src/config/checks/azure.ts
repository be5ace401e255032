import { NAME_RULES, type NameRule } from '../azure-names.ts';
import { type Finding, findingAt } from '../finding.ts';
import { readAzure } from '../settings/provisioning.ts';
import { readServer } from '../settings/server.ts';
import { serversPerNode } from '../sizes.ts';
import { nodeAt, type Path, type Tree } from '../tree.ts';
import { checkOffers } from './azure-offers.ts';
import type { Check, CheckedFile } from './check.ts';
import { listAt } from './nodes.ts';

/** `azure`: what Azure would refuse, and what would be too small for the course. */
export const checkAzure: Check = (file) => {
  if (file.values?.azure === undefined) return [];
  return [
    ...checkTexts(file),
    ...checkOffers(file),
    ...checkPools(file),
    ...checkCapacity(file),
    ...tellDerived(file),
  ];
};

/** Of subscriptions and of groups in Entra. */
const ID: NameRule = {
  pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  help: 'Write its id: 32 hexadecimal digits with dashes.',
};

const TEXTS: readonly { readonly path: Path; readonly rule: NameRule }[] = [
  {
    path: ['subscription'],
    rule: ID,
  },
  { path: ['resourceGroup'], rule: NAME_RULES.resourceGroup },
  {
    path: ['location'],
    rule: {
      pattern: /^[a-z]+[0-9]?$/,
      help: 'Write it in small letters without blanks, such as westeurope.',
    },
  },
  { path: ['cluster', 'name'], rule: NAME_RULES.cluster },
  {
    path: ['cluster', 'version'],
    rule: { pattern: /^1\.\d{1,2}(\.\d{1,3})?$/, help: 'Write it as "1.33" or "1.33.2".' },
  },
  { path: ['registry', 'name'], rule: NAME_RULES.registry },
  { path: ['storage', 'account'], rule: NAME_RULES.storageAccount },
  { path: ['database', 'name'], rule: NAME_RULES.database },
  { path: ['keyVault', 'name'], rule: NAME_RULES.keyVault },
  { path: ['logs', 'name'], rule: NAME_RULES.logs },
];

function checkTexts({ tree }: CheckedFile): readonly Finding[] {
  const pools = listAt(tree, ['azure', 'cluster', 'pools']).flatMap((pool) => [
    { node: nodeAt(pool, ['name']), rule: NAME_RULES.pool },
    { node: nodeAt(pool, ['vmSize']), rule: VM_SIZE },
  ]);
  const shares = listAt(tree, ['azure', 'storage', 'shares']).map((share) => ({
    node: nodeAt(share, ['name']),
    rule: NAME_RULES.share,
  }));
  const contacts = listAt(tree, ['azure', 'budget', 'contacts']).map((node) => ({
    node,
    rule: MAIL_ADDRESS,
  }));
  const administrators = listAt(tree, ['azure', 'cluster', 'administrators']).map((node) => ({
    node,
    rule: ID,
  }));
  const named = TEXTS.map(({ path, rule }) => ({ node: nodeAt(tree, ['azure', ...path]), rule }));
  return [...named, ...pools, ...shares, ...contacts, ...administrators].flatMap(({ node, rule }) => {
    if (node?.kind !== 'scalar' || typeof node.value !== 'string' || rule.pattern.test(node.value)) return [];
    return findingAt(node, {
      code: 'azure-name',
      severity: 'error',
      message: 'Azure refuses this.',
      help: rule.help,
    });
  });
}

const MAIL_ADDRESS: NameRule = { pattern: /^[^@\s]+@[^@\s]+$/, help: 'Write an address of e-mail.' };

const VM_SIZE: NameRule = {
  pattern: /^Standard_[A-Za-z0-9]+(_[A-Za-z0-9]+)*$/,
  help: 'Write it as Standard_D8s_v5.',
};

function checkPools({ tree, values }: CheckedFile): readonly Finding[] {
  const nodes = listAt(tree, ['azure', 'cluster', 'pools']);
  if (nodes.length === 0 || values === undefined) return [];
  const pools = readAzure(values)?.cluster.pools ?? [];
  const findings: Finding[] = [];
  const report = (node: Tree | undefined, message: string, help: string) =>
    findings.push(findingAt(node ?? null, { code: 'azure-pool', severity: 'error', message, help }));
  for (const [index, pool] of pools.entries()) {
    const node = nodes[index];
    const at = (key: string) => (node && nodeAt(node, [key])) ?? node;
    if (pools.findIndex(({ name }) => name === pool.name) < index) {
      report(at('name'), `Another pool is called ${pool.name} already.`, 'Give each a name of its own.');
    }
    if (pool.min > pool.max) {
      report(
        at('min'),
        `At least ${pool.min} machines are more than at most ${pool.max}.`,
        'Correct one of the two.',
      );
    }
    if (pool.purpose !== 'system') continue;
    if (pool.min === 0) report(at('min'), 'A system pool cannot be empty.', 'Keep 1 or more.');
    if (pool.spot) {
      report(
        at('spot'),
        'Azure has no system pools of spot machines.',
        'Use them for `purpose: users` only.',
      );
    }
  }
  for (const purpose of ['system', 'users'] as const) {
    if (pools.some((pool) => pool.purpose === purpose)) continue;
    const what = purpose === 'system' ? 'what the cluster itself runs' : "students' servers";
    report(
      nodeAt(tree, ['azure', 'cluster', 'pools']),
      `No pool is for ${what}.`,
      `Add one with \`purpose: ${purpose}\`.`,
    );
  }
  return findings;
}

/** Whether the machines that the file asks for hold a server for every student. */
function checkCapacity({ tree, values }: CheckedFile): readonly Finding[] {
  const students = values?.course?.students;
  const expected = Array.isArray(students) ? students.length : students;
  const azure = values === undefined ? null : readAzure(values);
  if (values === undefined || azure === null || !expected) return [];
  const { memory, cpu } = readServer(values);
  const demand = { students: expected, memory: memory.guarantee, cores: cpu.guarantee };
  const pools = azure.cluster.pools.filter(({ purpose }) => purpose === 'users');
  const servers = pools.map(({ vmSize, max }) => {
    const each = serversPerNode(vmSize, demand);
    return each === undefined ? undefined : each * max;
  });
  // Of a size that we do not know the measures of, nothing can be said.
  if (pools.length === 0 || servers.includes(undefined)) return [];
  const room = servers.reduce<number>((sum, some) => sum + (some ?? 0), 0);
  if (room >= expected) return [];
  const node = nodeAt(tree, ['azure', 'cluster', 'pools']) ?? nodeAt(tree, ['azure']) ?? null;
  return [
    findingAt(node, {
      code: 'azure-too-small',
      severity: 'warning',
      message: `The machines have room for ${room} servers at once, and ${expected} students are expected.`,
      help: azure.arithmetic.join(' '),
    }),
  ];
}

/** What becomes of the course where the file leaves it to us, with the reckoning. */
function tellDerived({ tree, values }: CheckedFile): readonly Finding[] {
  const azure = values === undefined ? null : readAzure(values);
  const users = azure?.cluster.pools.find(({ purpose }) => purpose === 'users');
  if (azure === null || users === undefined || listAt(tree, ['azure', 'cluster', 'pools']).length > 0)
    return [];
  return [
    findingAt(nodeAt(tree, ['azure']) ?? null, {
      code: 'azure-derived',
      severity: 'note',
      message: `For students: up to ${users.max} ${users.max === 1 ? 'machine' : 'machines'} of ${users.vmSize}, in the group ${azure.resourceGroup} in ${azure.location}.`,
      help: azure.arithmetic.join(' '),
    }),
  ];
}
