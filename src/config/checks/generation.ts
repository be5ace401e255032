import { changesFor } from '../defaults.ts';
import { findingAt } from '../finding.ts';
import { nameOfChart } from '../generations.ts';
import { nodeAt } from '../tree.ts';
import type { Check } from './check.ts';

export const checkGeneration: Check = (file) => [...checkSaid(file), ...checkVolumeNames(file)];

/** The file says one chart and the command line another: the file counts, since it is what is kept. */
const checkSaid: Check = ({ tree, chart, generation }) => {
  if (chart === null || chart === generation) return [];
  return [
    findingAt(nodeAt(tree, ['polder', 'generation']) ?? null, {
      code: 'generation-said-twice',
      severity: 'warning',
      message: `The command line says ${nameOfChart(chart)}, and this says ${nameOfChart(generation)}: this counts.`,
      help: 'Leave --chart-version away, or change `polder.generation`.',
    }),
  ];
};

/**
 * Where the file could be for several charts that call volumes differently: another name is an empty volume. The charts
 * agree on a user's first server, and differ on those that users name themselves.
 */
const checkVolumeNames: Check = ({ tree, possible, values }) => {
  const schemes = new Set(possible.map(namingOf));
  const isDynamic = values?.singleuser?.storage?.type === 'dynamic';
  if (schemes.size < 2 || !isDynamic || values?.hub?.allowNamedServers !== true) return [];
  if (nodeAt(tree, ['polder', 'naming']) !== undefined) return [];
  const charts = `${nameOfChart(possible[0]!)} to ${nameOfChart(possible.at(-1)!)}`;
  return [
    findingAt(nodeAt(tree, ['hub', 'allowNamedServers']) ?? null, {
      code: 'generation-unknown',
      severity: 'error',
      message: `The file may be for any of ${charts}, and these call the volumes of named servers differently: with the wrong names, students find theirs empty.`,
      help: `Say which chart it was used with: \`polder.generation: "${possible[0]}"\`, or --chart-version.`,
    }),
  ];
};

function namingOf(generation: Parameters<typeof changesFor>[0]): unknown {
  return changesFor(generation).find(({ key }) => key === 'polder.naming')?.value ?? 'safe';
}
