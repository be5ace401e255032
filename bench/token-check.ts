/** What it costs a hub to say whose token it is shown: single-user servers ask at every login of a browser. */
import { atOnce } from '../src/lib/at-once.ts';
import type { Contender } from './contender.ts';
import { HubClient } from './hub-client.ts';
import { cpuSeconds } from './process-figures.ts';
import type { Section } from './table.ts';

const CHECKS = 2_000;
const AT_ONCE = 16;

export async function measureTokenCheck(
  [polder, peer]: readonly [Contender, Contender],
  { rounds, peerName }: { readonly rounds: number; readonly peerName: string },
): Promise<Section> {
  const figures = { polder: [] as number[], peer: [] as number[] };
  for (let round = 0; round < rounds; round += 1) {
    figures.polder.push(await measureOnce(polder, `check${round}`));
    figures.peer.push(await measureOnce(peer, `check${round}`));
  }
  return {
    title: 'Whose token is this: `GET /hub/api/user`',
    peer: peerName,
    rows: [{ what: 'processor time of the hub for each', unit: 'ms', ...figures, target: 1 / 8 }],
    notes: [`${CHECKS} questions, ${AT_ONCE} at a time, through the proxy, with a user’s own token.`],
  };
}

async function measureOnce(contender: Contender, name: string): Promise<number> {
  await using running = await contender.start();
  using client = new HubClient(running.url, AT_ONCE);
  await client.ask('POST', '/users', { body: { usernames: [name] } });
  const made = await client.ask('POST', `/users/${name}/tokens`, { body: {} });
  const { token } = JSON.parse(made.body) as { readonly token: string };
  const check = async () => {
    const { status } = await client.ask('GET', '/user', { token });
    if (status !== 200) throw new Error(`${contender.name} answered ${status} to a token`);
  };
  const some = Array.from({ length: CHECKS }, (_, index) => index);
  // Programs are slower at first than later.
  await atOnce(AT_ONCE, some, check);
  const before = cpuSeconds(running.hub);
  await atOnce(AT_ONCE, some, check);
  return ((cpuSeconds(running.hub) - before) * 1000) / CHECKS;
}
