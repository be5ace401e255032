/** What the hub's own work costs, with servers that are nothing: users, starts, stops, and many starts at once. */
import type { Contender, RunningContender } from './contender.ts';
import { HubClient } from './hub-client.ts';
import { createUsers, startAll, stopAll } from './many-servers.ts';
import { cpuSeconds } from './process-figures.ts';
import type { Row, Section } from './table.ts';

const FEW_IN_FLIGHT = 16;
const MANY_IN_FLIGHT = 200;

interface Figures {
  readonly createSeconds: number;
  readonly createCpuSeconds: number;
  readonly startCpuMs: number;
  readonly stopCpuMs: number;
  readonly floodSeconds: number;
  readonly refused: number;
  readonly lost: number;
  readonly floodCpuMs: number;
  /** How long at most the hub's event loop stood still during the flood, where it says so. */
  readonly blockedMs: number | undefined;
}

export async function measureStarts(
  [polder, peer]: readonly [Contender, Contender],
  {
    rounds,
    servers,
    peerName,
  }: { readonly rounds: number; readonly servers: number; readonly peerName: string },
): Promise<Section> {
  const figures = { polder: [] as Figures[], peer: [] as Figures[] };
  for (let round = 0; round < rounds; round += 1) {
    // Names of their own, since users stay from round to round.
    figures.polder.push(await measureOnce(polder, `r${round}`, servers));
    figures.peer.push(await measureOnce(peer, `r${round}`, servers));
  }
  const row = (
    what: string,
    figure: (one: Figures) => number | undefined,
    rest: Omit<Row, 'what' | 'polder' | 'peer'>,
  ): Row => {
    const all = (of: readonly Figures[]) => of.map(figure).filter((value) => value !== undefined);
    return { what, polder: all(figures.polder), peer: all(figures.peer), ...rest };
  };
  const few = Math.min(100, servers);
  return {
    title: `Users and starts, with servers that cost nothing`,
    peer: peerName,
    rows: [
      row(`create ${servers} users by one call`, (one) => one.createSeconds, { unit: 's', target: 1 / 50 }),
      row('processor time of the hub for that', (one) => one.createCpuSeconds, { unit: 's', target: 1 / 50 }),
      row(
        `one start: processor time of the hub (${few} starts, ${FEW_IN_FLIGHT} at a time)`,
        (one) => one.startCpuMs,
        {
          unit: 'ms',
          target: 1 / 8,
        },
      ),
      row('one stop, likewise', (one) => one.stopCpuMs, { unit: 'ms', target: 1 / 8 }),
      row(
        `${servers} starts, ${MANY_IN_FLIGHT} requests at a time: until all are ready`,
        (one) => one.floodSeconds,
        {
          unit: 's',
          digits: 1,
          limit: 12,
        },
      ),
      row('refused meanwhile (429), and asked again', (one) => one.refused, {
        unit: '',
        digits: 0,
        limit: 0,
      }),
      row('lost: accepted and never ready', (one) => one.lost, { unit: '', digits: 0, limit: 0 }),
      row('processor time of the hub for each of them', (one) => one.floodCpuMs, { unit: 'ms' }),
      row('longest time that the event loop stood still meanwhile', (one) => one.blockedMs, {
        unit: 'ms',
        digits: 0,
        limit: 50,
      }),
    ],
    notes: [
      'Each with its default limit of starts at once (Polder 64, JupyterHub 100). Polder: the simulated spawner; JupyterHub: a spawner that points to one small HTTP server. Through the proxy of each; clients do as `Retry-After` says. The same starts and stops once before are not counted.',
    ],
  };
}

async function measureOnce(contender: Contender, prefix: string, servers: number): Promise<Figures> {
  await using running = await contender.start();
  using client = new HubClient(running.url, MANY_IN_FLIGHT);
  const names = (kind: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${kind}${index}`);
  const [few, many] = [names('few', Math.min(100, servers)), names('many', servers)];
  await createUsers(client, few);
  const create = await costOf(running, () => createUsers(client, many));
  // Programs are slower at first than later.
  await startAll(client, few, FEW_IN_FLIGHT);
  await stopAll(client, few, FEW_IN_FLIGHT);
  const start = await costOf(running, () => startAll(client, few, FEW_IN_FLIGHT));
  const stop = await costOf(running, () => stopAll(client, few, FEW_IN_FLIGHT));
  // Asking for it begins a new time.
  await blockedMs(client);
  const flood = await costOf(running, () => startAll(client, many, MANY_IN_FLIGHT));
  const blocked = await blockedMs(client);
  await stopAll(client, many, FEW_IN_FLIGHT);
  return {
    createSeconds: create.seconds,
    createCpuSeconds: create.cpuSeconds,
    startCpuMs: (start.cpuSeconds * 1000) / few.length,
    stopCpuMs: (stop.cpuSeconds * 1000) / few.length,
    floodSeconds: flood.seconds,
    refused: flood.result.refused,
    lost: flood.result.lost,
    floodCpuMs: (flood.cpuSeconds * 1000) / many.length,
    blockedMs: blocked,
  };
}

async function costOf<T>({ hub }: RunningContender, work: () => Promise<T>) {
  const cpuBefore = cpuSeconds(hub);
  const began = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - began) / 1000, cpuSeconds: cpuSeconds(hub) - cpuBefore };
}

/** What is measured is the time between two looks, which are so far apart when nothing is in the way. */
const LOOKS_MS = 10;

/** Since the last question; undefined where the hub does not say. */
async function blockedMs(client: HubClient): Promise<number | undefined> {
  const { body } = await client.ask('GET', '/metrics');
  const seconds = /^nodejs_eventloop_lag_max_seconds (\S+)$/m.exec(body)?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000 - LOOKS_MS;
}
