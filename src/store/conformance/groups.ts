import { expect } from 'vitest';
import type { UserQuery } from '../store.ts';
import { dumpOf, streamOf } from './backup.ts';
import { addUser, nextNotice, type StoreTest } from './store-test.ts';

export function groupsConformance(test: StoreTest): void {
  test('those that are missing are made, empty, and the others stay as they are', async ({ store, anna }) => {
    expect(await store.groups.insert(['b', 'a'])).toEqual(['b', 'a']);
    await store.groups.addMembers('b', [anna.id]);
    await store.groups.setProperties('b', { colour: 'red', nested: { list: [1, null] } });
    expect(await store.groups.insert(['c', 'b', 'c'])).toEqual(['c']);
    expect(await store.groups.insert([])).toEqual([]);
    expect(await store.groups.get('b')).toEqual({
      name: 'b',
      properties: { colour: 'red', nested: { list: [1, null] } },
      users: ['anna'],
    });
    expect(await store.groups.get('a')).toEqual({ name: 'a', properties: {}, users: [] });
    expect(await store.groups.get('A')).toBeUndefined();
  });

  test('they are listed by name, page by page, with their members by name', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    await store.groups.insert(['b', 'ä', 'a', 'Z']);
    await store.groups.addMembers('a', [ben.id, anna.id]);
    const all = await store.groups.list({});
    expect(all.items.map(({ name }) => name)).toEqual(['Z', 'a', 'b', 'ä']);
    expect(all.items[1]!.users).toEqual(['anna', 'ben']);
    expect(await store.groups.list({ offset: 1, limit: 2 })).toEqual({
      items: all.items.slice(1, 3),
      total: 4,
    });
    expect(await store.groups.list({ names: ['b', 'none'] })).toEqual({ items: [all.items[2]], total: 1 });
    expect(await store.groups.list({ names: [] })).toEqual({ items: [], total: 0 });
  });

  test('a user says of which groups they are, however they are asked for', async ({ store, anna }) => {
    await store.groups.insert(['night owls', 'b', 'Z']);
    for (const name of ['b', 'night owls', 'Z']) await store.groups.addMembers(name, [anna.id]);
    const groups = ['Z', 'b', 'night owls'];
    expect(anna.groups).toEqual([]);
    expect((await store.users.get('anna'))!.groups).toEqual(groups);
    expect((await store.users.byId(anna.id))!.groups).toEqual(groups);
    expect((await store.users.list({})).items[0]!.groups).toEqual(groups);
    expect((await store.users.update(anna.id, { name: 'anne' }))!.groups).toEqual(groups);
    expect(await store.groups.members('b')).toEqual(['anne']);
  });

  test('people are found by their group, with what else is asked of them', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    await addUser(store, 'cor');
    await store.groups.insert(['a', 'none']);
    await store.groups.addMembers('a', [anna.id, ben.id]);
    const found = async (query: UserQuery) => {
      const { items, total } = await store.users.list({ sort: 'name', ...query });
      return [items.map(({ name }) => name), total];
    };
    expect(await found({ group: 'a', limit: 1 })).toEqual([['anna'], 2]);
    expect(await found({ group: 'a', nameContains: 'b', state: 'inactive' })).toEqual([['ben'], 1]);
    expect(await found({ group: 'none' })).toEqual([[], 0]);
    expect(await found({ group: 'nothing' })).toEqual([[], 0]);
  });

  test('members come and go, whether or not they were members', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    await store.groups.insert(['a']);
    await store.groups.addMembers('a', [anna.id, anna.id]);
    await store.groups.addMembers('a', [anna.id, ben.id]);
    expect(await store.groups.members('a')).toEqual(['anna', 'ben']);
    await store.groups.removeMembers('a', [anna.id]);
    await store.groups.removeMembers('a', [anna.id]);
    expect(await store.groups.members('a')).toEqual(['ben']);
    await store.groups.addMembers('a', []);
  });

  test('a group that is not there, or a member that is nobody, is refused', async ({ store, anna }) => {
    await store.groups.insert(['a']);
    const refusal = { code: 'not_found' };
    await expect(store.groups.addMembers('b', [anna.id])).rejects.toMatchObject(refusal);
    await expect(store.groups.removeMembers('b', [anna.id])).rejects.toMatchObject(refusal);
    await expect(store.groups.addMembers('a', [anna.id, anna.id + 1])).rejects.toMatchObject(refusal);
    expect(await store.groups.members('a')).toEqual([]);
    expect(await store.groups.setProperties('b', {})).toBe(false);
    expect(await store.groups.members('b')).toEqual([]);
  });

  test('the groups of a user are replaced at once, and made where they are not there', async ({
    store,
    anna,
  }) => {
    const ben = await addUser(store, 'ben');
    await store.groups.insert(['a', 'b']);
    await store.groups.addMembers('a', [anna.id, ben.id]);
    await store.groups.setOfUser(anna.id, ['c', 'b', 'c']);
    expect((await store.users.byId(anna.id))!.groups).toEqual(['b', 'c']);
    expect(await store.groups.members('a')).toEqual(['ben']);
    await store.groups.setOfUser(anna.id, []);
    expect((await store.users.byId(anna.id))!.groups).toEqual([]);
    expect((await store.groups.list({})).total).toBe(3);
    await expect(store.groups.setOfUser(ben.id + 1, ['d'])).rejects.toMatchObject({ code: 'not_found' });
  });

  test('a group goes without its members, and a member without the group', async ({ store, anna }) => {
    await store.groups.insert(['a', 'b']);
    await store.groups.setOfUser(anna.id, ['a', 'b']);
    expect(await store.groups.delete('a')).toBe(true);
    expect(await store.groups.delete('a')).toBe(false);
    expect((await store.users.get('anna'))!.groups).toEqual(['b']);
    await store.users.delete(anna.id);
    expect(await store.groups.get('b')).toEqual({ name: 'b', properties: {}, users: [] });
  });

  test('a class of a thousand joins at once', async ({ store }) => {
    const users = await store.users.insert(
      Array.from({ length: 1_050 }, (_, index) => ({ name: `u${index}`, admin: false })),
    );
    await store.groups.insert(['class']);
    await store.groups.addMembers(
      'class',
      users.map(({ id }) => id),
    );
    expect(await store.groups.members('class')).toHaveLength(1_050);
    await store.groups.removeMembers(
      'class',
      users.slice(0, 1_000).map(({ id }) => id),
    );
    expect(await store.groups.members('class')).toHaveLength(50);
  });

  test('who has the admin role is told by name', async ({ store, anna }) => {
    await addUser(store, 'ben');
    await store.users.insert([{ name: 'adam', admin: true }]);
    await store.users.update(anna.id, { admin: true });
    expect(await store.users.adminNames()).toEqual(['anna', 'adam']);
  });

  test('a change of members is announced', async ({ store, anna }) => {
    await store.groups.insert(['a']);
    const noticed = nextNotice(store, 'groups');
    await store.groups.addMembers('a', [anna.id]);
    await noticed;
  });

  test('groups are in a dump, with their members', async ({ store, anna }) => {
    await store.groups.insert(['a']);
    await store.groups.setProperties('a', { colour: 'red' });
    await store.groups.addMembers('a', [anna.id]);
    const pieces = await dumpOf(store);
    await store.groups.delete('a');
    await store.groups.insert(['late']);
    await store.restore(() => streamOf(pieces));
    const { items } = await store.groups.list({});
    expect(items).toEqual([{ name: 'a', properties: { colour: 'red' }, users: ['anna'] }]);
  });
}
