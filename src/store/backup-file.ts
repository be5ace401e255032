/**
 * A backup as a file: gzip of lines of JSON. The first says what it is and of which tables; each other one is a piece, as
 * stores give and take them; the last one says how many there were, and the SHA-256 of all lines before it.
 */
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { link, open, rename, rm } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { HubError } from '../domain/errors.ts';
import type { Piece } from './store.ts';

const FORMAT = 'polder-backup';
const VERSION = 1;

export interface BackupHead {
  /** ISO 8601. */
  readonly made: string;
  /** The version of Polder that made it. */
  readonly polder: string;
  /** As a store says of itself. */
  readonly schema: { readonly number: number; readonly oldest: number };
}

/**
 * Writes a backup, for its owner alone, whole or not at all.
 * @param options.force a file that is there is written over, once the new one is whole
 * @throws HubError `conflict` where there is such a file, `unavailable` where it cannot be written
 */
export async function writeBackup(
  file: string,
  head: BackupHead,
  {
    dump,
    force,
  }: { readonly dump: (write: (piece: Piece) => Promise<void>) => Promise<void>; readonly force: boolean },
): Promise<{ readonly rows: number }> {
  const draft = `${file}.${process.pid}.part`;
  try {
    const handle = await open(draft, 'wx', 0o600);
    const gzip = createGzip();
    const written = pipeline(gzip, handle.createWriteStream({ flush: true }));
    // It is waited for at the end; until then, what went wrong shows where the next line is written.
    written.catch(() => undefined);
    const hash = createHash('sha256');
    const write = async (value: unknown) => {
      const line = `${JSON.stringify(value)}\n`;
      hash.update(line);
      if (!gzip.write(line)) await Promise.race([once(gzip, 'drain'), written]);
    };
    let rows = 0;
    try {
      await write({ format: FORMAT, version: VERSION, ...head });
      await dump(async (piece) => {
        rows += piece.rows.length;
        await write(piece);
      });
      gzip.end(`${JSON.stringify({ rows, sha256: hash.digest('hex') })}\n`);
    } catch (error) {
      // What kept the file from being written comes first.
      gzip.destroy(error as Error);
      throw error;
    } finally {
      await written;
    }
    // A link, unlike a new name, never takes the place of a file that is there.
    await (force ? rename(draft, file) : link(draft, file));
    return { rows };
  } catch (error) {
    throw asHubError(error, file);
  } finally {
    await rm(draft, { force: true });
  }
}

/** @throws HubError `invalid` where it is no backup, or not a whole one; `unavailable` where it cannot be read */
export async function checkBackup(file: string): Promise<BackupHead & { readonly rows: number }> {
  let head: BackupHead | undefined;
  let rows = 0;
  for await (const part of readLines(file)) {
    if ('table' in part) rows += part.rows.length;
    else head = part;
  }
  if (head === undefined) throw notABackup(file);
  return { ...head, rows };
}

/** The pieces of a backup that was checked. */
export async function* readPieces(file: string): AsyncGenerator<Piece> {
  for await (const part of readLines(file)) if ('table' in part) yield part;
}

async function* readLines(file: string): AsyncGenerator<BackupHead | Piece> {
  const hash = createHash('sha256');
  let lines = 0;
  let rows = 0;
  let end: { readonly rows: number; readonly sha256: string } | undefined;
  try {
    for await (const line of linesOf(file)) {
      if (end !== undefined) throw damaged(file);
      const value = parse(line, lines === 0 ? notABackup(file) : damaged(file));
      lines += 1;
      if (lines === 1) {
        if (value.format !== FORMAT) throw notABackup(file);
        if (value.version !== VERSION) throw newer(file);
        yield value as unknown as BackupHead;
      } else if ('sha256' in value) {
        end = value as unknown as NonNullable<typeof end>;
        continue;
      } else {
        rows += (value.rows as unknown[]).length;
        yield value as unknown as Piece;
      }
      hash.update(`${line}\n`);
    }
  } catch (error) {
    throw asHubError(error, file);
  }
  if (lines === 0) throw notABackup(file);
  if (end === undefined) throw truncated(file);
  if (end.rows !== rows || end.sha256 !== hash.digest('hex')) throw damaged(file);
}

async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const unzipped = source.pipe(createGunzip());
  source.once('error', (error) => unzipped.destroy(error));
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const bytes of unzipped) {
      const lines = (rest + decoder.decode(bytes as Buffer, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
    if (rest !== '') yield rest;
  } finally {
    source.destroy();
    unzipped.destroy();
  }
}

function parse(line: string, problem: HubError): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw problem;
}

function notABackup(file: string): HubError {
  return new HubError('invalid', `${file} is not a backup made by polder backup.`);
}

function newer(file: string): HubError {
  return new HubError('invalid', `${file} was made by a newer version of Polder: restore it with that one.`);
}

function truncated(file: string): HubError {
  return new HubError('invalid', `${file} is not whole: its end is missing. Take another copy of it.`);
}

function damaged(file: string): HubError {
  return new HubError(
    'invalid',
    `${file} is damaged: it does not hold what was written. Take another copy of it.`,
  );
}

function asHubError(error: unknown, file: string): unknown {
  if (error instanceof HubError) return error;
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return new HubError('not_found', `There is no ${file}, or no folder for it.`, { cause: error });
    case 'EEXIST':
      return new HubError('conflict', `There is a ${file} already. Name another file, or say --force.`, {
        cause: error,
      });
    case 'ENOSPC':
    case 'EDQUOT':
      return new HubError('unavailable', `The disk is full: nothing was written to ${file}.`, {
        cause: error,
      });
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'EISDIR':
      return new HubError('unavailable', `${file} cannot be used: ${(error as Error).message}.`, {
        cause: error,
      });
    case 'Z_BUF_ERROR':
      return truncated(file);
    case 'Z_DATA_ERROR':
      return /incorrect header check/.test((error as Error).message) ? notABackup(file) : damaged(file);
    default:
      return error;
  }
}
