import type { Config } from '../config/config.ts';
import type { AzureConfig } from '../config/provisioning.ts';

/** What of a course its place in Azure depends on. */
export interface AzureCourse extends Pick<Config, 'course' | 'notebooks'> {
  readonly azure: AzureConfig;
  readonly home: {
    /** Where a student's own files are in a server. */
    readonly path: string;
    /** Below it: where `gitpuller` writes at every start; null: it is not used. */
    readonly pulledInto: string | null;
  };
  /** Who reads a share in a server. */
  readonly uid: number;
  readonly gid: number;
}
