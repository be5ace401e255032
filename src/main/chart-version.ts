import { type Generation, generationOf } from '../config/generations.ts';

export type ChartVersion =
  | { readonly generation: Generation | null; readonly problem: undefined }
  | { readonly generation: null; readonly problem: string };

/** What `--chart-version` was given, or why it cannot be that. */
export function readChartVersion(text: string | undefined): ChartVersion {
  if (text === undefined) return { generation: null, problem: undefined };
  const generation = generationOf(text);
  if (generation !== undefined) return { generation, problem: undefined };
  return {
    generation: null,
    problem: `“${text}” is no version of a chart; an example: --chart-version 0.8.2\n`,
  };
}
