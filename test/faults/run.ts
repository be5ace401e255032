/**
 * Kills hub, proxy and supervisor of a real course at seeded moments, and says what was lost:
 *
 *     node test/faults/run.ts --seed 17                one seed; --times 20 does it again and again
 *     node test/faults/run.ts --runs 1000              seeds 1 to 1000; --first 5001 begins there
 *
 * A seed is always the same people, acts and faults; what falls into the same millisecond is up to the machine.
 */
import { parseArgs } from 'node:util';
import { explain, runSeeds } from './fault-run.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    times: { type: 'string', default: '1' },
    runs: { type: 'string', default: '50' },
    first: { type: 'string', default: '1' },
    /** How many courses at once. */
    courses: { type: 'string', default: '2' },
    /** Tells the story of every run, not only of those that failed. */
    tell: { type: 'boolean', default: false },
  },
});

const seeds =
  values.seed === undefined
    ? Array.from({ length: Number(values.runs) }, (_, index) => Number(values.first) + index)
    : Array.from({ length: Number(values.times) }, () => Number(values.seed));
const began = Date.now();
const failed: number[] = [];

await runSeeds(seeds, Number(values.courses), async (outcome, course) => {
  if (outcome.problems.length > 0) failed.push(outcome.seed);
  if (outcome.problems.length > 0 || values.tell) console.log(await explain(outcome, course));
});

const seconds = ((Date.now() - began) / 1000).toFixed(1);
console.log(
  `${seeds.length} runs in ${seconds} s, ${failed.length} failed${failed.length ? `: ${failed}` : ''}`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
