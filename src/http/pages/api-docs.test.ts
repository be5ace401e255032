import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

describe('/hub/api-docs', () => {
  it('shows every endpoint of the document, without a script of its own', async () => {
    const page = await (await hub.browser('anna')).get('/hub/api-docs');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'");
    const text = await page.text();
    const { paths } = (await (await hub.api('GET', '/openapi.json')).json()) as {
      paths: Record<string, Record<string, unknown>>;
    };
    for (const [path, methods] of Object.entries(paths)) {
      for (const method of Object.keys(methods)) expect(text).toContain(`${method.toUpperCase()} ${path}<`);
    }
  });

  it.each(['br', 'gzip'])('is no more than any other page on its way, by %s', async (coding) => {
    const page = await (await hub.browser('anna')).get('/hub/api-docs', { 'accept-encoding': coding });
    expect(page.headers.get('content-encoding')).toBe(coding);
    const sent = Buffer.from(await page.arrayBuffer());
    const text = (coding === 'br' ? brotliDecompressSync(sent) : gunzipSync(sent)).toString();
    expect(text).toContain('GET /users/{user}<');
    expect(sent.length).toBeLessThan(60_000);
  });

  it('is found from the page of tokens, and is for those who are known', async () => {
    const browser = await hub.browser('anna');
    expect(await (await browser.get('/hub/token')).text()).toContain('href="/hub/api-docs"');
    const stranger = await (await hub.browser()).get('/hub/api-docs');
    expect(stranger.headers.get('location')).toBe('/hub/login?next=%2Fhub%2Fapi-docs');
  });
});
