/**
 * The routes, for proxies to follow. One reader for all followers of this hub: it keeps the last change of every prefix
 * in memory, and looks into the store when it is woken and every so often anyway.
 *
 * A follower takes messages when it has room for them. What happens meanwhile waits as one number, not as a queue: the
 * next message holds all that changed since the last.
 */
import { isSameRoute, type Route, type RouteChange } from '../domain/route.ts';
import { CHECKPOINT_MS, checksumOf, type FeedMessage, type FeedPosition } from '../domain/route-feed.ts';
import type { ServerId } from '../domain/server.ts';
import type { Store } from '../store/store.ts';
import type { HubEvents } from './events.ts';
import type { Reconciler } from './reconcilers/reconciler.ts';

/** How long somebody who is to be sent to a route waits for proxies that do not have it. */
const PATIENCE_MS = 500;

/** One proxy that follows. */
export interface Follower {
  /** Ends with the signal by which it was begun. Each message says what there is at the time when it is asked for. */
  readonly messages: AsyncGenerator<FeedMessage>;
  /** It has applied everything up to this number. */
  report(applied: number): void;
}

interface Following {
  readonly address: string;
  applied: number;
  /** It kept somebody waiting: nobody waits for it until it has caught up. */
  isLate: boolean;
}

export class RouteFeed implements Reconciler, Disposable {
  readonly name = 'route feed';
  readonly periodMs = 2_000;
  readonly #store: Store;
  readonly #events: HubEvents;
  readonly #followers = new Set<Following>();
  readonly #changes = new Map<string, RouteChange>();
  readonly #checkpoints: NodeJS.Timeout;
  #feed = '';
  #number = -1;
  #forgottenUpTo = 0;
  #checkpoint = 0;
  #reading: Promise<void> | undefined;
  #nextReading: Promise<void> | undefined;
  #news = Promise.withResolvers<void>();
  #reports = Promise.withResolvers<void>();
  #snapshot: (FeedMessage & { readonly kind: 'snapshot' }) | undefined;
  #latest: { readonly after: number; readonly message: FeedMessage } | undefined;
  #checksum: { readonly number: number; readonly message: FeedMessage } | undefined;

  constructor(parts: { readonly store: Store; readonly events: HubEvents }) {
    this.#store = parts.store;
    this.#events = parts.events;
    this.#checkpoints = setInterval(() => {
      this.#checkpoint += 1;
      this.#tell();
    }, CHECKPOINT_MS);
  }

  reconcile(): Promise<void> {
    return this.look();
  }

  /** After it, what was committed before it is known here. @throws HubError `unavailable` as the store does. */
  look(): Promise<void> {
    if (this.#reading === undefined) {
      this.#reading = this.#read().finally(() => {
        this.#reading = undefined;
      });
      return this.#reading;
    }
    // The one under way may have looked before the change for which this one is asked.
    this.#nextReading ??= this.#reading
      .catch(() => undefined)
      .then(() => {
        this.#nextReading = undefined;
        return this.look();
      });
    return this.#nextReading;
  }

  /** Every route there is now. @throws HubError `unavailable` as the store does. */
  async routes(): Promise<readonly Route[]> {
    await this.look();
    return this.#wholeTable().routes;
  }

  /** What was last read of a prefix. */
  change(prefix: string): RouteChange | undefined {
    return this.#changes.get(prefix);
  }

  /** Whether this is the route that was last read. */
  has(route: Route): boolean {
    return isSameRoute(this.#changes.get(route.prefix)?.route ?? null, route);
  }

  serverOf(prefix: string): ServerId | null {
    return this.#changes.get(prefix)?.serverId ?? null;
  }

  /** @param position undefined for who has nothing yet. */
  follow(
    position: FeedPosition | undefined,
    { address, signal }: { readonly address: string; readonly signal: AbortSignal },
  ): Follower {
    const following: Following = { address, applied: position?.number ?? -1, isLate: false };
    return {
      messages: this.#messages(following, { position, signal }),
      report: (applied) => {
        following.applied = applied;
        if (applied >= this.#number) following.isLate = false;
        this.#heard();
      },
    };
  }

  /** Resolves when all who follow have applied the change of this number, or have had their time for it. */
  async applied(number: number): Promise<void> {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      this.#heard();
    }, PATIENCE_MS);
    for (;;) {
      const waitedFor = [...this.#followers].filter((one) => one.applied < number && !one.isLate);
      if (isOver) for (const one of waitedFor) one.isLate = true;
      if (isOver || waitedFor.length === 0) break;
      await this.#reports.promise;
    }
    clearTimeout(timer);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#checkpoints);
  }

  async *#messages(
    following: Following,
    { position, signal }: { readonly position: FeedPosition | undefined; readonly signal: AbortSignal },
  ): AsyncGenerator<FeedMessage> {
    const wake = () => this.#tell();
    signal.addEventListener('abort', wake);
    this.#followers.add(following);
    this.#events.proxyFollows(following.address, position?.number ?? null);
    try {
      // It may know more than we have read: it followed another hub, which had read the change before us.
      if (position === undefined || position.feed !== this.#feed || position.number > this.#number)
        await this.look();
      let sent = position ?? { feed: '', number: -1 };
      let checkpoint = -1;
      while (!signal.aborted) {
        const news = this.#news.promise;
        const message = this.#messageAfter(sent, checkpoint);
        if (message === undefined) {
          await news;
          continue;
        }
        if (message.kind === 'checkpoint') checkpoint = this.#checkpoint;
        sent = { feed: this.#feed, number: message.number };
        yield message;
      }
    } finally {
      signal.removeEventListener('abort', wake);
      this.#followers.delete(following);
      this.#events.proxyLeft(following.address);
      this.#heard();
    }
  }

  #messageAfter(sent: FeedPosition, checkpoint: number): FeedMessage | undefined {
    const isUsable =
      sent.feed === this.#feed && sent.number <= this.#number && sent.number >= this.#forgottenUpTo;
    if (!isUsable) return this.#wholeTable();
    if (sent.number < this.#number) return this.#changesAfter(sent.number);
    return checkpoint === this.#checkpoint ? undefined : this.#checksumNow();
  }

  // What many followers are sent is made once.

  #wholeTable(): FeedMessage & { readonly kind: 'snapshot' } {
    this.#snapshot ??= {
      kind: 'snapshot',
      feed: this.#feed,
      number: this.#number,
      routes: [...this.#changes.values()].flatMap(({ route }) => (route === null ? [] : [route])),
    };
    return this.#snapshot;
  }

  #changesAfter(after: number): FeedMessage {
    if (this.#latest?.after !== after) {
      const changes = [...this.#changes.values()]
        .filter((change) => change.number > after)
        .map(({ prefix, route }) => ({ prefix, route }));
      this.#latest = { after, message: { kind: 'changes', number: this.#number, changes } };
    }
    return this.#latest.message;
  }

  #checksumNow(): FeedMessage {
    if (this.#checksum?.number !== this.#number) {
      const checksum = checksumOf(this.#wholeTable().routes);
      this.#checksum = {
        number: this.#number,
        message: { kind: 'checkpoint', number: this.#number, checksum },
      };
    }
    return this.#checksum.message;
  }

  async #read(): Promise<void> {
    const from = this.#number;
    let news = await this.#store.routes.changes(Math.max(0, from));
    const isAnother = news.feed !== this.#feed || news.number < from || from < news.forgottenUpTo;
    // A database that was put back or made anew begins elsewhere.
    if (isAnother && from > 0) news = await this.#store.routes.changes(0);
    if (!isAnother && news.number === from && news.forgottenUpTo === this.#forgottenUpTo) return;
    if (isAnother) this.#changes.clear();
    for (const change of news.changes) this.#changes.set(change.prefix, change);
    if (news.forgottenUpTo > this.#forgottenUpTo) {
      for (const { prefix, number, route } of this.#changes.values())
        if (route === null && number <= news.forgottenUpTo) this.#changes.delete(prefix);
    }
    this.#feed = news.feed;
    this.#number = news.number;
    this.#forgottenUpTo = news.forgottenUpTo;
    this.#snapshot = undefined;
    this.#latest = undefined;
    this.#checksum = undefined;
    this.#tell();
  }

  /** Those who wait for followers look again. */
  #heard(): void {
    this.#reports.resolve();
    this.#reports = Promise.withResolvers();
  }

  /** Followers look again. */
  #tell(): void {
    this.#news.resolve();
    this.#news = Promise.withResolvers();
  }
}
