/** All repositories of the mirror: those that the course names, and no others. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { KeptFiles } from './kept-files.ts';
import { mirrorName } from './mirror-address.ts';
import { MirroredRepository } from './mirrored-repository.ts';
import type { Origin } from './origin.ts';

export interface MirrorSettings {
  readonly origins: readonly Origin[];
  /** Closed to others; what is in it may be lost without harm. */
  readonly folder: string;
  readonly freshSeconds?: number;
  readonly now: () => Date;
  /** An origin did not answer, and why. */
  readonly onProblem: (source: string, problem: string) => void;
}

/** A teacher who has corrected an exercise waits no longer than this; a class that begins costs one question. */
const FRESH_SECONDS = 60;
/** Of one repository, beside the repository itself. */
const KEPT_BYTES = 2 * 1024 ** 3;

export interface MirrorEntry {
  readonly repository: MirroredRepository;
  readonly kept: KeptFiles;
}

/** @returns them by their names in the mirror */
export async function openMirror(settings: MirrorSettings): Promise<ReadonlyMap<string, MirrorEntry>> {
  const { folder, origins, now, freshSeconds = FRESH_SECONDS } = settings;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const entries = new Map<string, MirrorEntry>();
  for (const origin of origins) {
    const name = mirrorName(origin.source);
    const place = join(folder, name);
    const repository = await MirroredRepository.open({
      origin,
      folder: place,
      freshSeconds,
      now,
      onProblem: (problem) => settings.onProblem(origin.source, problem),
    });
    entries.set(name, { repository, kept: await KeptFiles.open(join(place, 'kept'), KEPT_BYTES) });
  }
  return entries;
}
