/** What the page of people weighs with thousands of them, and how soon an administrator can use it. */
import type { Browser, Page } from 'playwright-core';
import { person, type RunningContender } from './contender.ts';
import { type Weight, weigh } from './page-weight.ts';
import type { Section } from './table.ts';

export async function measureAdminPage(
  browser: Browser,
  [polder, peer]: readonly [RunningContender, RunningContender],
  { rounds, users, peerName }: { readonly rounds: number; readonly users: number; readonly peerName: string },
): Promise<Section> {
  const weights = { polder: [] as Weight[], peer: [] as Weight[] };
  for (let round = 0; round < rounds; round += 1) {
    weights.polder.push(await open(browser, polder));
    weights.peer.push(await open(browser, peer));
  }
  const of = (figure: (weight: Weight) => number) => ({
    polder: weights.polder.map(figure),
    peer: weights.peer.map(figure),
  });
  return {
    title: `The page of people, ${users.toLocaleString('en')} users stored`,
    peer: peerName,
    rows: [
      {
        what: 'heads and bodies of all answers',
        unit: 'kB',
        digits: 1,
        ...of(({ bytes }) => bytes / 1000),
        limit: 250,
      },
      { what: 'requests', unit: '', digits: 0, ...of(({ requests }) => requests) },
      {
        what: 'until the server of somebody can be started',
        unit: 's',
        ...of(({ seconds }) => seconds),
        limit: 1,
      },
    ],
    notes: ['A browser that has nothing of it yet, and is logged in as an administrator.'],
  };
}

async function open(browser: Browser, { url }: RunningContender): Promise<Weight> {
  const context = await browser.newContext();
  try {
    // Not by the page of the login, which would leave in the browser what both pages share.
    const form = await (await context.request.get(`${url}/hub/login`)).text();
    const xsrf = /name="_xsrf"\s+value="([^"]*)"/.exec(form)?.[1] ?? '';
    await context.request.post(`${url}/hub/login`, {
      form: { username: 'admin', password: person.password, _xsrf: xsrf },
      maxRedirects: 0,
    });
    return await weigh(context, `${url}/hub/admin`, untilUsable);
  } finally {
    await context.close();
  }
}

async function untilUsable(page: Page): Promise<void> {
  await page
    .getByRole('button', { name: /^start (server|the server of)/i })
    .first()
    .click({ trial: true });
}
