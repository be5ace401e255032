/** The mirror's own process, as the supervisor starts it, and what it does however it is started. */
import { once } from 'node:events';
import { openMirror } from '../notebooks/mirror/mirror.ts';
import { startMirrorServer } from '../notebooks/mirror/mirror-server.ts';
import type { MirrorProcessSettings } from './mirror-settings.ts';
import { openProcessLog } from './process-log.ts';

/** Runs until SIGTERM, or until the supervisor is gone. */
export async function runMirrorProcess(): Promise<void> {
  const ended = Promise.race([once(process, 'SIGTERM'), once(process, 'disconnect')]);
  process.on('SIGINT', () => undefined);
  const [settings] = await once(process, 'message');
  await serveMirror(settings as MirrorProcessSettings, { ended, greet: (url) => process.send?.({ url }) });
  if (process.connected) process.disconnect();
}

/** Runs until `ended` resolves. */
export async function serveMirror(
  settings: MirrorProcessSettings,
  { ended, greet }: { readonly ended: Promise<unknown>; readonly greet: (url: string) => void },
): Promise<void> {
  const logger = openProcessLog('mirror', settings.debug ? 'debug' : 'info');
  const entries = await openMirror({
    origins: settings.origins,
    folder: settings.folder,
    now: () => new Date(),
    onProblem: (source, problem) => logger.warn({ source, problem }, 'a repository could not be fetched'),
  });
  // Who comes first need not wait for the whole of it.
  for (const { repository } of entries.values()) void repository.fresh();
  await using server = await startMirrorServer({ ...settings, entries, logger });
  greet(server.url);
  await ended;
}
