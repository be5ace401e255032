import { describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

describe('POST /people/roster', () => {
  it('says what each line comes to, and makes nobody until it is asked to', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    await hub.user('anna');
    const text = 'name\nanna\nben\nBen\na/b\n';
    const looked = await send(hub, token, { text });
    expect(looked.lines.map(({ status }: never) => status)).toEqual(['exists', 'new', 'repeated', 'invalid']);
    expect(await hub.store.users.get('ben')).toBeUndefined();
    expect((await send(hub, token, { text, add: true })).created).toEqual(['ben']);
    expect((await hub.store.users.get('ben'))?.admin).toBe(false);
  });

  it('puts people into the groups of all their lines, which are made where there are none', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    await hub.store.groups.insert(['monday']);
    await hub.store.groups.setOfUser((await hub.user('anna')).id, ['monday']);
    const text = 'name,group\nanna,monday\nben,monday\nben,room 5\na/b,nowhere\n';
    const looked = await send(hub, token, { text });
    expect(looked.groups).toEqual([
      { name: 'monday', status: 'exists', joining: 1 },
      { name: 'room 5', status: 'new', joining: 1 },
    ]);
    expect((await hub.store.groups.list({})).total).toBe(1);
    for (const _ of ['once', 'again']) await send(hub, token, { text, add: true });
    expect((await hub.store.users.get('anna'))?.groups).toEqual(['monday']);
    expect((await hub.store.users.get('ben'))?.groups).toEqual(['monday', 'room 5']);
  });

  it('leaves groups alone that the caller may not change, and makes none for who may not', async () => {
    await using hub = await startHub();
    await hub.store.groups.insert(['open', 'theirs']);
    const token = await hub.token('teacher', ['admin:users', 'groups!group=open', 'groups!group=new']);
    const text = 'name,group\nanna,open|theirs|new\n';
    const answer = await send(hub, token, { text, add: true });
    expect(answer.groups.map(({ name, status }: never) => [name, status])).toEqual([
      ['open', 'exists'],
      ['theirs', 'closed'],
      ['new', 'closed'],
    ]);
    expect((await hub.store.users.get('anna'))?.groups).toEqual(['open']);
  });

  it('takes a thousand people at once', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    const people = Array.from(
      { length: 1_000 },
      (_, index) => `student${index}@example.org,group-${index % 4}`,
    );
    const answer = await send(hub, token, { text: `email,group\n${people.join('\n')}\n`, add: true });
    expect(answer.created.length).toBe(1_000);
    expect((await hub.store.groups.members('group-3')).length).toBe(250);
  });

  it('is not for instructors', async () => {
    await using hub = await startHub({ instructors: ['wim'] });
    const token = await hub.token('wim');
    expect((await hub.api('POST', '/people/roster', { token, body: { text: 'ben' } })).status).toBe(403);
  });
});

// biome-ignore lint/suspicious/noExplicitAny: what it is is what the tests look at.
async function send(hub: TestHub, token: string, body: object): Promise<any> {
  return (await hub.api('POST', '/people/roster', { token, body })).json();
}
