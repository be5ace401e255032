/** Two hubs and two proxies on one PostgreSQL, as a cluster runs them, all of which can be killed. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort } from '../../src/lib/free-port.ts';
import { RunsInFolder, type SimulatedRun } from '../../src/spawner/simulated/simulated-runs.ts';
import type { PostgresTestDatabase } from '../../src/store/postgres/test-server.ts';
import { HubProcess } from '../support/hub-process.ts';
import type { ServerRow } from './course-database.ts';
import { admin, password, until } from './fault-course.ts';
import type { CourseAddress } from './person.ts';

const program = fileURLToPath(new URL('../../src/main/polder.ts', import.meta.url));
export const proxyToken = 'c'.repeat(64);

export type Part = 'hub 0' | 'hub 1' | 'proxy 0' | 'proxy 1' | 'database';

export class Cluster implements AsyncDisposable {
  readonly #folder: string;
  readonly #database: PostgresTestDatabase;
  readonly #ports: { readonly hubs: readonly number[]; readonly proxies: readonly number[] };
  readonly #service: Server;
  readonly #hubs: HubProcess[] = [];
  readonly #proxies: ChildProcess[] = [];

  private constructor(parts: {
    readonly folder: string;
    readonly database: PostgresTestDatabase;
    readonly ports: { readonly hubs: readonly number[]; readonly proxies: readonly number[] };
    readonly service: Server;
  }) {
    this.#folder = parts.folder;
    this.#database = parts.database;
    this.#ports = parts.ports;
    this.#service = parts.service;
  }

  static async start(database: PostgresTestDatabase): Promise<Cluster> {
    const folder = await mkdtemp(join(tmpdir(), 'polder-cluster-'));
    await writeFile(join(folder, 'config.yaml'), configFor(database.url));
    const ports = {
      hubs: [await freePort('127.0.0.1', 24_100), await freePort('127.0.0.1', 24_300)],
      // The management API has the port behind each.
      proxies: [await freePort('127.0.0.1', 24_500), await freePort('127.0.0.1', 24_700)],
    };
    const service = serviceOf(ports.hubs);
    service.listen(0, '127.0.0.1');
    await once(service, 'listening');
    const cluster = new Cluster({ folder, database, ports, service });
    for (const which of [0, 1] as const) {
      cluster.#startHub(which);
      cluster.#startProxy(which);
    }
    await Promise.all([0, 1].map((which) => cluster.address(which).answers()));
    return cluster;
  }

  /** How it is reached by one of its proxies. */
  address(proxy: number): CourseAddress {
    const url = `http://127.0.0.1:${this.#ports.proxies[proxy]}`;
    return {
      url,
      answers: () =>
        until(
          async () => (await fetch(`${url}/hub/health`).catch(() => null))?.status === 200,
          `the hub answers by proxy ${proxy}`,
        ),
    };
  }

  /** Kills it and starts it again; of the database, ends every connection as its restart does. */
  async kill(part: Part): Promise<void> {
    if (part === 'database') {
      await this.#database.run(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      return;
    }
    const which = Number(part.at(-1));
    if (part.startsWith('hub')) {
      await this.#hubs[which]!.end('SIGKILL');
      this.#startHub(which);
    } else {
      const proxy = this.#proxies[which]!;
      proxy.kill('SIGKILL');
      await once(proxy, 'exit');
      this.#startProxy(which);
      await this.address(which).answers();
    }
  }

  async rows(prefix: string): Promise<readonly ServerRow[]> {
    return await serverRows(this.#database, prefix);
  }

  /** What runs, whoever started it. */
  async running(): Promise<readonly SimulatedRun[]> {
    const runs = await RunsInFolder.open(join(this.#folder, 'world'));
    return (await runs.all()).filter((run) => run.stoppedAt === null);
  }

  /** Prefixes of a proxy's routes to servers. */
  async routes(proxy: number): Promise<readonly string[]> {
    const answer = await fetch(`http://127.0.0.1:${this.#ports.proxies[proxy]! + 1}/api/routes`, {
      headers: { authorization: `token ${proxyToken}` },
    });
    return Object.keys((await answer.json()) as object).filter((prefix) => prefix !== '/');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const hub of this.#hubs) await hub[Symbol.asyncDispose]();
    for (const proxy of this.#proxies) proxy.kill('SIGKILL');
    this.#service.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #startHub(which: number): void {
    this.#hubs[which] = HubProcess.start({
      config: join(this.#folder, 'config.yaml'),
      data: this.#folder,
      port: this.#ports.hubs[which]!,
      environment: { CONFIGPROXY_AUTH_TOKEN: proxyToken },
    });
  }

  #startProxy(which: number): void {
    const { port } = this.#service.address() as { readonly port: number };
    const hub = `http://127.0.0.1:${port}`;
    const args = [
      'proxy',
      '--ip=127.0.0.1',
      `--port=${this.#ports.proxies[which]}`,
      '--api-ip=127.0.0.1',
      `--api-port=${this.#ports.proxies[which]! + 1}`,
      `--default-target=${hub}`,
      `--follow=${hub}/`,
      `--route-file=${join(this.#folder, `routes-${which}.json`)}`,
      '--log-level=error',
    ];
    const environment = { ...process.env, CONFIGPROXY_AUTH_TOKEN: proxyToken };
    this.#proxies[which] = fork(program, args, {
      env: environment,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
  }
}

/** Of users whose names begin so. */
export async function serverRows(
  database: PostgresTestDatabase,
  prefix: string,
): Promise<readonly ServerRow[]> {
  return (await database.run(
    `select servers.id, users.name as owner, servers.name, state, desired, attempt::int, target, failure, stop_reason
     from servers join users on users.id = user_id where users.name like $1`,
    [`${prefix}%`],
  )) as unknown as readonly ServerRow[];
}

/** As a cluster's service: each connection goes to a hub that takes it, in turn. */
function serviceOf(ports: readonly number[]): Server {
  let turn = 0;
  return createServer((client) => {
    turn += 1;
    const order = ports.map((_, index) => ports[(turn + index) % ports.length]!);
    client.on('error', () => client.destroy());
    const next = () => {
      const port = order.shift();
      if (port === undefined) return void client.destroy();
      const hub = connect(port, '127.0.0.1');
      hub.once('error', () =>
        hub.connecting || hub.bytesRead + hub.bytesWritten === 0 ? next() : client.destroy(),
      );
      hub.once('connect', () => {
        client.pipe(hub).pipe(client);
        hub.on('error', () => client.destroy());
        client.once('close', () => hub.destroy());
      });
    };
    next();
  });
}

function configFor(url: string): string {
  return `
hub:
  allowNamedServers: true
  db: {type: postgres, url: '${url}'}
  config:
    Authenticator: {allow_all: true, admin_users: [${admin}]}
    DummyAuthenticator: {password: '${password}'}
`;
}
