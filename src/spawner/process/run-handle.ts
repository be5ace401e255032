/** What the hub keeps of a run, to name it by. */
import type { Json } from '../../domain/server.ts';
import type { Launched, Run } from '../spawner.ts';
import type { RunRecord } from './run-files.ts';

const serverIdPattern = /^srv-[A-Za-z0-9_-]{1,100}$/;

/** Whether it can be the name of a folder. */
export function isRun(run: Run): boolean {
  return serverIdPattern.test(run.serverId) && Number.isSafeInteger(run.attempt) && run.attempt >= 0;
}

/** The run that a handle names; null where it is no handle of ours. */
export function runOf(handle: Json): Run | null {
  const run = (handle ?? {}) as unknown as Run;
  return isRun(run) ? { serverId: run.serverId, attempt: run.attempt } : null;
}

export function handleOf(record: RunRecord): Json {
  const { serverId, attempt, pid, startTime, port } = record;
  return { serverId, attempt, pid, startTime, port };
}

export function launchedOf(record: RunRecord): Launched {
  return { handle: handleOf(record), target: `http://127.0.0.1:${record.port}` };
}

export function keyOf(run: Run): string {
  return `${run.serverId}/${run.attempt}`;
}
