/** Unmodified single-user servers of every age that course images carry, in a real browser. */
import { readFile } from 'node:fs/promises';
import type { APIResponse, Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn, openBrowser, takePicture } from './browser.ts';
import { demoPassword } from './example.ts';
import { runInKernel } from './kernel.ts';
import { type PlainCourse, writePlainCourse } from './plain-course.ts';
import { RunningCourse } from './running-course.ts';
import { pythonOf, singleUserEnvironments } from './single-user-environments.ts';

const content = { lab: '.jp-Launcher', tree: '#notebook_list' };

describe.each(singleUserEnvironments)('jupyterhub-singleuser $version', (environment) => {
  const { version, landing } = environment;
  let plain: PlainCourse;
  let course: RunningCourse;
  let browser: Browser;
  /** Each with a browser profile of their own. */
  let student: Page;
  let admin: Page;

  beforeAll(async () => {
    const python = await pythonOf(environment);
    plain = await writePlainCourse();
    course = await RunningCourse.start({ args: [`--config=${plain.file}`, `--python=${python}`] });
    browser = await openBrowser();
    student = await newVisitor();
    admin = await newVisitor();
  });
  afterAll(async () => {
    await browser?.close();
    await course?.[Symbol.asyncDispose]();
    await plain?.[Symbol.asyncDispose]();
  });

  const newVisitor = async () =>
    (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
  const enter = async (page: Page, name: string) => {
    await logIn(page, `${course.url}/hub/home`, name, demoPassword);
    await page.waitForURL(/\/hub\/home/);
  };
  /** What the student's server answers this browser, without being sent on. */
  const askServer = (context: BrowserContext): Promise<APIResponse> =>
    context.request.get(`${course.url}/user/user1/api/status`, { maxRedirects: 0 });
  /** Tokens that the student's server holds for browsers, as the hub knows them. */
  const browserTokens = async (): Promise<readonly unknown[]> => {
    const answer = await admin.request.get(`${course.url}/hub/api/users/user1/tokens`);
    expect(answer.status()).toBe(200);
    const { api_tokens } = (await answer.json()) as { api_tokens: { session_id: string | null }[] };
    return api_tokens.filter((token) => token.session_id !== null);
  };

  test('a student starts it and sees what is in it', async () => {
    await enter(student, 'user1');
    await student.getByRole('button', { name: /start/i }).first().click();
    await student.waitForURL(new RegExp(`/user/user1/${landing}`), { timeout: 90_000 });
    await student.locator(content[landing]).waitFor({ timeout: 60_000 });
    await takePicture(student, `single-user-${version}`);
    expect((await askServer(student.context())).status()).toBe(200);
  });

  test('a kernel runs over its WebSocket', async () => {
    expect(await runInKernel(student, '/user/user1/', '1+1')).toBe('2');
  });

  test('it reports to the hub that it is used', async () => {
    await enter(admin, 'admin');
    const reports = async () => {
      const answer = await admin.request.get(`${course.url}/hub/metrics`);
      const lines = (await answer.text()).split('\n');
      return lines.filter((line) =>
        /_count\{method="POST",handler="[^"]*\/activity",code="200"\} [1-9]/.test(line),
      );
    };
    await expect.poll(reports, { timeout: 30_000 }).toHaveLength(1);
    const model = await admin.request.get(`${course.url}/hub/api/users/user1`);
    const { servers } = (await model.json()) as { servers: Record<string, { last_activity: string }> };
    expect(Date.parse(servers['']!.last_activity)).toBeGreaterThan(Date.now() - 120_000);
  });

  test('another student is refused', async () => {
    const other = await newVisitor();
    await enter(other, 'user2');
    const answer = await other.goto(`${course.url}/user/user1/`);
    expect(answer?.status()).toBe(403);
    expect((await askServer(other.context())).status()).not.toBe(200);
    await other.context().close();
  });

  test('an administrator is asked first, and then let in', async () => {
    await admin.goto(`${course.url}/user/user1/`);
    await admin.waitForURL(/\/hub\/api\/oauth2\/authorize/);
    expect((await askServer(admin.context())).status()).not.toBe(200);
    await admin.getByRole('button', { name: 'Open it' }).click();
    await admin.waitForURL(new RegExp(`/user/user1/${landing}`));
    await admin.locator(content[landing]).waitFor({ timeout: 60_000 });
    expect((await askServer(admin.context())).status()).toBe(200);
  });

  test('who logs out is out of the server too', async () => {
    const before = await browserTokens();
    expect(before.length).toBeGreaterThan(0);
    await student.goto(`${course.url}/hub/home`);
    await logOut(student);
    expect((await askServer(student.context())).status()).not.toBe(200);
    expect(await browserTokens()).toEqual([]);
    // The administrator's own session is another one.
    expect((await askServer(admin.context())).status()).toBe(200);
  });

  test('a stopped server has no route', async () => {
    expect(await routesOf(course, plain.proxyToken)).toContain('/user/user1');
    await enter(student, 'user1');
    const stop = await student.request.delete(`${course.url}/hub/api/users/user1/server`, {
      headers: { 'X-XSRFToken': await xsrfCookie(student) },
    });
    expect([202, 204]).toContain(stop.status());
    await expect
      .poll(() => routesOf(course, plain.proxyToken), { timeout: 30_000 })
      .not.toContain('/user/user1');
    const answer = await student.request.get(`${course.url}/user/user1/api/status`);
    expect(answer.status()).toBe(424);
  });
});

async function logOut(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /log out/i })
    .or(page.getByRole('link', { name: /log out/i }))
    .first()
    .click();
  await page.waitForURL(/\/hub\/login/);
}

/** The value that proves to the hub that one of its pages asks. */
async function xsrfCookie(page: Page): Promise<string> {
  const cookies = await page.context().cookies();
  return cookies.find(({ name, path }) => name === '_xsrf' && path === '/hub/')?.value ?? '';
}

/** The prefixes that the proxy of the course knows. */
async function routesOf({ data }: RunningCourse, proxyToken: string): Promise<readonly string[]> {
  const { proxyApi } = JSON.parse(await readFile(`${data}/ports.json`, 'utf8'));
  const answer = await fetch(`http://127.0.0.1:${proxyApi}/api/routes`, {
    headers: { Authorization: `token ${proxyToken}` },
  });
  expect(answer.status).toBe(200);
  return Object.keys((await answer.json()) as object);
}
