/**
 * How long routes are missing after the proxy was killed, with the hub alive and with the hub dead too, and how soon a
 * new route is at every proxy. `node bench/proxy-restart.ts` runs it alone; `--rounds N` (3) changes its size.
 *
 * Nothing like it can be had of the peer in a few minutes: a hub of 1,000 running servers would have to notice.
 */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { Agent, createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { atOnce } from '../src/lib/at-once.ts';
import { openSqliteStore } from '../src/store/sqlite/sqlite-store.ts';
import { describeMachine, Noise } from './conditions.ts';
import { freePorts, launch, untilHealthy } from './contender.ts';
import { HubClient } from './hub-client.ts';
import { addAdminToken, buildPolder, polderProgram } from './polder.ts';
import { formatSection, type Section } from './table.ts';

const routes = Array.from({ length: 1_000 }, (_, index) => `/service/${index}`);
const environment = { CONFIGPROXY_AUTH_TOKEN: 'a-token-for-measuring' };
const withoutProxyMs = 1_000;
const pollMs = 2;
const connections = 32;
const newServers = 20;

export async function measureProxyRestart({ rounds }: { readonly rounds: number }): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), 'polder-bench-routes-'));
  const target = createServer((_request, response) => response.end('here')).listen(0, '127.0.0.1');
  await once(target, 'listening');
  const course = await Course.start(folder, (target.address() as AddressInfo).port);
  try {
    const changes = await course.changeMilliseconds();
    const hubAlive: number[] = [];
    const hubDead: number[] = [];
    for (let round = 0; round < rounds; round += 1) hubAlive.push(await course.restartSeconds());
    await kill(course.hub);
    for (let round = 0; round < rounds; round += 1) hubDead.push(await course.restartSeconds());
    const shared = { peer: [], unit: 's', limit: 1 } as const;
    return {
      title: 'Proxy killed, started again after 1 s; 1,000 routes',
      peer: '–',
      rows: [
        { what: 'until every route has answered, hub alive', polder: hubAlive, ...shared },
        { what: 'until every route has answered, hub dead', polder: hubDead, ...shared },
        {
          what: 'from the hub’s word that a server is ready until both proxies have passed on a request',
          polder: changes,
          ...{ peer: [], unit: 'ms', digits: 1, limit: 100 },
        },
      ],
      notes: [
        'From the start of the new process, its own start and a request for each of the 1,000 routes included.',
        'The third is of two proxies that follow one hub; most of it is the request itself.',
      ],
    };
  } finally {
    await course.end();
    target.close();
    await rm(folder, { recursive: true, force: true });
  }
}

class Course {
  readonly hub: ChildProcess;
  readonly #folder: string;
  readonly #hubPort: number;
  readonly #ports: readonly [number, number];
  #proxies: readonly [ChildProcess, ChildProcess];

  private constructor(
    folder: string,
    parts: {
      readonly hub: ChildProcess;
      readonly hubPort: number;
      readonly ports: readonly [number, number];
      readonly proxies: readonly [ChildProcess, ChildProcess];
    },
  ) {
    this.hub = parts.hub;
    this.#folder = folder;
    this.#hubPort = parts.hubPort;
    this.#ports = parts.ports;
    this.#proxies = parts.proxies;
  }

  /** @param targetPort of what stands behind every route */
  static async start(folder: string, targetPort: number): Promise<Course> {
    const [hubPort, ...ports] = (await freePorts(3)) as [number, number, number];
    const data = join(folder, 'data');
    await mkdir(data);
    await addAdminToken(join(data, 'polder.sqlite'));
    {
      await using store = await openSqliteStore(join(data, 'polder.sqlite'));
      const to = `http://127.0.0.1:${targetPort}`;
      for (const prefix of routes) await store.routes.put({ prefix, target: to, data: {} }, null);
    }
    const config = join(folder, 'config.yaml');
    await writeFile(config, 'hub: {config: {JupyterHub: {authenticator_class: dummy}}}\n');
    const log = join(folder, 'hub.log');
    const hub = await launch(
      [
        ...[process.execPath, polderProgram, 'hub', `--config=${config}`, `--data=${data}`],
        ...[`--port=${hubPort}`, '--spawner=simulated'],
      ],
      { cwd: folder, log, environment },
    );
    await untilHealthy(`http://127.0.0.1:${hubPort}/hub/health`, hub, log);
    const proxies = [
      await startProxy(folder, { port: ports[0], hubPort }),
      await startProxy(folder, { port: ports[1], hubPort }),
    ] as const;
    const course = new Course(folder, { hub, hubPort, ports, proxies });
    for (const port of ports) await untilRight(port, routes);
    return course;
  }

  /** Kills the first proxy and starts it again. */
  async restartSeconds(): Promise<number> {
    await kill(this.#proxies[0]);
    await delay(withoutProxyMs);
    const began = performance.now();
    const port = this.#ports[0];
    const proxy = await startProxy(this.#folder, { port, hubPort: this.#hubPort });
    this.#proxies = [proxy, this.#proxies[1]];
    await untilRight(port, routes);
    return (performance.now() - began) / 1000;
  }

  async changeMilliseconds(): Promise<readonly number[]> {
    using client = new HubClient(`http://127.0.0.1:${this.#hubPort}`, 1);
    const figures: number[] = [];
    for (let index = 0; index < newServers; index += 1) {
      await client.ask('POST', `/users/new${index}`);
      const answer = await client.ask('POST', `/users/new${index}/server`);
      if (answer.status !== 201) throw new Error(`a start was answered ${answer.status}`);
      const began = performance.now();
      await Promise.all(this.#ports.map((port) => untilRight(port, [`/user/new${index}`])));
      figures.push(performance.now() - began);
    }
    return figures;
  }

  async end(): Promise<void> {
    await Promise.all([this.hub, ...this.#proxies].map(kill));
  }
}

function startProxy(
  folder: string,
  { port, hubPort }: { readonly port: number; readonly hubPort: number },
): Promise<ChildProcess> {
  return launch(
    [
      ...[process.execPath, polderProgram, 'proxy', '--ip=127.0.0.1', `--port=${port}`, '--api-port=0'],
      ...[`--follow=http://127.0.0.1:${hubPort}/`, `--route-file=${join(folder, `${port}.json`)}`],
    ],
    { cwd: folder, log: join(folder, `proxy-${port}.log`), environment },
  );
}

/** Resolves when each of these paths has been answered with 200 once. */
async function untilRight(port: number, paths: readonly string[]): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  await atOnce(connections, paths, async (path) => {
    while ((await statusOf(`http://127.0.0.1:${port}${path}/`, agent)) !== 200) await delay(pollMs);
  });
  agent.destroy();
}

function statusOf(url: string, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    request(url, { agent }, (answer) => {
      answer.resume().once('close', () => resolve(answer.statusCode ?? 0));
    })
      .once('error', () => resolve(0))
      .end();
  });
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' } } });
  buildPolder();
  const noise = new Noise();
  const section = await measureProxyRestart({ rounds: Number(values.rounds) });
  console.log(`Machine: ${describeMachine()}.\n`);
  console.log(formatSection({ ...section, notes: [...section.notes, `Meanwhile: ${noise.describe()}.`] }));
}
