/** Logs that servers write to: the hub reads their ends and keeps them from filling the disk. */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';

/** Bytes: a log that is longer is cut to its end. */
const maxLogSize = 16 * 1024 * 1024;
const keptOfCutLog = 1024 * 1024;
const maxTail = 256 * 1024;

/** The last lines of a log; '' where there is none. */
export async function lastLines(file: string, lines: number): Promise<string> {
  if (lines <= 0) return '';
  const text = await lastBytes(file, maxTail);
  return text.replace(/\n$/, '').split('\n').slice(-lines).join('\n');
}

/** The last bytes of a file as text, from the beginning of a character on; '' where there is none. */
export async function lastBytes(file: string, count: number): Promise<string> {
  await using handle = await openLog(file, constants.O_RDONLY);
  if (handle === null) return '';
  return (await readEnd(handle, count)).toString('utf8').replace(/^\uFFFD+/, '');
}

/**
 * Cuts a log that has grown too long to its last part. Servers append, so they go on behind it; what one writes
 * between reading and cutting is lost, which a log of that size can bear.
 */
export async function boundLog(file: string): Promise<void> {
  await using handle = await openLog(file, constants.O_RDWR);
  if (handle === null || (await handle.stat()).size <= maxLogSize) return;
  const end = await readEnd(handle, keptOfCutLog);
  await handle.truncate(0);
  await handle.write(Buffer.concat([Buffer.from('[the beginning of this log was cut off]\n'), end]), 0);
}

async function readEnd(handle: FileHandle, count: number): Promise<Buffer> {
  const { size } = await handle.stat();
  const buffer = Buffer.alloc(Math.min(size, count));
  const { bytesRead } = await handle.read(buffer, 0, buffer.length, size - buffer.length);
  return buffer.subarray(0, bytesRead);
}

async function openLog(file: string, flags: number): Promise<FileHandle | null> {
  try {
    return await open(file, flags | constants.O_NOFOLLOW);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
