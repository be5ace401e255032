import type { Config } from '../config/config.ts';
import type { Finding } from '../config/finding.ts';

const GIB = 1024 ** 3;

/** What the operator should know where this machine is too small for all students at once. @param memory of the machine, in bytes */
export function machineSizeFindings(
  { course, server }: Pick<Config, 'course' | 'server'>,
  memory: number,
): readonly Finding[] {
  const { guarantee } = server.memory;
  if (course.students === null || guarantee === null || course.students * guarantee <= memory) return [];
  const [each, all, here] = [guarantee, course.students * guarantee, memory].map((bytes) => {
    return `${Math.round((bytes / GIB) * 10) / 10} GiB`;
  });
  return [
    {
      code: 'machine-too-small',
      severity: 'warning',
      path: 'course.students',
      position: null,
      message: `${course.students} students × ${each} = ${all} are promised to servers, and this machine has ${here}.`,
      help: 'Limit how many servers run at once with `hub.activeServerLimit`, or use a larger machine.',
    },
  ];
}
