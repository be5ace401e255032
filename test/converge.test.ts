/** Start, stop and removal in any order and at any speed: the last word counts, and nothing else runs. */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ServerState } from '../src/domain/server.ts';
import { startHub, type TestHub } from './support/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

const word = fc.constantFrom('start', 'stop', 'remove');
/** Milliseconds until the next word; 0: without waiting for an answer. */
const step = fc.record({ word, pause: fc.constantFrom(0, 0, 1, 3, 10, 30) });
/** How long things take in this server's world, in milliseconds. */
const pace = fc.record({
  startMs: fc.constantFrom(0, 1, 20),
  answerMs: fc.constantFrom(0, 20),
  stopMs: fc.constantFrom(0, 1, 20),
});

let runs = 0;

test('whatever was clicked, the server comes to what was wanted last', async () => {
  const token = await hub.token('teacher');
  await fc.assert(
    fc.asyncProperty(
      pace,
      fc.array(step, { minLength: 1, maxLength: 8 }),
      word,
      async (times, steps, last) => {
        runs += 1;
        const owner = await hub.user(`user${runs}`);
        const path = `/users/${owner.name}/servers/lab`;
        const say = (what: string) =>
          what === 'start'
            ? hub.api('POST', path, { token, body: { user_options: { simulate: times } } })
            : hub.api('DELETE', path, { token, body: { remove: what === 'remove' } });
        const said: Promise<Response>[] = [];
        for (const { word, pause } of steps) {
          said.push(say(word));
          if (pause > 0) await new Promise((resolve) => setTimeout(resolve, pause));
        }
        for (const answer of await Promise.all(said)) expect(answer.status).toBeLessThan(500);
        const status = (await say(last)).status;
        // There is nothing to stop where nothing ever was, or everything was removed; and what runs need not be started.
        expect([200, 201, 202, 204, 400, 404]).toContain(status);

        const settled = async (): Promise<ServerState | 'gone' | undefined> => {
          const row = await hub.store.servers.get(owner.name, 'lab');
          if (row === undefined) return 'gone';
          return ['ready', 'stopped', 'failed'].includes(row.state) ? row.state : undefined;
        };
        const wanted = { start: ['ready'], stop: ['stopped', 'gone'], remove: ['gone'] }[last];
        await expect
          .poll(settled, { timeout: 10_000, interval: 2 })
          .toSatisfy((state) => wanted.includes(state));
        const running = (await hub.world.runs.all()).filter(
          (run) => run.path.startsWith(`/user/${owner.name}/`) && run.stoppedAt === null,
        );
        expect(running.length).toBe(last === 'start' ? 1 : 0);
        if (last === 'start') expect(running[0]).toMatchObject({ attempt: (await row(owner.name))?.attempt });
      },
    ),
    { numRuns: 60 },
  );
}, 120_000);

function row(owner: string) {
  return hub.store.servers.get(owner, 'lab');
}
