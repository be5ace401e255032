import { text } from 'node:stream/consumers';
import type { Logger } from 'pino';
import { ACTIVITY_PATH, type ActivityReport, LARGEST_REPORT } from '../../domain/route-feed.ts';
import type { FollowedRoute, FollowedRoutes } from './followed-routes.ts';
import { answerOf, type Hub, postToHub } from './hub-request.ts';

const PERIOD_MS = 5_000;
const TIMEOUT_MS = 5_000;
/** What nobody has asked for any more is given up soon. */
const FAREWELL_MS = 1_000;

/**
 * Tells the hub when its routes were last used: those that were since the last time. The routes themselves remember
 * when that was, so nothing is lost while the hub is away, and nothing grows.
 */
export class ActivityReporter implements AsyncDisposable {
  readonly #hubs: readonly Hub[];
  readonly #routes: FollowedRoutes;
  readonly #logger: Logger;
  readonly #now: () => Date;
  readonly #timer: NodeJS.Timeout;
  #turn = 0;
  #sending: Promise<void> | undefined;

  constructor(parts: {
    readonly hubs: readonly Hub[];
    readonly routes: FollowedRoutes;
    readonly logger: Logger;
    readonly now: () => Date;
    readonly periodMs?: number;
  }) {
    this.#hubs = parts.hubs;
    this.#routes = parts.routes;
    this.#logger = parts.logger;
    this.#now = parts.now;
    this.#timer = setInterval(() => this.#begin(), parts.periodMs ?? PERIOD_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#sending;
    await this.#send(FAREWELL_MS);
  }

  #begin(): void {
    this.#sending ??= this.#send(TIMEOUT_MS).finally(() => {
      this.#sending = undefined;
    });
  }

  /** Never throws: what could not be told is told the next time. */
  async #send(timeoutMs: number): Promise<void> {
    const used = Array.from(this.#routes.all()).filter(wasUsed);
    try {
      for (let start = 0; start < used.length; start += LARGEST_REPORT)
        await this.#post(used.slice(start, start + LARGEST_REPORT), AbortSignal.timeout(timeoutMs));
    } catch (error) {
      this.#turn += 1;
      this.#logger.debug({ reason: String(error) }, 'the hub could not be told of activity yet');
    }
  }

  async #post(used: readonly FollowedRoute[], signal: AbortSignal): Promise<void> {
    const now = this.#now().getTime();
    const seen = used.map((followed) => ({ followed, at: followed.entry!.lastActivity }));
    const idle = Object.fromEntries(
      seen.map(({ followed, at }) => [followed.route.prefix, Math.max(0, now - at)]),
    );
    const hub = this.#hubs[this.#turn % this.#hubs.length]!;
    const request = postToHub(hub, { path: ACTIVITY_PATH, type: 'application/json', signal });
    request.end(JSON.stringify({ idle } satisfies ActivityReport));
    await text(await answerOf(request, 204));
    for (const { followed, at } of seen) followed.reportedUpTo = at;
  }
}

function wasUsed({ entry, reportedUpTo }: FollowedRoute): boolean {
  return entry !== undefined && entry.lastActivity > reportedUpTo;
}
