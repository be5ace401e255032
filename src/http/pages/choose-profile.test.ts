import { describe, expect, it } from 'vitest';
import { choicesOfCourse } from '../../../test/pages/choices.ts';
import { press, ShownPage, show } from '../../../test/pages/shown.ts';
import { startServer } from '../../../test/pages/start-server.ts';
import { startHub } from '../../../test/support/hub.ts';

const choices = choicesOfCourse('For <b>big</b> models.');
const place = '/user/anna/lab/tree/a.ipynb?x=1';
const spawn = `/hub/spawn?next=${encodeURIComponent(place)}`;
const pending = `/hub/spawn-pending/anna?next=${encodeURIComponent(place)}`;
const image = 'profile-option-own--image';
const button = 'Start my notebook';

/** Values of the profiles that are chosen on the page. */
const checked = (page: ShownPage) =>
  [...page.markup.matchAll(/name="profile" id="[^"]*" value="([^"]*)" checked/g)].map(([, value]) => value);
const selected = (page: ShownPage) =>
  [...page.markup.matchAll(/<option value="([^"]*)" selected/g)].map(([, value]) => value);

describe('a course with several servers to choose from', () => {
  it('asks which, with the usual one chosen, and shows words of the file as text', async () => {
    await using hub = await startHub({ choices });
    const page = await show(await hub.browser('anna'), '/hub/spawn');
    expect(page.status).toBe(200);
    expect(page.heading).toBe('Which server do you want?');
    expect(checked(page)).toEqual(['small']);
    expect(page.text).toContain('For <b>big</b> models.');
    expect(page.text).toContain('8 GB of memory · up to 4 cores · registry.example/');
    expect(page.markup).not.toContain('data-start');
  });

  it('starts what was chosen, goes on where the link led, and remembers it', async () => {
    await using hub = await startHub({ choices });
    const browser = await hub.browser('anna');
    const link = await browser.get('/hub/user-redirect/lab/tree/a.ipynb?x=1');
    expect(link.headers.get('location')).toBe(spawn);
    const page = await show(browser, spawn);
    const fields = { profile: 'own', [image]: 'python' };
    const response = await press(browser, page, { button, fields });
    expect([response.status, response.headers.get('location')]).toEqual([303, pending]);
    const server = await hub.server('anna', '', (row) => row.state === 'ready');
    expect(server.userOptions).toMatchObject({ profile: 'own', image: 'python' });
    expect((await browser.get(pending)).headers.get('location')).toBe(place);
    await hub.api('DELETE', '/users/anna/server', { token: await hub.token('anna') });
    await hub.server('anna', '', (row) => row.state === 'stopped');
    const again = await show(browser, '/hub/spawn');
    expect(checked(again)).toEqual(['own']);
    expect(selected(again)).toEqual(['python', 'a']);
  });

  it('begins with what a link says', async () => {
    await using hub = await startHub({ choices });
    const page = await show(await hub.browser('anna'), '/hub/spawn?profile=large');
    expect(checked(page)).toEqual(['large']);
  });

  it.each([
    [{ profile: 'huge' }, 'does not offer that server'],
    [{ profile: 'own', [image]: 'windows' }, '“Software” cannot be that'],
    [{ profile: 'own', [image]: 'unlisted-choice' }, 'Write what “Software” should be'],
    [
      { profile: 'own', [image]: 'unlisted-choice', [`${image}--unlisted-choice`]: 'quay.example/mine; x' },
      'It has to be an image of quay.example.',
    ],
  ])('says in the form what cannot be had, and nothing is lost: %j', async (fields, words) => {
    await using hub = await startHub({ choices });
    const browser = await hub.browser('anna');
    const form = (await show(browser, spawn)).form(button);
    const { _xsrf = '', next = '' } = form.fields;
    const page = await ShownPage.of(await browser.post(form.action, { _xsrf, next, ...fields }));
    expect(page.status).toBe(400);
    expect(page.text).toContain(words);
    expect(await hub.store.servers.get('anna', '')).toBeUndefined();
    expect(page.form(button).fields).toMatchObject({ next: place });
    if (fields.profile === 'own') expect(checked(page)).toEqual(['own']);
    const text = (fields as Record<string, string>)[`${image}--unlisted-choice`];
    if (text) expect(page.form(button).fields[`${image}--unlisted-choice`]).toBe(text);
  });

  it('takes a text of one’s own that fits', async () => {
    await using hub = await startHub({ choices });
    const browser = await hub.browser('anna');
    const own = { [image]: 'unlisted-choice', [`${image}--unlisted-choice`]: ' quay.example/mine ' };
    await press(browser, await show(browser, '/hub/spawn'), { button, fields: { profile: 'own', ...own } });
    const server = await hub.server('anna', '', (row) => row.state === 'ready');
    expect(server.userOptions).toEqual({ profile: 'own', 'image--unlisted-choice': 'quay.example/mine' });
    await hub.api('DELETE', '/users/anna/server', { token: await hub.token('anna') });
    await hub.server('anna', '', (row) => row.state === 'stopped');
    expect(selected(await show(browser, '/hub/spawn'))).toEqual(['unlisted-choice', 'a']);
  });

  it('is led to from the home page, and for a new named server', async () => {
    await using hub = await startHub({ choices });
    const browser = await hub.browser('anna');
    const home = await show(browser, '/hub/home');
    expect(home.links.get(button)).toBe('/hub/spawn/anna');
    const response = await press(browser, home, { button: 'Add and start', fields: { name: 'second' } });
    expect(response.headers.get('location')).toBe('/hub/spawn/anna/second');
    const page = await show(browser, '/hub/spawn/anna/second');
    await press(browser, page, { button, fields: { profile: 'large' } });
    const server = await hub.server('anna', 'second', (row) => row.state === 'ready');
    expect(server.userOptions).toEqual({ profile: 'large' });
  });

  it('keeps the choice when a start is tried again, and offers another', async () => {
    await using hub = await startHub({ choices });
    const options = { profile: 'large', simulate: { startError: 'No room.' } };
    await hub.api('POST', '/users/anna/server', {
      token: await hub.token('anna'),
      body: { user_options: options },
    });
    const failed = await hub.server('anna', '', (row) => row.state === 'failed');
    const browser = await hub.browser('anna');
    const page = await show(browser, pending);
    expect(page.links.get('Choose another server')).toBe(`/hub/spawn/anna?next=${encodeURIComponent(place)}`);
    const response = await press(browser, page, { button: 'Try again' });
    expect(response.headers.get('location')).toBe(pending);
    const server = await hub.server('anna', '', (row) => row.attempt > failed.attempt);
    expect(server.userOptions).toEqual(options);
  });

  it('asks where a start is pressed that never was chosen, and keeps where it leads', async () => {
    await using hub = await startHub({ choices });
    const browser = await hub.browser('anna');
    const page = await show(browser, place.replace('/user/', '/hub/user/'));
    const response = await press(browser, page, { button: 'Start it and come back here' });
    expect(response.headers.get('location')).toBe(`/hub/spawn/anna?next=${encodeURIComponent(place)}`);
    expect(await hub.store.servers.get('anna', '')).toBeUndefined();
  });

  it('lets an administrator choose for others, and go back to the list', async () => {
    await using hub = await startHub({ choices });
    await hub.user('bo');
    const teacher = await hub.browser('teacher');
    const list = await show(teacher, '/hub/admin/plain?search=bo');
    const link = list.links.get('Start')!;
    expect(link).toMatch(/^\/hub\/spawn\/bo\?back=/);
    const page = await show(teacher, link);
    expect(page.heading).toBe('Which server should bo have?');
    const response = await press(teacher, page, { button: 'Start it', fields: { profile: 'large' } });
    expect(response.headers.get('location')).toMatch(/^\/hub\/admin/);
    const server = await hub.server('bo', '', (row) => row.state === 'ready');
    expect(server.userOptions).toEqual({ profile: 'large' });
  });

  it('starts the usual one for programs that choose nothing', async () => {
    await using hub = await startHub({ choices });
    await startServer(hub);
    await hub.server('anna', '', (row) => row.state === 'ready');
  });
});

it('a course with one server to choose from asks nothing', async () => {
  await using hub = await startHub({ choices: choices.slice(0, 1) });
  const page = await show(await hub.browser('anna'), '/hub/spawn');
  expect(page.markup).toContain('data-start');
});
