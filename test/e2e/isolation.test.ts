/**
 * What a hostile page in a student's server can do on the hub when an administrator opens it. With a domain a user:
 * nothing. On one domain: all of it, which is why the administrator is warned first.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { freePort } from '../../src/lib/free-port.ts';
import { logIn, openBrowser, takePicture } from './browser.ts';
import { demoPassword } from './example.ts';
import { attempt, type HostilePage, serveHostilePage, TAKEN_OVER } from './hostile-page.ts';
import { runInKernel } from './kernel.ts';
import { type PlainCourse, writePlainCourse } from './plain-course.ts';
import { RunningCourse } from './running-course.ts';
import { ecosystem, pythonOf } from './single-user-environments.ts';

const service = join(import.meta.dirname, 'services', 'who.py');

let browser: Browser;
let hostile: HostilePage;
beforeAll(async () => {
  hostile = await serveHostilePage();
  browser = await openBrowser();
});
afterAll(async () => {
  await browser?.close();
  await hostile?.[Symbol.asyncDispose]();
});

interface Setting extends AsyncDisposable {
  /** The hub's origin. */
  readonly hub: string;
  /** The origin of this user's servers. */
  readonly originOf: (user: string) => string;
}

async function startCourse(isolated: boolean): Promise<Setting> {
  const plain: PlainCourse = await writePlainCourse();
  const port = await freePort('127.0.0.1', 20_000);
  const hub = isolated ? `http://polder.localhost:${port}` : `http://127.0.0.1:${port}`;
  const file = parse(await readFile(plain.file, 'utf8'));
  const servicePort = await freePort('127.0.0.1', 21_000);
  file.hub = {
    ...file.hub,
    ...(isolated ? { config: { JupyterHub: { subdomain_host: hub } } } : {}),
    services: { who: { url: `http://127.0.0.1:${servicePort}`, command: ['python3', service] } },
  };
  await writeFile(plain.file, stringify(file));
  const python = await pythonOf(ecosystem);
  const course = await RunningCourse.start({
    port,
    args: [`--config=${plain.file}`, `--python=${python}`],
  });
  return {
    hub,
    originOf: (user) => (isolated ? hub.replace('//', `//${user}.`) : hub),
    async [Symbol.asyncDispose]() {
      await course[Symbol.asyncDispose]();
      await plain[Symbol.asyncDispose]();
    },
  };
}

/** A browser of its own, in which this person has logged in and come to `path` of the hub. */
async function enter(setting: Setting, name: string, path: string): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  const page = await context.newPage();
  await logIn(page, `${setting.hub}${path}`, name, demoPassword);
  return page;
}

async function startServer(setting: Setting, name: string): Promise<Page> {
  const page = await enter(setting, name, '/hub/user-redirect/lab');
  await page.waitForURL((url) => url.href.startsWith(`${setting.originOf(name)}/user/${name}/lab`), {
    timeout: 120_000,
  });
  return page;
}

/** The administrator opens the student's page, and says yes to the question before it. */
async function openHostilePage(setting: Setting): Promise<Page> {
  const page = await enter(setting, 'admin', '/hub/home');
  await page.waitForURL(/\/hub\/(?:home|spawn)/);
  await page.goto(`${setting.originOf('user1')}/user/user1/proxy/${hostile.port}/`);
  await page.getByRole('heading', { name: 'Open the server of user1?' }).waitFor();
  await takePicture(page, 'open-another-server');
  await page.getByRole('button', { name: 'Open it' }).click();
  await page.getByRole('heading', { name: 'My homework' }).waitFor();
  return page;
}

const nameOn = (page: Page) => page.locator('header').textContent();

describe('with a domain a user', () => {
  let course: Setting;
  let student: Page;
  let context: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    course = await startCourse(true);
    student = await startServer(course, 'user1');
    // Whom the administrator may start a server for.
    await (await enter(course, 'user2', '/hub/home')).waitForURL(`${course.hub}/hub/home`);
    page = await openHostilePage(course);
    context = page.context();
  });
  afterAll(async () => {
    await course?.[Symbol.asyncDispose]();
  });

  /** Whether a user's server was started, as the administrator is told. */
  async function isRunning(name: string): Promise<boolean> {
    const list = await context.newPage();
    await list.goto(`${course.hub}/hub/token`);
    const told = await list.evaluate(async (name) => {
      const page = await (await fetch('/hub/home')).text();
      const token = /name="_xsrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
      return (await fetch(`/hub/api/users/${name}`, { headers: { 'X-XSRFToken': token } })).text();
    }, name);
    await list.close();
    const { servers } = JSON.parse(told) as { servers?: object };
    expect(servers).toBeDefined();
    return Object.keys(servers ?? {}).length > 0;
  }

  test('a server, its kernels and the way back work as ever', async () => {
    expect(await runInKernel(student, '/user/user1/', '6 * 7')).toBe('42');
    await student.goto(`${course.originOf('user1')}/hub/home`);
    expect(student.url()).toBe(`${course.hub}/hub/home`);
    await student.goto(`${course.hub}/user/user1/lab/tree?x=1`);
    await student.waitForURL(`${course.originOf('user1')}/user/user1/lab/tree?x=1`);
    await student.goto(`${course.originOf('user2')}/user/user1/lab`);
    await student.waitForURL(/^http:\/\/user1\.polder\.localhost:\d+\/user\/user1\/lab/);
  });

  test('a service has a domain too', async () => {
    const asked = await context.newPage();
    await asked.goto(`${course.hub}/services/who/`);
    await asked.getByRole('button', { name: 'Open it' }).click();
    await asked.getByRole('heading', { name: 'Hello admin' }).waitFor();
    expect(new URL(asked.url()).hostname).toBe('who--service.polder.localhost');
    await asked.close();
  });

  test('it reads nothing of the hub', async () => {
    for (const path of ['/hub/home', '/hub/token', '/hub/api/users', '/hub/api/user', '/hub/admin']) {
      expect(await attempt(page, 'read', `${course.hub}${path}`), path).toBeNull();
      expect(await attempt(page, 'read', `${course.hub}${path}`, 'no-cors'), path).toBeNull();
      // The hub answers on the student's own host too, and knows nobody there.
      expect((await attempt(page, 'read', path)) ?? '', path).not.toMatch(/"name":|name="_xsrf"/);
    }
  });

  test('it starts, stops and makes nothing by scripts', async () => {
    await attempt(page, 'send', `${course.hub}/hub/spawn/user2`, '');
    await attempt(page, 'send', `${course.hub}/hub/api/users/user2/server`, '{}');
    await attempt(page, 'send', `${course.hub}/hub/api/users/mallory`, '{"admin":true}');
    expect(await isRunning('user2')).toBe(false);
  });

  test('it sends no form', async () => {
    const answered = page.waitForResponse((answer) => answer.url() === `${course.hub}/hub/spawn/user2`);
    await attempt(page, 'submit', `${course.hub}/hub/spawn/user2`);
    expect((await answered).status()).toBe(403);
    expect(await isRunning('user2')).toBe(false);
    await page.goto(`${course.originOf('user1')}/user/user1/proxy/${hostile.port}/`);
  });

  test('a window that it opens is out of its hands', async () => {
    const opened = page.waitForEvent('popup');
    await attempt(page, 'open', `${course.hub}/hub/home`);
    const popup = await opened;
    await popup.waitForURL(`${course.hub}/hub/home`);
    await popup.waitForLoadState();
    expect(await popup.evaluate('window.opener')).toBeNull();
    expect(await page.evaluate('window.hold.closed')).toBe(true);
    await popup.close();
  });

  test('it shows the hub in no frame', async () => {
    await attempt(page, 'frame', `${course.hub}/hub/home`);
    await expect.poll(() => page.frame('hub')?.url(), { timeout: 20_000 }).toMatch(/^chrome-error:/);
  });

  test('its service worker gets hold of no page of the hub', async () => {
    await attempt(page, 'register');
    const home = await context.newPage();
    await home.goto(`${course.hub}/hub/home`);
    expect(await nameOn(home)).toContain('admin');
    expect(await home.evaluate('navigator.serviceWorker.controller')).toBeNull();
    await home.close();
    await attempt(page, 'unregister');
  });

  test('cookies that it sets for the whole course change neither who is logged in nor what forms prove', async () => {
    await attempt(page, 'toss', await cookiesOf(student.context()), 'polder.localhost');
    const home = await context.newPage();
    await home.goto(`${course.hub}/hub/home`);
    expect(await nameOn(home)).toContain('admin');
    await home.goto(`${course.hub}/hub/token`);
    await home.getByRole('button', { name: 'Make the token' }).click();
    await home
      .getByText(/Copy it now/)
      .first()
      .waitFor();
    await home.close();
  });

  test('and log nobody in as the student', async () => {
    const fresh = await browser.newContext();
    const victim = await fresh.newPage();
    // Whoever is not logged in may see pages of the student that need no login; any page of that host may set these.
    await victim.route(`${course.originOf('user1')}/page`, (route) =>
      route.fulfill({ contentType: 'text/html', body: 'a page' }),
    );
    await victim.goto(`${course.originOf('user1')}/page`);
    await attempt(victim, 'toss', await cookiesOf(student.context()), 'polder.localhost');
    await victim.goto(`${course.hub}/hub/home`);
    expect(new URL(victim.url()).pathname).toBe('/hub/login');
    await logIn(victim, `${course.hub}/hub/login?next=/hub/home`, 'user3', demoPassword);
    await victim.waitForURL(`${course.hub}/hub/home`);
    expect(await nameOn(victim)).toContain('user3');
    await fresh.close();
  });

  /** The cookies that the hub gave the student, who hands them to somebody else's browser. */
  async function cookiesOf(of: BrowserContext): Promise<readonly { name: string; value: string }[]> {
    const cookies = await of.cookies(`${course.hub}/hub/home`);
    expect(cookies.map(({ name }) => name)).toContain('__Host-jupyterhub-hub-login');
    return cookies;
  }
});

describe('on one domain', () => {
  test('it acts as the administrator, who was warned before', async () => {
    await using course = await startCourse(false);
    await startServer(course, 'user1');
    const page = await openHostilePage(course);
    const home = await attempt<string>(page, 'read', '/hub/home');
    const xsrf = /name="_xsrf" value="([^"]+)"/.exec(home)?.[1];
    expect(xsrf).toBeDefined();
    const seen = await page.evaluate(async (token) => {
      const answer = await fetch('/hub/api/users', { headers: { 'X-XSRFToken': token } });
      return (await answer.json()) as { name: string }[];
    }, xsrf!);
    expect(seen.map(({ name }) => name)).toContain('user1');
    await attempt(page, 'register');
    await page.goto(`${course.hub}/hub/home`);
    expect(await page.locator('body').textContent()).toBe(TAKEN_OVER);
  });
});
