import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from 'pino';
import { FEED_PATH, type FeedMessage, type FollowerReport, SILENCE_MS } from '../../domain/route-feed.ts';
import { jsonLines } from '../../lib/json-lines.ts';
import type { FollowedRoutes } from './followed-routes.ts';
import { answerOf, type Hub, postToHub, TokenRefused } from './hub-request.ts';

const FIRST_PAUSE_MS = 50;
/** So soon is a hub found that has come back; sooner where clients wait for the first table. */
const LONGEST_PAUSE_MS = 500;
const LONGEST_PAUSE_WITHOUT_TABLE_MS = 100;
/** In characters; a hundred thousand routes have less. */
const LONGEST_MESSAGE = 64 * 1024 * 1024;

/**
 * Follows the hub's routes, for good: a connection that is lost is made again, to the next of the hubs, and goes on
 * where the last one ended.
 */
export class RouteFollower implements AsyncDisposable {
  readonly #hubs: readonly Hub[];
  readonly #routes: FollowedRoutes;
  readonly #changed: () => void;
  readonly #follows: (hub: Hub) => void;
  readonly #logger: Logger;
  readonly #ending = new AbortController();
  readonly #running: Promise<void>;
  #isFollowing = false;
  #divergesFrom = false;
  /** Of each hub, why it was not followed the last time. */
  readonly #lastReasons = new Map<Hub, string>();

  /**
   * @param parts.changed called when the routes are not what they were
   * @param parts.follows called when there is a hub that tells them, which may be another one than before
   */
  constructor(parts: {
    readonly hubs: readonly Hub[];
    readonly routes: FollowedRoutes;
    readonly changed: () => void;
    readonly follows: (hub: Hub) => void;
    readonly logger: Logger;
  }) {
    this.#hubs = parts.hubs;
    this.#routes = parts.routes;
    this.#changed = parts.changed;
    this.#follows = parts.follows;
    this.#logger = parts.logger;
    this.#running = this.#run();
  }

  /** Whether there is a hub that tells us of changes. */
  get isFollowing(): boolean {
    return this.#isFollowing;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    for (let turn = 0; !this.#ending.signal.aborted; turn++) {
      const hub = this.#hubs[turn % this.#hubs.length]!;
      const end: unknown = await this.#follow(hub).catch((error: unknown) => error);
      if (this.#ending.signal.aborted) return;
      if (this.#isFollowing) pause = FIRST_PAUSE_MS;
      this.#noteEnd(hub, String(end));
      this.#isFollowing = false;
      // Many proxies lose one hub at one moment: they come back at different ones.
      await delay(pause * (0.5 + Math.random()), undefined, { signal: this.#ending.signal }).catch(() => {});
      const isUrgent = this.#routes.position === undefined && !(end instanceof TokenRefused);
      const longest = isUrgent ? LONGEST_PAUSE_WITHOUT_TABLE_MS : LONGEST_PAUSE_MS;
      pause = Math.min(pause * 2, longest);
    }
  }

  /** @returns why it ended. */
  async #follow(hub: Hub): Promise<string> {
    const gone = new AbortController();
    const silence = setTimeout(() => gone.abort(), SILENCE_MS);
    const request = postToHub(hub, {
      path: `${FEED_PATH}${this.#query()}`,
      type: 'application/x-ndjson',
      signal: AbortSignal.any([gone.signal, this.#ending.signal]),
    });
    try {
      request.flushHeaders();
      const answer = await answerOf(request, 200);
      for await (const message of messagesOf(answer)) {
        silence.refresh();
        this.#apply(message);
        const report: FollowerReport = { applied: message.number };
        request.write(`${JSON.stringify(report)}\n`);
        if (!this.#isFollowing) this.#noteBegin(hub, message);
      }
      return 'the hub has ended';
    } finally {
      clearTimeout(silence);
      request.destroy();
    }
  }

  #query(): string {
    const { position } = this.#routes;
    if (position === undefined || this.#divergesFrom) return '';
    return `?${new URLSearchParams({ feed: position.feed, since: String(position.number) })}`;
  }

  #apply(message: FeedMessage): void {
    try {
      this.#routes.apply(message);
    } catch (error) {
      this.#divergesFrom = true;
      throw error;
    }
    if (message.kind === 'checkpoint') return;
    this.#divergesFrom = false;
    this.#changed();
  }

  #noteBegin(hub: Hub, { kind, number }: FeedMessage): void {
    this.#isFollowing = true;
    this.#follows(hub);
    this.#lastReasons.clear();
    this.#logger.info({ hub: hub.url, kind, number }, "following the hub's routes");
  }

  /** A hub that is away for long is one line, not one for each attempt. */
  #noteEnd(hub: Hub, reason: string): void {
    const isNews = this.#isFollowing || reason !== this.#lastReasons.get(hub);
    this.#lastReasons.set(hub, reason);
    this.#logger[isNews ? 'warn' : 'debug']({ hub: hub.url, reason }, 'not following: trying again');
  }
}

async function* messagesOf(answer: IncomingMessage): AsyncGenerator<FeedMessage> {
  for await (const message of jsonLines(answer, { longest: LONGEST_MESSAGE })) yield message as FeedMessage;
}
