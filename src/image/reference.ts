/** Names of images: `registry.example.org/course/waves:v4`. */
import { HubError } from '../domain/errors.ts';

export interface ImageName {
  /** Host, with its port where it has one. */
  readonly registry: string;
  /** `course/waves`. */
  readonly repository: string;
}

/** @throws HubError where it does not say the registry, or is no name */
export function readImageName(name: string): ImageName {
  const [, registry, repository] =
    /^((?:[a-z0-9-]+\.)+[a-z0-9-]+(?::\d+)?|localhost(?::\d+)?|[a-z0-9-]+:\d+)\/([a-z0-9]+(?:(?:[._-]+|\/)[a-z0-9]+)*)$/.exec(
      name,
    ) ?? [];
  if (registry !== undefined && repository !== undefined) return { registry, repository };
  throw new HubError(
    'invalid',
    `${name} does not say where the image is kept: write it as registry.example.org/waves, without a tag, in small letters.`,
  );
}

/** Whether its registry is on this machine, where it is spoken to without encryption. */
export function isOfThisMachine(reference: string): boolean {
  return /^(localhost|127\.[\d.]+)(:\d+)?(\/|$)/.test(reference);
}
