/** What a page of the list of users costs a hub that has thousands. */
import { atOnce } from '../src/lib/at-once.ts';
import type { RunningContender } from './contender.ts';
import { HubClient } from './hub-client.ts';
import { cpuSeconds } from './process-figures.ts';
import type { Section } from './table.ts';

const PAGES = 100;
const LIMIT = 200;
const AT_ONCE = 4;

export async function measureUsersList(
  [polder, peer]: readonly [RunningContender, RunningContender],
  { rounds, users, peerName }: { readonly rounds: number; readonly users: number; readonly peerName: string },
): Promise<Section> {
  const figures = { polder: [] as number[], peer: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    figures.polder.push(await measureOnce(polder, users));
    figures.peer.push(await measureOnce(peer, users));
  }
  return {
    title: `\`GET /hub/api/users?limit=${LIMIT}\`, ${users.toLocaleString('en')} users stored`,
    peer: peerName,
    rows: [{ what: 'processor time of the hub for each', unit: 'ms', ...figures, target: 1 / 15 }],
    notes: [
      `${PAGES} questions for pages all over the list, ${AT_ONCE} at a time, by an administrator’s token.`,
    ],
  };
}

async function measureOnce(running: RunningContender, users: number): Promise<number> {
  using client = new HubClient(running.url, AT_ONCE);
  const offsets = Array.from({ length: PAGES }, (_, index) => (index * LIMIT) % Math.max(1, users - LIMIT));
  const read = async (offset: number) => {
    const { status, body } = await client.ask('GET', `/users?limit=${LIMIT}&offset=${offset}`);
    if (status !== 200 || (JSON.parse(body) as readonly unknown[]).length !== Math.min(LIMIT, users))
      throw new Error(`${running.url} answered ${status} to a page of users: ${body.slice(0, 200)}`);
  };
  // Programs are slower at first than later.
  await atOnce(AT_ONCE, offsets, read);
  const before = cpuSeconds(running.hub);
  await atOnce(AT_ONCE, offsets, read);
  return ((cpuSeconds(running.hub) - before) * 1000) / PAGES;
}
