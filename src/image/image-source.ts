/** What an image is made from, known so well that its tag is known; nothing was fetched or built for it yet. */
import type { Finding } from '../config/finding.ts';

export interface ImageSource {
  /** Follows from all that goes into the image. */
  readonly tag: string;
  readonly findings: readonly Finding[];
  /** Brings together what a builder needs. @throws HubError */
  open(): Promise<BuildContext>;
}

/** A folder for a builder, and the Dockerfile that is built in it; gone once it is disposed of, where it was made for this. */
export interface BuildContext extends AsyncDisposable {
  readonly folder: string;
  readonly dockerfile: string;
  readonly arguments: Readonly<Record<string, string>>;
  readonly findings: readonly Finding[];
}

export interface SourceOptions {
  /** What paths in the file are from. */
  readonly folder: string;
  /** Where archives are kept. */
  readonly cache: string;
  readonly user: { readonly uid: number; readonly gid: number };
  /** The files of the course, which have no place in an image. */
  readonly configFiles: readonly string[];
  /** Where students' files are, over what the image has there; null: they are not kept, and nothing is hidden. */
  readonly home: string | null;
  readonly progress: (line: string) => void;
}
