import { createHash } from 'node:crypto';

/** Something that goes into an image. */
export interface Content {
  readonly path: string;
  /** Of its bytes, in hex. */
  readonly sha256: string;
}

/**
 * The tag of an image that is made of this: the same for the same, another for anything else. Begins with a letter, because
 * Helm reads what looks like a number as one.
 */
export function contentTag(dockerfile: string, contents: readonly Content[]): string {
  const parts = contents.map(({ path, sha256 }) => [path, sha256]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return `c${sha256Of(JSON.stringify([dockerfile, parts])).slice(0, 12)}`;
}

/** In hex. */
export function sha256Of(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
