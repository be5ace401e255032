import { readClassTimes } from '../class-times.ts';
import type { CourseConfig, Picture } from '../config.ts';
import type { Values } from '../schema/values.ts';

/** How the course shows itself, and when it meets. */
export function readCourse({ course = {} }: Values): CourseConfig {
  const { sessions } = readClassTimes(course.sessions ?? [], course.timeZone);
  const { students } = course;
  return {
    name: course.name ?? 'Course',
    language: course.language ?? 'en',
    welcome: course.welcome || null,
    contact: course.contact || null,
    logo: readLogo(course.logo),
    accentColor: course.accentColor ?? null,
    timeZone: course.timeZone ?? 'UTC',
    sessions: sessions.map(({ title, start, end }) => ({ title, start, end })),
    students: (Array.isArray(students) ? students.length : students) || null,
  };
}

/** Where only one is given, it serves both. */
function readLogo(logo: NonNullable<Values['course']>['logo']): CourseConfig['logo'] {
  const { light, dark } = typeof logo === 'string' ? { light: logo, dark: undefined } : (logo ?? {});
  const [first, second] = [readPicture(light), readPicture(dark)];
  if (first === null) return second && { light: second, dark: null };
  return { light: first, dark: second };
}

/** Pictures come as `data:` addresses; what is still the name of a file was not looked up. */
function readPicture(address: string | undefined): Picture | null {
  const [, type, base64] = /^data:([^;,]+);base64,(.*)$/s.exec(address ?? '') ?? [];
  return type === undefined || base64 === undefined ? null : { type, base64 };
}
