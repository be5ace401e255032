import type { JsonMap } from '../../config/json.ts';
import type { AzureCourse } from '../course.ts';
import { ACCOUNT_SECRET, NAMESPACE, type ShareVolume, shareVolumesOf } from './share-volumes.ts';

/** A volume and its claim for every share that servers see, each bound to the other and to nothing else. */
export function manifestsOf(course: AzureCourse): readonly JsonMap[] {
  const { account } = course.azure.storage;
  return shareVolumesOf(course).flatMap((share) => [
    volumeOf(share, { account, ...course.servers }),
    claimOf(share),
  ]);
}

function volumeOf(
  { share, sizeGB, name, clusterName }: ShareVolume,
  { account, uid, gid }: { readonly account: string; readonly uid: number; readonly gid: number },
): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolume',
    metadata: { name: clusterName },
    spec: {
      capacity: { storage: `${sizeGB}Gi` },
      accessModes: ['ReadOnlyMany'],
      persistentVolumeReclaimPolicy: 'Retain',
      storageClassName: '',
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace: NAMESPACE, name },
      // SMB knows no owners: all files are taken to be those of the user that servers run as. Its locks would make
      // SQLite and Jupyter wait for ever, and its links are not those of Linux.
      mountOptions: [
        `uid=${uid}`,
        `gid=${gid}`,
        'dir_mode=0755',
        'file_mode=0644',
        'nobrl',
        'mfsymlinks',
        'cache=strict',
        'nosharesock',
      ],
      csi: {
        driver: 'file.csi.azure.com',
        volumeHandle: `${account}-${share}`,
        volumeAttributes: { shareName: share },
        nodeStageSecretRef: { name: ACCOUNT_SECRET, namespace: NAMESPACE },
      },
    },
  };
}

function claimOf({ sizeGB, name, clusterName }: ShareVolume): JsonMap {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, namespace: NAMESPACE },
    spec: {
      accessModes: ['ReadOnlyMany'],
      // Else the cluster would write its default class here, and make an empty disk.
      storageClassName: '',
      volumeName: clusterName,
      resources: { requests: { storage: `${sizeGB}Gi` } },
    },
  };
}
