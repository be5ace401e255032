/** What processes exist: from `/proc` on Linux, from `ps` elsewhere. */
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { ProcessName } from './run-files.ts';

export interface ProcessInfo {
  readonly pid: number;
  readonly parent: number;
  /** Session on Linux; elsewhere process group, which is what `ps` tells. */
  readonly session: number;
  /** Opaque: equal only for the same process. */
  readonly startTime: string;
}

export interface ProcessTable {
  readonly bootId: string;
  /** Null where there is no such process, or only what is left of one that nobody has waited for. */
  read(pid: number): Promise<ProcessInfo | null>;
  all(): Promise<readonly ProcessInfo[]>;
  /** Whether `text` stands in the environment that the process was started with; false where that may not be read. */
  environmentHolds(pid: number, text: string): Promise<boolean>;
  /** Bytes: a page that several processes share counts for each in part, where the system says so. */
  memory(pid: number): Promise<number>;
}

export async function openProcessTable(platform: NodeJS.Platform = process.platform): Promise<ProcessTable> {
  if (platform !== 'linux') return psTable;
  const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8').catch(() => '')).trim();
  return { ...procTable, bootId };
}

export async function isAlive(table: ProcessTable, name: ProcessName): Promise<boolean> {
  if (name.bootId !== table.bootId) return false;
  return (await table.read(name.pid))?.startTime === name.startTime;
}

/**
 * Processes that belong to a run: those under its first process, in that one's session, or with the run's marker in
 * their environment. The last finds what was left behind by a parent that ended.
 */
export async function processesOf(
  table: ProcessTable,
  leader: ProcessName,
  marker: string,
): Promise<readonly number[]> {
  const all = await table.all();
  const found = new Set<number>();
  const leaderLives = leader.bootId === table.bootId && all.some((one) => isSame(one, leader));
  if (leaderLives) {
    found.add(leader.pid);
    for (const one of all) if (one.session === leader.pid) found.add(one.pid);
    addDescendants(all, found);
  }
  for (const one of all) {
    if (!found.has(one.pid) && (await table.environmentHolds(one.pid, marker))) found.add(one.pid);
  }
  addDescendants(all, found);
  found.delete(process.pid);
  return [...found];
}

function isSame(one: ProcessInfo, name: ProcessName): boolean {
  return one.pid === name.pid && one.startTime === name.startTime;
}

function addDescendants(all: readonly ProcessInfo[], found: Set<number>): void {
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const one of all) if (found.has(one.parent)) found.add(one.pid);
  }
}

const procTable: Omit<ProcessTable, 'bootId'> = {
  async read(pid) {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
    return text === null ? null : parseStat(text);
  },
  async all() {
    const pids = (await readdir('/proc')).map(Number).filter(Number.isInteger);
    const found = await Promise.all(pids.map((pid) => procTable.read(pid)));
    return found.filter((one) => one !== null);
  },
  async environmentHolds(pid, text) {
    const environment = await readFile(`/proc/${pid}/environ`, 'latin1').catch(() => '');
    return `\0${environment}`.includes(`\0${text}\0`);
  },
  async memory(pid) {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'latin1').catch(() => '');
    const proportional = /^Pss: +(\d+) kB$/m.exec(rollup);
    if (proportional !== null) return Number(proportional[1]) * 1024;
    const status = await readFile(`/proc/${pid}/status`, 'latin1').catch(() => '');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024;
  },
};

/** proc_pid_stat(5): the second field, the name, is in parentheses and may hold anything. */
function parseStat(text: string): ProcessInfo | null {
  const pid = Number.parseInt(text, 10);
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent, , session] = fields;
  if (state === 'Z' || state === 'X') return null;
  return { pid, parent: Number(parent), session: Number(session), startTime: fields[19] ?? '' };
}

const run = promisify(execFile);

/** The format of POSIX `ps`, with `lstart`, which the BSDs and macOS have too. */
const psTable: ProcessTable = {
  bootId: '',
  async read(pid) {
    return (await ps(['-p', String(pid)]))[0] ?? null;
  },
  all: () => ps(['-A']),
  async environmentHolds(pid, text) {
    const { stdout } = await run('ps', ['-E', '-ww', '-o', 'command=', '-p', String(pid)]).catch(() => ({
      stdout: '',
    }));
    return ` ${stdout.trim()} `.includes(` ${text} `);
  },
  async memory(pid) {
    const { stdout } = await run('ps', ['-o', 'rss=', '-p', String(pid)]).catch(() => ({ stdout: '0' }));
    return Number(stdout.trim()) * 1024;
  },
};

async function ps(which: readonly string[]): Promise<readonly ProcessInfo[]> {
  const columns = ['-o', 'pid=,ppid=,pgid=,stat=,lstart='];
  const env = { PATH: '/bin:/usr/bin', LC_ALL: 'C', TZ: 'UTC' };
  const { stdout } = await run('ps', [...which, ...columns], { env }).catch(() => ({ stdout: '' }));
  return stdout.split('\n').flatMap((line) => {
    const match = /^ *(\d+) +(\d+) +(\d+) +(\S+) +(.+?) *$/.exec(line);
    if (match === null || /^[ZX]/.test(match[4]!)) return [];
    const [, pid, parent, group, , startTime] = match;
    return [{ pid: Number(pid), parent: Number(parent), session: Number(group), startTime: startTime! }];
  });
}
