/**
 * Takes a course over from a JupyterHub: all of it in one transaction, or nothing. It may be done again, for what has come
 * since: what is here already stays as it is, so that nothing that was taken back here returns.
 */
import type { JupyterHubCourse } from '../../domain/jupyterhub-course.ts';
import type { Json } from '../../domain/server.ts';
import type { Adopter } from '../../spawner/spawner.ts';
import type { Repositories, Store } from '../../store/store.ts';
import type { AuthStates } from '../auth-states.ts';
import type { DeclaredRights } from '../roles.ts';
import { TakeoverReport } from './report.ts';
import { reportRoles, takeShares, takeTokens } from './take-rights.ts';
import { findRunning, type ServerTakeover, takeServers } from './take-servers.ts';
import { takeAuthStates, takeGroups, takeUsers } from './take-users.ts';

export interface Takeover extends ServerTakeover {
  readonly store: Store;
  readonly authStates: AuthStates;
  /** Opens what that hub encrypted; undefined where its keys are not known. */
  readonly openAuthState: (sealed: Uint8Array) => string | undefined;
  /** By which way people log in here; null: by none, or by several. */
  readonly way: string | null;
  readonly rights: DeclaredRights;
  /** Null: servers here are no pods, and none are taken over. */
  readonly adopter: Adopter | null;
  /** Says what would come of it, and changes nothing. */
  readonly dryRun: boolean;
}

/** @returns what was taken and what not, in lines for whoever runs the course */
export async function takeOver(course: JupyterHubCourse, parts: Takeover): Promise<readonly string[]> {
  const { store, adopter, dryRun } = parts;
  // The cluster is asked before: a transaction does nothing but write.
  const found = await findRunning(course, adopter);
  let report = new TakeoverReport();
  let handles: readonly Json[] = [];
  try {
    await store.transaction(async (tx) => {
      report = new TakeoverReport();
      handles = await takeAll(tx, course, { ...parts, found, report });
      if (dryRun) throw new DryRun();
    });
    // Only now: a hub that runs would end a pod that it knows and no row wants.
    for (const handle of handles) await adopter?.mark(handle);
  } catch (error) {
    if (!(error instanceof DryRun)) throw error;
  }
  return report.lines();
}

/** Whether anything was taken over from it before. */
export async function wasTakenOver({ agreements }: Store, course: JupyterHubCourse): Promise<boolean> {
  return (await agreements.agree(agreementOf(course), NEVER)) !== NEVER;
}

/** Undoes the transaction. */
class DryRun extends Error {}

async function takeAll(
  tx: Repositories,
  course: JupyterHubCourse,
  parts: Takeover & {
    readonly found: Awaited<ReturnType<typeof findRunning>>;
    readonly report: TakeoverReport;
  },
): Promise<readonly Json[]> {
  const { report, rights, openAuthState: open } = parts;
  const agreement = agreementOf(course);
  const before = await tx.agreements.agree(agreement, NEVER);
  const since = before === NEVER ? null : new Date(before);
  const users = await takeUsers(tx, course, report);
  await takeGroups(tx, course, { users, report });
  await takeAuthStates(tx, course, { ...parts, users, open });
  const canAdopt = parts.adopter !== null;
  const { servers, handles } = await takeServers(tx, course, { ...parts, users, canAdopt });
  const made = { users, servers, custom: rights.customScopes, since, now: parts.now(), report };
  await takeTokens(tx, course, made);
  await takeShares(tx, course, made);
  reportRoles(course, rights.roles, report);
  reportCounted(course, report);
  await tx.agreements.replace(agreement, latestOf(course, since));
  return handles;
}

const NEVER = 'never';

function agreementOf({ id }: JupyterHubCourse): string {
  return `taken over from ${id}`;
}

/** When the latest of what is taken once was made. */
function latestOf({ tokens, shares }: JupyterHubCourse, since: Date | null): string {
  const times = [...tokens, ...shares].map(({ createdAt }) => createdAt?.getTime() ?? 0);
  return new Date(times.reduce((a, b) => Math.max(a, b), since?.getTime() ?? 0)).toISOString();
}

function reportCounted({ counts }: JupyterHubCourse, report: TakeoverReport): void {
  if (counts.shareCodes > 0)
    report.note(`${counts.shareCodes} share codes were not taken: whoever shared makes new ones.`);
  if (counts.passwords > 0)
    report.note(
      `${counts.passwords} passwords of NativeAuthenticator were not taken: their owners choose new ones, by signing up again.`,
    );
  report.note('Logins were not taken: everybody logs in once more. Servers that run go on meanwhile.');
}
