/**
 * Two hubs and two proxies as pods, one after the other taken away while students start, work and stop. More of them by
 * `POLDER_TEST_STUDENTS=50`, others by `POLDER_TEST_SEED`.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noCluster, testKubeconfig } from '../../src/spawner/kubernetes/test-cluster.ts';
import { makePostgresDatabase, type PostgresTestDatabase } from '../../src/store/postgres/test-server.ts';
import { hasHelm, noHelm } from '../chart/helm.ts';
import { credentialProblems, wishProblems } from './checks.ts';
import { serverRows } from './cluster.ts';
import { adminTokenOf } from './fault-run.ts';
import { Person } from './person.ts';
import { type Act, planOf } from './plan.ts';
import { PodCluster } from './pod-cluster.ts';
import { Random } from './random.ts';

const students = Number(process.env.POLDER_TEST_STUDENTS ?? 5);
const seed = Number(process.env.POLDER_TEST_SEED ?? 1);
const image = process.env.POLDER_TEST_HUB_IMAGE;
const lacking = [
  ...(testKubeconfig === null ? [noCluster] : []),
  ...(hasHelm() ? [] : [noHelm]),
  ...(image === undefined ? ['POLDER_TEST_HUB_IMAGE names no image'] : []),
  ...(process.env.POLDER_TEST_POSTGRES ? [] : ['POLDER_TEST_POSTGRES names no server']),
];
/** What a killed hub was at is free when its lease has ended; the next pod has to come up first. */
const patience = { timeout: 150_000, interval: 500 };

if (lacking.length > 0) test.skip(`hubs and proxies as pods: ${lacking.join('; ')}`, () => {});

describe.runIf(lacking.length === 0)('two hubs and two proxies as pods', () => {
  let database: PostgresTestDatabase;
  let cluster: PodCluster;
  let adminToken: string;

  beforeAll(async () => {
    database = await makePostgresDatabase();
    cluster = await PodCluster.start(database, image!);
    adminToken = await adminTokenOf(cluster.address);
  });
  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await database?.[Symbol.asyncDispose]();
  });

  test(`lose nothing while ${students} students work (seed ${seed})`, { timeout: 1_800_000 }, async () => {
    const random = new Random(seed);
    const plans = plansOf(students);
    const people = plans.map(
      (_, index) => new Person({ name: `n${index}`, course: cluster.address, adminToken }),
    );
    const kills: string[] = [];
    const done = new AbortController();
    const living = Promise.all(people.map((person, index) => person.live(plans[index]!)));
    const killing = (async () => {
      while (!done.signal.aborted) {
        const part = random.weighted({ hub: 5, proxy: 3, database: 1 });
        await delay(random.between(500, 4_000), null, { signal: done.signal }).catch(() => undefined);
        await cluster.kill(part, random.between(0, 1));
        kills.push(`${new Date().toISOString().slice(11, 23)} *** ${part}`);
      }
    })();
    await living.finally(() => done.abort());
    await killing;
    await cluster.address.answers();

    const unsettled = async () =>
      (await serverRows(database, 'n')).filter(
        ({ state }) => !['ready', 'stopped', 'failed'].includes(state),
      );
    await expect.poll(unsettled, patience).toEqual([]);
    const rows = await serverRows(database, 'n');
    const ready = rows.filter(({ state }) => state === 'ready');
    await expect
      .poll(() => cluster.servers(), patience)
      .toEqual(ready.map((row) => `${row.id}/${row.attempt}`).toSorted());
    const prefixes = ready
      .map((row) => `/user/${row.owner}${row.name === '' ? '' : `/${row.name}`}`)
      .toSorted();
    await expect.poll(() => cluster.routes(), patience).toEqual([prefixes, prefixes]);
    const problems = await Promise.all(
      people.map(async (person) => [
        ...person.complaints,
        ...wishProblems(person, rows),
        ...(await credentialProblems(cluster.address, person)),
      ]),
    );
    const story = [...kills, ...people.flatMap(({ diary }) => diary)].toSorted().join('\n');
    expect(problems.flat().join('\n'), `${story}\n${await cluster.logs(30)}`).toBe('');
    expect(kills.length).toBeGreaterThan(1);
    const attempts = rows.reduce((sum, { attempt }) => sum + attempt, 0);
    expect(attempts).toBeGreaterThan(students);
    console.info(
      `${kills.length} faults, ${attempts} starts of ${rows.length} servers, ${ready.length} ready`,
    );
  });
});

/** As many as are wanted, of the plans of as many seeds as it takes. */
function plansOf(count: number): readonly (readonly Act[])[] {
  const plans: (readonly Act[])[] = [];
  for (let next = seed * 1_000; plans.length < count; next += 1) plans.push(...planOf(next).people);
  return plans.slice(0, count);
}
