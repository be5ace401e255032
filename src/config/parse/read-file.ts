import { createReadStream } from 'node:fs';
import { type Finding, findingAt } from '../finding.ts';
import { MAX_FILE_BYTES } from './parse.ts';

export type ReadFile =
  | { readonly text: string; readonly finding: undefined }
  | { readonly text: undefined; readonly finding: Finding };

/** Reads a text file in UTF-8, or in UTF-16 where a byte order mark says so. Never throws. */
export async function readFile(file: string): Promise<ReadFile> {
  const at = { place: { file, line: 1, column: 1 }, path: '' };
  try {
    return { text: decode(await readBytes(file)), finding: undefined };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    const [name, message, help] =
      error instanceof TypeError && code === 'ERR_ENCODING_INVALID_ENCODED_DATA'
        ? (['not-text', 'The file is not a text in UTF-8.', 'Save it again in UTF-8.'] as const)
        : (['unreadable-file', REASONS[code] ?? `The file cannot be read (${code}).`, null] as const);
    const finding = findingAt(at, { code: name, severity: 'error', message, help });
    return { text: undefined, finding };
  }
}

/** At most a little more than the limit in its widest encoding, so that no file is too large to be refused. */
async function readBytes(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of createReadStream(file, { end: 4 * MAX_FILE_BYTES })) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const REASONS: { readonly [code: string]: string | undefined } = {
  ENOENT: 'There is no such file.',
  EISDIR: 'This is a folder, not a file.',
  EACCES: 'The file may not be read: its permissions forbid it.',
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
