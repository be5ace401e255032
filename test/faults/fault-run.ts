/** One seed on a course: its people act, its faults happen, and what must hold is checked. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Browser } from '../support/browser.ts';
import { check, keptFile, untilQuiet } from './checks.ts';
import { admin, FaultCourse, password } from './fault-course.ts';
import { Person, xsrfOf } from './person.ts';
import { type Fault, type Plan, planOf } from './plan.ts';

export interface Outcome {
  readonly seed: number;
  /** What did not hold; nothing where all is well. */
  readonly problems: readonly string[];
  /** What was killed, and what everybody did, line by line. */
  readonly story: readonly string[];
}

/** How long a moment is waited for once everybody has done what they wanted. */
const lastMomentMs = 300;

let runs = 0;

/** Runs all seeds, some at the same time, each on a course of their own. `tell` is called when one has ended. */
export async function runSeeds(
  seeds: readonly number[],
  courses: number,
  tell: (outcome: Outcome, course: FaultCourse) => Promise<void>,
): Promise<void> {
  const left = [...seeds];
  await using opened = new AsyncDisposableStack();
  const ready: FaultCourse[] = [];
  // All before the first is killed, and one after the other: each keeps ports that are free when it starts.
  while (ready.length < Math.min(courses, seeds.length)) ready.push(opened.use(await FaultCourse.start()));
  await Promise.all(ready.map((course) => runOn(course, left, tell)));
}

async function runOn(
  course: FaultCourse,
  left: number[],
  tell: (outcome: Outcome, course: FaultCourse) => Promise<void>,
): Promise<void> {
  const adminToken = await adminTokenOf(course);
  for (let seed = left.shift(); seed !== undefined; seed = left.shift()) {
    await tell(await runSeed(course, adminToken, seed), course);
  }
}

/** For whoever has to find out what went wrong. */
export async function explain({ seed, problems, story }: Outcome, course: FaultCourse): Promise<string> {
  return [
    `seed ${seed}: ${problems.length === 0 ? 'nothing was lost' : problems.join('\n  ')}`,
    ...story.map((line) => `    ${line}`),
    ...(problems.length === 0
      ? []
      : [await course.logs(25), `Again: node test/faults/run.ts --seed ${seed}`]),
  ].join('\n');
}

async function runSeed(course: FaultCourse, adminToken: string, seed: number): Promise<Outcome> {
  const plan = planOf(seed);
  runs += 1;
  const prefix = `s${seed}r${runs}`;
  const people = plan.people.map(
    (_, index) => new Person({ name: `${prefix}${String.fromCharCode(97 + index)}`, course, adminToken }),
  );
  const kills: string[] = [];
  const problems: string[] = [];
  try {
    await course.refresh();
    for (const { name } of people) await writeHome(course, name);
    await act(course, plan, people, kills);
    problems.push(...(await untilQuiet(course, prefix)));
    problems.push(...(await check(course, prefix, people)));
    problems.push(...(await leave(course, adminToken, prefix)));
  } catch (error) {
    problems.push((error as Error).stack ?? String(error));
  }
  const story = [...kills, ...people.flatMap((person) => person.diary)].toSorted();
  return { seed, problems: [...new Set(problems)], story };
}

async function act(
  course: FaultCourse,
  plan: Plan,
  people: readonly Person[],
  kills: string[],
): Promise<void> {
  const done = new AbortController();
  const acting = Promise.all(people.map((person, index) => person.live(plan.people[index]!))).finally(() =>
    setTimeout(() => done.abort(), lastMomentMs),
  );
  const killing = (async () => {
    for (const fault of plan.faults) {
      await whenDue(course, fault, done.signal);
      const began = new Date();
      await course.kill(fault.victim);
      const reason = `${fault.moment ?? 'after'} + ${fault.ms} ms`;
      const stamp = began.toISOString().slice(11, 23);
      kills.push(
        `${stamp} *** killed ${fault.victim} (${reason}), back after ${Date.now() - began.getTime()} ms`,
      );
    }
  })();
  await Promise.all([acting, killing]);
}

/** A moment that does not come until everybody has finished is no reason not to kill. */
async function whenDue(course: FaultCourse, fault: Fault, done: AbortSignal): Promise<void> {
  if (fault.moment !== null) await course.database.until(fault.moment, done);
  await delay(fault.ms);
}

async function writeHome(course: FaultCourse, name: string): Promise<void> {
  await mkdir(course.home(name), { recursive: true, mode: 0o700 });
  await writeFile(join(course.home(name), keptFile), name);
}

/** Removes everybody who came with the run: that must work too, and leave nothing. */
async function leave(course: FaultCourse, adminToken: string, prefix: string): Promise<string[]> {
  const headers = { authorization: `token ${adminToken}` };
  const list = await fetch(`${course.url}/hub/api/users?name_filter=${prefix}`, { headers });
  const users = (await list.json()) as readonly { name: string }[];
  const answers = await Promise.all(
    users.map(({ name }) =>
      fetch(`${course.url}/hub/api/users/${name}`, { method: 'DELETE', headers }).then((a) => a.status),
    ),
  );
  const rows = course.database.servers(prefix);
  return [
    ...answers.flatMap((status) => (status === 204 ? [] : [`a user could not be deleted: ${status}`])),
    ...rows.map((row) => `${row.owner}/${row.name} is left of a user that was deleted`),
    ...(await untilQuiet(course, prefix)),
  ];
}

/** A token of the admin, made as a person makes it. */
export async function adminTokenOf(course: Pick<FaultCourse, 'url'>): Promise<string> {
  const browser = new Browser(course.url);
  const form = await (await browser.get('/hub/login')).text();
  await browser.post('/hub/login', { username: admin, password, _xsrf: xsrfOf(form) });
  const home = await (await browser.get('/hub/home')).text();
  const answer = await browser.fetch(`/hub/api/users/${admin}/tokens`, {
    method: 'POST',
    headers: { 'x-xsrftoken': xsrfOf(home), 'content-type': 'application/json' },
    body: '{}',
  });
  if (answer.status !== 201) throw new Error(`the admin got no token: ${answer.status}`);
  return ((await answer.json()) as { token: string }).token;
}
