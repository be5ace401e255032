/** How long a login form waits for its answer, in a hub with thousands of users; the password is compared, not hashed. */
import { Agent, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { people, person, type RunningContender } from './contender.ts';
import type { Section } from './table.ts';

const LOGINS = 200;

export async function measureLogins(
  [polder, peer]: readonly [RunningContender, RunningContender],
  { rounds, users, peerName }: { readonly rounds: number; readonly users: number; readonly peerName: string },
): Promise<Section> {
  const waits = { polder: [] as (readonly number[])[], peer: [] as (readonly number[])[] };
  for (let round = 0; round < rounds; round += 1) {
    waits.polder.push(await logInOften(polder));
    waits.peer.push(await logInOften(peer));
  }
  const of = (share: number) => ({
    polder: waits.polder.map((round) => at(round, share)),
    peer: waits.peer.map((round) => at(round, share)),
  });
  return {
    title: `\`POST /hub/login\`, ${users.toLocaleString('en')} users stored`,
    peer: peerName,
    rows: [
      { what: 'until the answer, half of them', unit: 'ms', ...of(0.5), target: 1 / 4 },
      { what: 'until the answer, 99 of 100', unit: 'ms', ...of(0.99), target: 1 / 4 },
    ],
    notes: [
      `${LOGINS} logins of ${people.length} people, one after another, through the proxy; one password for all, not hashed.`,
    ],
  };
}

async function logInOften({ url }: RunningContender): Promise<readonly number[]> {
  const agent = new Agent({ keepAlive: true });
  try {
    const form = await ask(agent, 'GET', `${url}/hub/login`, {});
    const xsrf = /name="_xsrf"\s+value="([^"]*)"/.exec(form.body)?.[1];
    if (xsrf === undefined) throw new Error(`${url} has no login form`);
    const headers = {
      cookie: form.cookies.map((cookie) => cookie.split(';', 1)[0]).join('; '),
      'content-type': 'application/x-www-form-urlencoded',
    };
    const logIn = async (name: string) => {
      const body = new URLSearchParams({ username: name, password: person.password, _xsrf: xsrf });
      const began = performance.now();
      const { status } = await ask(agent, 'POST', `${url}/hub/login`, headers, body.toString());
      if (status !== 302 && status !== 303) throw new Error(`${url} answered ${status} to a login`);
      return performance.now() - began;
    };
    // Who comes for the first time costs more, and programs are slower at first than later.
    for (const name of people) for (const _ of [1, 2, 3]) await logIn(name);
    const waits: number[] = [];
    for (let done = 0; done < LOGINS; done += 1) waits.push(await logIn(people[done % people.length]!));
    return waits;
  } finally {
    agent.destroy();
  }
}

function at(waits: readonly number[], share: number): number {
  return waits.toSorted((one, other) => one - other)[Math.ceil(waits.length * share) - 1]!;
}

interface Answer {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: string;
}

function ask(
  agent: Agent,
  method: string,
  url: string,
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const question = request(url, { method, agent, headers }, (answer) => {
      const { statusCode = 0, headers } = answer;
      text(answer).then(
        (body) => resolve({ status: statusCode, cookies: headers['set-cookie'] ?? [], body }),
        reject,
      );
    });
    question.once('error', reject);
    question.end(body);
  });
}
