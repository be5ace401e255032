import { expect } from 'vitest';
import type { Share, ShareHolder } from '../../domain/share.ts';
import type { NewShare, Store } from '../store.ts';
import { dumpOf, streamOf } from './backup.ts';
import { addServer, addUser, nextNotice, type StoreTest } from './store-test.ts';

const BEN: ShareHolder = { kind: 'user', name: 'ben' };
const LAB: ShareHolder = { kind: 'group', name: 'lab' };
const FIRST = new Date(1_000);

function share(server: Pick<Share['server'], 'id'>, rest: Partial<NewShare> = {}): NewShare {
  return { serverId: server.id, holder: BEN, scopes: ['access:servers'], createdAt: FIRST, ...rest };
}

async function shared(store: Store): Promise<readonly Share[]> {
  return (await store.shares.list({})).items;
}

export function sharesConformance(test: StoreTest): void {
  test('one share for each who has a server, found by owner, server and holder', async ({ store, anna }) => {
    await addUser(store, 'ben');
    await store.groups.insert(['lab']);
    const [main, other] = [await addServer(store, anna), await addServer(store, anna, { name: 'other' })];
    await store.shares.put(share(main));
    await store.shares.put(share(other, { holder: LAB, createdAt: new Date(2_000) }));
    // Once more: the scopes are those that were said last.
    await store.shares.put(share(main, { scopes: ['servers'], createdAt: new Date(3_000) }));
    const toBen = {
      server: { id: main.id, owner: 'anna', name: '', state: 'stopped' },
      holder: BEN,
      scopes: ['servers'],
      createdAt: FIRST,
    };
    const toLab = { ...toBen, holder: LAB, scopes: ['access:servers'], createdAt: new Date(2_000) };
    const lab = { ...toLab, server: { ...toBen.server, id: other.id, name: 'other' } };
    expect(await store.shares.list({})).toEqual({ items: [toBen, lab], total: 2 });
    expect((await store.shares.list({ serverId: other.id })).items).toEqual([lab]);
    expect((await store.shares.list({ owner: 'anna', offset: 1, limit: 1 })).items).toEqual([lab]);
    expect(await store.shares.list({ owner: 'ben' })).toEqual({ items: [], total: 0 });
    expect((await store.shares.list({ holders: [BEN] })).items).toEqual([toBen]);
    expect((await store.shares.list({ holders: [LAB, BEN] })).total).toBe(2);
    // A group and a user of one name are not the same.
    expect((await store.shares.list({ holders: [{ kind: 'user', name: 'lab' }] })).total).toBe(0);
    expect((await store.shares.list({ holders: [] })).total).toBe(0);
    expect(new Set(await store.shares.holders())).toEqual(new Set([BEN, LAB]));

    expect(await store.shares.delete(main.id, LAB)).toBe(0);
    expect(await store.shares.delete(main.id, BEN)).toBe(1);
    expect(await store.shares.delete(other.id)).toBe(1);
    expect(await shared(store)).toEqual([]);
  });

  test('a share needs its server and whoever has it, and goes with each of them', async ({ store, anna }) => {
    const server = await addServer(store, anna);
    for (const holder of [BEN, LAB]) {
      await expect(store.shares.put(share(server, { holder }))).rejects.toMatchObject({ code: 'not_found' });
    }
    const ben = await addUser(store, 'ben');
    await expect(store.shares.put(share({ id: 'srv-none' }))).rejects.toMatchObject({ code: 'not_found' });
    await store.groups.insert(['lab']);
    await store.shares.put(share(server));
    await store.shares.put(share(server, { holder: LAB }));
    await store.users.delete(ben.id);
    expect(await shared(store)).toMatchObject([{ holder: LAB }]);
    await store.groups.delete('lab');
    expect(await shared(store)).toEqual([]);

    await addUser(store, 'ben');
    await store.shares.put(share(server));
    const told = nextNotice(store, 'shares');
    await store.servers.delete(server.id);
    await told;
    expect(await shared(store)).toEqual([]);
    const again = await addServer(store, anna);
    await store.shares.put(share(again));
    await store.users.delete(anna.id);
    expect(await shared(store)).toEqual([]);
  });

  test('a share follows new names', async ({ store, anna }) => {
    const ben = await addUser(store, 'ben');
    await store.shares.put(share(await addServer(store, anna)));
    await store.users.update(anna.id, { name: 'anne', admin: false });
    await store.users.update(ben.id, { name: 'bent', admin: false });
    expect(await shared(store)).toMatchObject([{ server: { owner: 'anne' }, holder: { name: 'bent' } }]);
  });

  test('shares are dumped and restored', async ({ store, anna }) => {
    await addUser(store, 'ben');
    const server = await addServer(store, anna);
    await store.shares.put(share(server));
    const kept = await shared(store);
    const pieces = await dumpOf(store);
    await store.shares.delete(server.id);
    await store.restore(() => streamOf(pieces));
    expect(await shared(store)).toEqual(kept);
  });
}
