import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's Chromium, or `CHROMIUM`. @throws with how to have one. */
export async function openBrowser(): Promise<Browser> {
  const executablePath = [process.env.CHROMIUM, ...candidates].find((path) => path && existsSync(path));
  if (!executablePath)
    throw new Error('No Chromium found: apt-get install chromium, or set CHROMIUM to one.');
  // Chromium's own sandbox needs rights that root in a container does not have.
  return chromium.launch({ executablePath, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

const pictures = fileURLToPath(new URL('../../test-results', import.meta.url));

/** Keeps a picture of the page: in `test-results/`, or in `SCREENSHOTS` where that is set. */
export async function takePicture(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS ?? pictures;
  await mkdir(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Logs in by the form, which leads on to where the page was asked for. */
export async function logIn(page: Page, url: string, name: string, password: string): Promise<void> {
  await page.goto(url);
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill(password);
  await page
    .locator('form')
    .getByRole('button', { name: /log in/i })
    .click();
}
