/** Hub, proxy and supervisor are killed while people work. More of it, and one seed again: `run.ts`. */
import { expect, test } from 'vitest';
import { explain, runSeeds } from './fault-run.ts';

test('nothing is lost at any of fifty moments at which something is killed', {
  timeout: 900_000,
}, async () => {
  const seeds = Array.from({ length: 50 }, (_, index) => index + 1);
  const lost: string[] = [];
  await runSeeds(seeds, 2, async (outcome, course) => {
    if (outcome.problems.length > 0) lost.push(await explain(outcome, course));
  });
  expect(lost.join('\n\n')).toBe('');
});
