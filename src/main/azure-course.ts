import type { AzureCourse } from '../azure/course.ts';
import type { Config } from '../config/config.ts';
import { HubError } from '../domain/errors.ts';

/** @throws HubError where the file has no `azure` */
export function azureCourseOf(config: Config): AzureCourse {
  const { azure, course, notebooks, server, kubernetes } = config;
  if (azure === null) {
    throw new HubError(
      'invalid',
      'The file says nothing of Azure: add `azure: {}` for what a course usually needs.',
    );
  }
  const { userPods, volumes, scheduling } = kubernetes;
  return {
    azure,
    course,
    notebooks,
    servers: {
      image: server.image,
      dockerfile: config.image?.dockerfile ?? null,
      home: server.storage.type === 'none' ? HOME : server.storage.homeMountPath,
      uid: userPods.uid ?? OWN_UID,
      gid: userPods.fsGid ?? OWN_GID,
      tolerations: userPods.tolerations,
      extraVolumes: volumes.extraVolumes,
      extraVolumeMounts: volumes.extraVolumeMounts,
      matchNodePurpose: scheduling.userPods.matchNodePurpose,
    },
  };
}

/** Of the images that the chart was made for. */
const HOME = '/home/jovyan';
const OWN_UID = 1000;
const OWN_GID = 100;
