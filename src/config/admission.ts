import type { LoginConfig } from './config.ts';

/** Who is let in, in a sentence or two. */
export function describeAdmission(login: LoginConfig): string {
  const admins = [
    login.instructors.length === 0 ? '' : ` Instructors: ${list(login.instructors)}.`,
    login.adminUsers.length === 0 ? '' : ` Administrators: ${list(login.adminUsers)}.`,
  ].join('');
  if (login.allowAll) return `Let in: everyone who can log in.${admins}`;
  const staff = new Set([...login.instructors, ...login.adminUsers]);
  const students = login.allowedUsers.filter((name) => !staff.has(name));
  if (students.length === 0) return staff.size === 0 ? 'Let in: nobody.' : `Let in: nobody else.${admins}`;
  return `Let in: ${list(students)} (${students.length} ${students.length === 1 ? 'user' : 'users'}).${admins}`;
}

const MOST = 12;

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST).join(', ');
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}
