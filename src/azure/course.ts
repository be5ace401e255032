import type { Config, ServerConfig } from '../config/config.ts';
import type { Json } from '../config/json.ts';
import type { JsonItems } from '../config/kubernetes.ts';
import type { AzureConfig } from '../config/provisioning.ts';

/** What of a course its place in Azure depends on. */
export interface AzureCourse extends Pick<Config, 'course' | 'notebooks'> {
  readonly azure: AzureConfig;
  readonly servers: {
    /** Null where the file names none. */
    readonly image: ServerConfig['image'];
    /** From the folder of the values; null: the file has none. */
    readonly dockerfile: string | null;
    /** Where a student's own files are. */
    readonly home: string;
    /** Whom they belong to. */
    readonly uid: number;
    readonly gid: number;
    readonly tolerations: readonly Json[];
    readonly extraVolumes: JsonItems;
    readonly extraVolumeMounts: JsonItems;
    readonly matchNodePurpose: 'ignore' | 'prefer' | 'require';
  };
}
