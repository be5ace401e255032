/** `polder config show`: the values that count, and where each comes from. */
import { effectiveValues } from '../config/explain/effective.ts';
import { formatFindings } from '../config/format.ts';
import type { Generation } from '../config/generations.ts';
import { loadConfig } from '../config/load.ts';

export interface ShowOptions {
  readonly files: readonly string[];
  /** Errors to let pass, each `CODE@PATH`: a value of the wrong form is left out then. */
  readonly accept: readonly string[];
  /** Which chart the files are for, where they do not say it. */
  readonly generation?: Generation | undefined;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly color?: boolean;
}

/** @returns the exit code: 0; 1 where the files could not be read, or hold what has the wrong form. */
export async function showCommand(options: ShowOptions): Promise<0 | 1> {
  const { files, accept, generation, json, out, color = false } = options;
  const loaded = await loadConfig(files, { accept, generation });
  // Of what could not be read, or has the wrong form, nobody knows what counts.
  if (!loaded.complete || loaded.values === undefined) {
    const errors = loaded.findings.filter(({ severity }) => severity === 'error');
    out(`${formatFindings(errors, { color, sources: loaded.sources })}\n`);
    return 1;
  }
  const values = effectiveValues(loaded.lifted, loaded.generation);
  if (json) {
    out(`${JSON.stringify({ generation: loaded.generation, values }, null, 2)}\n`);
    return 0;
  }
  const width = Math.min(Math.max(...values.map(({ origin }) => origin.length)), 40);
  for (const { key, value, origin } of values) out(`${origin.padEnd(width)}  ${key}: ${value}\n`);
  return 0;
}
