import { realpath } from 'node:fs/promises';
import type { BaseLogger } from 'pino';
import type { Run } from '../spawner.ts';
import { openProcessTable } from './processes.ts';
import { RunFiles } from './run-files.ts';
import { Runs } from './runs.ts';

/**
 * Ends every server that runs below a data folder, without what it takes to start one: for when the hub does not run.
 * @returns those that were ended
 */
export async function endRuns(options: {
  readonly directory: string;
  readonly graceSeconds: number;
  readonly logger: BaseLogger;
}): Promise<readonly Run[]> {
  const files = new RunFiles(await realpath(options.directory));
  await files.open();
  await using runs = new Runs({ files, table: await openProcessTable(), logger: options.logger });
  const records = await runs.list();
  await Promise.all(
    records.map(async (record) => {
      await runs.end(record, options.graceSeconds);
      await files.forget(record);
    }),
  );
  return records;
}
