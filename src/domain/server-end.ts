/** What ends a server that nobody stops, and when. */
import { type ClassTime, isInClass } from './class-time.ts';
import type { Server } from './server.ts';

/** 0: never. */
export interface EndRule {
  /** Unused for so long, a server is stopped. */
  readonly timeoutSeconds: number;
  /** So long after its start it is stopped in any case. */
  readonly maxAgeSeconds: number;
}

export interface ServerEnds {
  /** When it has gone unused for too long, if nobody uses it until then; null: never. */
  readonly idle: Date | null;
  /** When it has run for too long; null: never. */
  readonly age: Date | null;
}

/** Classes aside, in which nobody's server is stopped. */
export function endsOf(
  server: Pick<Server, 'startedAt' | 'readyAt' | 'lastActivityAt'>,
  { timeoutSeconds, maxAgeSeconds }: EndRule,
): ServerEnds {
  const used = Math.max(server.lastActivityAt?.getTime() ?? 0, server.readyAt?.getTime() ?? 0);
  return {
    idle: timeoutSeconds > 0 ? new Date(used + timeoutSeconds * 1000) : null,
    age:
      maxAgeSeconds > 0 && server.startedAt
        ? new Date(server.startedAt.getTime() + maxAgeSeconds * 1000)
        : null,
  };
}

/** When a server that is due at `at` is stopped: then, or at the end of the class that goes on. In order of start. */
export function afterClass(times: readonly ClassTime[], at: Date): Date {
  return times.reduce((until, time) => (isInClass([time], until) ? time.end : until), at);
}
