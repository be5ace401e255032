/** `polder config show`: the values that count, and where each comes from. */
import { effectiveValues } from '../config/explain/effective.ts';
import { formatFindings } from '../config/format.ts';
import { loadConfig } from '../config/load.ts';
import { readChartVersion } from './chart-version.ts';

export interface ShowOptions {
  readonly files: readonly string[];
  readonly chartVersion: string | undefined;
  readonly json: boolean;
  readonly out: (text: string) => void;
  readonly color?: boolean;
}

/** @returns the exit code: 0; 1 where the files could not be read, or hold what has the wrong form; 2 for a wrong command. */
export async function showCommand(options: ShowOptions): Promise<0 | 1 | 2> {
  const { files, json, out, color = false } = options;
  const chart = readChartVersion(options.chartVersion);
  if (chart.problem !== undefined) {
    out(chart.problem);
    return 2;
  }
  const loaded = await loadConfig(files, { generation: chart.generation });
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
