import { describe, expect, it } from 'vitest';
import { press, show } from '../../../test/pages/shown.ts';
import { startServer } from '../../../test/pages/start-server.ts';
import { startHub } from '../../../test/support/hub.ts';
import { itWithOneHub } from '../../../test/support/one-hub.ts';

const place = '/user/anna/lab/tree/a%20b.ipynb?x=1&y=2';

describe('an address of a server that does not run', () => {
  it('says so with 424, and starting it leads back to the same place', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const away = await browser.get(place);
    expect(away.headers.get('location')).toBe(`/hub${place}`);
    const page = await show(browser, `/hub${place}`);
    expect(page.status).toBe(424);
    expect(page.text).toContain('It has not been started yet.');
    const started = await press(browser, page, { button: 'Start it and come back here' });
    await hub.server('anna', '', (server) => server.state === 'ready');
    const on = await browser.get(started.headers.get('location')!);
    expect(on.headers.get('location')).toBe(place);
  });

  it('says why it stopped', async () => {
    await using hub = await startHub();
    await startServer(hub);
    const server = await hub.server('anna', '', (row) => row.state === 'ready');
    await hub.store.servers.update(server.id, (row) => ({
      ...row,
      state: 'stopped',
      desired: 'stopped',
      stopReason: 'idle',
      stoppedAt: new Date(hub.clock.now().getTime() - 7_200_000),
    }));
    const page = await show(await hub.browser('anna'), `/hub${place}`);
    expect(page.text).toContain('Nobody used it, so it was stopped 2 hours ago .');
  });

  it('leads to the waiting page while it starts, and back to the same place', async () => {
    await using hub = await startHub();
    await startServer(hub, { startMs: 60_000 });
    const response = await (await hub.browser('anna')).get(`/hub${place}`);
    expect(response.headers.get('location')).toBe(
      `/hub/spawn-pending/anna?${new URLSearchParams({ next: place })}`,
    );
  });

  it('means the named server where there is one of that name', async () => {
    await using hub = await startHub();
    const token = await hub.token('anna');
    const body = { user_options: { simulate: { startError: 'No.' } } };
    await hub.api('POST', '/users/anna/servers/grid', { token, body });
    await hub.server('anna', 'grid', (server) => server.state === 'failed');
    const browser = await hub.browser('anna');
    expect((await show(browser, '/hub/user/anna/grid/lab')).form('Start it and come back here').action).toBe(
      '/hub/spawn/anna/grid',
    );
    expect((await show(browser, '/hub/user/anna/lab')).form('Start it and come back here').action).toBe(
      '/hub/spawn/anna',
    );
  });

  it('asks who is there, and comes back', async () => {
    await using hub = await startHub();
    const response = await (await hub.browser()).get(`/hub${place}`);
    expect(response.headers.get('location')).toBe(`/hub/login?next=${encodeURIComponent(place)}`);
  });

  it('of another is an empty place, whether there is such a person or not', async () => {
    await using hub = await startHub();
    await hub.user('bo');
    const browser = await hub.browser('anna');
    const [one, other] = [
      await show(browser, '/hub/user/bo/lab'),
      await show(browser, '/hub/user/nobody/lab'),
    ];
    expect([one.status, other.status]).toEqual([404, 404]);
    expect(one.heading).toBe(other.heading);
  });

  it.each([
    ['a call of the server’s API', 'GET', '/api/kernels', { accept: '*/*' }],
    ['a call by a script of a page', 'GET', '/lab/x', { 'sec-fetch-mode': 'cors', accept: '*/*' }],
    ['whoever asks for JSON', 'GET', '/lab', { accept: 'application/json' }],
    ['a form', 'POST', '/lab/save', { accept: 'text/html' }],
    ['a body that nobody here can read', 'PUT', '/files/x', { 'content-type': 'application/octet-stream' }],
    ['a removal', 'DELETE', '/api/sessions/1', {}],
  ])('tells %s with 424 and JSON, without asking who it is', async (_, method, path, headers) => {
    await using hub = await startHub();
    const response = await fetch(`${hub.url}/hub/user/anna${path}`, {
      method,
      headers: headers as Record<string, string>,
      redirect: 'manual',
      ...(method === 'POST' || method === 'PUT' ? { body: 'x=1' } : {}),
    });
    expect(response.status).toBe(424);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(await response.json()).toEqual({
      status: 424,
      message: 'The server at /user/anna/ is not running. Start it at /hub/spawn/anna',
    });
  });
});

describe('an address of a server that runs, whose route the proxy has lost', () => {
  itWithOneHub('puts the route back and sends the browser there again', async () => {
    await using hub = await startHub();
    const table = await hub.followedTable();
    const started = await hub.api('POST', '/users/anna/server', { token: await hub.token('anna') });
    expect(started.status).toBe(201);
    await hub.store.routes.remove('/user/anna');
    await expect.poll(() => table.get('/user/anna'), { timeout: 20_000 }).toBeUndefined();
    const response = await (await hub.browser('anna')).get(`/hub${place}`);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(`${place}&redirects=1`);
    expect(table.get('/user/anna')).toBeDefined();
  });

  it('ends a loop with a page that says so', async () => {
    await using hub = await startHub();
    await startServer(hub);
    await hub.server('anna', '', (server) => server.state === 'ready');
    const browser = await hub.browser('anna');
    const next = await browser.get(`/hub${place}&redirects=2`);
    expect(next.headers.get('location')).toBe(`${place}&redirects=3`);
    const page = await show(browser, `/hub${place}&redirects=5`);
    expect(page.status).toBe(500);
    expect(page.text).toContain('led back to the hub again and again');
    expect(page.links.get('Try again')).toBe(place);
  });
});

describe('/hub/user-redirect/', () => {
  it('leads to the place in one’s own server, with everything that was written', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const link =
      '/hub/user-redirect/git-pull?repo=https%3A%2F%2Fgit.example%2Fx&urlpath=lab%2Ftree%2Fx%2Fa.ipynb';
    const target = link.replace('/hub/user-redirect/', '/user/anna/');
    const away = await browser.get(link);
    expect(away.headers.get('location')).toBe(`/hub/spawn?${new URLSearchParams({ next: target })}`);
    await startServer(hub);
    await hub.server('anna', '', (server) => server.state === 'ready');
    expect((await browser.get(link)).headers.get('location')).toBe(target);
  });

  it('survives the login', async () => {
    await using hub = await startHub();
    const response = await (await hub.browser()).get('/hub/user-redirect/lab?x=1');
    expect(response.headers.get('location')).toBe('/hub/login?next=%2Fhub%2Fuser-redirect%2Flab%3Fx%3D1');
  });
});
