import type { LoginConfig } from './config.ts';

/** Who is let in, in a sentence or two. */
export function describeAdmission(login: LoginConfig): string {
  const others = login.others.map(({ id, login: other }) => `\nBy ${id}: ${describeWay(other)}`);
  return [describeWay(login), ...others].join('');
}

function describeWay(login: LoginConfig): string {
  const admins = [
    login.instructors.length === 0 ? '' : ` Instructors: ${list(login.instructors)}.`,
    login.adminUsers.length === 0 ? '' : ` Administrators: ${list(login.adminUsers)}.`,
  ].join('');
  if (login.allowAll) {
    const outcasts = login.blockedUsers.length === 0 ? '' : ` Kept out: ${list(login.blockedUsers)}.`;
    return `Let in: everyone who can log in.${outcasts}${admins}`;
  }
  const staff = new Set([...login.instructors, ...login.adminUsers]);
  const students = login.allowedUsers.filter((name) => !staff.has(name));
  const reasons = [
    ...(students.length === 0
      ? []
      : [`${list(students)} (${students.length} ${students.length === 1 ? 'user' : 'users'})`]),
    ...(login.allowedMemberships.length === 0 ? [] : [`members of ${list(login.allowedMemberships)}`]),
    ...(login.existingUsers ? ['whoever has an account already'] : []),
  ];
  const groups = login.adminMemberships;
  const adminGroups = groups.length === 0 ? '' : ` Let in, and administrators: members of ${list(groups)}.`;
  const others = `${admins}${adminGroups}`;
  if (reasons.length === 0) return others === '' ? 'Let in: nobody.' : `Let in: nobody else.${others}`;
  const all = login.combine === 'all' && reasons.length > 1;
  return `Let in: ${reasons.join(all ? ', if they are ' : '; ')}.${others}`;
}

const MOST = 12;

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST).join(', ');
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}
