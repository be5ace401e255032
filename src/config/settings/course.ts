import { readClassTimes } from '../class-times.ts';
import type { CourseConfig } from '../config.ts';
import type { Values } from '../schema/values.ts';

/** How the course shows itself, and when it meets. */
export function readCourse({ course = {} }: Values): CourseConfig {
  const { sessions } = readClassTimes(course.sessions ?? [], course.timeZone);
  const { students } = course;
  return {
    name: course.name ?? 'Course',
    welcome: course.welcome || null,
    contact: course.contact || null,
    accentColor: course.accentColor ?? null,
    timeZone: course.timeZone ?? 'UTC',
    sessions: sessions.map(({ title, start, end }) => ({ title, start, end })),
    students: (Array.isArray(students) ? students.length : students) || null,
  };
}
