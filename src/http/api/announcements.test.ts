import { expect, test } from 'vitest';
import { startHub } from '../../../test/support/hub.ts';

test('announcements reach everybody or a group, until somebody who teaches ends them', async () => {
  await using hub = await startHub({ instructors: ['wim'] });
  for (const name of ['anna', 'ben']) await hub.user(name);
  const [anna, ben, wim] = [await hub.token('anna'), await hub.token('ben'), await hub.token('wim')];
  await hub.store.groups.insert(['monday']);
  await hub.store.groups.addMembers('monday', [(await hub.store.users.get('anna'))!.id]);
  const textsFor = async (token: string, query = '') => {
    const answer = await hub.api('GET', `/announcements${query}`, { token });
    return ((await answer.json()) as { text: string }[]).map(({ text }) => text).toSorted();
  };
  const post = (token: string, body: unknown) => hub.api('POST', '/announcements', { token, body });

  const made = await post(wim, { text: ' Break until three ' });
  expect(made.status).toBe(201);
  const { id, at, endsAt, ...rest } = (await made.json()) as Record<string, string>;
  expect(rest).toEqual({ text: 'Break until three', group: null, by: 'wim' });
  expect(Date.parse(endsAt!) - Date.parse(at!)).toBe(3_600_000);
  expect((await post(wim, { text: 'Room 5', group: 'monday', minutes: 5 })).status).toBe(201);
  expect(await textsFor(anna)).toEqual(['Break until three', 'Room 5']);
  expect(await textsFor(ben)).toEqual(['Break until three']);
  expect(await textsFor(wim, '?all=true')).toEqual(['Break until three', 'Room 5']);

  expect((await post(wim, { text: 'To nobody', group: 'tuesday' })).status).toBe(404);
  expect((await post(wim, { text: '  ' })).status).toBe(400);
  expect((await post(wim, { text: 'Too long', minutes: 1e6 })).status).toBe(400);
  expect((await hub.api('DELETE', `/announcements/${id}`, { token: wim })).status).toBe(204);
  expect((await hub.api('DELETE', `/announcements/${id}`, { token: wim })).status).toBe(404);
  expect(await textsFor(anna)).toEqual(['Room 5']);
});

test('students neither write nor end announcements, nor see those to others', async () => {
  await using hub = await startHub();
  const anna = await hub.token('anna');
  const teacher = await hub.token('teacher');
  const made = await hub.api('POST', '/announcements', { token: teacher, body: { text: 'Hello' } });
  const { id } = (await made.json()) as { id: string };
  const refused = [
    await hub.api('POST', '/announcements', { token: anna, body: { text: 'Hi' } }),
    await hub.api('DELETE', `/announcements/${id}`, { token: anna }),
    await hub.api('GET', '/announcements?all=true', { token: anna }),
  ];
  expect(refused.map(({ status }) => status)).toEqual([403, 403, 403]);
  expect((await hub.api('GET', '/announcements')).status).toBe(403);
  // Whoever may see the pages, and nobody's name, cannot speak to everybody.
  const narrow = await hub.token('teacher', ['admin-ui']);
  expect((await hub.api('POST', '/announcements', { token: narrow, body: { text: 'Hi' } })).status).toBe(403);
  expect((await hub.api('DELETE', `/announcements/${id}`, { token: narrow })).status).toBe(403);
});
