import fc from 'fast-check';
import { expect } from 'vitest';
import { addServer, type StoreTest } from './store-test.ts';

export function progressConformance(test: StoreTest): void {
  test('events of an attempt are counted from one, and their percentage never falls', async ({
    store,
    anna,
  }) => {
    const { id } = await addServer(store, anna);
    let attempt = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 100 }), { maxLength: 8 }), async (percents) => {
        attempt += 1;
        const appended = [];
        for (const [index, percent] of percents.entries()) {
          const progress = { phase: 'launching', message: `step ${index} – “ok”`, percent } as const;
          appended.push(await store.progress.append(id, attempt, progress, new Date(index)));
        }
        expect(appended).toEqual(
          percents.map((_, index) => ({
            sequence: index + 1,
            attempt,
            phase: 'launching',
            message: `step ${index} – “ok”`,
            percent: Math.max(...percents.slice(0, index + 1)),
            at: new Date(index),
          })),
        );
        expect(await store.progress.since(id, attempt, 0)).toEqual(appended);
        expect(await store.progress.since(id, attempt, 2)).toEqual(appended.slice(2));
      }),
      { numRuns: 20 },
    );
  });

  test('what was said two attempts ago is forgotten', async ({ store, anna }) => {
    const { id } = await addServer(store, anna);
    const say = (attempt: number) =>
      store.progress.append(
        id,
        attempt,
        { phase: 'ready', message: `${attempt}`, percent: 100 },
        new Date(0),
      );
    const messages = async (attempt: number) =>
      (await store.progress.since(id, attempt, 0)).map((event) => event.message);
    for (const attempt of [1, 2, 3]) await say(attempt);
    expect(await messages(1)).toEqual([]);
    expect(await messages(2)).toEqual(['2']);
    expect(await messages(3)).toEqual(['3']);
  });

  test('progress of a server that is gone is refused', async ({ store }) => {
    const progress = { phase: 'ready', message: '', percent: 100 } as const;
    await expect(store.progress.append('srv-none', 1, progress, new Date())).rejects.toMatchObject({
      code: 'not_found',
    });
  });
}
