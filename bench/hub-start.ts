/** How long a hub takes from its command until it answers, with users in its database. */
import { addStudents, type Contender } from './contender.ts';
import type { Section } from './table.ts';

interface Start {
  readonly healthySeconds: number;
  readonly hubCpuSeconds: number;
  readonly allCpuSeconds: number;
}

export async function measureHubStart(
  [polder, peer]: readonly [Contender, Contender],
  { rounds, users }: { readonly rounds: number; readonly users: number },
): Promise<Section> {
  await addStudents([polder, peer], users);
  // The first start with new users may have work to do that later ones have not.
  for (const contender of [polder, peer]) await startOnce(contender);
  const starts = { polder: [] as Start[], peer: [] as Start[] };
  for (let round = 0; round < rounds; round += 1) {
    starts.polder.push(await startOnce(polder));
    starts.peer.push(await startOnce(peer));
  }
  const of = (figure: (start: Start) => number) => ({
    polder: starts.polder.map(figure),
    peer: starts.peer.map(figure),
  });
  return {
    title: `Hub start to healthy, ${users.toLocaleString('en')} users stored`,
    peer: peer.name,
    rows: [
      { what: 'processor time of the hub', unit: 's', ...of((one) => one.hubCpuSeconds), target: 1 / 6 },
      {
        what: 'processor time of everything that the command starts, proxy included',
        unit: 's',
        ...of((one) => one.allCpuSeconds),
      },
      { what: 'from the command until the hub answers', unit: 's', ...of((one) => one.healthySeconds) },
    ],
    notes: ['Polder: `polder up` as shipped, which checks config.yaml first; simulated spawner.'],
  };
}

async function startOnce(contender: Contender): Promise<Start> {
  await using running = await contender.start();
  const { healthySeconds, hubCpuSeconds, allCpuSeconds } = running;
  return { healthySeconds, hubCpuSeconds, allCpuSeconds };
}
