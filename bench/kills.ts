/** What students notice when the hub or the proxy is killed, and what becomes of starts that were under way. */
import { setTimeout as delay } from 'node:timers/promises';
import { atOnce } from '../src/lib/at-once.ts';
import type { Contender, RunningContender } from './contender.ts';
import { HubClient } from './hub-client.ts';
import { type SmallServers, serversBelow } from './small-servers.ts';
import type { Row, Section } from './table.ts';

const STUDENTS = 20;
const PROBES_A_SECOND = 50;
/** How long students are watched after the hub is back. */
const WATCH_AFTER_MS = 8_000;
/** Measuring ends here where a route does not come back. */
const LONGEST_OUTAGE_SECONDS = 60;
const STARTS = 50;
const SLOW_START_SECONDS = 5;
const SETTLE_MS = 120_000;

interface Figures {
  readonly failedProbes: number;
  readonly proxySeconds: number;
  readonly proxyAloneSeconds: number;
  readonly orphans: number;
  readonly forgotten: number;
  readonly doubled: number;
}

export interface KilledContender {
  readonly contender: Contender;
  /** Below which the homes of its servers are. */
  readonly folder: string;
}

export async function measureKills(
  [polder, peer]: readonly [KilledContender, KilledContender],
  {
    rounds,
    servers,
    peerName,
  }: { readonly rounds: number; readonly servers: SmallServers; readonly peerName: string },
): Promise<Section> {
  const figures = { polder: [] as Figures[], peer: [] as Figures[] };
  for (let round = 0; round < rounds; round += 1) {
    figures.polder.push(await measureOnce(polder, `k${round}`, servers));
    figures.peer.push(await measureOnce(peer, `k${round}`, servers));
  }
  const row = (
    what: string,
    figure: (one: Figures) => number,
    rest: Omit<Row, 'what' | 'polder' | 'peer'>,
  ): Row => ({
    what,
    polder: figures.polder.map(figure),
    peer: figures.peer.map(figure),
    ...rest,
  });
  const none = { unit: '', digits: 0, limit: 0 };
  const outage = { unit: 's', digits: 1, limit: 1 };
  return {
    title: 'Killed with SIGKILL, and started again',
    peer: peerName,
    rows: [
      row('hub: requests of working students that failed', (one) => one.failedProbes, none),
      row('proxy: from its end until every route answers', (one) => one.proxySeconds, outage),
      row('proxy, while the hub stands still: likewise', (one) => one.proxyAloneSeconds, outage),
      row(`hub, with ${STARTS} starts under way: servers that nobody knows of`, (one) => one.orphans, none),
      row('starts that were forgotten', (one) => one.forgotten, none),
      row('students with two servers, once all have started again', (one) => one.doubled, none),
    ],
    notes: [
      `${STUDENTS} students with small servers, ${PROBES_A_SECOND} requests a second. Each hub with the proxy that it keeps running itself: Polder’s supervisor starts either again; JupyterHub is started again by its command, and starts its proxy. ${LONGEST_OUTAGE_SECONDS} s is where the waiting for routes ends.`,
      'The hub that stands still was sent SIGSTOP. Starts: each server takes some seconds to answer, and the hub is killed before.',
    ],
  };
}

async function measureOnce(
  { contender, folder }: KilledContender,
  prefix: string,
  servers: SmallServers,
): Promise<Figures> {
  let running = await contender.start();
  try {
    const students = Array.from({ length: STUDENTS }, (_, index) => `${prefix}-s${index}`);
    const starters = Array.from({ length: STARTS }, (_, index) => `${prefix}-n${index}`);
    await withClient(running, async (client) => {
      await client.ask('POST', '/users', { body: { usernames: [...students, ...starters] } });
      await startAndWait(client, students);
    });
    const proxySeconds = await measureProxyKill(running, students);
    running = await contender.refresh(running);
    process.kill(running.hub, 'SIGSTOP');
    const proxyAloneSeconds = await measureProxyKill(running, students);
    process.kill(running.hub, 'SIGCONT');
    running = await contender.refresh(running);
    await untilAllAnswer(running.url, students, LONGEST_OUTAGE_SECONDS);

    const watch = new Watch(running.url, students);
    process.kill(running.hub, 'SIGKILL');
    running = await contender.refresh(running);
    await delay(WATCH_AFTER_MS);
    const failedProbes = await watch.end();

    await servers.answerAfter(SLOW_START_SECONDS);
    await withClient(running, async (client) => {
      const asked = starters.map((name) =>
        client.ask('POST', `/users/${name}/server`).catch(() => undefined),
      );
      await until(() => countOf(folder, starters) >= STARTS / 2, SETTLE_MS);
      process.kill(running.hub, 'SIGKILL');
      await Promise.all(asked);
    });
    await servers.answerAfter(0);
    running = await contender.refresh(running);
    return await withClient(running, async (client) => {
      const ready = await waitUntilSettled(client, starters);
      const owners = new Set(
        serversBelow(folder).flatMap(({ owner }) => (starters.includes(owner) ? [owner] : [])),
      );
      const forgotten = starters.length - ready.size;
      const orphans = [...owners].filter((owner) => !ready.has(owner)).length;
      await startAndWait(
        client,
        starters.filter((name) => !ready.has(name)),
      );
      const doubled = starters.filter((name) => countOf(folder, [name]) > 1).length;
      return { failedProbes, proxySeconds, proxyAloneSeconds, orphans, forgotten, doubled };
    });
  } finally {
    await running[Symbol.asyncDispose]();
  }
}

/** @returns seconds until every route answers */
async function measureProxyKill(running: RunningContender, students: readonly string[]): Promise<number> {
  await untilAllAnswer(running.url, students, LONGEST_OUTAGE_SECONDS);
  process.kill(running.proxy, 'SIGKILL');
  return untilAllAnswer(running.url, students, LONGEST_OUTAGE_SECONDS);
}

async function untilAllAnswer(url: string, students: readonly string[], seconds: number): Promise<number> {
  const began = performance.now();
  const passed = () => (performance.now() - began) / 1000;
  for (;;) {
    const answers = await Promise.all(students.map((name) => answers200(url, name)));
    if (answers.every(Boolean) || passed() > seconds) return Math.min(passed(), seconds);
    await delay(20);
  }
}

/** Somebody's request every so often, until `end`. */
class Watch {
  readonly #running: Promise<void>;
  #ended = false;
  #failed = 0;

  constructor(url: string, students: readonly string[]) {
    this.#running = this.#watch(url, students);
  }

  async #watch(url: string, students: readonly string[]): Promise<void> {
    const asked: Promise<void>[] = [];
    for (let turn = 0; !this.#ended; turn += 1) {
      const answer = answers200(url, students[turn % students.length]!);
      asked.push(
        answer.then((good) => {
          if (!good) this.#failed += 1;
        }),
      );
      await delay(1000 / PROBES_A_SECOND);
    }
    await Promise.all(asked);
  }

  /** @returns how many requests failed */
  async end(): Promise<number> {
    this.#ended = true;
    await this.#running;
    return this.#failed;
  }
}

async function answers200(url: string, name: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5_000);
    const answer = await fetch(`${url}/user/${name}/api`, { redirect: 'manual', signal });
    await answer.arrayBuffer();
    return answer.status === 200;
  } catch {
    return false;
  }
}

async function withClient<T>({ url }: RunningContender, work: (client: HubClient) => Promise<T>): Promise<T> {
  using client = new HubClient(url, STARTS);
  return await work(client);
}

async function startAndWait(client: HubClient, names: readonly string[]): Promise<void> {
  await atOnce(5, names, async (name) => {
    await client.ask('POST', `/users/${name}/server`);
  });
  await waitUntilSettled(client, names);
}

/** @returns those that are ready once none is on its way any more */
async function waitUntilSettled(client: HubClient, names: readonly string[]): Promise<ReadonlySet<string>> {
  let ready = new Set<string>();
  await until(async () => {
    ready = new Set();
    let pending = 0;
    await atOnce(5, names, async (name) => {
      const { body } = await client.ask('GET', `/users/${name}`);
      const model = JSON.parse(body) as { readonly pending: string | null; readonly server: string | null };
      if (model.server !== null) ready.add(name);
      else if (model.pending !== null) pending += 1;
    });
    return pending === 0;
  }, SETTLE_MS);
  return ready;
}

function countOf(folder: string, names: readonly string[]): number {
  return serversBelow(folder).filter(({ owner }) => names.includes(owner)).length;
}

/** Gives up in silence: what has not come true by then is what is counted. */
async function until(isTrue: () => boolean | Promise<boolean>, ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await isTrue()) && Date.now() < deadline) await delay(200);
}
