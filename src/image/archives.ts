/** Model archives: from the web or a file, held against their SHA-256, kept in the cache folder. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ImageConfig } from '../config/provisioning.ts';
import { HubError } from '../domain/errors.ts';
import { isUnpacked, linksOutOf, unpackArchive } from './unpack.ts';

type Archive = ImageConfig['archives'][number];

export interface ArchivesOptions {
  /** What paths of files are from. */
  readonly folder: string;
  /** Where archives are kept, packed and unpacked. */
  readonly cache: string;
  readonly progress: (line: string) => void;
}

/** What its bytes come to, as the file says or as they are. @throws HubError where they are not there, or are others */
export async function archiveSum(archive: Archive, options: ArchivesOptions): Promise<string> {
  if ('url' in archive.from)
    return archive.sha256 ?? (await download(archive.from.url, null, options)).sha256;
  const sum = await sumOfFile(resolve(options.folder, archive.from.file));
  expectSum(archive, sum);
  return sum;
}

/**
 * The folder with what the archive holds, fetched and unpacked where it is not there yet.
 * @returns what `unpackArchive` says of its links too
 * @throws HubError
 */
export async function openArchive(
  archive: Archive,
  sha256: string,
  options: ArchivesOptions,
): Promise<{ readonly folder: string; readonly linksOutside: readonly string[] }> {
  const folder = join(options.cache, sha256);
  if (await isUnpacked(folder)) return { folder, linksOutside: await linksOutOf(folder) };
  await mkdir(options.cache, { recursive: true });
  const name = archiveName(archive);
  if ('file' in archive.from) {
    const path = resolve(options.folder, archive.from.file);
    return { folder, linksOutside: await unpackArchive({ path, name }, folder) };
  }
  const { path } = await download(archive.from.url, sha256, options);
  const linksOutside = await unpackArchive({ path, name }, folder);
  // What is unpacked is enough; models are large.
  await rm(path, { force: true });
  return { folder, linksOutside };
}

/** As people know it: the end of its address or path. */
export function archiveName({ from }: Archive): string {
  return basename('url' in from ? new URL(from.url).pathname : from.file);
}

/** @throws HubError where it does not come, or is not what was meant; then nothing of it is kept */
async function download(
  url: string,
  sha256: string | null,
  { cache, progress }: ArchivesOptions,
): Promise<{ readonly path: string; readonly sha256: string }> {
  await mkdir(cache, { recursive: true });
  const draft = join(cache, `.download-${process.pid}`);
  try {
    const answer = await fetch(url).catch((cause: Error) => {
      const reason = cause.cause instanceof Error ? cause.cause.message : cause.message;
      throw new HubError('unavailable', `${url} cannot be fetched: ${reason}.`, { cause });
    });
    if (!answer.ok || answer.body === null)
      throw new HubError('unavailable', `${url} answers ${answer.status}: nothing was fetched.`);
    const hash = createHash('sha256');
    const whole = Number(answer.headers.get('content-length') ?? 0);
    const telling = tellProgress(basename(new URL(url).pathname), { whole, progress, hash });
    await pipeline(Readable.fromWeb(answer.body), telling, createWriteStream(draft)).catch((cause: Error) => {
      throw new HubError('unavailable', `${url} broke off: ${cause.message}. Try again.`, { cause });
    });
    const sum = hash.digest('hex');
    expectSum({ from: { url }, sha256 }, sum);
    const path = join(cache, `${sum}.archive`);
    await rename(draft, path);
    return { path, sha256: sum };
  } finally {
    await rm(draft, { force: true });
  }
}

/** Says every tenth, or every 100 MB where the whole is not known. */
function tellProgress(
  name: string,
  options: {
    readonly whole: number;
    readonly progress: (line: string) => void;
    readonly hash: ReturnType<typeof createHash>;
  },
): Transform {
  const { whole, progress, hash } = options;
  const step = whole > 0 ? Math.max(whole / 10, 1_000_000) : 100_000_000;
  let [bytes, told] = [0, 0];
  return new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      bytes += chunk.length;
      if (bytes - told >= step || bytes === whole) {
        told = bytes;
        const share = whole > 0 ? ` of ${megabytes(whole)} (${Math.round((100 * bytes) / whole)} %)` : '';
        progress(`  ${name}: ${megabytes(bytes)}${share}`);
      }
      done(null, chunk);
    },
  });
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}

async function sumOfFile(path: string): Promise<string> {
  if (!(await stat(path).catch(() => null))?.isFile())
    throw new HubError(
      'not_found',
      `There is no file ${path}: fetch the archive first, or give its \`url\`.`,
    );
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function expectSum({ from, sha256 }: Pick<Archive, 'from' | 'sha256'>, sum: string): void {
  if (sha256 === null || sha256 === sum) return;
  const where = 'url' in from ? from.url : from.file;
  throw new HubError(
    'invalid',
    `${where} is not what was meant: its SHA-256 is ${sum}, and the file says ${sha256}. Nothing of it was used.`,
  );
}
