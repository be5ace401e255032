import type { AzureCourse } from '../azure/course.ts';
import type { Config } from '../config/config.ts';
import { HubError } from '../domain/errors.ts';

/** @throws HubError where the file has no `azure` */
export function azureCourseOf({ azure, course, notebooks, server, kubernetes }: Config): AzureCourse {
  if (azure === null) {
    throw new HubError(
      'invalid',
      'The file says nothing of Azure: add `azure: {}` for what a course usually needs.',
    );
  }
  const { storage, postStart } = server;
  return {
    azure,
    course,
    notebooks,
    home: {
      path: storage.type === 'none' ? HOME : storage.homeMountPath,
      pulledInto: postStart?.[0] === 'gitpuller' ? (postStart[3] ?? null) : null,
    },
    uid: kubernetes.userPods.uid ?? 1000,
    gid: kubernetes.userPods.fsGid ?? 100,
  };
}

/** Of the images that the chart was made for. */
const HOME = '/home/jovyan';
