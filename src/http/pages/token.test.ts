import { describe, expect, it } from 'vitest';
import { press, ShownPage, show } from '../../../test/pages/shown.ts';
import { startHub } from '../../../test/support/hub.ts';

describe('the tokens page', () => {
  it('makes a token that can do what was chosen, shows it once, and lists it', async () => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const fields = { note: 'my <script>', purpose: 'read', expires: '7' };
    const made = await ShownPage.of(
      await press(browser, await show(browser, '/hub/token'), { button: 'Make the token', fields }),
    );
    const secret = /data-copy="([^"]+)"/.exec(made.markup)?.[1] ?? '';
    expect((await hub.api('GET', '/users/anna', { token: secret })).status).toBe(200);
    expect((await hub.api('POST', '/users/anna/server', { token: secret })).status).toBeGreaterThanOrEqual(
      403,
    );
    const later = await show(browser, '/hub/token');
    expect(later.markup).not.toContain(secret);
    expect(later.text).toMatch(/my <script> made .* Look only .* in (6|7) days/);
  });

  it.each([
    ['servers', '30'],
    ['all', 'never'],
  ])('makes one for “%s”, good for %s days', async (purpose, expires) => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const fields = { note: '', purpose, expires };
    const made = await ShownPage.of(
      await press(browser, await show(browser, '/hub/token'), { button: 'Make the token', fields }),
    );
    const secret = /data-copy="([^"]+)"/.exec(made.markup)?.[1] ?? '';
    expect((await hub.api('POST', '/users/anna/server', { token: secret })).ok).toBe(true);
    const listed = await hub.store.tokens.list({ userId: (await hub.user('anna')).id });
    const days = (listed[0]!.expiresAt?.getTime() ?? Number.NaN) - listed[0]!.createdAt.getTime();
    expect(days / 86_400_000).toBe(expires === 'never' ? Number.NaN : 30);
  });

  it('has an expiry and few rights unless one chooses otherwise', async () => {
    await using hub = await startHub();
    const { markup } = await show(await hub.browser('anna'), '/hub/token');
    expect(markup).toContain('<option value="30" selected>');
    expect(markup).toContain('value="servers" checked');
  });

  it('revokes, and only one’s own', async () => {
    await using hub = await startHub();
    const [anna, bo] = [await hub.token('anna'), await hub.token('bo')];
    const browser = await hub.browser('anna');
    const page = await show(browser, '/hub/token');
    const bos = (await hub.store.tokens.list({ userId: (await hub.user('bo')).id }))[0]!;
    await press(browser, page, { button: 'Revoke', fields: { id: `a${bos.id}` } });
    expect((await hub.api('GET', '/user', { token: bo })).status).toBe(200);
    const after = await press(browser, page, { button: 'Revoke' });
    expect((await hub.api('GET', '/user', { token: anna })).status).toBe(403);
    expect((await show(browser, after.headers.get('location')!)).text).toContain('The token is revoked.');
  });

  it.each([
    { purpose: 'everything', expires: '7' },
    { purpose: 'read', expires: '9' },
  ])('refuses what it did not offer: %o', async (fields) => {
    await using hub = await startHub();
    const browser = await hub.browser('anna');
    const page = await show(browser, '/hub/token');
    expect((await press(browser, page, { button: 'Make the token', fields })).status).toBe(400);
  });
});
