import { describe, expect, it } from 'vitest';
import { press, show } from '../../../test/pages/shown.ts';
import { startHub } from '../../../test/support/hub.ts';

describe('the plain page of people', () => {
  it('is for administrators', async () => {
    await using hub = await startHub();
    expect((await (await hub.browser('anna')).get('/hub/admin/plain')).status).toBe(403);
    const home = await show(await hub.browser('anna'), '/hub/home');
    expect(home.links.has('People')).toBe(false);
    expect((await show(await hub.browser('teacher'), '/hub/home')).links.get('People')).toBe('/hub/admin');
  });

  it('finds by name and by state, and keeps the search when it starts and stops', async () => {
    await using hub = await startHub();
    for (const name of ['anna', 'hanna', 'bo']) await hub.user(name);
    const browser = await hub.browser('teacher');
    const found = await show(browser, '/hub/admin/plain?search=ANN');
    expect(found.text).toContain('hanna');
    expect(found.text).not.toContain(' bo ');
    const started = await press(browser, found, { button: 'Start' });
    expect(started.headers.get('location')).toBe('/hub/admin/plain?search=ANN');
    await hub.server('anna', '', (server) => server.state === 'ready');
    const running = await show(browser, '/hub/admin/plain?state=ready');
    expect(running.links.get('Open')).toBe('/user/anna/');
    expect(running.text).not.toContain('hanna');
    await press(browser, running, { button: 'Stop' });
    const stopped = await hub.server('anna', '', (server) => server.state === 'stopped');
    expect(stopped.stopReason).toBe('admin');
  });

  it('tells who waits in the queue from whose server starts', async () => {
    await using hub = await startHub({ queue: { activeServers: 1 } });
    const ask = async (name: string) => {
      const browser = await hub.browser(name);
      await press(browser, await show(browser, '/hub/spawn'), { button: 'Start my notebook' });
    };
    await ask('anna');
    await hub.server('anna', '', (server) => server.state === 'ready');
    for (const name of ['ben', 'cor']) await ask(name);
    const page = await show(await hub.browser('teacher'), '/hub/admin/plain');
    expect(page.text).toContain('1 running, 0 starting, 2 waiting for their turn');
  });

  it('shows fifty at a time', async () => {
    await using hub = await startHub();
    const names = Array.from({ length: 60 }, (_, index) => `student-${String(index).padStart(3, '0')}`);
    await hub.store.users.insert(names.map((name) => ({ name, admin: false })));
    const browser = await hub.browser('teacher');
    const first = await show(browser, '/hub/admin/plain');
    expect(first.text).toContain('61 people');
    expect(first.text).toContain('1–50 of 61');
    expect(first.links.has('Previous')).toBe(false);
    const second = await show(browser, first.links.get('Next')!);
    expect(second.text).toContain('51–61 of 61');
    expect(second.links.has('Next')).toBe(false);
    expect(second.links.get('Previous')).toBe('/hub/admin/plain');
  });

  it('says that nobody was found', async () => {
    await using hub = await startHub();
    expect((await show(await hub.browser('teacher'), '/hub/admin/plain?search=zz')).text).toContain(
      'Nobody is found.',
    );
  });
});
