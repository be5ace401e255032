/** What the login page weighs, as it goes over the wire to a browser that has nothing yet. */
import type { Browser } from 'playwright-core';
import type { RunningContender } from './contender.ts';
import type { Section } from './table.ts';

interface Weight {
  readonly bytes: number;
  readonly requests: number;
}

export async function measureLoginPage(
  browser: Browser,
  [polder, peer]: readonly [RunningContender, RunningContender],
  { peerName }: { readonly peerName: string },
): Promise<Section> {
  const ours = await weigh(browser, `${polder.url}/hub/login`);
  const theirs = await weigh(browser, `${peer.url}/hub/login`);
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
      },
      { what: 'requests', unit: '', digits: 0, polder: [ours.requests], peer: [theirs.requests] },
    ],
    notes: [],
  };
}

async function weigh(browser: Browser, url: string): Promise<Weight> {
  const context = await browser.newContext();
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  await devTools.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  await page.goto(url, { waitUntil: 'networkidle' });
  await context.close();
  return { bytes, requests };
}
