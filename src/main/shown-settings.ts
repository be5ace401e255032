/** The config as it is in effect, for those who administer the course: what pages show of it, without secrets. */
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { effectiveValues } from '../config/explain/effective.ts';
import type { LoadedConfig } from '../config/load.ts';
import type { ShownSettings } from '../http/parts.ts';

/** Goes from one process to the other as JSON. */
export interface SettingsAsRead extends Omit<ShownSettings, 'changedFiles'> {
  /** Where the files are, and when each was written. */
  readonly written: readonly { readonly path: string; readonly at: number | null }[];
}

export async function settingsAsRead(
  files: readonly string[],
  loaded: LoadedConfig,
): Promise<SettingsAsRead> {
  return {
    values: effectiveValues(loaded.lifted, loaded.generation).map(({ key, value, origin }) => ({
      key,
      value,
      origin,
      said: !origin.startsWith('default of '),
    })),
    findings: loaded.findings.map(({ code, severity, path, position, message, help }) => ({
      code,
      severity,
      where: position === null ? path : `${position.file}:${position.line}`,
      message,
      help,
    })),
    written: await Promise.all(
      files.map(async (file) => ({ path: resolve(file), at: await writtenAt(file) })),
    ),
  };
}

/** The same for the hub, which looks whether the files have changed when it is asked. */
export function shownSettings({ values, findings, written }: SettingsAsRead): ShownSettings {
  return {
    values,
    findings,
    async changedFiles() {
      const now = await Promise.all(written.map(({ path }) => writtenAt(path)));
      return written.filter(({ at }, index) => at !== now[index]).map(({ path }) => path);
    },
  };
}

/** Milliseconds; null where it is not there. */
async function writtenAt(file: string): Promise<number | null> {
  return await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => null,
  );
}
