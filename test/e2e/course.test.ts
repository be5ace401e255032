/** The way of a student, in a real browser, on the example course as `npm start` runs it. */
import { execFileSync } from 'node:child_process';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logIn, openBrowser, takePicture } from './browser.ts';
import { demoPassword } from './example.ts';
import { type CourseOptions, RunningCourse } from './running-course.ts';

const isRoot = process.getuid?.() === 0;
const notebook = '01-advection-diffusion.ipynb';

/** Whom the course runs as: whoever runs the test, and where that is root, also an ordinary user. */
const people: readonly (readonly [string, CourseOptions['user']])[] = isRoot
  ? [
      ['root', undefined],
      ['an ordinary user', ordinaryUser()],
    ]
  : [['an ordinary user', undefined]];

describe.each(people)('the course, started by %s', (who, user) => {
  let course: RunningCourse;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    course = await RunningCourse.start({ user });
    browser = await openBrowser();
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(async () => {
    await browser?.close();
    await course?.[Symbol.asyncDispose]();
  });

  const picture = (name: string) => (who === 'root' || !isRoot ? takePicture(page, name) : Promise.resolve());

  test('the login page says which course it is and refuses a wrong password', async () => {
    await logIn(page, course.url, 'user1', 'not the password');
    await expect.poll(() => page.getByRole('alert').textContent()).toMatch(/do not belong together/);
    await picture('login-refused');
    await page.goto(`${course.url}/hub/login`);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toContain('Hydrodynamics');
    await picture('login');
  });

  test('a student logs in and starts a server from home', async () => {
    await logIn(page, `${course.url}/hub/home`, 'user1', demoPassword);
    await page.waitForURL(/\/hub\/home/);
    await picture('home');
    await page.getByRole('button', { name: /start/i }).first().click();
    await page.waitForURL(/\/user\/user1\//, { timeout: 60_000 });
    await page.locator('.jp-Launcher').waitFor({ timeout: 60_000 });
    await picture('lab');
  });

  test('the notebooks of the course are there, and one runs from top to bottom', async () => {
    await page.goto(`${course.url}/user/user1/lab/tree/notebooks/${notebook}`);
    await page.locator('.jp-Notebook').waitFor({ timeout: 60_000 });
    // Cells that are run before there is a kernel make JupyterLab ask for one.
    await page.getByText('Python 3 (ipykernel) | Idle').waitFor({ timeout: 60_000 });
    await page.getByRole('menuitem', { name: 'Run', exact: true }).click();
    await page.getByText('Run All Cells', { exact: true }).click();
    // JupyterLab draws only the cells in sight: whether all have run is asked of the saved file.
    await expect
      .poll(
        async () => {
          await page.keyboard.press('Control+s');
          return savedCells(page, `${course.url}/user/user1/api/contents/notebooks/${notebook}`);
        },
        { timeout: 120_000, interval: 1_000 },
      )
      .toMatchObject({ notRun: 0, errors: [], pictures: expect.toSatisfy((count) => count > 0) });
    await page.locator('.jp-OutputArea-output img').first().scrollIntoViewIfNeeded();
    await picture('notebook');
  });

  test('what the student writes is theirs alone', async () => {
    const home = `${course.data}/homes/user1`;
    const [mode, owner] = execFileSync('stat', ['-c', '%a %u', home], { encoding: 'utf8' }).trim().split(' ');
    expect(mode).toBe('700');
    if (isRoot && !user) expect(Number(owner)).toBeGreaterThan(100_000);
  });

  test('the proxy and the hub can be killed in turn, and the student notices nothing lasting', async () => {
    const status = () =>
      page.request.get(`${course.url}/user/user1/api/status`).then((answer) => answer.status());
    for (const name of ['hub', 'proxy'] as const) {
      const before = await course.pid(name);
      const other = name === 'hub' ? 'proxy' : 'hub';
      const otherBefore = await course.pid(other);
      process.kill(before, 'SIGKILL');
      await expect.poll(() => course.pid(name), { timeout: 20_000 }).not.toBe(before);
      await expect.poll(status, { timeout: 30_000 }).toBe(200);
      expect(await course.pid(other)).toBe(otherBefore);
    }
  });

  test('a restart keeps the session and the running server', async () => {
    course = await course.restart({ user });
    expect(course.output).not.toMatch(/error/i);
    await page.goto(`${course.url}/hub/home`);
    await expect.poll(() => page.locator('main').textContent()).toMatch(/running|open/i);
    const answer = await page.request.get(`${course.url}/user/user1/api/status`);
    expect(answer.status()).toBe(200);
  });

  test('the student stops the server and logs out', async () => {
    await page.goto(`${course.url}/hub/home`);
    await page.getByRole('button', { name: /stop/i }).first().click();
    await page.getByRole('dialog').getByRole('button', { name: /stop/i }).click();
    await expect
      .poll(() => page.getByRole('button', { name: /start/i }).count(), { timeout: 30_000 })
      .toBeGreaterThan(0);
    await page
      .getByRole('button', { name: /log out/i })
      .or(page.getByRole('link', { name: /log out/i }))
      .first()
      .click();
    await page.goto(`${course.url}/hub/home`);
    await page.waitForURL(/\/hub\/login/);
  });

  test('a link to a notebook survives login and start, and ends there', async () => {
    await page.goto(`${course.url}/hub/user-redirect/lab/tree/notebooks/${notebook}`);
    await page.waitForURL(/\/hub\/login/);
    await logIn(page, page.url(), 'user2', demoPassword);
    await page.waitForURL(new RegExp(`/user/user2/lab/tree/notebooks/${notebook}`), { timeout: 60_000 });
    await page.locator('.jp-Notebook').waitFor({ timeout: 60_000 });
  });

  test('Ctrl-C ends hub and proxy and says whose servers run on', async () => {
    const output = await course.interrupt();
    expect(output).toContain('1 server runs on (user2)');
  });
});

interface Cell {
  readonly cell_type: string;
  readonly execution_count: number | null;
  readonly outputs: readonly {
    readonly output_type: string;
    readonly ename?: string;
    readonly data?: object;
  }[];
}

/** How far the code cells of a saved notebook have come. */
async function savedCells(page: Page, url: string) {
  const { content } = (await (await page.request.get(url)).json()) as { content: { cells: readonly Cell[] } };
  const cells = content.cells.filter((cell) => cell.cell_type === 'code');
  const outputs = cells.flatMap((cell) => cell.outputs);
  return {
    notRun: cells.filter((cell) => cell.execution_count === null).length,
    errors: outputs.flatMap((output) => (output.output_type === 'error' ? [output.ename] : [])),
    pictures: outputs.filter((output) => output.data && 'image/png' in output.data).length,
  };
}

/** A user of this machine without rights; made where there is none. */
function ordinaryUser(): NonNullable<CourseOptions['user']> {
  const name = 'polder-test';
  const id = (flag: string) =>
    Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
  try {
    id('-u');
  } catch {
    execFileSync('useradd', ['--create-home', name]);
  }
  return { name, uid: id('-u'), gid: id('-g') };
}
