/** `polder migrate`: a values file in the names of today's chart, with its comments. */
import { writeFile } from 'node:fs/promises';
import { formatFindings } from '../config/format.ts';
import type { Generation } from '../config/generations.ts';
import { checkText } from '../config/load.ts';
import { migrateText } from '../config/migrate/migrate.ts';
import { readFile } from '../config/parse/read-file.ts';

export interface MigrateOptions {
  readonly file: string;
  /** Where the result goes; undefined: to `out`. */
  readonly output: string | undefined;
  /** Which chart the file is for, where it does not say it. */
  readonly generation?: Generation | undefined;
  readonly out: (text: string) => void;
  /** What is not the result. */
  readonly say: (text: string) => void;
  readonly color?: boolean;
}

/** @returns the exit code: 0 where the result was written, 1 where the file could not be carried over. */
export async function migrateCommand(options: MigrateOptions): Promise<0 | 1> {
  const { file, output, generation, out, say, color = false } = options;
  const read = await readFile(file);
  if (read.text === undefined) {
    say(`${formatFindings([read.finding], { color })}\n`);
    return 1;
  }
  const { text, findings } = migrateText(read.text, file, { generation });
  if (text === undefined) {
    const { sources } = checkText(read.text, file, { generation });
    const errors = findings.filter(({ severity }) => severity === 'error');
    say(`${formatFindings(errors, { color, sources })}\n\n${file} was not carried over: mend this first.\n`);
    return 1;
  }
  if (output === undefined) {
    out(text);
    return 0;
  }
  try {
    // Another file is never written over: it may be the only one of its kind.
    await writeFile(output, text, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    const reason = code === 'EEXIST' ? 'there is such a file already' : `it cannot be written (${code})`;
    say(`Nothing was written to ${output}: ${reason}.\n`);
    return 1;
  }
  say(`${output} says the same as ${file}, in the names of today's chart.\n`);
  return 0;
}
