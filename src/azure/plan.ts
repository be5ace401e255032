/** A plan in words. */
import type { PoolConfig } from '../config/provisioning.ts';
import type { AzureCourse } from './course.ts';
import { type Estimate, estimate, type Usage } from './estimate.ts';
import type { Prices } from './prices.ts';
import { templateOf } from './template.ts';

/** What will exist, how its sizes were come by, and what it uses. Lines; an empty one parts two sections. */
export function describePlan(course: AzureCourse, prices: Prices | null): readonly string[] {
  const { azure } = course;
  const { resources, parameters } = templateOf(course);
  return [
    `${course.course.name}: ${resources.length} resources in the group ${azure.resourceGroup} in ${azure.location}.`,
    `Subscription: ${azure.subscription ?? 'the one that is chosen where the commands run'}.`,
    '',
    ...describeResources(course),
    '',
    'Sizes that would do (the pools above are what counts)',
    ...azure.arithmetic.map(indented),
    '',
    'Use',
    ...describeUse(estimate(course, prices), prices).map(indented),
    ...('databasePassword' in parameters ? ['', 'You are asked for: the password of the database.'] : []),
    '',
    'Nothing was asked of Azure: whether names are free and quotas are enough is not known.',
  ];
}

function describeResources({ azure }: AzureCourse): readonly string[] {
  const { cluster, registry, storage, database, keyVault, logs, budget } = azure;
  const administrators =
    cluster.administrators.length === 0
      ? 'its own account administers it'
      : `${count(cluster.administrators.length, 'group')} of Entra ${cluster.administrators.length === 1 ? 'administers' : 'administer'} it`;
  return [
    `Cluster ${cluster.name}: Kubernetes ${cluster.version ?? 'in the version that Azure takes'}, network policy ${cluster.networkPolicy}, ${administrators},`,
    `  ${cluster.upgrades === 'none' ? 'no upgrades by itself' : `upgrades (${cluster.upgrades}) on Sundays from 22:00 UTC`}.`,
    ...cluster.pools.map((pool) => `  ${describePool(pool)}`),
    `Registry ${registry.name} (${registry.sku}): ${registry.name.toLowerCase()}.azurecr.io; the cluster's machines may pull from it.`,
    `Storage account ${storage.account} (${storage.sku}): https only, TLS 1.2, nothing public.`,
    ...storage.shares.map(({ name, sizeGB }) => `  Share ${name}: up to ${sizeGB} GB.`),
    ...(database
      ? [
          `PostgreSQL ${database.name} (${database.sku}, ${database.sizeGB} GB): no address reaches it until the cluster's is let in.`,
        ]
      : []),
    ...(keyVault ? [`Key vault ${keyVault.name}.`] : []),
    ...(logs ? [`Workspace ${logs.name}: logs for ${logs.days} days.`] : []),
    ...(budget
      ? [
          `Budget: ${Math.ceil(budget.amount)} a month; ${budget.contacts.length === 0 ? 'owners of the group' : budget.contacts.join(', ')} are told at 80 %, at 100 %, and when it will be passed. It stops nothing.`,
        ]
      : ['No budget is watched: `azure.budget` sets one.']),
  ];
}

function describePool({ name, purpose, vmSize, min, max, zones, spot }: PoolConfig): string {
  const machines = min === max ? `${min}` : `${min} to ${max}`;
  const where = zones.length === 0 ? '' : `, in ${zones.length === 1 ? 'zone' : 'zones'} ${zones.join(', ')}`;
  const kind = purpose === 'system' ? 'for hub, proxy and the cluster itself' : "for students' servers";
  return `Pool ${name}: ${machines} × ${vmSize}${spot ? ' as spot machines, which may go at any time' : ''}, ${kind}${where}.`;
}

function describeUse({ full, idle, whole, unpriced }: Estimate, prices: Prices | null): readonly string[] {
  return [
    `Everybody works: ${describeUsage(full, prices)}.`,
    `Nobody works: ${describeUsage(idle, prices)}.`,
    ...(whole === null
      ? ['`course.sessions` would tell how many hours that is.']
      : [
          `The course: ${round(whole.classHours)} hours of class and ${round(whole.idleHours)} hours between first and last that stand idle, together ${[
            amount(whole.coreHours, 'vCPU hours'),
            amount(whole.gibHours, 'GiB hours'),
            ...(prices === null ? [] : [money(whole.cost, prices)]),
          ].join(', ')}.`,
        ]),
    ...(prices === null
      ? [
          'Costs are not told: prices differ by region, contract and day. `--prices FILE` brings a list of them.',
        ]
      : [
          `Prices: ${prices.source}, ${prices.date}. Without disks, addresses, traffic, logs and taxes.`,
          ...(unpriced.length === 0 ? [] : [`The list has no price of ${unpriced.join(', ')}.`]),
        ]),
  ];
}

function describeUsage({ machines, cores, gib, cost }: Usage, prices: Prices | null): string {
  const used = machines.filter(({ count }) => count > 0);
  const names = used.map(({ pool, count }) => `${count} × ${pool.vmSize}`).join(' + ') || 'no machine';
  return [
    `${names}`,
    amount(cores, 'vCPU'),
    amount(gib, 'GiB'),
    ...(prices === null ? [] : [`${money(cost, prices)} an hour`]),
  ].join(', ');
}

function amount(value: number | null, unit: string): string {
  return value === null ? `${unit} not known for a size here` : `${round(value)} ${unit}`;
}

function money(value: number | null, { currency }: Prices): string {
  return value === null ? 'a cost that is not known' : `${value.toFixed(2)} ${currency}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function indented(line: string): string {
  return `  ${line}`;
}
