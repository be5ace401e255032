/** People of another hub, with what their logins left behind, and their groups. */
import { groupNameProblem } from '../../domain/group.ts';
import type { JupyterHubCourse, JupyterHubUser } from '../../domain/jupyterhub-course.ts';
import { normalizeUserName, type User, userNameProblem } from '../../domain/user.ts';
import type { Repositories } from '../../store/store.ts';
import type { AuthStates } from '../auth-states.ts';
import type { TakeoverReport } from './report.ts';

export interface TakenUser {
  readonly user: User;
  /** Made just now: what is said of those who were here already stays as it is. */
  readonly isNew: boolean;
}

/** By the name that they had. */
export type TakenUsers = ReadonlyMap<string, TakenUser>;

export async function takeUsers(
  tx: Repositories,
  course: JupyterHubCourse,
  report: TakeoverReport,
): Promise<TakenUsers> {
  const named = new Map<string, JupyterHubUser>();
  for (const user of course.users) {
    const name = normalizeUserName(user.name);
    const problem = userNameProblem(name);
    if (problem) report.left('users', `“${user.name}”`, problem);
    else if (named.has(name)) report.left('users', `“${user.name}”`, `“${name}” is somebody already`);
    else named.set(name, user);
  }
  const inserted = await tx.users.insert(
    [...named].map(([name, { admin, createdAt }]) => ({ name, admin, ...(createdAt ? { createdAt } : {}) })),
  );
  const isNew = new Set(inserted.map(({ id }) => id));
  const { items } = await tx.users.list({ names: [...named.keys()] });
  await tx.users.touch(
    items.flatMap(({ id, name }) => {
      const at = named.get(name)?.lastActivityAt;
      return at ? [{ id, at }] : [];
    }),
  );
  report.taken('users', inserted.length);
  report.there('users', items.length - inserted.length);
  for (const user of items) {
    if (named.get(user.name)!.admin && !user.admin)
      report.left('rights of administrators', user.name, 'they are here already, without them');
  }
  return new Map(
    items.map((user) => [named.get(user.name)!.name, { user, isNew: isNew.has(user.id) }] as const),
  );
}

/** Groups, and of those who are new in either, the members: who was taken out of a group here is not put back. */
export async function takeGroups(
  tx: Repositories,
  course: JupyterHubCourse,
  { users, report }: { readonly users: TakenUsers; readonly report: TakeoverReport },
): Promise<void> {
  for (const group of course.groups) {
    const problem = groupNameProblem(group.name);
    if (problem) {
      report.left('groups', `“${group.name}”`, problem);
      continue;
    }
    const isNew = (await tx.groups.insert([group.name])).length > 0;
    if (isNew) await tx.groups.setProperties(group.name, group.properties);
    report[isNew ? 'taken' : 'there']('groups');
    const members = group.users.flatMap((name) => users.get(name) ?? []);
    const added = members.filter((member) => isNew || member.isNew).map(({ user }) => user.id);
    if (added.length > 0) await tx.groups.addMembers(group.name, added);
  }
}

/** @param open of what another hub encrypted; undefined where its keys are not known */
export async function takeAuthStates(
  tx: Repositories,
  course: JupyterHubCourse,
  {
    users,
    authStates,
    open,
    way,
    report,
  }: {
    readonly users: TakenUsers;
    readonly authStates: AuthStates;
    readonly open: (sealed: Uint8Array) => string | undefined;
    /** By which people log in; null: by none, or by several. */
    readonly way: string | null;
    readonly report: TakeoverReport;
  },
): Promise<void> {
  const kind = 'what logins left behind';
  for (const { name, authState } of course.users) {
    const taken = users.get(name);
    if (authState === null || taken === undefined) continue;
    if ((await tx.authStates.get(taken.user.id)) !== undefined) {
      report.there(kind);
      continue;
    }
    const state = parse(open(authState));
    if (state === undefined) {
      report.left(kind, name, 'it is encrypted with a key that is not known here (JUPYTERHUB_CRYPT_KEY)');
    } else if (state !== null) {
      // When the service said it is not known: it is asked again as soon as that is of use.
      await authStates.set(taken.user, { way, state, at: 0 }, tx);
      report.taken(kind);
    }
  }
}

/** Null where there is nothing in it; undefined where it cannot be read. */
function parse(text: string | undefined): Record<string, unknown> | null | undefined {
  if (text === undefined) return undefined;
  try {
    const state: unknown = JSON.parse(text);
    return typeof state === 'object' ? (state as Record<string, unknown> | null) : undefined;
  } catch {
    return undefined;
  }
}
