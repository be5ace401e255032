import { describe, expect, it } from 'vitest';
import { press, show } from '../../../test/pages/shown.ts';
import { startHub } from '../../../test/support/hub.ts';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

describe('the page of sessions', () => {
  it('shows each browser with its address, and which one this is', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const { id } = await hub.user('anna');
    const created = hub.clock.now();
    await hub.store.sessions.insert({
      id: 'ses-other',
      userId: id,
      createdAt: created,
      expiresAt: new Date(created.getTime() + 1e7),
      address: '192.0.2.7',
      userAgent: FIREFOX,
      hash: 'other',
    });
    const { text } = await show(browser, '/hub/sessions');
    expect(text).toContain('Firefox, Linux 192.0.2.7');
    expect(text.match(/this browser/g)).toHaveLength(1);
    expect((await show(browser, '/hub/token')).markup).toContain('href="/hub/sessions"');
  });

  it('logs out another browser of one’s own, and nobody else’s', async () => {
    await using hub = await startHub();
    const [phone, laptop, bo] = [
      await hub.browser('anna'),
      await hub.browser('anna'),
      await hub.browser('bo'),
    ];
    const page = await show(laptop, '/hub/sessions');
    const end = (id: string | undefined) =>
      press(laptop, page, { button: 'Log out', fields: { id: id ?? '' } });
    await end(bo.cookie('jupyterhub-session-id'));
    expect((await bo.get('/hub/home')).status).toBe(200);
    const ended = await end(phone.cookie('jupyterhub-session-id'));
    expect((await phone.get('/hub/home')).status).toBe(302);
    expect((await show(laptop, ended.headers.get('location')!)).text).toContain(
      'That browser is logged out.',
    );
    await end(laptop.cookie('jupyterhub-session-id'));
    expect(laptop.cookie('jupyterhub-hub-login')).toBeUndefined();
  });

  it('logs out everywhere, and leaves API tokens', async () => {
    await using hub = await startHub();
    const token = await hub.token('anna');
    const [phone, laptop] = [await hub.browser('anna'), await hub.browser('anna')];
    const page = await show(laptop, '/hub/sessions');
    await press(laptop, page, { button: 'Log out everywhere' });
    for (const browser of [phone, laptop]) expect((await browser.get('/hub/home')).status).toBe(302);
    expect((await hub.api('GET', '/user', { token })).status).toBe(200);
  });
});

describe('the API of sessions', () => {
  it('GET and DELETE /users/:user/sessions are for the user and for who may see their tokens', async () => {
    await using hub = await startHub();
    const [anna, bo] = [await hub.token('anna'), await hub.token('bo')];
    const [phone, laptop] = [await hub.browser('anna'), await hub.browser('anna')];
    const id = phone.cookie('jupyterhub-session-id')!;
    const answer = await hub.api('GET', '/users/anna/sessions', { token: anna });
    const { sessions } = (await answer.json()) as { sessions: readonly { readonly id: string }[] };
    expect(sessions).toHaveLength(2);
    expect(sessions).toContainEqual(expect.objectContaining({ id, address: '127.0.0.1' }));
    expect((await hub.api('GET', '/users/anna/sessions', { token: bo })).status).toBe(404);
    expect((await hub.api('DELETE', '/users/anna/sessions', { token: bo })).status).toBe(404);
    const limited = await hub.token('anna', ['read:users!user']);
    expect((await hub.api('GET', '/users/anna/sessions', { token: limited })).status).toBe(403);
    expect((await hub.api('DELETE', `/users/bo/sessions/${id}`, { token: bo })).status).toBe(404);
    expect((await hub.api('DELETE', `/users/anna/sessions/${id}`, { token: anna })).status).toBe(204);
    expect((await phone.get('/hub/home')).status).toBe(302);
    expect((await laptop.get('/hub/home')).status).toBe(200);
    const teacher = await hub.token('teacher');
    expect((await hub.api('DELETE', '/users/anna/sessions', { token: teacher })).status).toBe(204);
    expect((await laptop.get('/hub/home')).status).toBe(302);
  });
});
