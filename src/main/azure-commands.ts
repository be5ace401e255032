/** `polder azure …`: a course's place in Azure, from the file alone. */
import { readFile } from 'node:fs/promises';
import type { AzureCourse } from '../azure/course.ts';
import { describePlan } from '../azure/plan.ts';
import { type Prices, readPrices } from '../azure/prices.ts';
import { formatFindings } from '../config/format.ts';
import type { Generation } from '../config/generations.ts';
import { loadConfig } from '../config/load.ts';
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
  const course = await readAzureCourse(options);
  const prices = options.prices === undefined ? null : await pricesIn(options.prices);
  options.out(`${describePlan(course, prices).join('\n')}\n`);
}

/** @throws HubError where the file has errors, or nothing of Azure */
async function readAzureCourse({ files, accept, generation }: AzureOptions): Promise<AzureCourse> {
  const loaded = await loadConfig(files, { accept, generation });
  if (loaded.config !== undefined) return azureCourseOf(loaded.config);
  const errors = loaded.findings.filter(({ severity }) => severity === 'error');
  throw new HubError('invalid', `${formatFindings(errors, { sources: loaded.sources })}\n\nMend this first.`);
}

async function pricesIn(file: string): Promise<Prices> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new HubError('not_found', `${file} cannot be read (${error.code}).`, { cause: error });
  });
  return readPrices(text, file);
}
