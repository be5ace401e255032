import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Browser } from '../../test/support/browser.ts';
import { PASSWORD, startHub, type TestHub } from '../../test/support/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

/** A browser that has seen a page, and the value that the page's forms carry. */
async function atHome(name: string): Promise<{ browser: Browser; value: string }> {
  const browser = await hub.browser(name);
  expect((await browser.get('/hub/home')).status).toBe(200);
  return { browser, value: browser.cookie('_xsrf')! };
}

/** Asks for a token of the user's own, as a script on a page does. */
const send = (browser: Browser, name: string, headers: Record<string, string>, query = '') =>
  browser.fetch(`/hub/api/users/${name}/tokens${query}`, {
    method: 'POST',
    body: '{}',
    headers: {
      'content-type': 'application/json',
      'sec-fetch-mode': 'cors',
      'sec-fetch-site': 'same-origin',
      ...headers,
    },
  });

describe('XSRF, logged in', () => {
  it('a request that changes something must show the value, in the header or the query', async () => {
    const { browser, value } = await atHome('anna');
    expect((await send(browser, 'anna', {})).status).toBe(403);
    expect((await send(browser, 'anna', { 'x-xsrftoken': value })).status).toBe(201);
    expect((await send(browser, 'anna', {}, `?_xsrf=${encodeURIComponent(value)}`)).status).toBe(201);
    expect((await send(browser, 'anna', { 'x-xsrftoken': `${value}x` })).status).toBe(403);
    expect((await send(browser, 'anna', { 'x-xsrftoken': '' })).status).toBe(403);
  });

  it('another session’s value is worth nothing, even of the same user', async () => {
    const first = await atHome('ben');
    const second = await atHome('ben');
    expect(first.value).not.toBe(second.value);
    expect((await send(first.browser, 'ben', { 'x-xsrftoken': second.value })).status).toBe(403);
  });

  it('the value does not depend on address or browser, and stays the same through the session', async () => {
    const { browser, value } = await atHome('cor');
    await browser.get('/hub/home', { 'user-agent': 'another', 'x-forwarded-for': '203.0.113.7' });
    expect(browser.cookie('_xsrf')).toBe(value);
    expect((await send(browser, 'cor', { 'x-xsrftoken': value, 'user-agent': 'a third' })).status).toBe(201);
  });

  it('a cookie of the same name that an old single-user server set for every path does no harm', async () => {
    const { browser, value } = await atHome('dirk');
    browser.setCookie('_xsrf', 'theirs', '/');
    expect((await send(browser, 'dirk', { 'x-xsrftoken': value })).status).toBe(201);
    expect((await send(browser, 'dirk', { 'x-xsrftoken': 'theirs' })).status).toBe(403);
  });

  it.each([
    [
      'an address that was typed or a link',
      { 'sec-fetch-mode': 'navigate', 'sec-fetch-site': 'cross-site' },
      200,
    ],
    ['a browser that says nothing, without TLS', {}, 200],
    ['an image on a page of ours', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'same-origin' }, 200],
    ['an image elsewhere', { 'sec-fetch-mode': 'no-cors', 'sec-fetch-site': 'cross-site' }, 403],
    ['a script on a page of ours', { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'same-origin' }, 403],
    ['a script, same-origin mode', { 'sec-fetch-mode': 'same-origin', 'sec-fetch-site': 'same-origin' }, 403],
  ])('reading the API from %s', async (_what, headers, status) => {
    const { browser, value } = await atHome('els');
    const plain = await browser.fetch('/hub/api/user', { headers });
    expect(plain.status).toBe(status);
    const shown = await browser.fetch('/hub/api/user', { headers: { ...headers, 'x-xsrftoken': value } });
    expect(shown.status).toBe(200);
  });

  it('a form must carry it in its field', async () => {
    const { browser, value } = await atHome('fred');
    expect((await browser.post('/hub/logout', {})).status).toBe(403);
    expect((await browser.get('/hub/home')).status).toBe(200);
    expect((await browser.post('/hub/logout', { _xsrf: value })).status).toBe(303);
    expect((await browser.get('/hub/home')).status).toBe(302);
  });

  it('a program with a token needs none, cookies or not', async () => {
    const { browser } = await atHome('gijs');
    const token = await hub.token('gijs');
    expect((await send(browser, 'gijs', { authorization: `token ${token}` })).status).toBe(201);
  });
});

describe('XSRF, logging in', () => {
  const form = (value: string | undefined) => ({
    username: 'hugo',
    password: PASSWORD,
    ...(value === undefined ? {} : { _xsrf: value }),
  });

  it('a form of ours lets in, and the value is another afterwards', async () => {
    const browser = await hub.browser();
    await browser.get('/hub/login');
    const before = browser.cookie('_xsrf');
    expect((await browser.post('/hub/login', form(before))).status).toBe(303);
    await browser.get('/hub/home');
    expect(browser.cookie('_xsrf')).not.toBe(before);
    expect((await send(browser, 'hugo', { 'x-xsrftoken': before! })).status).toBe(403);
  });

  it('a form from elsewhere does not: without the value, without the cookie, or with a value of one’s own', async () => {
    const browser = await hub.browser();
    await browser.get('/hub/login');
    const value = browser.cookie('_xsrf');
    const stranger = await hub.browser();
    const forger = await hub.browser();
    forger.setCookie('_xsrf', 'made.up');
    for (const [what, response] of [
      ['no value', await browser.post('/hub/login', form(undefined))],
      ['no cookie', await stranger.post('/hub/login', form(value))],
      ['not signed', await forger.post('/hub/login', form('made.up'))],
    ] as const) {
      expect(response.status, what).toBe(403);
      expect(response.headers.getSetCookie().join(), what).not.toContain('jupyterhub-hub-login');
    }
  });

  it('a second tab’s form still works', async () => {
    const browser = await hub.browser();
    await browser.get('/hub/login');
    const first = browser.cookie('_xsrf');
    await browser.get('/hub/login');
    expect(browser.cookie('_xsrf')).toBe(first);
    expect((await browser.post('/hub/login', form(first))).status).toBe(303);
  });
});
