/** What goes over the wire when a browser that has nothing yet opens a page. */
import type { BrowserContext, Page } from 'playwright-core';

export interface Weight {
  /** Heads and bodies of all answers. */
  readonly bytes: number;
  readonly requests: number;
  /** From the question for the page until `ready` resolved. */
  readonly seconds: number;
}

/** @param context whose cache is empty; @param ready resolves when the page can be used; left out, when nothing more comes */
export async function weigh(
  context: BrowserContext,
  url: string,
  ready?: (page: Page) => Promise<void>,
): Promise<Weight> {
  const page = await context.newPage();
  const devTools = await context.newCDPSession(page);
  await devTools.send('Network.enable');
  let bytes = 0;
  let requests = 0;
  devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
    bytes += encodedDataLength;
    requests += 1;
  });
  const began = performance.now();
  await page.goto(url, { waitUntil: ready === undefined ? 'networkidle' : 'commit' });
  await ready?.(page);
  const seconds = (performance.now() - began) / 1000;
  await page.waitForTimeout(SETTLE_MS);
  await page.close();
  return { bytes, requests, seconds };
}

/** What a page that can be used already still fetches; the stream of events never ends. */
const SETTLE_MS = 1_000;
