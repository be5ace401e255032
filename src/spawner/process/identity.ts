/**
 * As whom servers run: as root each student gets a numeric user of a reserved range, without an account on the host;
 * otherwise everybody's server runs as the user of the hub.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from '../../config/finding.ts';
import { blocksOthers, changeableByOthers } from './path-walk.ts';
import type { PythonFacts } from './python-facts.ts';

/** Numeric users (and groups of the same number) for students: `first` plus the user's id, below `first + count`. */
export interface UserRange {
  readonly first: number;
  readonly count: number;
}

/**
 * Nobody else's numbers: above accounts and systemd's dynamic users (up to 65,535), above the ranges that `useradd` gives
 * out for containers (/etc/subuid, 100,000 to 600,100,000) and systemd-nspawn takes (524,288 to 1,879,048,191), above what
 * SSSD maps directory accounts to (200,000 to 2,000,200,000), below the 2,147,352,576 where systemd's foreign range begins,
 * and positive where a program takes them for signed.
 */
export const defaultUserRange: UserRange = { first: 2_100_000_000, count: 40_000_000 };

export interface Identity {
  /** Null: the hub's own user for all. */
  readonly range: UserRange | null;
  /** Whether the environment may be imported with the hub's rights. */
  readonly trusted: boolean;
  readonly findings: readonly Finding[];
}

/** The numeric user of a student; null where servers run as the hub's. */
export function uidOf(identity: Identity, userId: number): number | null {
  if (identity.range === null) return null;
  if (!Number.isInteger(userId) || userId < 0 || userId >= identity.range.count) {
    throw new RangeError(
      `user ${userId} is outside of the ${identity.range.count} numeric users for students`,
    );
  }
  return identity.range.first + userId;
}

export async function decideIdentity(options: {
  readonly python: string;
  readonly facts: PythonFacts;
  readonly homes: string;
  readonly range: UserRange;
  readonly uid: number;
}): Promise<Identity> {
  const { python, facts, homes, range, uid } = options;
  const trustFindings = await checkTrust(python, facts, uid);
  const trusted = trustFindings.length === 0;
  if (uid !== 0) return { range: null, trusted, findings: [...trustFindings, sharedUser] };
  const reachFindings = await checkReach(python, facts, homes);
  const mapFindings = (await isMapped(range)) ? [] : [unmappedRange(range)];
  const findings = [...trustFindings, ...reachFindings, ...mapFindings];
  const separate = reachFindings.length === 0 && mapFindings.length === 0;
  return { range: separate ? range : null, trusted, findings };
}

const base = { path: '', position: null } as const;

const sharedUser: Finding = {
  ...base,
  code: 'students-share-a-user',
  severity: 'warning',
  message:
    'The hub does not run as root, so that all servers run as the same user: students can read and change each other’s files, and the hub’s.',
  help: 'Good for trying out and for one person; for a class, run it as root on a machine of its own, or on Kubernetes.',
};

async function checkTrust(python: string, facts: PythonFacts, uid: number): Promise<readonly Finding[]> {
  for (const path of new Set([python, facts.prefix, ...facts.paths])) {
    const weak = await changeableByOthers(path, uid);
    if (weak === null) continue;
    return [
      {
        ...base,
        code: 'python-environment-changeable-by-others',
        severity: 'warning',
        message: `The Python environment is not imported in advance, and starts are slow: others than ${uid === 0 ? 'root' : 'you'} can change ${weak}.`,
        help: `Make ${weak} belong to ${uid === 0 ? 'root' : 'you'} and writable for nobody else, or name another environment with --python.`,
      },
    ];
  }
  return [];
}

async function checkReach(python: string, facts: PythonFacts, homes: string): Promise<readonly Finding[]> {
  const ways = [
    { path: python, use: 'execute' as const },
    { path: homes, use: 'enter' as const },
    ...[facts.prefix, facts.basePrefix].map((path) => ({ path, use: 'enter' as const })),
    ...facts.paths.map((path) => ({ path, use: 'read' as const })),
    // One file of what was installed shows whether the installer closed its files to others.
    ...(facts.jupyterhub === null ? [] : [{ path: facts.jupyterhub, use: 'read' as const }]),
  ];
  const closed = new Set<string>();
  for (const { path, use } of ways) {
    const blocked = await blocksOthers(path, use);
    if (blocked !== null) closed.add(blocked);
  }
  return [...closed].map((path) => ({
    ...base,
    code: 'students-cannot-reach',
    severity: 'warning',
    message: `Users of their own could not reach ${path}, so that all servers run as root: students can read and change everything on this machine.`,
    help: `Open it for others (chmod o+rx ${path}), or put the data folder and the Python environment where others can reach them (--data, --python).`,
  }));
}

function unmappedRange(range: UserRange): Finding {
  return {
    ...base,
    code: 'student-users-not-mapped',
    severity: 'warning',
    message: `This user namespace has no users ${range.first} to ${range.first + range.count - 1}, so that all servers run as its root: students can read and change each other’s files, and the hub’s.`,
    help: 'Map that range into the container, or give the spawner a range that is mapped.',
  };
}

/** user_namespaces(7): first number inside, first outside, how many. */
async function isMapped(range: UserRange): Promise<boolean> {
  for (const file of ['uid_map', 'gid_map']) {
    const text = await readFile(join('/proc/self', file), 'utf8').catch(() => null);
    if (text === null) continue;
    const covered = text.split('\n').some((line) => {
      const [inside, , count] = line.trim().split(/\s+/).map(Number);
      return (
        inside !== undefined &&
        count !== undefined &&
        inside <= range.first &&
        range.first + range.count <= inside + count
      );
    });
    if (!covered) return false;
  }
  return true;
}
