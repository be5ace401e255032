import type { LoginConfig } from './config.ts';

/** Who is let in, in a sentence or two. */
export function describeAdmission(login: LoginConfig): string {
  const admins = login.adminUsers.length === 0 ? '' : ` Administrators: ${list(login.adminUsers)}.`;
  if (login.allowAll) return `Let in: everyone who can log in.${admins}`;
  const students = login.allowedUsers.filter((name) => !login.adminUsers.includes(name));
  if (students.length === 0)
    return login.adminUsers.length === 0 ? 'Let in: nobody.' : `Let in: nobody else.${admins}`;
  return `Let in: ${list(students)} (${students.length} ${students.length === 1 ? 'user' : 'users'}).${admins}`;
}

const MOST = 12;

function list(names: readonly string[]): string {
  const shown = names.slice(0, MOST).join(', ');
  return names.length > MOST ? `${shown} and ${names.length - MOST} more` : shown;
}
