/** What the login page weighs, as it goes over the wire to a browser that has nothing yet. */
import type { Browser } from 'playwright-core';
import type { RunningContender } from './contender.ts';
import { type Weight, weigh } from './page-weight.ts';
import type { Section } from './table.ts';

export async function measureLoginPage(
  browser: Browser,
  [polder, peer]: readonly [RunningContender, RunningContender],
  { peerName }: { readonly peerName: string },
): Promise<Section> {
  const ours = await weighFirstVisit(browser, `${polder.url}/hub/login`);
  const theirs = await weighFirstVisit(browser, `${peer.url}/hub/login`);
  return {
    title: 'The login page, over the wire',
    peer: peerName,
    rows: [
      {
        what: 'heads and bodies of all answers',
        unit: 'kB',
        digits: 1,
        polder: [ours.bytes / 1000],
        peer: [theirs.bytes / 1000],
        limit: 60,
      },
      { what: 'requests', unit: '', digits: 0, polder: [ours.requests], peer: [theirs.requests], limit: 5 },
    ],
    notes: [],
  };
}

async function weighFirstVisit(browser: Browser, url: string): Promise<Weight> {
  const context = await browser.newContext();
  try {
    return await weigh(context, url);
  } finally {
    await context.close();
  }
}
