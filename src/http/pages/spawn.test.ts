import { describe, expect, it } from 'vitest';
import { press, ShownPage, show } from '../../../test/pages/shown.ts';
import { startServer } from '../../../test/pages/start-server.ts';
import { startHub } from '../../../test/support/hub.ts';

describe('GET /hub/spawn', () => {
  it('starts nothing by itself: it shows a form, which a script sends and a person can', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const page = await show(browser, '/hub/spawn');
    expect(page.status).toBe(200);
    expect(await hub.store.servers.get('anna', '')).toBeUndefined();
    expect(page.markup).toContain('data-start="/hub/spawn-pending/anna"');
    const response = await press(browser, page, { button: 'Start my notebook' });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toBe('/hub/spawn-pending/anna');
    await hub.server('anna', '', (server) => server.state === 'ready');
  });

  it('keeps where to go on, and only on our own origin', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const page = await show(browser, '/hub/spawn?next=%2Fuser%2Fanna%2Flab%3Fa%3D1');
    const response = await press(browser, page, { button: 'Start my notebook' });
    expect(response.headers.get('location')).toBe(
      '/hub/spawn-pending/anna?next=%2Fuser%2Fanna%2Flab%3Fa%3D1',
    );
    await hub.server('anna', '', (server) => server.state === 'ready');
    const on = await browser.get(response.headers.get('location')!);
    expect(on.headers.get('location')).toBe('/user/anna/lab?a=1');
    const elsewhere = await browser.get('/hub/spawn?next=https%3A%2F%2Fevil.example%2F');
    expect(elsewhere.headers.get('location')).toBe('/user/anna/');
  });

  it('leads to the waiting page while it starts', async () => {
    await using hub = await startHub();
    await startServer(hub, { startMs: 60_000 });
    const response = await (await hub.browser('anna')).get('/hub/spawn/anna');
    expect(response.headers.get('location')).toBe('/hub/spawn-pending/anna');
  });

  it('names of any kind come through addresses', async () => {
    await using hub = await startHub();
    const name = 'jean-luc+x%2f@example.org';
    const browser = await hub.browser(name);
    const response = await press(browser, await show(browser, '/hub/spawn'), { button: 'Start my notebook' });
    await hub.server(name, '', (server) => server.state === 'ready');
    const on = await browser.get(response.headers.get('location')!);
    expect(on.headers.get('location')).toBe('/user/jean-luc%2Bx%252f@example.org/');
  });
});

describe('starting and stopping other people’s servers', () => {
  it('is for administrators, and looks like an empty place to everybody else', async () => {
    await using hub = await startHub();
    await hub.user('bo');
    const anna = await hub.browser('anna');
    const { fields } = (await show(anna, '/hub/spawn')).form('Start my notebook');
    for (const path of ['/hub/spawn/bo', '/hub/stop/bo', '/hub/run-hook/bo', '/hub/spawn/nobody']) {
      const response = await anna.post(path, fields);
      expect([path, response.status]).toEqual([path, 404]);
    }
    expect((await anna.get('/hub/spawn-pending/bo')).status).toBe(404);
    const teacher = await hub.browser('teacher');
    const page = await show(teacher, '/hub/spawn/bo');
    expect(page.heading).toBe('Starting the server of bo');
    expect((await press(teacher, page, { button: 'Start it' })).status).toBe(303);
  });

  it('takes no form that is not ours', async () => {
    await using hub = await startHub();
    const anna = await hub.browser('anna');
    for (const path of ['/hub/spawn', '/hub/spawn/anna', '/hub/stop/anna', '/hub/servers']) {
      expect([path, (await anna.post(path, {})).status]).toEqual([path, 403]);
    }
    expect(await hub.store.servers.get('anna', '')).toBeUndefined();
  });
});

describe('the waiting page', () => {
  it('tells how far it is, and loads itself again where there is no script', async () => {
    await using hub = await startHub();
    await startServer(hub, { answerMs: 60_000 });
    await hub.server('anna', '', (server) => server.handle !== null);
    const browser = await hub.browser('anna');
    await expect
      .poll(async () => (await show(browser, '/hub/spawn-pending/anna')).text)
      .toContain('Waiting for JupyterLab to answer.');
    const page = await show(browser, '/hub/spawn-pending/anna?next=/user/anna/lab/x');
    expect(page.markup).toContain('<noscript><meta http-equiv="refresh" content="2"></noscript>');
    expect(page.markup).toContain('data-ready="/user/anna/lab/x"');
    expect(page.markup).toMatch(/<progress max="100" value="50"/);
  });

  it('tells the place in the queue, and nothing of an earlier start', async () => {
    await using hub = await startHub({ queue: { concurrentStarts: 1 } });
    await startServer(hub, { startError: 'First try.' });
    await hub.server('anna', '', (server) => server.state === 'failed');
    await startServer(hub, { startMs: 60_000 }, 'bo');
    await hub.server('bo', '', (server) => server.state === 'starting');
    await startServer(hub, {}, 'cleo');
    await startServer(hub);
    const page = await show(await hub.browser('anna'), '/hub/spawn-pending/anna');
    expect(page.heading).toBe('Your notebook is waiting for its turn');
    expect(page.text).toContain('You are number 2 in the queue.');
    expect(page.text).not.toContain('First try.');
  });

  it('can be cancelled', async () => {
    await using hub = await startHub();
    await startServer(hub, { startMs: 60_000 });
    const browser = await hub.browser('anna');
    const response = await press(browser, await show(browser, '/hub/spawn-pending/anna'), {
      button: 'Cancel',
    });
    expect(response.headers.get('location')).toBe('/hub/home');
    const server = await hub.server('anna', '', (row) => row.state === 'stopped');
    expect(server.stopReason).toBe('user');
  });

  it('says why a start failed, gives the number of the log, and tries again to the same end', async () => {
    await using hub = await startHub();
    await startServer(hub, { startError: 'The image “course:v4” could not be found.', log: [] });
    const failed = await hub.server('anna', '', (server) => server.state === 'failed');
    const browser = await hub.browser('anna');
    const page = await show(browser, '/hub/spawn-pending/anna?next=/user/anna/lab/x');
    expect(page.status).toBe(500);
    expect(page.text).toContain('The image “course:v4” could not be found.');
    expect(page.text).toContain(failed.failure?.id);
    const again = await press(browser, page, { button: 'Try again' });
    expect(again.headers.get('location')).toBe('/hub/spawn-pending/anna?next=%2Fuser%2Fanna%2Flab%2Fx');
  });

  it('offers to start again where the server is being stopped', async () => {
    await using hub = await startHub();
    await startServer(hub, { stopMs: 500 });
    await hub.server('anna', '', (server) => server.state === 'ready');
    const browser = await hub.browser('anna');
    await press(browser, await show(browser, '/hub/home'), { button: 'Stop it' });
    const stopping = await show(browser, '/hub/spawn-pending/anna');
    expect(stopping.heading).toBe('Your server is being stopped');
    const response = await press(browser, stopping, { button: 'Start again after that' });
    expect((await ShownPage.of(await browser.get(response.headers.get('location')!))).text).toContain(
      'It starts again right after, by itself.',
    );
  });

  it('offers to start what is not running', async () => {
    await using hub = await startHub();
    const page = await show(await hub.browser('anna'), '/hub/spawn-pending/anna');
    expect(page.form('Start my notebook').action).toBe('/hub/spawn/anna');
  });

  it('lets people wait where all places are taken, and starts by itself when one is free', async () => {
    await using hub = await startHub({ queue: { activeServers: 1 } });
    await startServer(hub, {}, 'bo');
    await hub.server('bo', '', (server) => server.state === 'ready');
    const browser = await hub.browser('anna');
    const response = await press(browser, await show(browser, '/hub/home'), { button: 'Start my notebook' });
    expect(response.headers.get('location')).toBe('/hub/spawn-pending/anna');
    const page = await show(browser, '/hub/spawn-pending/anna');
    expect(page.heading).toBe('The course is full');
    expect(page.text).toContain(
      'You are next: your notebook starts by itself as soon as somebody stops theirs.',
    );
    expect(page.markup).toContain('<noscript><meta http-equiv="refresh" content="5"></noscript>');
    await hub.api('DELETE', '/users/bo/server', { token: await hub.token('bo') });
    await hub.server('anna', '', (server) => server.state === 'ready');
  });
});
