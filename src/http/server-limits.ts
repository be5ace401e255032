import type { Server } from '../domain/server.ts';
import { defaultProfile } from '../domain/server-choices.ts';
import type { Course, Site } from './parts.ts';

/** Of the choice that a server was started with, as far as that is known, or else of the course. */
export function limitsOf(
  { course, choices }: Pick<Site, 'course' | 'choices'>,
  { userOptions }: Pick<Server, 'userOptions'>,
): Pick<Course, 'memoryLimit' | 'cpuLimit'> {
  if (choices.length === 0) return course;
  const profile = choices.find(({ slug }) => slug === userOptions.profile) ?? defaultProfile(choices);
  return { memoryLimit: profile?.memory ?? null, cpuLimit: profile?.cpu ?? null };
}
