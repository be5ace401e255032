import { describe, expect, it } from 'vitest';
import { show } from '../../../test/pages/shown.ts';
import { startHub } from '../../../test/support/hub.ts';

const DUTCH = { 'accept-language': 'nl-NL,nl;q=0.9,en;q=0.8' };

describe('the language of a page', () => {
  it('is the one that the browser asks for', async () => {
    await using hub = await startHub();
    const page = await show(await hub.browser('anna'), '/hub/home', DUTCH);
    expect(page.markup).toContain('<html lang="nl"');
    expect(page.form('Start mijn notebook').action).toBe('/hub/spawn/anna');
  });

  it('is the course’s for a browser that asks for none that there is', async () => {
    await using plain = await startHub();
    await using hub = await startHub({ site: { course: { ...plain.site.course, language: 'nl' } } });
    const ask = async (language: string) =>
      (await show(await hub.browser(), '/hub/login', { 'accept-language': language })).heading;
    const { markup } = await show(await hub.browser(), '/hub/login', { 'accept-language': 'fr' });
    expect(markup).toContain('Wachtwoord');
    expect(await ask('en')).toBe(plain.site.course.name);
  });

  it('is the reader’s own choice before all, and choosing leads back to the same page', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const here = `${hub.url}/hub/token?revoked=1`;
    const answer = await browser.get('/hub/reader?language=nl', { referer: here });
    expect(answer.status).toBe(303);
    expect(answer.headers.get('location')).toBe('/hub/token?revoked=1');
    const page = await show(browser, '/hub/token', { 'accept-language': 'en' });
    expect(page.heading).toBe('Tokens');
    expect(page.text).toContain('Waar is het voor?');
  });

  it('is that of errors too, of the proxy’s as well; what the hub says is said in it, or marked as English', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const missing = await show(browser, '/hub/nothing', DUTCH);
    expect(missing.heading).toBe('Hier is niets');
    expect(missing.text).toContain('Deze pagina bestaat niet.');
    const proxy = await show(browser, '/hub/error/503?url=%2Fuser%2Fanna%2F', DUTCH);
    expect(proxy.heading).toBe('Nu niet beschikbaar');
    const refused = await browser.post('/hub/token', { purpose: 'x', _xsrf: 'x' });
    expect(refused.status).toBe(403);
    const english = await show(browser, '/hub/oauth_login', DUTCH);
    expect(english.status).toBe(404);
  });

  it('is never that of the API', async () => {
    await using hub = await startHub();
    const answer = await fetch(`${hub.url}/hub/api/users/nobody`, {
      headers: { ...DUTCH, authorization: `token ${await hub.token('teacher')}` },
    });
    expect(await answer.json()).toMatchObject({ message: 'No access to resources or resources not found' });
  });
});

describe('the look of a page', () => {
  it('is light or dark where the reader chose, and what else the device says', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    expect((await show(browser, '/hub/login')).markup).toContain('data-look="auto"');
    await browser.get('/hub/reader?look=dark');
    const { markup } = await show(browser, '/hub/login');
    expect(markup).toContain('data-look="dark"');
    expect(markup).toContain('<meta name="color-scheme" content="dark">');
  });

  it('is not what somebody else makes up, and no link leads away from here', async () => {
    await using hub = await startHub();
    const browser = await hub.browser();
    const answer = await browser.get('/hub/reader?look=pink&language=xx', {
      referer: 'https://evil.example/x',
    });
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect(answer.headers.get('location')).toBe('/hub/home');
  });
});
