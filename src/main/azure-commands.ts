/** `polder azure …`: a course's place in Azure, from the file alone. */
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ExportedFile, exportedFiles } from '../azure/export/files.ts';
import { describePlan } from '../azure/plan.ts';
import { type Prices, readPrices } from '../azure/prices.ts';
import { formatFindings } from '../config/format.ts';
import type { Generation } from '../config/generations.ts';
import { type LoadedConfig, loadConfig } from '../config/load.ts';
import { chartValues } from '../config/migrate/chart-values.ts';
import { readFile as readText } from '../config/parse/read-file.ts';
import { HubError } from '../domain/errors.ts';
import { azureCourseOf } from './azure-course.ts';

export interface AzureOptions {
  readonly files: readonly string[];
  /** Errors to let pass, each `CODE@PATH`. */
  readonly accept: readonly string[];
  readonly generation: Generation | undefined;
}

export interface PlanOptions extends AzureOptions {
  /** A list of prices. */
  readonly prices: string | undefined;
  readonly out: (text: string) => void;
}

/** `polder azure plan --offline`. @throws HubError */
export async function planCommand(options: PlanOptions): Promise<void> {
  const course = azureCourseOf((await loadCourse(options)).config);
  const prices = options.prices === undefined ? null : await pricesIn(options.prices);
  options.out(`${describePlan(course, prices).join('\n')}\n`);
}

export interface ExportOptions extends AzureOptions {
  /** Folder that the files are put into. */
  readonly to: string;
  /** Write over files that are there. */
  readonly force: boolean;
  readonly now: Date;
  readonly sayLine: (line: string) => void;
}

/** `polder azure export`. Writes all files or, where one is there already, none. @throws HubError */
export async function exportCommand(options: ExportOptions): Promise<void> {
  const { to, force, now, sayLine } = options;
  const loaded = await loadCourse(options);
  const course = azureCourseOf(loaded.config);
  const files = exportedFiles(course, { values: await valuesFor(options.files, loaded), now });
  if (!force) await expectNoneIn(to, files);
  try {
    await mkdir(to, { recursive: true });
    for (const { name, text, mode } of files) {
      // A file that was there keeps its permissions when it is written to; one that takes its place has its own.
      const path = join(to, name);
      await writeFile(`${path}.new`, text, { mode });
      await rename(`${path}.new`, path);
    }
  } catch (error) {
    throw new HubError('invalid', `Nothing more was written to ${to}: ${reasonOf(error)}.`, { cause: error });
  }
  sayLine(`In ${to}: ${files.map(({ name }) => name).join(', ')}.`);
  sayLine('values.yaml may hold passwords, and is closed to others. Read commands.sh, then run it there.');
}

/** The course's own values, as the chart takes them. */
async function valuesFor(files: readonly string[], loaded: Loaded): Promise<string> {
  const texts = await Promise.all(
    files.map(async (file) => ({ file, text: (await readText(file)).text ?? '' })),
  );
  const { text, findings } = chartValues(texts, { merged: loaded.tree, generation: loaded.generation });
  if (text !== undefined) return text;
  const errors = findings.filter(({ severity }) => severity === 'error');
  throw new HubError(
    'invalid',
    `${formatFindings(errors, { sources: loaded.sources })}\n\nThe values could not be carried over to today's chart: mend this first.`,
  );
}

async function expectNoneIn(folder: string, files: readonly ExportedFile[]): Promise<void> {
  const there: string[] = [];
  for (const { name } of files) {
    if (await stat(join(folder, name)).catch(() => null)) there.push(name);
  }
  if (there.length === 0) return;
  throw new HubError(
    'conflict',
    `Nothing was written: in ${folder} there is ${there.join(', ')} already. --force writes over it.`,
  );
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export type Loaded = Extract<LoadedConfig, { config: object }>;

/** @throws HubError where the file has errors */
export async function loadCourse({ files, accept, generation }: AzureOptions): Promise<Loaded> {
  const loaded = await loadConfig(files, { accept, generation });
  if (loaded.config !== undefined) return loaded;
  const errors = loaded.findings.filter(({ severity }) => severity === 'error');
  throw new HubError('invalid', `${formatFindings(errors, { sources: loaded.sources })}\n\nMend this first.`);
}

async function pricesIn(file: string): Promise<Prices> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HubError('not_found', `${file} cannot be read (${error.code}).`, { cause: error });
  });
  return readPrices(text, file);
}
