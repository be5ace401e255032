/** The extension in a real JupyterLab and Notebook: what it says, what it warns of, the way back, and that it is no trouble. */
import { readFile, writeFile } from 'node:fs/promises';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { logIn, openBrowser, takePicture } from './browser.ts';
import { demoPassword } from './example.ts';
import { type PlainCourse, writePlainCourse } from './plain-course.ts';
import { RunningCourse } from './running-course.ts';

let plain: PlainCourse;
let course: RunningCourse;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  plain = await writePlainCourse();
  const file = parse(await readFile(plain.file, 'utf8'));
  // Less than five minutes, so that the end is near from the start; nothing is stopped so soon after a start of the hub.
  file.cull = { enabled: true, timeout: 290, every: 60, maxAge: 0 };
  await writeFile(plain.file, stringify(file));
  course = await RunningCourse.start({ args: [`--config=${plain.file}`] });
  browser = await openBrowser();
  page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: 'en-GB' });
  await logIn(page, `${course.url}/hub/user-redirect/lab`, 'user1', demoPassword);
});
afterAll(async () => {
  await browser?.close();
  await course?.[Symbol.asyncDispose]();
  await plain?.[Symbol.asyncDispose]();
});

const item = () => page.locator('#polder-status');

test('JupyterLab shows memory, time left and a warning, which “Stay” ends', async () => {
  await item()
    .getByText(/stops in \d+ min/)
    .waitFor({ timeout: 90_000 });
  expect(await item().locator('.memory').textContent()).toMatch(/\d+ MiB|GiB/);
  const warning = page.getByRole('alert').filter({ hasText: 'Your server is stopped in' });
  await warning.waitFor();
  await takePicture(page, 'lab-extension');
  const used = page.waitForResponse((answer) => answer.url().endsWith('/user/user1/api/status'));
  await warning.getByRole('button', { name: 'Stay' }).click();
  expect((await used).status()).toBe(200);
  await warning.waitFor({ state: 'detached' });
});

test('what an administrator tells everybody shows there, once, and goes when it is taken back', async () => {
  const teaching = await browser.newPage({ locale: 'en-GB' });
  await logIn(teaching, `${course.url}/hub/login?next=/hub/admin/class`, 'admin', demoPassword);
  const tell = async (text: string) => {
    await teaching.getByRole('button', { name: 'Tell everybody …' }).click();
    await teaching.getByLabel('Message').fill(text);
    await teaching.getByRole('button', { name: 'Tell them' }).click();
    await teaching.getByText('They are told.').waitFor();
    await comeBack();
  };
  // Whoever comes back to the tab hears at once what they would hear within half a minute.
  const comeBack = () => page.evaluate('document.dispatchEvent(new Event("visibilitychange"))');
  const said = (text: string) => page.getByRole('alert').filter({ hasText: `admin: ${text}` });

  await tell('Break until three');
  await said('Break until three').waitFor();
  await takePicture(page, 'lab-message');
  await page.reload();
  await tell('Room 5 is open');
  await said('Room 5 is open').waitFor({ timeout: 60_000 });
  expect(await said('Break until three').count()).toBe(0);
  await teaching.getByRole('button', { name: 'End: Room 5 is open' }).click();
  await teaching.getByText('They are told no more.').waitFor();
  await comeBack();
  await said('Room 5 is open').waitFor({ state: 'detached' });
  await teaching.close();
});

test('Notebook shows it too', async () => {
  await page.goto(`${course.url}/user/user1/tree`);
  await item()
    .getByText(/stops in \d+ min/)
    .waitFor({ timeout: 60_000 });
  await page.getByRole('alert').filter({ hasText: 'Your server is stopped in' }).waitFor();
  await takePicture(page, 'notebook-extension');
});

test('the way back leads to the hub', async () => {
  await item().getByRole('link', { name: 'Hub' }).click();
  await page.waitForURL(`${course.url}/hub/home`);
});
