import { constants, createReadStream, fstatSync, openSync } from 'node:fs';
import { Socket } from 'node:net';
import { type Finding, findingAt } from '../finding.ts';
import { MAX_FILE_BYTES } from './parse.ts';

export type ReadFile =
  | { readonly text: string; readonly finding: undefined }
  | { readonly text: undefined; readonly finding: Finding };

/** How long a pipe may say nothing: whoever fills it may have to ask for a password first. */
const PIPE_PATIENCE_MS = 30_000;

/**
 * Reads a text file in UTF-8, or in UTF-16 where a byte order mark says so; `-` is the standard input. Pipes are read too,
 * so that secrets need never be in a file: `-f <(sops -d secrets.yaml)`. Never throws, and never waits for ever.
 */
export async function readFile(
  file: string,
  options: { readonly pipePatienceMs?: number } = {},
): Promise<ReadFile> {
  const at = { place: { file, line: 1, column: 1 }, path: '' };
  try {
    const bytes =
      file === '-' ? await readStream(process.stdin) : await readBytes(file, { ...DEFAULTS, ...options });
    return { text: decode(bytes), finding: undefined };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const [name, message, help] =
      error instanceof TypeError && code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? (['not-text', 'The file is not a text in UTF-8.', 'Save it again in UTF-8.'] as const)
        : ([
            'unreadable-file',
            ...(reasonOf(file, code) ?? [`The file cannot be read (${code}).`, null]),
          ] as const);
    const finding = findingAt(at, { code: name, severity: 'error', message, help });
    return { text: undefined, finding };
  }
}

const DEFAULTS = { pipePatienceMs: PIPE_PATIENCE_MS };

/** No more than a little over the limit in its widest encoding: enough for any file to be refused as too large. */
const MAX_BYTES = 4 * MAX_FILE_BYTES;

async function readBytes(file: string, { pipePatienceMs }: typeof DEFAULTS): Promise<Uint8Array> {
  // Opening a pipe waits for whoever writes into it otherwise, and reading a terminal for whoever types.
  const fd = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK);
  // Whichever stream reads it closes it as well.
  if (!fstatSync(fd).isFIFO()) return readStream(createReadStream(file, { fd }));
  const pipe = new Socket({ fd, readable: true, writable: false });
  pipe.setTimeout(pipePatienceMs, () => {
    pipe.destroy(Object.assign(new Error('The pipe says nothing.'), { code: 'ETIMEDOUT' }));
  });
  return readStream(pipe);
}

async function readStream(stream: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_BYTES) break;
  }
  return Buffer.concat(chunks);
}

function reasonOf(file: string, code: string): readonly [message: string, help: string | null] | undefined {
  if (code === 'ENOENT' && /^https?:\/\//.test(file))
    return ['This is an address, and only files are read.', `Fetch it first: curl -o config.yaml '${file}'`];
  return REASONS[code];
}

const REASONS: { readonly [code: string]: readonly [string, string | null] | undefined } = {
  ENOENT: ['There is no such file.', null],
  ENOTDIR: ['There is no such file.', null],
  EISDIR: ['This is a folder, not a file.', 'Name the file in it.'],
  EACCES: ['The file may not be read: its permissions forbid it.', null],
  EPERM: ['The file may not be read: its permissions forbid it.', null],
  ELOOP: ['The name is a link that leads to itself.', null],
  ENXIO: ['This is a socket or a device, not a file.', null],
  EAGAIN: ['This is a device that has nothing to read, not a file.', null],
  ETIMEDOUT: [
    'This is a pipe, and nothing came out of it.',
    'See that something is written into it, or name a file.',
  ],
};

/** @throws TypeError where the bytes are no text. A byte order mark is not part of the text. */
function decode(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xff && bytes[1] === 0xfe
      ? 'utf-16le'
      : bytes[0] === 0xfe && bytes[1] === 0xff
        ? 'utf-16be'
        : 'utf-8';
  return new TextDecoder(encoding, { fatal: true }).decode(bytes);
}
