/** A list of people and their groups, held against those that are there. */
import { type RosterLine, readRoster } from '../domain/roster.ts';
import type { Store } from '../store/store.ts';

export type RosterStatus = 'new' | 'exists' | 'repeated' | 'invalid';

export interface CheckedLine extends RosterLine {
  readonly status: RosterStatus;
}

export interface CheckedGroup {
  readonly name: string;
  /** `closed`: nobody may be put into it here. */
  readonly status: 'new' | 'exists' | 'closed';
  /** Normalised names of those in the list, new people among them, who are no members yet. */
  readonly joining: readonly string[];
}

export interface CheckedRoster {
  readonly lines: readonly CheckedLine[];
  /** In the order in which the list names them. */
  readonly groups: readonly CheckedGroup[];
}

/** Whether people may be put into a group, which `isNew` where it would be made for them. */
export type GroupPermission = (group: string, about: { readonly isNew: boolean }) => boolean;

/**
 * What each line of `text` comes to, and each group in it. Changes nothing.
 * @throws HubError `invalid` for a list of too many
 */
export async function checkRoster(
  store: Pick<Store, 'users' | 'groups'>,
  text: string,
  mayJoin: GroupPermission,
): Promise<CheckedRoster> {
  const lines = readRoster(text);
  const names = [...new Set(lines.map(({ name }) => name))];
  const { items } = await store.users.list({ names, limit: names.length || 1 });
  const existing = new Set(items.map(({ name }) => name));
  const seen = new Set<string>();
  return {
    lines: lines.map((line) => {
      const repeated = seen.has(line.name);
      seen.add(line.name);
      return { ...line, status: statusOf(line, { repeated, exists: existing.has(line.name) }) };
    }),
    groups: await checkGroups(store, lines, mayJoin),
  };
}

/**
 * Makes the groups of a list that are new, and puts its people, who are there by now, into theirs; leaves out those that are
 * closed. May be done again.
 */
export async function joinGroups(store: Pick<Store, 'transaction'>, roster: CheckedRoster): Promise<void> {
  const open = roster.groups.filter(({ status }) => status !== 'closed');
  if (open.length === 0) return;
  await store.transaction(async (tx) => {
    await tx.groups.insert(open.map(({ name }) => name));
    for (const { name, joining } of open) {
      const { items } = await tx.users.list({ names: joining });
      const ids = items.map(({ id }) => id);
      await tx.groups.addMembers(name, ids);
    }
  });
}

/** Somebody whom the list has twice belongs to the groups of both lines. */
async function checkGroups(
  store: Pick<Store, 'groups'>,
  lines: readonly RosterLine[],
  mayJoin: GroupPermission,
): Promise<readonly CheckedGroup[]> {
  const wanted = new Map<string, Set<string>>();
  for (const { name, groups, problem } of lines) {
    if (problem !== null) continue;
    for (const group of groups) {
      const members = wanted.get(group) ?? new Set();
      wanted.set(group, members.add(name));
    }
  }
  const { items } = await store.groups.list({ names: [...wanted.keys()] });
  const existing = new Map(items.map(({ name, users }) => [name, new Set(users)]));
  return Array.from(wanted, ([name, people]) => {
    const members = existing.get(name);
    const isNew = members === undefined;
    const status = !mayJoin(name, { isNew }) ? 'closed' : isNew ? 'new' : 'exists';
    return { name, status, joining: [...people].filter((person) => !members?.has(person)) };
  });
}

function statusOf(
  { problem }: RosterLine,
  { repeated, exists }: { readonly repeated: boolean; readonly exists: boolean },
): RosterStatus {
  if (problem !== null) return 'invalid';
  if (repeated) return 'repeated';
  return exists ? 'exists' : 'new';
}
