import type { User } from './user.ts';

/** What those who teach tell everybody, or one group, for a while. */
export interface Announcement {
  readonly id: string;
  readonly text: string;
  /** Whom it is for; null: everybody. */
  readonly group: string | null;
  /** Who wrote it: the name of a user or a service. */
  readonly by: string;
  readonly at: Date;
  readonly endsAt: Date;
}

export const LONGEST_ANNOUNCEMENT = 1_000;

/** @param user undefined: nobody in particular, who is in no group */
export function isFor(
  { group }: Pick<Announcement, 'group'>,
  user: Pick<User, 'groups'> | undefined,
): boolean {
  return group === null || (user?.groups.includes(group) ?? false);
}
