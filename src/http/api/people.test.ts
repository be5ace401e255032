import { describe, expect, it } from 'vitest';
import { startServer } from '../../../test/pages/start-server.ts';
import { startHub } from '../../../test/support/hub.ts';

// biome-ignore lint/suspicious/noExplicitAny: what it is is what the tests look at.
const read = async (answer: Promise<Response>): Promise<any> => (await answer).json();

describe('GET /people', () => {
  it('shows people with their servers and roles, those who match, and how many there are', async () => {
    await using hub = await startHub({ instructors: ['wim'] });
    for (const name of ['anna', 'hanna', 'ben', 'wim']) await hub.user(name);
    const token = await hub.token('teacher');
    await hub.api('POST', '/users/anna/server', { token });
    await hub.server('anna', '', (server) => server.state === 'ready');
    const answer = await read(hub.api('GET', '/people?search=ann&limit=1', { token }));
    expect(answer.total).toBe(2);
    expect(answer.counts).toEqual({ ready: 1 });
    expect(answer.items).toMatchObject([
      {
        name: 'anna',
        roles: ['user'],
        groups: [],
        servers: [{ state: 'ready', url: '/user/anna/', memory: 104_857_600, place: null, step: null }],
      },
    ]);
  });

  it('finds the members of a group, for whom may know them', async () => {
    await using hub = await startHub({ instructors: ['wim'] });
    await hub.user('ben');
    await hub.store.groups.insert(['monday']);
    await hub.store.groups.setOfUser((await hub.user('anna')).id, ['monday']);
    const token = await hub.token('wim');
    const page = await read(hub.api('GET', '/people?group=monday', { token }));
    expect(page).toMatchObject({ total: 1, items: [{ name: 'anna', groups: ['monday'] }] });
    expect(await read(hub.api('GET', '/people/names?group=monday', { token }))).toEqual(['anna']);
    expect(await read(hub.api('GET', '/people/names?search=N', { token }))).toEqual(['anna', 'ben']);
    const blind = await hub.token('wim', ['list:users', 'read:servers']);
    for (const path of ['/people', '/people/names', '/people/active'])
      expect((await hub.api('GET', `${path}?group=monday`, { token: blind })).status).toBe(403);
  });

  it('is not for students, nor for whom only some people may be shown', async () => {
    await using hub = await startHub();
    const student = await hub.token('anna');
    const some = await hub.token('teacher', ['list:users!user=anna', 'read:servers']);
    const blind = await hub.token('teacher', ['list:users']);
    for (const path of ['/people', '/people/active', '/events'])
      expect((await hub.api('GET', path, { token: student })).status).toBe(403);
    for (const path of ['/people', '/people/active'])
      for (const token of [some, blind]) expect((await hub.api('GET', path, { token })).status).toBe(403);
  });

  it('shows and serves instructors what is of students, and nothing of each other or of administrators', async () => {
    await using hub = await startHub({ instructors: ['wim', 'zoe'] });
    const admin = await hub.token('teacher');
    const token = await hub.token('wim');
    for (const name of ['anna', 'zoe']) await hub.user(name);
    await hub.api('POST', '/people/start', { token: admin, body: { names: ['teacher', 'zoe'] } });
    const ready = ({ state }: { readonly state: string }) => state === 'ready';
    for (const name of ['teacher', 'zoe']) await hub.server(name, '', ready);
    expect(await read(hub.api('POST', '/people/start', { token, body: { all: true } }))).toEqual({
      servers: 2,
    });
    await hub.server('anna', '', ready);
    const page = await read(hub.api('GET', '/people', { token }));
    const names = page.items.map(({ name, servers }: never) => [name, (servers as unknown[]).length]);
    expect(names).toEqual([
      ['anna', 1],
      ['teacher', 0],
      ['wim', 1],
      ['zoe', 0],
    ]);
    const active = await read(hub.api('GET', '/people/active', { token }));
    expect(active.servers.map(({ owner }: never) => owner).sort()).toEqual(['anna', 'wim']);
    expect(await read(hub.api('POST', '/people/stop', { token, body: { all: true } }))).toEqual({
      servers: 2,
    });
    expect((await hub.store.servers.get('zoe', ''))?.state).toBe('ready');
  });
});

describe('GET /people/active', () => {
  it('has those who wait with their place, and leaves out who is at rest', async () => {
    await using hub = await startHub({ queue: { activeServers: 1 } });
    const token = await hub.token('teacher');
    for (const name of ['anna', 'ben', 'cor']) await hub.user(name);
    await hub.api('POST', '/users/anna/server', { token });
    await hub.server('anna', '', (server) => server.state === 'ready');
    await hub.api('POST', '/people/start', { token, body: { names: ['ben'] } });
    const { people, servers } = await read(hub.api('GET', '/people/active', { token }));
    expect(people).toBe(4);
    expect(servers.map(({ owner, state, place }: never) => ({ owner, state, place }))).toEqual([
      { owner: 'ben', state: 'queued', place: { position: 1, seconds: null, full: true } },
      { owner: 'anna', state: 'ready', place: null },
    ]);
  });

  it('says what happens in a start, and who of a group is not there', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    await hub.store.groups.insert(['monday']);
    for (const name of ['anna', 'ben']) {
      const { id } = await hub.user(name);
      await hub.store.groups.setOfUser(id, ['monday']);
    }
    await startServer(hub, { startMs: 60_000 }, 'anna');
    await hub.server('anna', '', ({ state }) => state === 'starting');
    await expect
      .poll(async () => read(hub.api('GET', '/people/active?group=monday', { token })))
      .toMatchObject({
        people: 2,
        absent: ['ben'],
        servers: [
          { owner: 'anna', memory: null, step: { phase: 'launching', message: 'Starting your server.' } },
        ],
      });
    expect((await read(hub.api('GET', '/people/active', { token }))).absent).toBe(null);
  });
});

describe('POST /people/start and /people/stop', () => {
  it('are for those named, or for everybody', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    for (const name of ['anna', 'ben', 'cor']) await hub.user(name);
    const ask = async (path: string, body: unknown) =>
      (await read(hub.api('POST', path, { token, body }))).servers;
    expect(await ask('/people/start', { names: ['Anna', 'nobody'] })).toBe(1);
    await hub.server('anna', '', (server) => server.state === 'ready');
    expect(await hub.store.servers.get('ben', '')).toBeUndefined();
    expect(await ask('/people/start', { all: true })).toBe(4);
    for (const name of ['ben', 'cor', 'teacher'])
      await hub.server(name, '', ({ state }) => state === 'ready');
    expect(await ask('/people/stop', { names: ['ben'] })).toBe(1);
    expect((await hub.server('ben', '', ({ state }) => state === 'stopped')).stopReason).toBe('admin');
    expect(await ask('/people/stop', { all: true })).toBe(3);
    await hub.server('cor', '', ({ state }) => state === 'stopped');
  });

  it('are for a group', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    await hub.user('ben');
    await hub.store.groups.insert(['monday']);
    await hub.store.groups.setOfUser((await hub.user('anna')).id, ['monday']);
    for (const path of ['/people/start', '/people/stop'])
      expect(await read(hub.api('POST', path, { token, body: { group: 'monday' } }))).toEqual({ servers: 1 });
    expect(await hub.store.servers.get('ben', '')).toBeUndefined();
    expect(await read(hub.api('POST', '/people/start', { token, body: { group: 'none' } }))).toEqual({
      servers: 0,
    });
  });

  it('refuse to guess whom', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    for (const body of [{}, { names: [] }, { all: false }])
      expect((await hub.api('POST', '/people/stop', { token, body })).status).toBe(400);
    const student = await hub.token('anna');
    expect((await hub.api('POST', '/people/stop', { token: student, body: { all: true } })).status).toBe(403);
  });
});

describe('POST /people/remove', () => {
  it('deletes those named once their servers have ended, and never who asks', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    for (const name of ['anna', 'ben', 'cor']) await hub.user(name);
    await hub.api('POST', '/users/anna/server', { token });
    await hub.server('anna', '', ({ state }) => state === 'ready');
    const body = { names: ['Anna', 'ben', 'nobody', 'teacher'] };
    expect(await read(hub.api('POST', '/people/remove', { token, body }))).toEqual({ people: 2 });
    expect(await read(hub.api('GET', '/people/names', { token }))).toEqual(['cor', 'teacher']);
  });

  it('is about those alone whom the scope is about', async () => {
    await using hub = await startHub();
    for (const name of ['anna', 'ben']) await hub.user(name);
    const token = await hub.token('teacher', ['delete:users!user=anna']);
    const body = { names: ['anna', 'ben'] };
    expect(await read(hub.api('POST', '/people/remove', { token, body }))).toEqual({ people: 1 });
    expect(await hub.store.users.get('ben')).toBeDefined();
  });
});

describe('GET /events', () => {
  it('tells at once, and again when something has changed', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    const response = await hub.api('GET', '/events', { token });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let heard = '';
    const hear = async (what: string) => {
      while (!heard.includes(what)) heard += (await reader.read()).value;
      heard = '';
    };
    await hear('data: {"changed":["users","servers"]}');
    await hub.api('POST', '/users/ben', { token });
    await hear('data: {"changed":["users"]}');
    await reader.cancel();
  });
});
