import { expect, vi } from 'vitest';
import type { StoreTest } from './store-test.ts';

export function throttlesConformance(test: StoreTest): void {
  test('hits of a key are counted within the window that the first opened', async ({ store }) => {
    const before = (await store.now()).getTime();
    const first = await store.throttles.hit('anna', 60);
    expect(first.count).toBe(1);
    expect(first.until.getTime()).toBeGreaterThanOrEqual(before + 60_000);
    expect(first.until.getTime()).toBeLessThanOrEqual((await store.now()).getTime() + 60_000);
    expect(await store.throttles.hit('anna', 600)).toEqual({ count: 2, until: first.until });
    expect(await store.throttles.peek('anna')).toEqual({ count: 2, until: first.until });
    expect((await store.throttles.hit('ben', 60)).count).toBe(1);
    expect((await store.throttles.peek('cleo')).count).toBe(0);
  });

  test('a window that was cleared or has ended is begun anew', async ({ store }) => {
    await store.throttles.hit('anna', 60);
    await store.throttles.hit('anna', 60);
    await store.throttles.clear('anna');
    await store.throttles.clear('nobody');
    expect((await store.throttles.peek('anna')).count).toBe(0);
    expect((await store.throttles.hit('anna', 0.02)).count).toBe(1);
    await vi.waitUntil(async () => (await store.throttles.peek('anna')).count === 0, { interval: 5 });
    expect((await store.throttles.hit('anna', 60)).count).toBe(1);
  });

  test('windows that have ended are deleted, open ones kept', async ({ store }) => {
    await store.throttles.hit('open', 60);
    await store.throttles.hit('ended', 0.01);
    await vi.waitUntil(async () => (await store.throttles.peek('ended')).count === 0, { interval: 5 });
    expect(await store.throttles.deleteExpired()).toBe(1);
    expect((await store.throttles.peek('open')).count).toBe(1);
  });
}
