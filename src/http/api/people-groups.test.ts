import { expect, it } from 'vitest';
import { startHub } from '../../../test/support/hub.ts';

it('GET /people/groups says how many are in each, and what the file puts there', async () => {
  const monday = { name: 'monday', users: ['anna'], properties: {} };
  await using hub = await startHub({ instructors: ['wim'], declaredGroups: [monday] });
  const { id } = await hub.user('anna');
  await hub.store.groups.insert(['monday', 'lab']);
  await hub.store.groups.setOfUser(id, ['monday']);
  const ask = async (token: string) => (await hub.api('GET', '/people/groups', { token })).json();
  expect(await ask(await hub.token('wim'))).toEqual([
    { name: 'lab', people: 0, source: 'course', fixed: [] },
    { name: 'monday', people: 1, source: 'file', fixed: ['anna'] },
  ]);
  const some = await hub.token('teacher', ['list:groups!group=lab', 'read:groups']);
  expect(await ask(some)).toMatchObject([{ name: 'lab' }]);
});
