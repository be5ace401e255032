import { describe, expect, it } from 'vitest';
import { show } from '../../../test/pages/shown.ts';
import { startHub } from '../../../test/support/hub.ts';

describe('error pages', () => {
  it('say what happened, under which number, and keep whoever is logged in logged in', async () => {
    await using hub = await startHub();
    const page = await show(await hub.browser('anna'), '/hub/no-such-page');
    expect(page.status).toBe(404);
    expect(page.heading).toBe('There is nothing here');
    expect(page.text).toContain('anna');
    expect(page.text).toMatch(/give this number: [0-9a-f]{10}/);
    expect(page.links.get('To my home page')).toBe('/hub/home');
    expect(page.markup).toContain('/hub/static/pages-');
  });

  it('offer the login to whoever is not', async () => {
    await using hub = await startHub();
    const page = await show(await hub.browser(), '/hub/no-such-page');
    expect(page.links.get('Log in')).toBe('/hub/login');
  });
});

describe('/hub/error/CODE', () => {
  it.each([404, 502, 503, 504])('is what the proxy shows for %i, with that status', async (code) => {
    await using hub = await startHub();
    const page = await show(await hub.browser(), `/hub/error/${code}?url=%2Fuser%2Fanna%2Flab%3Fx%3D1`);
    expect(page.status).toBe(code);
    expect(page.links.get('Try again')).toBe('/user/anna/lab?x=1');
    expect(page.text).toContain('/user/anna/lab?x=1');
  });

  it.each(['200', '302', 'abc', '99999'])('is a 404 for the code %s', async (code) => {
    await using hub = await startHub();
    expect((await (await hub.browser()).get(`/hub/error/${code}`)).status).toBe(404);
  });

  it('leads nowhere else', async () => {
    await using hub = await startHub();
    const page = await show(await hub.browser(), '/hub/error/503?url=https%3A%2F%2Fevil.example%2F');
    expect(page.markup).not.toContain('evil.example');
  });

  it('tells programs that asked for the API in its own way', async () => {
    await using hub = await startHub();
    const answer = await (await hub.browser()).get(
      '/hub/error/400?url=%2Fhub%2Fapi%2Fusers%2F%25E0%25A4%25A',
    );
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({ status: 400, message: expect.any(String) });
  });
});
