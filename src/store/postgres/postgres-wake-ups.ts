import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { WakeUps } from '../sql/backend.ts';
import type { Topic } from '../store.ts';

const CHANNEL = 'polder';
const TOPICS: readonly Topic[] = [
  'users',
  'groups',
  'servers',
  'shares',
  'tokens',
  'sessions',
  'progress',
  'routes',
];

/** What is told within this time of the last is told together. */
const MERGE_MILLISECONDS = 10;
/** How soon it connects again, and how much later at most while that fails. */
const FIRST_PAUSE_MILLISECONDS = 100;
const LONGEST_PAUSE_MILLISECONDS = 5_000;
/** How often it asks whether the connection is still one. */
const HEARTBEAT_MILLISECONDS = 15_000;

/**
 * NOTIFY and LISTEN on one connection of its own, which is made again when it is lost. A notice is sent after the
 * commit, not with it: PostgreSQL commits transactions that notify one after another. One that is lost so is made up
 * for by those who listen, who look every few seconds.
 */
export class NotifyWakeUps implements WakeUps {
  readonly #config: pg.ClientConfig;
  readonly #closed = new AbortController();
  readonly #pending = new Set<Topic>();
  readonly #tried = Promise.withResolvers<void>();
  #client: pg.Client | undefined;
  #isSending = false;
  #running: Promise<void> | undefined;

  constructor(config: pg.ClientConfig) {
    this.#config = config;
  }

  hear(listener: (topics: Iterable<Topic>) => void): void {
    this.#running = this.#listen(listener);
  }

  tell(topics: Iterable<Topic>): void {
    for (const topic of topics) this.#pending.add(topic);
    if (!this.#isSending) void this.#send();
  }

  /** Resolves when it listens, or the first attempt to has failed. */
  get tried(): Promise<void> {
    return this.#tried.promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed.abort();
    await this.#client?.end().catch(() => {});
    await this.#running;
  }

  async #listen(listener: (topics: Iterable<Topic>) => void): Promise<void> {
    const { signal } = this.#closed;
    let pause = FIRST_PAUSE_MILLISECONDS;
    let hasMissed = false;
    while (!signal.aborted) {
      const client = new pg.Client(this.#config);
      const ended = new Promise<void>((resolve) => client.once('end', resolve));
      client.on('error', () => {});
      client.on('notification', ({ processId, channel, payload = '' }) => {
        // Those within this process have been told.
        if (channel === CHANNEL && processId !== processIdOf(client)) listener(topicsOf(payload));
      });
      try {
        await client.connect();
        await client.query(`listen ${CHANNEL}`);
        this.#client = client;
        this.#tried.resolve();
        if (hasMissed) listener(TOPICS);
        pause = FIRST_PAUSE_MILLISECONDS;
        if (!signal.aborted) await this.#keepUp(client, ended);
      } catch {
        this.#tried.resolve();
      }
      this.#client = undefined;
      hasMissed = true;
      await client.end().catch(() => {});
      await delay(pause, undefined, { signal }).catch(() => {});
      pause = Math.min(pause * 2, LONGEST_PAUSE_MILLISECONDS);
    }
  }

  /** Until the connection has ended. A network that swallows everything is found out by asking. */
  async #keepUp(client: pg.Client, ended: Promise<void>): Promise<void> {
    const heartbeat = setInterval(() => {
      client.query('select 1').catch(() => client.end().catch(() => {}));
    }, HEARTBEAT_MILLISECONDS);
    try {
      await ended;
    } finally {
      clearInterval(heartbeat);
    }
  }

  async #send(): Promise<void> {
    this.#isSending = true;
    while (this.#pending.size > 0 && !this.#closed.signal.aborted) {
      const payload = [...this.#pending].join(' ');
      this.#pending.clear();
      await this.#client?.query('select pg_notify($1, $2)', [CHANNEL, payload]).catch(() => {});
      await delay(MERGE_MILLISECONDS);
    }
    this.#isSending = false;
  }
}

/** For databases behind a pooler that forbids LISTEN: wakes everybody every so often, to look for themselves. */
export class PollingWakeUps implements WakeUps {
  readonly #seconds: number;
  #timer: NodeJS.Timeout | undefined;

  constructor(seconds: number) {
    this.#seconds = seconds;
  }

  hear(listener: (topics: Iterable<Topic>) => void): void {
    this.#timer = setInterval(() => listener(TOPICS), this.#seconds * 1000);
    this.#timer.unref();
  }

  tell(): void {}

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
  }
}

function topicsOf(payload: string): Topic[] {
  const named = payload.split(' ');
  return TOPICS.filter((topic) => named.includes(topic));
}

/** Known once connected; the types of `pg` leave it out. */
function processIdOf(client: pg.Client): number | undefined {
  return (client as unknown as { processID?: number }).processID;
}
