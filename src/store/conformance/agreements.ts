import { expect } from 'vitest';
import type { StoreTest } from './store-test.ts';

export function agreementsConformance(test: StoreTest): void {
  test('what the first says is what all agree on', async ({ store, database }) => {
    await using other = await database.open();
    expect(await store.agreements.agree('colour', 'green')).toBe('green');
    expect(await other.agreements.agree('colour', 'red')).toBe('green');
    expect(await store.agreements.agree('shape', 'round')).toBe('round');
  });

  test('of many who say something at once, one is heard by all', async ({ store, database }) => {
    await using other = await database.open();
    const said = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? store : other).agreements.agree('number', String(n))),
    );
    expect(new Set(said).size).toBe(1);
  });

  test('something else can be agreed on', async ({ store }) => {
    await store.agreements.replace('colour', 'green');
    await store.agreements.replace('colour', 'red');
    expect(await store.agreements.agree('colour', 'blue')).toBe('red');
  });
}
