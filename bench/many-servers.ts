/** Users and servers of a hub, many at a time, by its API. */
import { setTimeout as delay } from 'node:timers/promises';
import { atOnce } from '../src/lib/at-once.ts';
import type { HubClient } from './hub-client.ts';

const POLL_MS = 500;
/** After this long without a change, servers that are not ready are lost. */
const PATIENCE_MS = 60_000;
/** Nothing takes longer; whoever is not done by then has lost what is missing. */
const LONGEST_MS = 300_000;

/** @throws where the hub refuses */
export async function createUsers(client: HubClient, names: readonly string[]): Promise<void> {
  const answer = await client.ask('POST', '/users', { body: { usernames: names } });
  if (answer.status !== 201) throw new Error(`new users were answered ${answer.status}: ${answer.body}`);
}

/** Resolves when all are ready, or nothing has changed for long. */
export async function startAll(
  client: HubClient,
  names: readonly string[],
  count: number,
): Promise<{ readonly refused: number; readonly lost: number }> {
  const end = Date.now() + LONGEST_MS;
  let refused = 0;
  await atOnce(count, names, async (name) => {
    while (Date.now() < end) {
      const answer = await client.ask('POST', `/users/${name}/server`);
      if (answer.status === 201 || answer.status === 202) return;
      if (answer.status !== 429) throw new Error(`a start was answered ${answer.status}: ${answer.body}`);
      refused += 1;
      await delay(Number(answer.headers['retry-after'] ?? 10) * 1000);
    }
  });
  const ready = await countWhenSettled(client, 'ready', names.length);
  return { refused, lost: names.length - ready };
}

/** Resolves when none is active, or nothing has changed for long. */
export async function stopAll(client: HubClient, names: readonly string[], count: number): Promise<void> {
  await atOnce(count, names, async (name) => {
    const answer = await client.ask('DELETE', `/users/${name}/server`);
    // JupyterHub refuses to stop what it has lost in the middle of its start.
    if (answer.status >= 500) throw new Error(`a stop was answered ${answer.status}: ${answer.body}`);
  });
  await countWhenSettled(client, 'active', 0);
}

/** How many have come to be in this state when it is `wanted`, or when nothing has changed for long. */
async function countWhenSettled(
  client: HubClient,
  state: 'active' | 'ready',
  wanted: number,
): Promise<number> {
  let last = -1;
  let changedAt = Date.now();
  for (;;) {
    const count = await client.countUsers(state);
    if (count === wanted) return count;
    if (count !== last) changedAt = Date.now();
    else if (Date.now() - changedAt > PATIENCE_MS) return count;
    last = count;
    await delay(POLL_MS);
  }
}
