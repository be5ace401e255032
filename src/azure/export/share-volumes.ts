import type { AzureCourse } from '../course.ts';

/** Where the chart is installed, and pods run. A share's claim and the account's key must be in it too. */
export const NAMESPACE = 'jhub';

/** The key of the storage account, in the cluster. */
export const ACCOUNT_SECRET = 'storage-account';

export interface ShareVolume {
  readonly share: string;
  readonly sizeGB: number;
  /** Of the volume, its claim, and its place in a pod. */
  readonly name: string;
  /** Of the cluster as a whole, where names of volumes are. */
  readonly clusterName: string;
  /** Absolute paths in a server. */
  readonly mountPaths: readonly string[];
}

/**
 * The shares that servers see. What is read only stands beside a student's own files; what they are to have copies of, which
 * only Polder makes, stands outside of their home.
 */
export function shareVolumesOf({ azure, notebooks, servers }: AzureCourse): readonly ShareVolume[] {
  return azure.storage.shares.flatMap(({ name, sizeGB }, index) => {
    const mountPaths = notebooks.shares
      .filter(({ share }) => share === name)
      .map(({ mode, target }) =>
        mode === 'read-only' ? `${servers.home.replace(/\/$/, '')}/${target}` : `/srv/shares/${name}`,
      );
    if (mountPaths.length === 0) return [];
    // A name in a pod has at most 63 letters, as a share has.
    const own = name.length <= 57 ? `share-${name}` : `share-${index + 1}`;
    const clusterName = `${NAMESPACE}-${own}`;
    return [{ share: name, sizeGB, name: own, clusterName, mountPaths: [...new Set(mountPaths)] }];
  });
}
