/** Two hubs and two proxies of the chart, as pods, on a PostgreSQL outside of the cluster. */
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { Pod } from '../../src/kubernetes/kube-object.ts';
import { addressTowardsCluster } from '../../src/main/open-spawner.ts';
import {
  steadyCommand,
  TestNamespace,
  testImage,
  testKubeconfig,
} from '../../src/spawner/kubernetes/test-cluster.ts';
import type { PostgresTestDatabase } from '../../src/store/postgres/test-server.ts';
import { chart, runHelm } from '../chart/helm.ts';
import { publicUrl } from '../chart/public-url.ts';
import { proxyToken } from './cluster.ts';
import { admin, password, until } from './fault-course.ts';
import type { CourseAddress } from './person.ts';

export type PodPart = 'hub' | 'proxy' | 'database';

export class PodCluster implements AsyncDisposable {
  readonly address: CourseAddress;
  readonly #namespace: TestNamespace;
  readonly #database: PostgresTestDatabase;
  readonly #resources: AsyncDisposableStack;

  private constructor(parts: {
    readonly url: string;
    readonly namespace: TestNamespace;
    readonly database: PostgresTestDatabase;
    readonly resources: AsyncDisposableStack;
  }) {
    const { url } = parts;
    this.address = {
      url,
      answers: () =>
        until(
          async () => (await fetch(`${url}/hub/health`).catch(() => null))?.status === 200,
          'a hub answers',
        ),
    };
    this.#namespace = parts.namespace;
    this.#database = parts.database;
    this.#resources = parts.resources;
  }

  /** @param image of hub and proxy, as the cluster finds it */
  static async start(database: PostgresTestDatabase, image: string): Promise<PodCluster> {
    await using resources = new AsyncDisposableStack();
    const namespace = resources.use(await TestNamespace.open());
    const host = await addressTowardsCluster(testKubeconfig);
    const databaseUrl = new URL(database.url);
    const relay = relayTo(databaseUrl);
    resources.defer(() => void relay.close());
    relay.listen(0, host);
    await once(relay, 'listening');
    databaseUrl.host = `${host}:${(relay.address() as AddressInfo).port}`;
    const folder = await mkdtemp(join(tmpdir(), 'polder-pods-'));
    resources.defer(() => rm(folder, { recursive: true, force: true }));
    const file = join(folder, 'config.yaml');
    await writeFile(file, stringify(valuesFor(image, databaseUrl.href)));
    await runHelm(
      ...['install', 'jhub', chart, '-f', file, '--kubeconfig', testKubeconfig!],
      ...['--namespace', namespace.name, '--wait', '--timeout', '3m'],
    );
    const url = await publicUrl(namespace);
    return new PodCluster({ url, namespace, database, resources: resources.move() });
  }

  /** Takes a pod away at once, for the cluster to make another; of the database, all connections. */
  async kill(part: PodPart, which: number): Promise<void> {
    if (part === 'database') {
      await this.#database.run(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
      return;
    }
    const pods = await this.#pods(part);
    const victim = pods[which % pods.length];
    if (victim === undefined) return;
    await this.#namespace.api
      .request('DELETE', this.#namespace.path('pods', victim.metadata.name), {
        body: { gracePeriodSeconds: 0 },
      })
      .catch(() => undefined);
  }

  /** Pods of servers that are there and are not on their way out, each as `owner/server attempt`. */
  async servers(): Promise<readonly string[]> {
    return (await this.#pods('singleuser-server'))
      .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
      .map(
        ({ metadata: { annotations = {} } }) =>
          `${annotations['polder/server']}/${annotations['polder/attempt']}`,
      )
      .toSorted();
  }

  /** Prefixes of the routes to servers, of each proxy that is ready. */
  async routes(): Promise<readonly (readonly string[])[]> {
    const proxies = (await this.#pods('proxy')).filter(
      ({ metadata, status }) =>
        metadata.deletionTimestamp === undefined &&
        status?.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
    );
    return await Promise.all(
      proxies.map(async ({ status }) => {
        const answer = await fetch(`http://${status!.podIP}:8001/api/routes`, {
          headers: { authorization: `token ${proxyToken}` },
        });
        return Object.keys((await answer.json()) as object)
          .filter((prefix) => prefix !== '/')
          .map((prefix) => prefix.replace(/\/$/, ''))
          .toSorted();
      }),
    );
  }

  /** The last lines of the logs of hubs and proxies that are there. */
  async logs(lines: number): Promise<string> {
    const pods = [...(await this.#pods('hub')), ...(await this.#pods('proxy'))];
    const texts = pods.map(async ({ metadata: { name } }) => {
      const path = this.#namespace.path('pods', `${name}/log`);
      const text = await this.#namespace.api
        .text('GET', path, { query: { tailLines: `${lines}` } })
        .catch(String);
      return `${name}:\n${text}`;
    });
    return (await Promise.all(texts)).join('\n');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#resources[Symbol.asyncDispose]();
  }

  async #pods(component: string): Promise<readonly Pod[]> {
    const { items } = await this.#namespace.api.request('GET', this.#namespace.path('pods'), {
      query: { labelSelector: `component=${component}` },
    });
    return items as unknown as readonly Pod[];
  }
}

/** To a database that listens where pods cannot reach it. */
function relayTo({ hostname, port }: URL): Server {
  return createServer((client) => {
    const database = connect(Number(port || 5432), hostname);
    client.on('error', () => database.destroy()).on('close', () => database.destroy());
    database.on('error', () => client.destroy()).on('close', () => client.destroy());
    client.pipe(database).pipe(client);
  });
}

function valuesFor(image: string, databaseUrl: string): object {
  const parts = (whole: string) => {
    const [name, tag] = whole.split(/:(?=[^:/]*$)/);
    return { name, tag };
  };
  const small = { requests: { cpu: '10m', memory: '64Mi' } };
  return {
    polder: { generation: 'current', image: parts(image), replicas: { hub: 2, proxy: 2 } },
    proxy: { secretToken: proxyToken, service: { type: 'NodePort' }, chp: { resources: small } },
    hub: {
      allowNamedServers: true,
      resources: small,
      db: { type: 'postgres', url: databaseUrl },
      config: {
        JupyterHub: { authenticator_class: 'dummy' },
        Authenticator: { allow_all: true, admin_users: [admin] },
        DummyAuthenticator: { password },
      },
    },
    singleuser: {
      image: parts(testImage),
      cmd: steadyCommand,
      storage: { type: 'none' },
      memory: { limit: '128M', guarantee: '16M' },
      cpu: { guarantee: 0.005 },
    },
    scheduling: { userScheduler: { enabled: false } },
    prePuller: { continuous: { enabled: false } },
  };
}
