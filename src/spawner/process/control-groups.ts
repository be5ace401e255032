/**
 * Limits by control groups, version 2 or 1. A run has one group in each hierarchy that serves us,
 * `polder/<instance>/<run>`, which holds everything that the run starts.
 *
 * Source of the file names: Linux Documentation/admin-guide/cgroup-v2.rst, cgroup-v1/memory.rst and scheduler/sched-bwc.rst.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

export interface Limits {
  /** Bytes. */
  readonly memory: { readonly limit: number | null; readonly guarantee: number | null };
  /** Cores. */
  readonly cpu: { readonly limit: number | null; readonly guarantee: number | null };
}

type Version = 1 | 2;

interface Hierarchy {
  readonly version: Version;
  /** The group below which ours are. */
  readonly place: string;
  /** `…/polder/<instance>` */
  readonly folder: string;
  readonly memory: boolean;
  readonly cpu: boolean;
}

export class ControlGroups {
  readonly #hierarchies: readonly Hierarchy[];

  constructor(hierarchies: readonly Hierarchy[]) {
    this.#hierarchies = hierarchies;
  }

  get limitsMemory(): boolean {
    return this.#hierarchies.some((one) => one.memory);
  }

  get limitsCpu(): boolean {
    return this.#hierarchies.some((one) => one.cpu);
  }

  foldersOf(name: string): readonly string[] {
    return this.#hierarchies.map((hierarchy) => join(hierarchy.folder, name));
  }

  /** Removes the groups that starts which were cut short have left; one that holds a process cannot be removed. */
  async sweep(): Promise<void> {
    for (const { folder } of this.#hierarchies) {
      for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory()) await rmdir(join(folder, entry.name)).catch(() => undefined);
      }
    }
  }

  /** Removes our own folders where nothing is in them; another spawner makes them again. */
  async close(): Promise<void> {
    for (const { folder } of this.#hierarchies) {
      await rmdir(folder)
        .then(() => rmdir(dirname(folder)))
        .catch(() => undefined);
    }
  }

  /** Makes the groups of a run with its limits, and says where its first process has to enter. */
  async make(name: string, limits: Limits): Promise<readonly string[]> {
    const folders: string[] = [];
    for (const hierarchy of this.#hierarchies) {
      const folder = join(hierarchy.folder, name);
      await makeRunFolder(hierarchy, folder);
      for (const [file, value] of settingsOf(hierarchy, limits)) {
        // A kernel may lack one (swap accounting, for one); the limits that matter were tried before.
        await writeFile(join(folder, file), value).catch(() => undefined);
      }
      folders.push(folder);
    }
    return folders;
  }
}

/** Finds or makes the hierarchies where we may set limits; null where there are none. */
export async function openControlGroups(options: {
  /** Tells the installations on one machine apart. */
  readonly instance: string;
  readonly mountInfo?: string;
  readonly ownGroups?: string;
}): Promise<ControlGroups | null> {
  const mountInfo = options.mountInfo ?? (await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''));
  const ownGroups = options.ownGroups ?? (await readFile('/proc/self/cgroup', 'utf8').catch(() => ''));
  const found: Hierarchy[] = [];
  for (const mount of mountsOf(mountInfo)) {
    const wanted = (controller: 'memory' | 'cpu') =>
      (mount.version === 2 || mount.controllers.includes(controller)) &&
      !found.some((one) => one[controller]);
    if (!wanted('memory') && !wanted('cpu')) continue;
    for (const place of placesIn(mount, ownGroups)) {
      const hierarchy = await openHierarchy(mount, place, options.instance);
      if (hierarchy === null) continue;
      const memory = hierarchy.memory && wanted('memory');
      const cpu = hierarchy.cpu && wanted('cpu');
      if (memory || cpu) found.push({ ...hierarchy, memory, cpu });
      break;
    }
  }
  return found.length === 0 ? null : new ControlGroups(found);
}

/** Processes in the groups. */
export async function processesIn(folders: readonly string[]): Promise<readonly number[]> {
  const pids = new Set<number>();
  for (const folder of folders) {
    const text = await readText(join(folder, 'cgroup.procs'));
    for (const line of text.split('\n')) if (line !== '') pids.add(Number(line));
  }
  return [...pids];
}

/**
 * Bytes that the run uses and that could not be given back at once: what is charged to it without the files that are
 * cached and not in use. Null where no group says.
 */
export async function memoryOf(folders: readonly string[]): Promise<number | null> {
  for (const folder of folders) {
    const charged =
      (await readText(join(folder, 'memory.current'))) ||
      (await readText(join(folder, 'memory.usage_in_bytes')));
    if (charged === '') continue;
    const inactive = /^(?:total_)?inactive_file (\d+)$/m.exec(await readText(join(folder, 'memory.stat')));
    return Math.max(0, Number(charged) - Number(inactive?.[1] ?? 0));
  }
  return null;
}

/** How often the kernel ended a process of the groups for want of memory. */
export async function outOfMemoryKills(folders: readonly string[]): Promise<number> {
  let kills = 0;
  for (const folder of folders) {
    const events =
      (await readText(join(folder, 'memory.events'))) || (await readText(join(folder, 'memory.oom_control')));
    kills = Math.max(kills, Number(/^oom_kill (\d+)$/m.exec(events)?.[1] ?? 0));
  }
  return kills;
}

/** Ends everything in the groups at once, where the kernel can (version 2, Linux 5.14). */
export async function killGroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    const kill = join(folder, 'cgroup.kill');
    if (existsSync(kill)) await writeFile(kill, '1').catch(() => undefined);
  }
}

/** Removes groups that hold nothing any more, and ours above them after the last one; one that still does stays. */
export async function removeGroups(folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    await removeGroup(folder);
    await rmdir(dirname(folder)).catch(() => undefined);
  }
}

async function removeGroup(folder: string): Promise<void> {
  // The kernel lets go of the last process a moment after it has ended.
  for (let tries = 0; tries < 20; tries += 1) {
    const code = await rmdir(folder).then(
      () => null,
      (error: NodeJS.ErrnoException) => error.code,
    );
    if (code !== 'EBUSY') return;
    await delay(10);
  }
}

interface Mount {
  readonly version: Version;
  readonly point: string;
  /** The group that the mount shows at its top. */
  readonly root: string;
  readonly controllers: readonly string[];
}

/** proc_pid_mountinfo(5) */
function mountsOf(mountInfo: string): readonly Mount[] {
  return mountInfo.split('\n').flatMap((line): Mount[] => {
    const [before, after] = line.split(' - ');
    const type = after?.split(' ')[0];
    if (before === undefined || (type !== 'cgroup' && type !== 'cgroup2')) return [];
    const fields = before.split(' ');
    const [root, point] = [unescapeMount(fields[3] ?? ''), unescapeMount(fields[4] ?? '')];
    const controllers = (after?.split(' ')[2] ?? '').split(',');
    return [{ version: type === 'cgroup2' ? 2 : 1, point, root, controllers }];
  });
}

function unescapeMount(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/**
 * The top first: what is started there survives a service manager that ends the hub's own group, as servers shall
 * survive a restart of the hub. Below our own group where the top is not ours.
 */
function placesIn(mount: Mount, ownGroups: string): readonly string[] {
  const line = ownGroups.split('\n').find((one) => {
    const controllers = one.split(':')[1] ?? '';
    return mount.version === 2
      ? one.startsWith('0::')
      : controllers !== '' && controllers.split(',').every((name) => mount.controllers.includes(name));
  });
  const own = line?.split(':').slice(2).join(':') ?? '/';
  const below = own.startsWith(mount.root) ? own.slice(mount.root.length) : own;
  return [...new Set([mount.point, join(mount.point, below)])];
}

async function openHierarchy(mount: Mount, place: string, instance: string): Promise<Hierarchy | null> {
  const folder = join(place, 'polder', instance);
  try {
    await makeOurs(mount.version, place, folder);
    const controllers =
      mount.version === 2
        ? (await readText(join(folder, 'cgroup.subtree_control'))).trim().split(' ')
        : mount.controllers;
    if (!(await canEnter(folder))) return null;
    const memory = controllers.includes('memory') && (await canLimitMemory(folder, mount.version));
    return { version: mount.version, place, folder, memory, cpu: controllers.includes('cpu') };
  } catch {
    return null;
  }
}

async function makeRunFolder(hierarchy: Hierarchy, folder: string): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await makeFolder(folder);
    } catch (error) {
      // The end of another run may have taken the folders above with it.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || tries === 5) throw error;
      await makeOurs(hierarchy.version, hierarchy.place, hierarchy.folder);
    }
  }
}

/** Makes our folders below a group; in version 2 each level has to hand the controllers down. */
async function makeOurs(version: Version, place: string, folder: string): Promise<void> {
  for (const level of [place, dirname(folder), folder]) {
    if (level !== place) await makeFolder(level);
    if (version === 1) continue;
    for (const controller of ['memory', 'cpu']) {
      await writeFile(join(level, 'cgroup.subtree_control'), `+${controller}`).catch(() => undefined);
    }
  }
}

/** Whether a process of ours may be moved in, which is more than that the folder may be made. */
async function canEnter(folder: string): Promise<boolean> {
  const probe = join(folder, `probe-${process.pid}`);
  await makeFolder(probe);
  const child = spawn('sleep', ['30'], { stdio: 'ignore', detached: true });
  try {
    if (child.pid === undefined) return false;
    await writeFile(join(probe, 'cgroup.procs'), String(child.pid));
    return (await processesIn([probe])).includes(child.pid);
  } catch {
    return false;
  } finally {
    const ended = new Promise((resolve) => child.once('close', resolve));
    if (child.kill('SIGKILL')) await ended;
    await removeGroup(probe);
  }
}

async function canLimitMemory(folder: string, version: Version): Promise<boolean> {
  const probe = join(folder, `probe-${process.pid}`);
  await makeFolder(probe);
  try {
    await writeFile(join(probe, version === 2 ? 'memory.max' : 'memory.limit_in_bytes'), String(2 ** 30));
    return true;
  } catch {
    return false;
  } finally {
    await removeGroup(probe);
  }
}

const cpuPeriodMicroseconds = 100_000;

function settingsOf(hierarchy: Hierarchy, limits: Limits): readonly (readonly [string, string])[] {
  const settings: (readonly [string, string])[] = [];
  const set = (file: string, value: number | string) => settings.push([file, String(value)]);
  const { memory, cpu } = limits;
  const quota = cpu.limit === null ? null : Math.max(1000, Math.round(cpu.limit * cpuPeriodMicroseconds));
  if (hierarchy.memory && hierarchy.version === 2) {
    // Swap would make the limit as soft as the disk is large.
    if (memory.limit !== null) set('memory.swap.max', 0);
    if (memory.limit !== null) set('memory.max', memory.limit);
    if (memory.guarantee !== null) set('memory.low', memory.guarantee);
  } else if (hierarchy.memory) {
    if (memory.limit !== null) set('memory.limit_in_bytes', memory.limit);
    if (memory.limit !== null) set('memory.memsw.limit_in_bytes', memory.limit);
    if (memory.guarantee !== null) set('memory.soft_limit_in_bytes', memory.guarantee);
  }
  if (hierarchy.cpu && hierarchy.version === 2) {
    if (quota !== null) set('cpu.max', `${quota} ${cpuPeriodMicroseconds}`);
    if (cpu.guarantee !== null) set('cpu.weight', clamp(Math.round(cpu.guarantee * 100), 1, 10_000));
  } else if (hierarchy.cpu) {
    if (quota !== null) set('cpu.cfs_period_us', cpuPeriodMicroseconds);
    if (quota !== null) set('cpu.cfs_quota_us', quota);
    if (cpu.guarantee !== null) set('cpu.shares', clamp(Math.round(cpu.guarantee * 1024), 2, 262_144));
  }
  return settings;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });
}

async function readText(file: string): Promise<string> {
  return await readFile(file, 'utf8').catch(() => '');
}
