import { expect } from 'vitest';
import type { PasswordAccount } from '../../domain/password.ts';
import { dumpOf, streamOf } from './backup.ts';
import type { StoreTest } from './store-test.ts';

function account(name: string, rest: Partial<PasswordAccount> = {}): PasswordAccount {
  return {
    name,
    hash: `hash-of-${name}`,
    approved: false,
    email: null,
    createdAt: new Date(1_000),
    changedAt: new Date(1_000),
    ...rest,
  };
}

export function passwordsConformance(test: StoreTest): void {
  test('a password is the first that was chosen for its name', async ({ store }) => {
    const cleo = account('cleo', { email: 'cleo@example.org' });
    expect(await store.passwords.insert(cleo)).toBe(true);
    expect(await store.passwords.insert(account('cleo', { hash: 'another' }))).toBe(false);
    expect(await store.passwords.get('cleo')).toEqual(cleo);
    expect(await store.passwords.get('ben')).toBeUndefined();
    await store.passwords.insert(account('Ben', { approved: true }));
    expect((await store.passwords.list()).map(({ name, approved }) => [name, approved])).toEqual([
      ['Ben', true],
      ['cleo', false],
    ]);
  });

  test('of many who choose one for the same name at once, one does', async ({ store }) => {
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, n) => store.passwords.insert(account('cleo', { hash: `${n}` }))),
    );
    expect(answers.filter(Boolean)).toHaveLength(1);
    expect((await store.passwords.get('cleo'))!.hash).toBe(String(answers.indexOf(true)));
  });

  test('a password is changed, approved and deleted, where there is one', async ({ store }) => {
    await store.passwords.insert(account('cleo'));
    expect(await store.passwords.setHash('cleo', 'new', new Date(2_000))).toBe(true);
    expect(await store.passwords.approve('cleo')).toBe(true);
    expect(await store.passwords.get('cleo')).toEqual(
      account('cleo', { hash: 'new', approved: true, changedAt: new Date(2_000) }),
    );
    expect(await store.passwords.setHash('ben', 'new', new Date(2_000))).toBe(false);
    expect(await store.passwords.approve('ben')).toBe(false);
    expect(await store.passwords.delete('cleo')).toBe(true);
    expect(await store.passwords.delete('cleo')).toBe(false);
  });

  test('a password follows its user to another name, and goes with them', async ({ store, anna }) => {
    await store.passwords.insert(account('anna'));
    // Somebody signed up under a name that now goes to another.
    await store.passwords.insert(account('anne', { hash: 'of-somebody-else' }));
    await store.users.update(anna.id, { name: 'anne' });
    expect(await store.passwords.get('anna')).toBeUndefined();
    expect((await store.passwords.get('anne'))!.hash).toBe('hash-of-anna');
    await store.users.delete(anna.id);
    expect(await store.passwords.list()).toEqual([]);
  });

  test('passwords are in a backup', async ({ store }) => {
    await store.passwords.insert(account('cleo', { email: 'cleo@example.org', approved: true }));
    const pieces = await dumpOf(store);
    await store.passwords.delete('cleo');
    await store.passwords.insert(account('late'));
    await store.restore(() => streamOf(pieces));
    expect(await store.passwords.list()).toEqual([
      account('cleo', { email: 'cleo@example.org', approved: true }),
    ]);
  });
}
