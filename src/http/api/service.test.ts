import { describe, expect, test } from 'vitest';
import { startHub } from '../../../test/support/hub.ts';

const SERVICES = [
  { name: 'board', url: 'http://127.0.0.1:9000', info: { owner: 'Wim' } },
  { name: 'culler', command: ['python3', '-m', 'jupyterhub_idle_culler'], admin: true },
];

describe('GET /services', () => {
  test('is a dictionary by name, with what the file says', async () => {
    await using hub = await startHub({ services: SERVICES });
    const answer = await hub.api('GET', '/services', { token: await hub.token('teacher') });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      board: {
        kind: 'service',
        name: 'board',
        admin: false,
        roles: [],
        url: 'http://127.0.0.1:9000',
        prefix: '/services/board/',
        command: [],
        pid: 0,
        info: { owner: 'Wim' },
        display: true,
      },
      culler: {
        kind: 'service',
        name: 'culler',
        admin: true,
        roles: ['admin'],
        url: '',
        prefix: '',
        command: ['python3'],
        pid: 0,
        info: {},
        display: true,
      },
    });
  });

  test('is a page of a list for who asks for pages', async () => {
    await using hub = await startHub({ services: SERVICES });
    const answer = await hub.api('GET', '/services?limit=1', {
      token: await hub.token('teacher'),
      headers: { accept: 'application/jupyterhub-pagination+json' },
    });
    const { items, _pagination } = (await answer.json()) as {
      items: { name: string }[];
      _pagination: { total: number; next: { offset: number } | null };
    };
    expect(items.map(({ name }) => name)).toEqual(['board']);
    expect(_pagination).toMatchObject({ total: 2, next: { offset: 1 } });
  });

  test('is refused to students', async () => {
    await using hub = await startHub({ services: SERVICES });
    const answer = await hub.api('GET', '/services', { token: await hub.token('anna') });
    expect(answer.status).toBe(403);
  });

  test('shows names alone to whom more is not shown', async () => {
    await using hub = await startHub({ services: SERVICES });
    const token = await hub.token('teacher', ['list:services']);
    const answer = await hub.api('GET', '/services', { token });
    expect(await answer.json()).toEqual({
      board: { kind: 'service', name: 'board' },
      culler: { kind: 'service', name: 'culler' },
    });
  });
});

describe('/services/{name}', () => {
  test('GET answers with one of them, and 404 where there is none', async () => {
    await using hub = await startHub({ services: SERVICES });
    const token = await hub.token('teacher');
    const answer = await hub.api('GET', '/services/board', { token });
    expect(await answer.json()).toMatchObject({ name: 'board', prefix: '/services/board/' });
    expect((await hub.api('GET', '/services/nobody', { token })).status).toBe(404);
    const narrow = await hub.token('teacher', ['read:services!service=culler']);
    expect((await hub.api('GET', '/services/board', { token: narrow })).status).toBe(404);
  });

  test('POST and DELETE say that the file declares them', async () => {
    await using hub = await startHub({ services: SERVICES });
    const token = await hub.token('teacher');
    const statusOf = async (method: string, name: string) =>
      (await hub.api(method, `/services/${name}`, { token })).status;
    expect(await statusOf('POST', 'board')).toBe(409);
    expect(await statusOf('POST', 'another')).toBe(400);
    expect(await statusOf('DELETE', 'board')).toBe(405);
    expect(await statusOf('DELETE', 'another')).toBe(404);
  });
});
