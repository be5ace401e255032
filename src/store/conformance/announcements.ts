import { expect } from 'vitest';
import type { Announcement } from '../../domain/announcement.ts';
import { dumpOf, streamOf } from './backup.ts';
import type { StoreTest } from './store-test.ts';

const LATER = new Date(Date.now() + 3_600_000);

function announcement(id: string, rest: Partial<Announcement> = {}): Announcement {
  const at = new Date(1_000);
  return { id, text: `Text of ${id}`, group: null, by: 'teacher', at, endsAt: LATER, ...rest };
}

export function announcementsConformance(test: StoreTest): void {
  test('announcements are there until they end or are ended, the latest first', async ({ store }) => {
    const first = announcement('first');
    const second = announcement('second', { at: new Date(2_000) });
    for (const each of [first, second, announcement('over', { endsAt: new Date(3_000) })])
      await store.announcements.insert(each);
    expect(await store.announcements.list()).toEqual([second, first]);
    expect(await store.announcements.deleteExpired()).toBe(1);
    expect(await store.announcements.delete('second')).toBe(true);
    expect(await store.announcements.delete('second')).toBe(false);
    expect(await store.announcements.list()).toEqual([first]);
  });

  test('an announcement to a group needs it, and goes with it', async ({ store }) => {
    const toGroup = announcement('one', { group: 'monday' });
    await expect(store.announcements.insert(toGroup)).rejects.toMatchObject({ code: 'not_found' });
    await store.groups.insert(['monday']);
    await store.announcements.insert(toGroup);
    expect(await store.announcements.list()).toEqual([toGroup]);
    await store.groups.delete('monday');
    expect(await store.announcements.list()).toEqual([]);
  });

  test('announcements are dumped and restored', async ({ store }) => {
    await store.groups.insert(['monday']);
    const kept = announcement('kept', { group: 'monday' });
    await store.announcements.insert(kept);
    const pieces = await dumpOf(store);
    await store.announcements.delete('kept');
    await store.announcements.insert(announcement('later'));
    await store.restore(() => streamOf(pieces));
    expect(await store.announcements.list()).toEqual([kept]);
  });
}
