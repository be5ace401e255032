/** Memory of hub and proxy when nobody does anything. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Contender, RunningContender } from './contender.ts';
import { type Memory, memoryOf, processes } from './process-figures.ts';
import type { Row, Section } from './table.ts';

const idleMs = 5_000;

interface Sizes {
  readonly hub: Memory;
  readonly proxy: Memory;
  readonly supervisor: Memory | null;
  readonly preparedParent: Memory | null;
}

export async function measureMemory(
  [polder, peer]: readonly [Contender, Contender],
  { rounds }: { readonly rounds: number },
): Promise<Section> {
  const sizes = { polder: [] as Sizes[], peer: [] as Sizes[] };
  for (let round = 0; round < rounds; round += 1) {
    sizes.polder.push(await sizesOf(polder));
    sizes.peer.push(await sizesOf(peer));
  }
  const row = (what: string, figure: (one: Sizes) => number | undefined, target?: number): Row => {
    const figures = (all: readonly Sizes[]) => all.map(figure).filter((value) => value !== undefined);
    const row = { what, unit: 'MB', digits: 0, polder: figures(sizes.polder), peer: figures(sizes.peer) };
    return target === undefined ? row : { ...row, target };
  };
  return {
    title: 'Memory, idle',
    peer: `${peer.name} + configurable-http-proxy`,
    rows: [
      row('hub + proxy, resident', (one) => one.hub.rss + one.proxy.rss, 0.7),
      row('hub + proxy, proportional', (one) => one.hub.pss + one.proxy.pss, 0.7),
      row(
        'with the supervisor, proportional',
        (one) => one.hub.pss + one.proxy.pss + (one.supervisor?.pss ?? 0),
      ),
      row('hub, resident', (one) => one.hub.rss),
      row('proxy, resident', (one) => one.proxy.rss),
      row('supervisor, resident', (one) => one.supervisor?.rss),
      row('supervisor, proportional', (one) => one.supervisor?.pss),
      row('prepared parent, resident', (one) => one.preparedParent?.rss),
      row('prepared parent, proportional', (one) => one.preparedParent?.pss),
    ],
    notes: [
      `${idleMs / 1000} s after the hub answered, no server running. Resident counts what processes share once for each; proportional divides it.`,
      'The prepared parent is what servers are forked from; most of its memory is shared with each of them.',
    ],
  };
}

async function sizesOf(contender: Contender): Promise<Sizes> {
  await using running = await contender.start();
  await delay(idleMs);
  const parent = preparedParentOf(running);
  return {
    hub: memoryOf(running.hub),
    proxy: memoryOf(running.proxy),
    supervisor: running.supervisor === null ? null : memoryOf(running.supervisor),
    preparedParent: parent === undefined ? null : memoryOf(parent),
  };
}

/** Polder's process from which servers are forked, where it has one. */
function preparedParentOf({ hub }: RunningContender): number | undefined {
  return processes().find(({ parent, command }) => parent === hub && command.includes('prepared_parent.py'))
    ?.pid;
}
