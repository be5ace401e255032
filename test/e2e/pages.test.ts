/** The pages in a real browser: what assistive technology finds, what the script adds, and that all goes without it. */
import fastify, { type FastifyInstance } from 'fastify';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { PAGE_POLICY } from '../../src/http/headers.ts';
import { mountAssets } from '../../src/http/pages/assets.ts';
import { languages } from '../../src/http/pages/texts/texts.ts';
import { choicesOfCourse } from '../pages/choices.ts';
import { Front } from '../pages/front.ts';
import { gallery, plainWords, siteOf } from '../pages/gallery.ts';
import { startServer } from '../pages/start-server.ts';
import { PASSWORD, startHub, type TestHub } from '../support/hub.ts';
import { problemsOf } from './axe.ts';
import { openBrowser } from './browser.ts';

const phone = { viewport: { width: 360, height: 740 } };
const colourRules = ['color-contrast', 'link-in-text-block'];
const dark = { colorScheme: 'dark' } as const;

let browser: Browser;
beforeAll(async () => {
  browser = await openBrowser();
});
afterAll(() => browser?.close());

describe('every page, in every state', () => {
  let app: FastifyInstance;
  let origin: string;
  const courses = {
    plain: {},
    yellow: { accentColor: '#ffd54a' },
    navy: { accentColor: '#000080' },
    chosen: {},
    projector: {},
  };
  const chosen = { texts: languages.nl, look: 'dark' } as const;

  beforeAll(async () => {
    app = fastify();
    app.addHook('onRequest', async (_request, reply) => {
      reply.header('content-security-policy', PAGE_POLICY);
    });
    await app.register(async (hub) => mountAssets(hub, { site: siteOf(plainWords, courses.plain) }), {
      prefix: '/hub',
    });
    for (const [name, course] of Object.entries(courses)) {
      if (name !== 'plain') {
        await app.register(async (hub) => mountAssets(hub, { site: siteOf(plainWords, course) }), {
          prefix: `/${name}/hub`,
        });
      }
      for (const [state, markup] of Object.entries(
        gallery(plainWords, course, name === 'chosen' ? chosen : {}),
      )) {
        const local = markup.replaceAll('/hub/static/course-', `/${name}/hub/static/course-`);
        app.get(`/gallery/${name}/${state}`, (_request, reply) =>
          reply.type('text/html; charset=utf-8').send(local),
        );
      }
    }
    origin = await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => app?.close());

  /** Where the course's colour shows, in every way that it does. */
  const coloured = [
    'login-refused',
    'link-made',
    'link-projector',
    'home-named',
    'pending-starting',
    'tokens-made',
    'people',
  ];
  /** Other colours change nothing else that axe looks at. */
  const looks: readonly (readonly [string, string, BrowserContextOptions, readonly string[] | undefined])[] =
    [
      ['light', 'plain', {}, undefined],
      ['dark', 'plain', dark, colourRules],
      ['on a phone', 'plain', phone, undefined],
      ['in a yellow course', 'yellow', {}, colourRules],
      ['in a yellow course, dark', 'yellow', dark, colourRules],
      ['on a projector', 'projector', { viewport: { width: 1920, height: 1080 } }, undefined],
      ['dark by choice, on a light device, in Dutch', 'chosen', {}, undefined],
      ['in a navy course', 'navy', {}, colourRules],
      ['in a navy course, dark', 'navy', dark, colourRules],
    ];

  it.each(looks)(
    '%s: axe finds nothing, and nothing is wider than the screen',
    async (_, course, options, rules) => {
      const context = await browser.newContext(options);
      const page = await context.newPage();
      // The starting page would go on by itself.
      await page.route('**/hub/spawn/**', () => undefined);
      const found: string[] = [];
      for (const state of course === 'plain' ? Object.keys(gallery()) : coloured) {
        await page.goto(`${origin}/gallery/${course}/${state}`);
        for (const problem of await problemsOf(page, rules)) found.push(`${state}: ${problem}`);
      }
      await context.close();
      expect(found).toEqual([]);
    },
  );

  it('axe finds nothing in a question either', async () => {
    const page = await browser.newPage();
    await page.goto(`${origin}/gallery/plain/home-running`);
    await page.getByRole('button', { name: 'Stop…' }).click();
    expect(await problemsOf(page)).toEqual([]);
    await page.close();
  });
});

describe('a student', () => {
  let hub: TestHub;
  let front: Front;
  /** What went wrong in pages: scripts, and what the policy refused. */
  const wrong: string[] = [];

  beforeAll(async () => {
    hub = await startHub({ servers: { postStart: ['gitpuller'] } });
    front = await Front.open(hub.url);
  });
  afterAll(async () => {
    await front?.[Symbol.asyncDispose]();
    await hub?.[Symbol.asyncDispose]();
  });

  afterEach(() => expect(wrong.splice(0)).toEqual([]));

  it('gets a login page of at most 60 kB in at most 5 requests', async () => {
    const page = await openPage();
    const sizes: Promise<number>[] = [];
    page.on('response', (response) =>
      sizes.push(
        response
          .request()
          .sizes()
          .then(({ responseBodySize, responseHeadersSize }) => responseBodySize + responseHeadersSize),
      ),
    );
    await page.goto(`${front.url}/hub/login`, { waitUntil: 'networkidle' });
    const bytes = (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
    expect(bytes).toBeLessThanOrEqual(60_000);
    expect(sizes.length).toBeLessThanOrEqual(5);
    await page.context().close();
  });

  it('follows a link to a notebook through login and start, and “back” starts nothing', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/home`);
    await page.goto(`${front.url}/hub/user-redirect/lab/tree/a%20b.ipynb?x=1`);
    await logIn(page, 'link');
    await page.waitForURL('**/user/link/lab/tree/a%20b.ipynb?x=1');
    const attempt = (await hub.server('link', '', () => true)).attempt;
    await page.goBack();
    expect(page.url()).not.toMatch(/spawn/);
    expect((await hub.server('link', '', () => true)).attempt).toBe(attempt);
    await page.context().close();
  });

  it('follows it to a heading in that notebook, which browsers tell no server', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/user-redirect/lab/tree/a.ipynb?x=1#Part-2`);
    await logIn(page, 'heading');
    await page.waitForURL('**/user/heading/lab/tree/a.ipynb?x=1#Part-2');
    await page.context().close();
  });

  it('makes such a link, copies it, and sees it large', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/login?next=/hub/link`);
    await logIn(page, 'sharer');
    await page.getByLabel('Which notebook?').fill('notebooks/a b.ipynb');
    await page.keyboard.press('Enter');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy' }).click();
    const url = `${front.url}/hub/user-redirect/lab/tree/notebooks/a%20b.ipynb`;
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toBe(url);
    await page.getByRole('link', { name: 'Show it large' }).click();
    await page.getByRole('img', { name: url }).waitFor();
    await page.context().close();
  });

  it.each([
    ['with a script, at once', { javaScriptEnabled: true }],
    ['without one', { javaScriptEnabled: false }],
  ])('chooses language and look by keyboard, %s', async (_, options) => {
    const page = await openPage(options);
    await page.goto(`${front.url}/hub/login?next=/hub/token`);
    await page.getByRole('button', { name: 'Dark' }).press('Enter');
    await page.locator('html[data-look=dark]').waitFor();
    await page.getByRole('button', { name: 'Nederlands' }).press('Enter');
    await page.getByLabel('Wachtwoord', { exact: true }).waitFor();
    expect(page.url()).toBe(`${front.url}/hub/login?next=/hub/token`);
    expect(await page.locator('html').getAttribute('data-look')).toBe('dark');
    await page.context().close();
  });

  it('sees nothing move while a page loads', async () => {
    const page = await openPage();
    // The sum of the shifts of https://web.dev/articles/cls, which Chromium reports; times are rewritten by the script.
    await page.addInitScript(`
      window.shifted = 0;
      new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifted += value;
      }).observe({ type: 'layout-shift', buffered: true });`);
    await page.goto(`${front.url}/hub/login?next=/hub/home`);
    expect(await page.evaluate('window.shifted')).toBe(0);
    await logIn(page, 'still');
    for (const path of ['/hub/home', '/hub/token', '/hub/link?place=a.ipynb', '/hub/nothing']) {
      await page.goto(`${front.url}${path}`, { waitUntil: 'networkidle' });
      expect([path, await page.evaluate('window.shifted')]).toEqual([path, 0]);
    }
    await page.context().close();
  });

  it('sees how a start goes without the page being loaded again, and gets in', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/login?next=/hub/home`);
    await logIn(page, 'watcher');
    await startServer(hub, { startMs: 400, answerMs: 2_500 }, 'watcher');
    await page.goto(`${front.url}/hub/spawn-pending/watcher`);
    await page.evaluate('window.notReloaded = true');
    await page.getByRole('button', { name: 'Cancel' }).focus();
    await page.getByText('Waiting for JupyterLab to answer.').first().waitFor();
    expect(await page.evaluate('window.notReloaded')).toBe(true);
    expect(await page.evaluate('document.activeElement?.textContent')).toBe('Cancel');
    expect(Number(await page.locator('progress').getAttribute('value'))).toBeGreaterThanOrEqual(40);
    await page.waitForURL('**/user/watcher/');
    await page.context().close();
  });

  it('is told why a start failed, in place, and can copy it for the instructor', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/login?next=/hub/home`);
    await logIn(page, 'unlucky');
    await startServer(hub, { startMs: 1_500, startError: 'The image could not be found.' }, 'unlucky');
    await page.goto(`${front.url}/hub/spawn-pending/unlucky`);
    await page.getByRole('alert').getByText('The image could not be found.').waitFor();
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy the report' }).click();
    await page.getByRole('button', { name: 'Copied' }).waitFor();
    const { failure } = await hub.server('unlucky', '', (server) => server.failure !== null);
    expect(await page.evaluate<string>('navigator.clipboard.readText()')).toContain(failure?.id);
    await page.context().close();
  });

  it('is told that the hub is away, and goes on by itself when it is back', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/login?next=/hub/home`);
    await logIn(page, 'patient');
    await startServer(hub, { startMs: 6_000 }, 'patient');
    await page.goto(`${front.url}/hub/spawn-pending/patient`);
    await front.close();
    await page.getByText('The connection to the hub is interrupted.').waitFor();
    await front.listen();
    await page.waitForURL('**/user/patient/', { timeout: 30_000 });
    expect(wrong.filter((message) => !message.includes('net::ERR_'))).toEqual([]);
    wrong.length = 0;
    await page.context().close();
  });

  it('does everything by keyboard: log in, start, stop after a question', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/login?next=/hub/home`);
    await page.keyboard.type('keys');
    await page.keyboard.press('Tab');
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press('Enter');
    await page.waitForURL(({ pathname }) => pathname === '/hub/home');
    await tabTo(page, 'Start my notebook');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/user/keys/');
    await page.goto(`${front.url}/hub/home`);
    await tabTo(page, 'Stop…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog').waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    await page.keyboard.press('Enter');
    await tabTo(page, 'Stop it');
    await page.keyboard.press('Enter');
    // Home shows by itself that the stop has ended.
    await page.getByRole('button', { name: 'Start my notebook' }).waitFor();
    await page.context().close();
  });

  it('can do all of it without a script', async () => {
    const page = await openPage({ javaScriptEnabled: false });
    await page.goto(`${front.url}/hub/user-redirect/lab/tree/a.ipynb`);
    await logIn(page, 'plain');
    await startServer(hub, { startMs: 1_000 }, 'plain');
    await page.getByRole('button', { name: 'Start my notebook' }).click();
    await page.getByRole('heading', { name: 'Your notebook is starting' }).waitFor();
    await page.waitForURL('**/user/plain/lab/tree/a.ipynb');
    await page.goto(`${front.url}/hub/home`);
    await page.getByRole('button', { name: 'Stop…' }).click();
    await page.getByRole('button', { name: 'Stop it' }).click();
    await page.getByRole('button', { name: 'Start my notebook' }).waitFor();
    await page.getByRole('link', { name: 'Log out' }).click();
    await page.getByText('You are logged out.').waitFor();
    await page.context().close();
  });

  it('can look at the password and copy a new token', async () => {
    const page = await openPage();
    await page.goto(`${front.url}/hub/login?next=/hub/token`);
    await page.getByLabel('Password', { exact: true }).fill('secret');
    await page.getByRole('button', { name: 'Show Password' }).click();
    expect(await page.getByLabel('Password', { exact: true }).getAttribute('type')).toBe('text');
    await logIn(page, 'maker');
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByLabel('What is it for?').fill('my script');
    await page.getByRole('button', { name: 'Make the token' }).click();
    await page.getByRole('button', { name: 'Copy' }).click();
    const secret = await page.evaluate<string>('navigator.clipboard.readText()');
    expect((await hub.api('GET', '/user', { token: secret })).status).toBe(200);
    await page.context().close();
  });

  /** A page of a browser of its own. */
  async function openPage(options: BrowserContextOptions = {}): Promise<Page> {
    const page = await (await browser.newContext(options)).newPage();
    page.on('pageerror', (error) => wrong.push(String(error)));
    page.on('console', (message) => {
      // A page that says that something failed has the status of a failure, which the console repeats.
      const repeated = /status of (4|5)\d\d/.test(message.text());
      if (message.type() === 'error' && !repeated) wrong.push(message.text());
    });
    return page;
  }
});

it('shows those who wait how they move up, without asking for the page again', async () => {
  await using hub = await startHub({ queue: { concurrentStarts: 1 } });
  await using front = await Front.open(hub.url);
  const page = await browser.newPage();
  await page.goto(`${front.url}/hub/login?next=/hub/home`);
  await logIn(page, 'third');
  await startServer(hub, { startMs: 60_000 }, 'first');
  await startServer(hub, { startMs: 60_000 }, 'second');
  await startServer(hub, {}, 'third');
  await page.goto(`${front.url}/hub/spawn-pending/third`);
  const place = page.locator('[data-message]');
  await place.filter({ hasText: 'You are number 2' }).waitFor();
  let asked = 0;
  page.on('request', (request) => {
    if (request.resourceType() === 'fetch') asked += 1;
  });
  await hub.api('DELETE', '/users/second/server', { token: await hub.token('second') });
  await place.filter({ hasText: 'You are next' }).waitFor();
  expect(asked).toBe(0);
  await hub.api('DELETE', '/users/first/server', { token: await hub.token('first') });
  await page.waitForURL('**/user/third/');
  await page.close();
});

describe('where a course offers several servers, a link leads to the notebook by way of the choice', () => {
  it.each([
    ['by keyboard', { javaScriptEnabled: true }],
    ['without a script', { javaScriptEnabled: false }],
  ])('%s', async (_, options) => {
    await using hub = await startHub({ choices: choicesOfCourse('For everything.') });
    await using front = await Front.open(hub.url);
    const context = await browser.newContext(options);
    const page = await context.newPage();
    await page.goto(`${front.url}/hub/user-redirect/lab/tree/a.ipynb?x=1`);
    await logIn(page, 'chooser');
    await page.getByRole('radio', { name: 'Small' }).focus();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Tab');
    // The last of the values stands for a text of one's own, for which there is room as soon as it is chosen.
    await page.getByLabel('Your own image').waitFor({ state: 'hidden' });
    await page.keyboard.press('End');
    await page.getByLabel('Your own image').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.type('elsewhere/mine');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('It has to be an image of quay.example.').waitFor();
    await page.getByLabel('Your own image').fill('quay.example/mine');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/user/chooser/lab/tree/a.ipynb?x=1');
    const { userOptions } = await hub.server('chooser', '', () => true);
    expect(userOptions).toEqual({
      profile: 'own',
      disk: 'a',
      'image--unlisted-choice': 'quay.example/mine',
    });
    await context.close();
  });
});

async function logIn(page: Page, name: string): Promise<void> {
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill(PASSWORD);
  await page.getByRole('button', { name: 'Log in' }).click();
}

/** Presses Tab until the focus is on the button of that name. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    await page.keyboard.press('Tab');
    if ((await page.evaluate('document.activeElement?.textContent')) === name) return;
  }
  throw new Error(`Tab does not reach “${name}”`);
}
