/**
 * What git answers who fetches, by `git upload-pack`, the reading half of its protocol: nothing can be written with it.
 * Students ask for the same, in the same words; so each answer is worked out once and kept.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { git } from '../git.ts';
import type { KeptFiles } from './kept-files.ts';
import type { MirroredRepository } from './mirrored-repository.ts';

/** The header by which git says which protocol it speaks; `version=2` since git 2.26. */
const PROTOCOL = /^version=[0-2]$/;
const TIMEOUT_MS = 300_000;

export interface UploadPackQuestion {
  /** `Git-Protocol`, where it was sent. */
  readonly protocol: string | undefined;
  /** What git sent, inflated; null: it asks what there is, which begins a conversation. */
  readonly body: Buffer | null;
}

/** @returns the path of a file with the answer @throws GitError where git takes the question for none */
export function answerFetch(
  repository: MirroredRepository,
  { protocol, body }: UploadPackQuestion,
  kept: KeptFiles,
): Promise<string> {
  const version = protocol !== undefined && PROTOCOL.test(protocol) ? protocol : '';
  const hash = createHash('sha256').update(
    JSON.stringify([repository.path, repository.state.digest, version, body === null]),
  );
  if (body !== null) hash.update(body);
  return kept.get(hash.digest('hex'), (path) => runUploadPack(repository.path, { version, body, path }));
}

async function runUploadPack(
  repository: string,
  { version, body, path }: { readonly version: string; readonly body: Buffer | null; readonly path: string },
): Promise<void> {
  await using file = await open(path, 'w', 0o600);
  const advertise = body === null ? ['--advertise-refs'] : [];
  // The second version of the protocol does without.
  if (body === null && version !== 'version=2') await file.write(SERVICE);
  await git(
    // One thread each: others want to be answered meanwhile.
    ['-c', 'pack.threads=1', 'upload-pack', '--strict', '--stateless-rpc', ...advertise, repository],
    {
      input: body ?? undefined,
      output: file.fd,
      timeoutMs: TIMEOUT_MS,
      environment: version === '' ? {} : { GIT_PROTOCOL: version },
    },
  );
}

/** As gitprotocol-http has it: lines begin with their length, and `0000` ends a list of them. */
const SERVICE = '001e# service=git-upload-pack\n0000';
