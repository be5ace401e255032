import { expect, it } from 'vitest';
import { show } from '../../../test/pages/shown.ts';
import { startServer } from '../../../test/pages/start-server.ts';
import { PASSWORD, startHub, type TestHub } from '../../../test/support/hub.ts';

it.each(['GET', 'POST'])('%s /hub/logout ends the session and says so', async (method) => {
  await using hub = await startHub();
  const browser = await logIn(hub);
  const response =
    method === 'GET'
      ? await browser.get('/hub/logout')
      : await browser.post('/hub/logout', (await show(browser, '/hub/token')).form('Make the token').fields);
  expect(response.status).toBe(303);
  const page = await show(browser, response.headers.get('location')!);
  expect(page.text).toContain('You are logged out.');
  expect(browser.cookie('jupyterhub-hub-login')).toBeUndefined();
  expect((await hub.store.sessions.ofUser((await hub.user('anna')).id)).length).toBe(0);
});

it('a POST that is not ours logs nobody out', async () => {
  await using hub = await startHub();
  const browser = await logIn(hub);
  expect((await browser.post('/hub/logout', {})).status).toBe(403);
  expect((await browser.get('/hub/home')).status).toBe(200);
});

it('a browser that loads the link on suspicion logs nobody out', async () => {
  await using hub = await startHub();
  const browser = await logIn(hub);
  expect((await browser.get('/hub/logout', { 'sec-purpose': 'prefetch' })).status).toBe(503);
  expect((await browser.get('/hub/home')).status).toBe(200);
});

it.each([true, false])('stops the servers only where the course wants it: %s', async (shutdownOnLogout) => {
  await using hub = await startHub({ site: { shutdownOnLogout } });
  const browser = await logIn(hub);
  await startServer(hub);
  await hub.server('anna', '', (server) => server.state === 'ready');
  await browser.get('/hub/logout');
  expect((await hub.server('anna', '', () => true)).desired).toBe(shutdownOnLogout ? 'stopped' : 'running');
});

it('logging out without being logged in is no error', async () => {
  await using hub = await startHub();
  expect((await (await hub.browser()).get('/hub/logout')).status).toBe(303);
});

async function logIn(hub: TestHub) {
  const browser = await hub.browser();
  const { fields } = (await show(browser, '/hub/login')).form('Log in');
  await browser.post('/hub/login', { ...fields, username: 'anna', password: PASSWORD });
  return browser;
}
