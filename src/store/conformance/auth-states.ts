import { expect } from 'vitest';
import { dumpOf, streamOf } from './backup.ts';
import { addUser, type StoreTest } from './store-test.ts';

export function authStatesConformance(test: StoreTest): void {
  test('of each user the last that was kept is there', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    expect(await store.authStates.get(anna.id)).toBeUndefined();
    await store.authStates.put(anna.id, 'first');
    await store.authStates.put(anna.id, 'second');
    await store.authStates.put(ben.id, 'of ben');
    expect(await store.authStates.get(anna.id)).toBe('second');
    expect(await store.authStates.delete(anna.id)).toBe(true);
    expect(await store.authStates.delete(anna.id)).toBe(false);
    expect(await store.authStates.get(anna.id)).toBeUndefined();
    expect(await store.authStates.get(ben.id)).toBe('of ben');
  });

  test('it stays with a user of another name, and goes with them', async ({ store, anna }) => {
    await store.authStates.put(anna.id, 'of anna');
    await store.users.update(anna.id, { name: 'anne' });
    expect(await store.authStates.get(anna.id)).toBe('of anna');
    await store.users.delete(anna.id);
    expect(await store.authStates.get(anna.id)).toBeUndefined();
  });

  test('it is in a backup as it is', async ({ store, anna }) => {
    await store.authStates.put(anna.id, 'sealed');
    const pieces = await dumpOf(store);
    await store.authStates.put(anna.id, 'another');
    await store.restore(() => streamOf(pieces));
    expect(await store.authStates.get(anna.id)).toBe('sealed');
  });
}
