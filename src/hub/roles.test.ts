import { describe, expect, test } from 'vitest';
import { press, show } from '../../test/pages/shown.ts';
import { PASSWORD, startHub } from '../../test/support/hub.ts';

describe('an instructor', () => {
  test('is let in without being on the list of students', async () => {
    await using hub = await startHub({ allowed: ['anna'], instructors: ['wim'] });
    const browser = await hub.browser();
    const page = await show(browser, '/hub/login');
    const fields = { username: 'Wim', password: PASSWORD };
    expect((await press(browser, page, { button: 'Log in', fields })).status).toBe(303);
    expect((await show(browser, '/hub/home')).links.get('People')).toBe('/hub/admin');
  });

  test('sees everybody, starts and stops their servers, and may open them', async () => {
    await using hub = await startHub({ instructors: ['wim'] });
    await hub.user('anna');
    const browser = await hub.browser('wim');
    await press(browser, await show(browser, '/hub/admin/plain?search=anna'), { button: 'Start' });
    const server = await hub.server('anna', '', (server) => server.state === 'ready');
    const token = await hub.token('wim');
    const asked = await hub.api('GET', '/users/anna', { token });
    expect(await asked.json()).toMatchObject({ name: 'anna', servers: { '': { ready: true } } });
    const query = new URLSearchParams({
      client_id: server.oauthClientId,
      redirect_uri: '/user/anna/oauth_callback',
      response_type: 'code',
      state: 'a state',
    });
    expect((await browser.get(`/hub/api/oauth2/authorize?${query}`)).status).toBe(200);
    expect((await hub.api('DELETE', '/users/anna/server', { token })).status).toBe(204);
    await hub.server('anna', '', (server) => server.state === 'stopped');
  });

  test('makes, changes and removes nobody, and makes no token for another', async () => {
    await using hub = await startHub({ instructors: ['wim'] });
    await hub.user('anna');
    const token = await hub.token('wim');
    const refused = [
      await hub.api('POST', '/users/ben', { token }),
      await hub.api('PATCH', '/users/anna', { token, body: { admin: true } }),
      await hub.api('PATCH', '/users/wim', { token, body: { admin: true } }),
      await hub.api('DELETE', '/users/anna', { token }),
      await hub.api('POST', '/users/anna/tokens', { token }),
    ];
    expect(refused.map(({ status }) => status)).toEqual([403, 403, 403, 403, 403]);
    expect((await hub.store.users.get('wim'))?.admin).toBe(false);
  });

  test('is one only as long as the config says so, whatever token they hold', async () => {
    await using hub = await startHub();
    await hub.user('anna');
    const token = await hub.token('wim', ['read:users', 'servers', 'access:servers']);
    expect((await hub.api('GET', '/users/anna', { token })).status).toBe(404);
    expect((await hub.api('POST', '/users/anna/server', { token })).status).not.toBe(201);
    expect((await (await hub.browser('wim')).get('/hub/admin')).status).toBe(403);
  });

  test('is shown with that role', async () => {
    await using hub = await startHub({ instructors: ['wim'] });
    const me = await hub.api('GET', '/user', { token: await hub.token('wim') });
    expect(await me.json()).toMatchObject({ name: 'wim', admin: false, roles: ['instructor', 'user'] });
  });
});
