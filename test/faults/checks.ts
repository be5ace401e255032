/** What must hold when all is quiet, whatever was killed: returns what does not, in words. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { homeFolderName } from '../../src/spawner/process/homes.ts';
import type { ProcessFacts } from '../../src/spawner/process/stub-environment.ts';
import type { ServerRow } from './course-database.ts';
import { type FaultCourse, until } from './fault-course.ts';
import type { Person, Wish } from './person.ts';

const settled = new Set(['stopped', 'failed', 'ready']);

/** Resolves when no server of these people is on its way, and routes and processes are as they will stay. */
export async function untilQuiet(course: FaultCourse, prefix: string): Promise<string[]> {
  const unsettled = () => course.database.servers(prefix).filter((row) => !settled.has(row.state));
  try {
    await until(async () => unsettled().length === 0, 'every server has come to rest');
    await until(async () => (await routeProblems(course)).length === 0, 'routes are those of ready servers');
    await until(async () => (await strayProcesses(course, prefix)).length === 0, 'nothing runs unwanted');
    return [];
  } catch (error) {
    return [
      String(error),
      ...unsettled().map((row) => `${nameOf(row)} is ${row.state}, wanted ${row.desired}`),
      ...(await routeProblems(course)),
      ...(await strayProcesses(course, prefix)),
    ];
  }
}

export async function check(
  course: FaultCourse,
  prefix: string,
  people: readonly Person[],
): Promise<string[]> {
  const rows = course.database.servers(prefix);
  return [
    ...people.flatMap((person) => person.complaints),
    ...people.flatMap((person) => wishProblems(person, rows)),
    ...course.database
      .staleServerTokens(prefix)
      .map(({ note, state }) => `a token is left of a server that is ${state}: ${note}`),
    ...(await Promise.all(rows.map((row) => runningProblems(course, row)))).flat(),
    ...(await Promise.all(people.map((person) => credentialProblems(course, person)))).flat(),
    ...(await Promise.all(people.map((person) => homeProblems(course, person)))).flat(),
  ];
}

export function wishProblems(person: Person, rows: readonly ServerRow[]): string[] {
  return [...person.servers].flatMap(([name, wish]) => {
    const row = rows.find((row) => row.owner === person.name && row.name === name);
    const problem = wishProblem(name, wish, row);
    return problem === null ? [] : [`${person.name}/${name} ${problem}`];
  });
}

function wishProblem(name: string, wish: Wish, row: ServerRow | undefined): string | null {
  const state = row?.state ?? 'gone';
  if (row?.state === 'failed') {
    return name === 'broken' && row.failure !== null ? null : `failed: ${row.failure}`;
  }
  if (wish === 'running' && state !== 'ready') return `was to run, and is ${state} (${row?.stop_reason})`;
  if (wish === 'stopped' && state === 'ready') return 'was stopped, and runs';
  if (wish === 'removed' && row) return `was removed, and is there, ${state}`;
  return null;
}

/** A server that runs: one process, reached through the proxy's target, with a token that the hub knows. */
async function runningProblems(course: FaultCourse, row: ServerRow): Promise<string[]> {
  if (row.state !== 'ready') return [];
  const label = nameOf(row);
  const facts = await factsOf(row);
  if (facts === null) return [`${label} is ready, and does not answer`];
  const { JUPYTERHUB_API_TOKEN: token = '', POLDER_RUN: run = '', HOME: home = '' } = facts.environment;
  const known = await fetch(`${course.url}/hub/api/user`, { headers: { authorization: `token ${token}` } });
  const name = known.status === 200 ? ((await known.json()) as { name: string }).name : known.status;
  return [
    ...(run.endsWith(`/${row.id}/${row.attempt}`) ? [] : [`${label} is answered for by ${run}`]),
    ...(name === row.owner ? [] : [`the token of ${label} is that of ${name}`]),
    ...(home.endsWith(`/${homeFolderName(row.owner)}`) ? [] : [`${label} runs in ${home}`]),
  ];
}

export async function credentialProblems(
  course: Pick<FaultCourse, 'url'>,
  person: Person,
): Promise<string[]> {
  const problems: string[] = [];
  for (const { secret, valid } of person.tokens) {
    const answer = await fetch(`${course.url}/hub/api/user`, {
      headers: { authorization: `token ${secret}` },
    });
    if (valid === 'yes' && answer.status !== 200) problems.push(`a token of ${person.name} is lost`);
    if (valid === 'no' && answer.status !== 403) problems.push(`a revoked token of ${person.name} works`);
    await answer.body?.cancel();
  }
  for (const { browser, valid } of person.sessions) {
    const { status } = await browser.get('/hub/home');
    if (valid === 'yes' && status !== 200) problems.push(`a session of ${person.name} is lost: ${status}`);
    if (valid === 'no' && status === 200) problems.push(`a session of ${person.name} that has ended works`);
  }
  return problems;
}

/** What is written in homes before a run begins. */
export const keptFile = 'thesis.txt';

async function homeProblems(course: FaultCourse, person: Person): Promise<string[]> {
  const name = person.earlierNames[0] ?? person.name;
  const home = course.home(name);
  const text = await readFile(join(home, keptFile), 'utf8').catch((error) => String(error));
  const { mode } = await stat(home);
  return [
    ...(text === name ? [] : [`the work of ${name} is lost: ${text}`]),
    ...((mode & 0o077) === 0 ? [] : [`the home of ${name} is open to others`]),
  ];
}

async function routeProblems(course: FaultCourse): Promise<string[]> {
  const wanted = new Set(
    course.database
      .servers()
      .filter((row) => row.state === 'ready')
      .map((row) => `/user/${row.owner}${row.name === '' ? '' : `/${row.name}`}`),
  );
  const actual = new Set((await course.routes()).map((prefix) => prefix.replace(/\/$/, '')));
  return [
    ...[...wanted].filter((prefix) => !actual.has(prefix)).map((prefix) => `there is no route ${prefix}`),
    ...[...actual].filter((prefix) => !wanted.has(prefix)).map((prefix) => `a route is left over: ${prefix}`),
  ];
}

/** Processes in the homes of these people that are no server's. */
async function strayProcesses(course: FaultCourse, prefix: string): Promise<string[]> {
  const ready = course.database.servers(prefix).filter((row) => row.state === 'ready');
  const servers = new Set(await Promise.all(ready.map(async (row) => (await factsOf(row))?.pid)));
  return [...(await course.processes())]
    .filter(([pid, home]) => home.startsWith(prefix) && !servers.has(pid))
    .map(([pid, home]) => `process ${pid} in the home of ${home} is no server’s`);
}

async function factsOf(row: ServerRow): Promise<ProcessFacts | null> {
  const path = `/user/${row.owner}/${row.name === '' ? '' : `${row.name}/`}`;
  const answer = await fetch(`${row.target}${path}`, { signal: AbortSignal.timeout(5_000) }).catch(
    () => null,
  );
  return answer === null ? null : ((await answer.json()) as ProcessFacts);
}

function nameOf(row: ServerRow): string {
  return `${row.owner}/${row.name}`;
}
