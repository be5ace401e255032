/** `polder check`: says what a config.yaml means and what is wrong with it. */
import { describeAdmission } from '../config/admission.ts';
import { countFindings, formatFindings } from '../config/format.ts';
import { loadConfig } from '../config/load.ts';

export interface CheckOptions {
  readonly files: readonly string[];
  /** Warnings count as errors. */
  readonly strict: boolean;
  /** Errors to let pass, each `CODE@PATH`. */
  readonly accept: readonly string[];
  /** Findings as JSON, for programs. */
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly color?: boolean;
}

/** @returns the exit code: 0 where the course would run as the file says, 1 where not, 2 where the command is wrong. */
export async function checkCommand({
  files,
  strict,
  accept,
  json,
  out,
  color = false,
}: CheckOptions): Promise<0 | 1 | 2> {
  const malformed = accept.find((one) => !/^[a-z][a-z-]*@/.test(one));
  if (files.length === 0 || malformed !== undefined) {
    out(
      malformed === undefined
        ? 'Name at least one file: polder check -f config.yaml\n'
        : `“${malformed}” is not CODE@PATH; an example: --accept placeholder@singleuser.image.name\n`,
    );
    return 2;
  }
  const loaded = await loadConfig(files, { accept });
  const failing = strict ? ['error', 'warning'] : ['error'];
  const exitCode = loaded.findings.some(({ severity }) => failing.includes(severity)) ? 1 : 0;
  if (json) {
    out(`${JSON.stringify({ generation: loaded.generation, findings: loaded.findings }, null, 2)}\n`);
    return exitCode;
  }
  const found = formatFindings(loaded.findings, { color, sources: loaded.sources });
  if (found !== '') out(`${found}\n\n`);
  if (loaded.config !== undefined) out(`${describeAdmission(loaded.config.login)}\n`);
  const counts = (['error', 'warning', 'note'] as const).map((severity) =>
    countFindings(loaded.findings, severity),
  );
  out(`${files.join(', ')}: ${counts.join(', ')}.\n`);
  return exitCode;
}
