import { deriveNames } from '../azure-names.ts';
import type { Secrets } from '../config.ts';
import type { AzureConfig, ImageConfig, NotebooksConfig, PoolConfig } from '../provisioning.ts';
import type { Values } from '../schema/values.ts';
import { deriveSizes } from '../sizes.ts';
import { readCourse } from './course.ts';
import { readServer } from './server.ts';

/** What a course is expected to be where the file does not say how many come. */
const USUAL_STUDENTS = 30;

/** Where nothing is said. */
const USUAL_LOCATION = 'westeurope';
const SYSTEM_VM_SIZE = 'Standard_D4s_v5';

/** The cluster and what belongs to it; null where the file has no `azure`. */
export function readAzure(values: Values): AzureConfig | null {
  const { azure } = values;
  if (azure === undefined) return null;
  const course = readCourse(values);
  const { memory, cpu } = readServer(values);
  const subscription = azure.subscription || null;
  const names = deriveNames(course.name, { subscription, resourceGroup: azure.resourceGroup || null });
  const students = course.students ?? USUAL_STUDENTS;
  const sizes = deriveSizes({ students, memory: memory.guarantee, cores: cpu.guarantee });
  const pools = azure.cluster?.pools ?? [{ purpose: 'system' as const }, { purpose: 'users' as const }];
  return {
    subscription,
    resourceGroup: names.resourceGroup,
    location: azure.location || USUAL_LOCATION,
    cluster: {
      name: azure.cluster?.name || names.cluster,
      version: azure.cluster?.version || null,
      networkPolicy: azure.cluster?.networkPolicy ?? 'cilium',
      upgrades: azure.cluster?.upgrades ?? 'patch',
      administrators: azure.cluster?.administrators ?? [],
      pools: pools.map((pool): PoolConfig => {
        const purpose = pool.purpose ?? 'users';
        const own =
          purpose === 'system'
            ? { vmSize: SYSTEM_VM_SIZE, min: 1, max: 2 }
            : { vmSize: sizes?.vmSize ?? SYSTEM_VM_SIZE, min: 0, max: sizes?.nodes ?? 1 };
        const min = pool.min ?? Math.min(own.min, pool.max ?? own.min);
        return {
          name: pool.name || purpose,
          purpose,
          vmSize: pool.vmSize || own.vmSize,
          min,
          max: pool.max ?? Math.max(own.max, min),
          zones: pool.zones ?? [],
          spot: pool.spot ?? false,
        };
      }),
    },
    registry: { name: azure.registry?.name || names.registry, sku: azure.registry?.sku ?? 'Basic' },
    storage: {
      account: azure.storage?.account || names.storageAccount,
      sku: azure.storage?.sku ?? 'Standard_LRS',
      shares: sharesOf(values),
    },
    database: azure.database
      ? {
          name: azure.database.name || names.database,
          sku: azure.database.sku || 'Standard_B1ms',
          sizeGB: azure.database.sizeGB ?? 32,
        }
      : null,
    keyVault: azure.keyVault ? { name: azure.keyVault.name || names.keyVault } : null,
    logs: azure.logs ? { name: azure.logs.name || names.logs, days: azure.logs.days ?? 30 } : null,
    budget: azure.budget?.amount
      ? { amount: azure.budget.amount, contacts: azure.budget.contacts ?? [] }
      : null,
    arithmetic: [
      ...(course.students === null
        ? [`The file does not say how many students come: ${USUAL_STUDENTS} are expected.`]
        : []),
      ...(sizes?.arithmetic ?? ['No machine is large enough for what a server is promised.']),
    ],
  };
}

/** Those that are asked for, and those that notebooks are on. */
function sharesOf(values: Values): AzureConfig['storage']['shares'] {
  const asked = (values.azure?.storage?.shares ?? []).map(({ name, sizeGB }) => ({
    name: name ?? 'notebooks',
    sizeGB: sizeGB ?? USUAL_SHARE_GB,
  }));
  const needed = readNotebooks(values).shares.map(({ share }) => share);
  const more = [...new Set(needed)].filter((name) => !asked.some((other) => other.name === name));
  return [...asked, ...more.map((name) => ({ name, sizeGB: USUAL_SHARE_GB }))];
}

const USUAL_SHARE_GB = 100;

/** The course's own image; null where the file has no `image`. */
export function readImage({ image }: Values): ImageConfig | null {
  if (image === undefined) return null;
  const { requirements } = image;
  return {
    dockerfile: image.dockerfile || null,
    base: image.base || null,
    packages: image.packages ?? [],
    requirements: typeof requirements === 'string' ? { file: requirements } : (requirements ?? []),
    archives: (image.archives ?? []).map(({ url, file, sha256, target }) => ({
      from: url === undefined ? { file: file ?? '' } : { url },
      sha256: sha256?.toLowerCase() ?? null,
      target: target ?? '/opt',
    })),
    environment: image.environment ?? {},
  };
}

export function readNotebooks({ notebooks }: Values): NotebooksConfig {
  return {
    git: (notebooks?.git ?? []).map((given) => ({
      source: given.source ?? '',
      branch: given.branch || null,
      target: given.target || repositoryName(given.source ?? ''),
      when: given.when ?? 'every-start',
      username: given.username || 'git',
      knownHosts: given.knownHosts || null,
      existingSecret: given.existingSecret || null,
    })),
    shares: (notebooks?.shares ?? []).map(({ source, share, target, mode, when }) => ({
      source: source || null,
      share: share || 'notebooks',
      target: target || share || 'notebooks',
      mode: mode ?? 'read-only',
      when: when ?? 'first-start',
    })),
  };
}

/** What opens the repositories, by source; without those that are open. */
export function readNotebookSecrets({ notebooks }: Values): Secrets['notebooks'] {
  const opened = (notebooks?.git ?? []).flatMap(({ source = '', token, deployKey }) => {
    const secrets = { token: textOf(token), deployKey: textOf(deployKey) };
    return (secrets.token ?? secrets.deployKey) ? [[source, secrets] as const] : [];
  });
  return opened.length === 0 ? null : Object.fromEntries(opened);
}

/** References were followed before. */
function textOf(secret: unknown): string | null {
  return typeof secret === 'string' && secret !== '' ? secret : null;
}

/** The folder that `git clone` would make. */
function repositoryName(source: string): string {
  const last =
    source
      .replace(/[/\\]+$/, '')
      .split(/[/:\\]/)
      .at(-1) ?? '';
  return last.replace(/\.git$/, '') || 'notebooks';
}
