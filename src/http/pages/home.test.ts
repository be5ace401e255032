import { describe, expect, it } from 'vitest';
import { choicesOfCourse } from '../../../test/pages/choices.ts';
import { press, show } from '../../../test/pages/shown.ts';
import { startServer } from '../../../test/pages/start-server.ts';
import { startHub } from '../../../test/support/hub.ts';

describe('home', () => {
  it('offers to start what has never run', async () => {
    await using hub = await startHub();
    const page = await show(await hub.browser('anna'), '/hub/home');
    expect(page.text).toContain('Not running');
    expect(page.form('Start my notebook').action).toBe('/hub/spawn/anna');
  });

  it('shows what runs, since when and how much memory it uses, and offers to open and stop it', async () => {
    await using hub = await startHub({ site: { course: { ...course, memoryLimit: 4 * 1024 ** 3 } } });
    await startServer(hub);
    await hub.server('anna', '', (server) => server.state === 'ready');
    const page = await show(await hub.browser('anna'), '/hub/home');
    expect(page.text).toMatch(/Running Started (now|\d+ seconds? ago)/);
    expect(page.text).toContain('100 MB of 4 GB');
    expect(page.links.get('Open my notebook')).toBe('/user/anna/');
    expect(page.text).toContain('Stop your notebook?');
  });

  it.each([
    [0, 'Whatever is still running in it ends'],
    [1, 'One notebook is running a cell right now'],
    [3, '3 notebooks are running a cell right now'],
  ])('says before a stop how many notebooks run a cell: %i', async (busyKernels, words) => {
    await using hub = await startHub();
    await startServer(hub, { busyKernels });
    await hub.server('anna', '', (server) => server.state === 'ready');
    const { text } = await show(await hub.browser('anna'), '/hub/home');
    expect(text).toContain(words);
  });

  it.each([
    [{ timeoutSeconds: 3_600, maxAgeSeconds: 0 }, 'Stops by itself after 1 hour without use'],
    [{ timeoutSeconds: 5_400, maxAgeSeconds: 0 }, 'Stops by itself after 90 minutes without use'],
    [
      { timeoutSeconds: 3_600, maxAgeSeconds: 7_210 },
      /itself in 2 hours , or sooner, after 1 hour without use/,
    ],
  ])('says what stops a server that nobody stops: %o', async (rule, words) => {
    await using hub = await startHub({ site: { cull: { ...rule, adminUsers: true } } });
    await startServer(hub);
    await hub.server('anna', '', (server) => server.state === 'ready');
    const { text } = await show(await hub.browser('anna'), '/hub/home');
    if (typeof words === 'string') expect(text).toContain(words);
    else expect(text).toMatch(words);
  });

  it('measures memory by what the chosen profile gives', async () => {
    const choices = choicesOfCourse('x');
    await using hub = await startHub({ choices, site: { course: { ...course, memoryLimit: 1 } } });
    const token = await hub.token('anna');
    const profile = choices.find(({ memory }) => memory !== null)!;
    await hub.api('POST', '/users/anna/server', { token, body: { profile: profile.slug } });
    await hub.server('anna', '', (server) => server.state === 'ready');
    const { text } = await show(await hub.browser('anna'), '/hub/home');
    expect(text).toContain(`100 MB of ${profile.memory! / 1024 ** 3} GB`);
  });

  it('does not say of a place in the queue that somebody stopped it', async () => {
    await using hub = await startHub({ queue: { activeServers: 1 } });
    await startServer(hub, {}, 'first');
    await hub.server('first', '', (server) => server.state === 'ready');
    const browser = await hub.browser('anna');
    await press(browser, await show(browser, '/hub/home'), { button: 'Start my notebook' });
    await press(browser, await show(browser, '/hub/home'), { button: 'Cancel' });
    const { text } = await show(browser, '/hub/home');
    expect(text).toContain('You cancelled its start');
    expect(text).not.toContain('You stopped it');
  });

  it('stops, says so, and can be started again before the stop has ended', async () => {
    await using hub = await startHub();
    await startServer(hub, { stopMs: 600 });
    await hub.server('anna', '', (server) => server.state === 'ready');
    const browser = await hub.browser('anna');
    const stopped = await press(browser, await show(browser, '/hub/home'), { button: 'Stop it' });
    expect(stopped.headers.get('location')).toBe('/hub/home');
    const stopping = await show(browser, '/hub/home');
    expect(stopping.text).toContain('Stopping');
    await press(browser, stopping, { button: 'Start again' });
    const waiting = await show(browser, '/hub/home');
    expect(waiting.text).toContain('starts again right after');
    const ready = await hub.server('anna', '', (server) => server.state === 'ready');
    expect(ready.attempt).toBe(2);
  });

  it('says why the last start failed and what the server wrote', async () => {
    await using hub = await startHub();
    await startServer(hub, {
      endMs: 0,
      answerMs: 60_000,
      log: ['ModuleNotFoundError: No module named <xarray>'],
    });
    await hub.server('anna', '', (server) => server.state === 'failed');
    const page = await show(await hub.browser('anna'), '/hub/home');
    expect(page.text).toContain('Could not start');
    expect(page.text).toContain('The server ended by itself');
    expect(page.text).toContain('No module named <xarray>');
    expect(page.form('Try again').action).toBe('/hub/spawn/anna');
  });

  it('says when the course’s command failed, shows its output, and runs it again', async () => {
    await using hub = await startHub({ servers: { postStart: ['gitpuller'] } });
    await startServer(hub, { hook: { exitCode: 128, output: 'fatal: could not resolve host' } });
    await hub.server('anna', '', (server) => server.state === 'ready');
    const browser = await hub.browser('anna');
    const page = await show(browser, '/hub/home');
    expect(page.text).toContain('The notebooks of the course could not be fetched');
    expect(page.text).toContain('fatal: could not resolve host');
    const before = (await hub.store.servers.get('anna', ''))?.revision ?? 0;
    const response = await press(browser, page, { button: 'Fetch the notebooks again' });
    expect(response.headers.get('location')).toBe('/hub/home');
    expect((await hub.store.servers.get('anna', ''))?.revision).toBeGreaterThan(before);
  });

  it('says what the course says of files', async () => {
    await using hub = await startHub({ site: { course: { ...course, storageNotice: 'Files go at stop.' } } });
    expect((await show(await hub.browser('anna'), '/hub/home')).text).toContain('Files go at stop.');
  });

  it('adds, shows and removes named servers', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const added = await press(browser, await show(browser, '/hub/home'), {
      button: 'Add and start',
      fields: { name: 'grid' },
    });
    expect(added.headers.get('location')).toBe('/hub/spawn-pending/anna/grid');
    await hub.server('anna', 'grid', (server) => server.state === 'ready');
    const running = await show(browser, '/hub/home');
    expect(running.links.get('Open')).toBe('/user/anna/grid/');
    await press(browser, running, { button: 'Stop it' });
    await hub.server('anna', 'grid', (server) => server.state === 'stopped');
    await press(browser, await show(browser, '/hub/home'), { button: 'Remove it' });
    expect(await hub.store.servers.get('anna', 'grid')).toBeUndefined();
  });

  it('refuses an impossible name of a server with a page that says why', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const response = await press(browser, await show(browser, '/hub/home'), {
      button: 'Add and start',
      fields: { name: 'Not This' },
    });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('1 to 30 of a-z');
  });

  it('does not take an empty name for the default server', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const response = await press(browser, await show(browser, '/hub/home'), { button: 'Add and start' });
    expect(response.status).toBe(400);
    expect(await hub.store.servers.get('anna', '')).toBeUndefined();
  });

  it('says nothing of named servers where they are off', async () => {
    await using hub = await startHub({ site: { allowNamedServers: false } });
    expect((await show(await hub.browser('anna'), '/hub/home')).text).not.toContain('More servers');
  });
});

const course = {
  name: 'Tidal flows',
  language: 'en' as const,
  welcome: null,
  contact: null,
  accentColor: null,
  logo: null,
  classTimes: [],
  timeZone: 'UTC',
  storageNotice: null,
  memoryLimit: null,
  cpuLimit: null,
};
