import { describe, expect, it } from 'vitest';
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
      { name: 'anna', roles: ['user'], servers: [{ state: 'ready', url: '/user/anna/' }] },
    ]);
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

  it('refuse to guess whom', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    for (const body of [{}, { names: [] }, { all: false }])
      expect((await hub.api('POST', '/people/stop', { token, body })).status).toBe(400);
    const student = await hub.token('anna');
    expect((await hub.api('POST', '/people/stop', { token: student, body: { all: true } })).status).toBe(403);
  });
});

describe('POST /people/roster', () => {
  it('says what each line comes to, and makes nobody until it is asked to', async () => {
    await using hub = await startHub();
    const token = await hub.token('teacher');
    await hub.user('anna');
    const text = 'name\nanna\nben\nBen\na/b\n';
    const looked = await read(hub.api('POST', '/people/roster', { token, body: { text } }));
    expect(looked.lines.map(({ status }: never) => status)).toEqual(['exists', 'new', 'repeated', 'invalid']);
    expect(await hub.store.users.get('ben')).toBeUndefined();
    const added = await read(hub.api('POST', '/people/roster', { token, body: { text, add: true } }));
    expect(added.created).toEqual(['ben']);
    expect((await hub.store.users.get('ben'))?.admin).toBe(false);
  });

  it('is not for instructors', async () => {
    await using hub = await startHub({ instructors: ['wim'] });
    const token = await hub.token('wim');
    expect((await hub.api('POST', '/people/roster', { token, body: { text: 'ben' } })).status).toBe(403);
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
