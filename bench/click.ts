/** From the click on "Start" until JupyterLab's launcher can be seen, in a browser that has nothing cached. */
import type { APIRequestContext, Browser, BrowserContext, Page } from 'playwright-core';
import { machineCpuSeconds } from './conditions.ts';
import { people, person, type RunningContender } from './contender.ts';
import { cpuSeconds, processes } from './process-figures.ts';
import type { Section } from './table.ts';

const timeoutMs = 120_000;

interface Click {
  /** Until the server's own address was shown. */
  readonly addressSeconds: number;
  readonly launcherSeconds: number;
  /** The same server once more, now that it runs, in another fresh profile: what JupyterLab itself takes. */
  readonly againSeconds: number;
  readonly browserCpuSeconds: number;
  readonly machineCpuSeconds: number;
  readonly requests: number;
}

export async function measureClick(
  browser: Browser,
  [polder, peer]: readonly [RunningContender, RunningContender],
  { rounds, peerName }: { readonly rounds: number; readonly peerName: string },
): Promise<Section> {
  // Files that nobody has read since the machine started would be found by the first round only.
  for (const contender of [polder, peer]) await clickOnce(browser, contender, people.at(-1)!);
  const clicks = { polder: [] as Click[], peer: [] as Click[] };
  for (let round = 0; round < rounds; round += 1) {
    const name = people[round % (people.length - 1)]!;
    clicks.polder.push(await clickOnce(browser, polder, name));
    clicks.peer.push(await clickOnce(browser, peer, name));
  }
  const of = (figure: (click: Click) => number) => ({
    polder: clicks.polder.map(figure),
    peer: clicks.peer.map(figure),
  });
  return {
    title: 'Click "Start" to JupyterLab’s launcher in the browser, without postStart',
    peer: peerName,
    rows: [
      { what: 'until the launcher is visible', unit: 's', ...of((one) => one.launcherSeconds), limit: 3 },
      { what: 'until the browser is at the server’s address', unit: 's', ...of((one) => one.addressSeconds) },
      {
        what: 'for comparison: opening that server again in another fresh profile, until the launcher is visible',
        unit: 's',
        ...of((one) => one.againSeconds),
      },
      { what: 'processor time of the browser', unit: 's', ...of((one) => one.browserCpuSeconds) },
      {
        what: 'processor time of the whole machine, browser included',
        unit: 's',
        ...of((one) => one.machineCpuSeconds),
      },
      { what: 'requests of the browser', unit: '', digits: 0, ...of((one) => one.requests) },
    ],
    notes: [
      'Both run the same environment: JupyterHub’s own single-user server with JupyterLab. Each round is a user’s first start, in a browser profile of its own; one round before is not counted.',
    ],
  };
}

async function clickOnce(browser: Browser, hub: RunningContender, name: string): Promise<Click> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await logIn(page, hub.url, name);
  const start = page
    .getByRole('button', { name: /^start my/i })
    .or(page.getByRole('link', { name: /^start my/i }))
    .first();
  await start.waitFor();

  let requests = 0;
  page.on('request', () => {
    requests += 1;
  });
  const machineBefore = machineCpuSeconds();
  const browserBefore = browserCpu();
  const began = performance.now();
  const secondsSince = () => (performance.now() - began) / 1000;
  // The address changes several times on the way: what counts is the server's page itself.
  const atAddress = page
    .waitForURL(new RegExp(`/user/${name}/lab`), { timeout: timeoutMs, waitUntil: 'commit' })
    .then(secondsSince);
  await start.click();
  await page.locator('.jp-Launcher').waitFor({ timeout: timeoutMs });
  const launcherSeconds = secondsSince();
  const click = {
    addressSeconds: await atAddress,
    launcherSeconds,
    browserCpuSeconds: cpuSpent(browserBefore, browserCpu()),
    machineCpuSeconds: machineCpuSeconds() - machineBefore,
    requests,
  };
  await page.close();
  const againSeconds = await openAgain(browser, hub, name);
  await stopServer(context, hub.url, name);
  await context.close();
  return { ...click, againSeconds };
}

async function openAgain(browser: Browser, hub: RunningContender, name: string): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  const page = await context.newPage();
  await logIn(page, hub.url, name);
  const began = performance.now();
  await page.goto(`${hub.url}/user/${name}/lab`, { waitUntil: 'commit' });
  await page.locator('.jp-Launcher').waitFor({ timeout: timeoutMs });
  const seconds = (performance.now() - began) / 1000;
  await context.close();
  return seconds;
}

async function logIn(page: Page, url: string, name: string): Promise<void> {
  await page.goto(`${url}/hub/login?next=%2Fhub%2Fhome`);
  await page.locator('input[name=username]').fill(name);
  await page.locator('input[name=password]').fill(person.password);
  await page.locator('input[name=password]').press('Enter');
  await page.waitForURL(/\/hub\/home/);
}

/** So that the next round has the machine to itself. */
async function stopServer(context: BrowserContext, url: string, name: string): Promise<void> {
  const cookies = await context.cookies(`${url}/hub/`);
  const xsrf = cookies.find((cookie) => cookie.name === '_xsrf' && cookie.path === '/hub/')?.value ?? '';
  const headers = { 'X-XSRFToken': xsrf };
  const model = `${url}/hub/api/users/${name}`;
  await context.request.delete(`${model}/server`, { headers });
  const deadline = Date.now() + timeoutMs;
  while (await hasServer(context.request, model, headers)) {
    if (Date.now() > deadline) throw new Error(`the server of ${name} at ${url} did not stop`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function hasServer(
  requests: APIRequestContext,
  model: string,
  headers: Record<string, string>,
): Promise<boolean> {
  const answer = await requests.get(model, { headers });
  const { servers } = (await answer.json()) as { readonly servers?: object };
  return Object.keys(servers ?? {}).length > 0;
}

/** Processor time so far of each process of the browser, which are below this one. */
function browserCpu(): ReadonlyMap<number, number> {
  const all = processes();
  const ours = new Set([process.pid]);
  // Parents stand before their children, but for those whose numbers have come round: a second pass finds these too.
  for (let pass = 0; pass < 2; pass += 1) {
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return new Map(
    all.flatMap(({ pid, command }) =>
      ours.has(pid) && command.includes('chrom') ? [[pid, cpuSeconds(pid)] as const] : [],
    ),
  );
}

function cpuSpent(before: ReadonlyMap<number, number>, after: ReadonlyMap<number, number>): number {
  return [...after].reduce((sum, [pid, seconds]) => sum + seconds - (before.get(pid) ?? 0), 0);
}
