import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROXY_TOKEN, startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
let teacher: string;
beforeAll(async () => {
  hub = await startHub();
  teacher = await hub.token('teacher');
  for (const name of ['anna', 'ben', 'carla@example.org']) {
    await hub.user(name);
    await hub.api('POST', `/users/${name}/server`, { token: teacher });
    await hub.server(name, '', ({ state }) => state === 'ready');
  }
});
afterAll(() => hub[Symbol.asyncDispose]());

describe('GET /hub/api/proxy', () => {
  it('gives the routes by their paths', async () => {
    const answer = await hub.api('GET', '/proxy', { token: teacher });
    expect(answer.status).toBe(200);
    const routes = (await answer.json()) as Record<string, { target: string }>;
    expect(Object.keys(routes)).toEqual(['/user/anna/', '/user/ben/', '/user/carla@example.org/']);
    expect(routes['/user/anna/']).toEqual({
      routespec: '/user/anna/',
      target: (await hub.store.servers.get('anna', ''))!.target,
      data: { user: 'anna', server_name: '', jupyterhub: true },
    });
  });

  it('gives them in pages, and says where the rest is to those who know no pages', async () => {
    const page = await hub.api('GET', '/proxy?limit=1&offset=1', {
      token: teacher,
      headers: { accept: 'application/jupyterhub-pagination+json' },
    });
    expect(await page.json()).toMatchObject({
      items: { '/user/ben/': { routespec: '/user/ben/' } },
      _pagination: { offset: 1, limit: 1, total: 3, next: { offset: 2 } },
    });
    const bare = await hub.api('GET', '/proxy?limit=2', { token: teacher });
    expect(Object.keys((await bare.json()) as object)).toHaveLength(2);
    expect(bare.headers.get('link')).toBe(`<${hub.url}/hub/api/proxy?limit=2&offset=2>; rel="next"`);
    expect((await hub.api('GET', '/proxy', { token: teacher })).headers.get('link')).toBeNull();
  });

  it.each(['GET', 'POST', 'PATCH'])('is not for students (%s)', async (method) => {
    expect((await hub.api(method, '/proxy', { token: await hub.token('anna') })).status).toBe(403);
  });
});

describe('POST and PATCH /hub/api/proxy', () => {
  it.each([
    ['POST', undefined],
    ['PATCH', { api_url: 'http://127.0.0.1:8001' }],
    ['PATCH', { auth_token: PROXY_TOKEN }],
  ])('%s mends the routes (%j)', async (method, body) => {
    expect(await hub.store.routes.remove('/user/ben')).toBe(true);
    const options = { token: teacher, ...(body ? { body } : {}) };
    expect((await hub.api(method, '/proxy', options)).status).toBe(200);
    const routes = await (await hub.api('GET', '/proxy', { token: teacher })).json();
    expect(routes).toHaveProperty(['/user/ben/']);
  });

  it.each([[[]], [{ auth_token: 'another' }], [{ auth_token: 5 }], ['text']])(
    'PATCH refuses what it cannot do: %j',
    async (body) => {
      expect((await hub.api('PATCH', '/proxy', { token: teacher, body })).status).toBe(400);
    },
  );
});
