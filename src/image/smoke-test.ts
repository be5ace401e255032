import { readFile } from 'node:fs/promises';
import { HubError } from '../domain/errors.ts';
import { assetPath } from '../lib/asset.ts';
import type { Builder } from './builder.ts';

export interface SmokeTest {
  readonly user: { readonly uid: number; readonly gid: number };
  /** Of the single-user server. */
  readonly command: readonly string[];
  /** That must be on PATH, as what the course runs when a server starts. */
  readonly programs: readonly string[];
  /** Names of what pip was asked for. */
  readonly distributions: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

interface Seen {
  readonly what: string;
  readonly failure: string | null;
}

/**
 * Starts the image as a student's server is started, with a stand-in for the hub.
 * @throws HubError with all that is wrong
 */
export async function smokeTest(
  builder: Builder,
  reference: string,
  { user, progress, ...asked }: SmokeTest & { readonly progress: (line: string) => void },
): Promise<void> {
  const program = await readFile(assetPath('image/smoke-test.py'), 'utf8');
  const seen: Seen[] = [];
  const end = await builder.run(reference, {
    user,
    command: ['python3', '-'],
    // Not as an argument, which everybody on the machine can read.
    input: `${program}\nmain("${Buffer.from(JSON.stringify(asked)).toString('base64')}")\n`,
    onLine: (line) => {
      const one = readSeen(line);
      if (one === null) return;
      seen.push(one);
      progress(one.failure === null ? `  ✓ ${one.what}` : `  ✗ ${one.what}: ${one.failure}`);
    },
  });
  const failed = seen.filter(({ failure }) => failure !== null).length;
  if (end.code === 0 && failed === 0) return;
  throw new HubError(
    'invalid',
    end.code === 0
      ? `${reference} was built, but would not serve the course: ${failed} of ${seen.length} things are wrong with it. Nothing was pushed.`
      : `${reference} was built, but could not be tried:\n${end.lastLines.slice(-8).join('\n')}\nNothing was pushed. --no-smoke goes on without.`,
  );
}

/** Null for what the image itself says beside it. */
function readSeen(line: string): Seen | null {
  if (!line.startsWith('{"what": ')) return null;
  try {
    return JSON.parse(line) as Seen;
  } catch {
    return null;
  }
}
