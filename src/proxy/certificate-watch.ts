import { stat } from 'node:fs/promises';
import type { Logger } from 'pino';

/**
 * Calls `changed` when one of the files does. Looks at them from time to time, because a mounted secret is replaced
 * by moving links, which watching a file does not show.
 *
 * An error of `changed` is logged, and tried again at the next look: key and certificate may be replaced one after
 * the other.
 */
export function watchCertificate(
  files: readonly string[],
  changed: () => void,
  options: { readonly logger: Logger; readonly periodMs?: number },
): Disposable {
  if (files.length === 0) return { [Symbol.dispose]() {} };
  let seen = stateOf(files);
  const timer = setInterval(async () => {
    const before = await seen;
    const now = await stateOf(files);
    if (now === undefined || now === before) return;
    try {
      changed();
      seen = Promise.resolve(now);
    } catch (error) {
      options.logger.error({ err: error }, 'the new certificate cannot be used');
    }
  }, options.periodMs ?? 10_000);
  timer.unref();
  return {
    [Symbol.dispose]() {
      clearInterval(timer);
    },
  };
}

/** Differs when a file has changed; undefined when one cannot be read. */
async function stateOf(files: readonly string[]): Promise<string | undefined> {
  try {
    const stats = await Promise.all(files.map((file) => stat(file)));
    return stats.map(({ mtimeMs, ino, size }) => `${mtimeMs}/${ino}/${size}`).join(' ');
  } catch {
    return undefined;
  }
}
