/** Two hubs and two proxies on one PostgreSQL: each is killed in turn, and the database with all its connections. */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  describeOnPostgres,
  makePostgresDatabase,
  type PostgresTestDatabase,
} from '../../src/store/postgres/test-server.ts';
import { credentialProblems, wishProblems } from './checks.ts';
import { Cluster, type Part } from './cluster.ts';
import { adminTokenOf } from './fault-run.ts';
import { Person } from './person.ts';
import { planOf } from './plan.ts';
import { Random } from './random.ts';

const parts: readonly Part[] = ['hub 0', 'hub 1', 'proxy 0', 'proxy 1', 'database'];
/** What a killed hub was at is free when its lease has ended. */
const patience = { timeout: 100_000, interval: 200 };

describeOnPostgres('two hubs and two proxies on one PostgreSQL', () => {
  let database: PostgresTestDatabase;
  let cluster: Cluster;
  let adminToken: string;

  beforeAll(async () => {
    database = await makePostgresDatabase();
    cluster = await Cluster.start(database);
    adminToken = await adminTokenOf(cluster.address(0));
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test.each([1, 2, 3])('lose nothing, whichever is killed (seed %i)', { timeout: 400_000 }, async (seed) => {
    const random = new Random(seed);
    const plans = [0, 1].flatMap((more) => planOf(seed + 100 * more).people);
    const people = plans.map(
      (_, index) => new Person({ name: `c${seed}n${index}`, course: cluster.address(index % 2), adminToken }),
    );
    const living = Promise.all(people.map((person, index) => person.live(plans[index]!)));
    const killing = (async () => {
      for (const part of parts.toSorted(() => random.next() - 0.5)) {
        await delay(random.between(50, 400));
        await cluster.kill(part);
      }
    })();
    await Promise.all([living, killing]);
    const prefix = `c${seed}n`;
    const unsettled = async () =>
      (await cluster.rows(prefix)).filter(({ state }) => !['ready', 'stopped', 'failed'].includes(state));
    await expect.poll(unsettled, patience).toEqual([]);
    for (const proxy of [0, 1]) await cluster.address(proxy).answers();

    const rows = await cluster.rows(prefix);
    const ready = rows.filter(({ state }) => state === 'ready');
    const runs = () =>
      cluster
        .running()
        .then((all) => all.filter((run) => run.path.startsWith(`/user/${prefix}`)))
        .then((mine) => mine.map((run) => `${run.serverId}/${run.attempt}`).toSorted());
    await expect.poll(runs, patience).toEqual(ready.map((row) => `${row.id}/${row.attempt}`).toSorted());
    const prefixes = ready
      .map((row) => `/user/${row.owner}${row.name === '' ? '' : `/${row.name}`}`)
      .toSorted();
    for (const proxy of [0, 1]) {
      const routes = () =>
        cluster
          .routes(proxy)
          .then((all) => all.filter((one) => one.startsWith(`/user/${prefix}`)).toSorted());
      await expect.poll(routes, patience).toEqual(prefixes);
    }
    const problems = await Promise.all(
      people.map(async (person, index) => [
        ...person.complaints,
        ...wishProblems(person, rows),
        ...(await credentialProblems(cluster.address(index % 2), person)),
      ]),
    );
    expect(problems.flat().join('\n')).toBe('');
  });
});
