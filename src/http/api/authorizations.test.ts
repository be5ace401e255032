import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

/** The token of a server of this user that runs. */
async function serverToken(owner: string): Promise<string> {
  await hub.api('POST', `/users/${owner}/server`, { token: await hub.token(owner) });
  const server = await hub.server(owner, '', (row) => row.state === 'ready');
  return hub.serverToken(server);
}

describe('GET /hub/api/authorizations/token/:token', () => {
  it('tells a server of before JupyterHub 2 whose a token is', async () => {
    const asking = await serverToken('anna');
    const shown = await hub.token('anna');
    const response = await hub.api('GET', `/authorizations/token/${shown}`, { token: asking });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ kind: 'user', name: 'anna', admin: false, groups: [] });
  });

  it('tells a server nothing of a token that may not open it', async () => {
    const asking = await serverToken('ben');
    for (const [who, scopes, status] of [
      ['ben', ['access:servers!server=ben/'], 200],
      ['ben', ['access:servers!server=ben/lab'], 404],
      ['ben', ['read:users!user'], 404],
      ['cor', ['inherit'], 404],
      ['teacher', ['inherit'], 200],
    ] as const) {
      const shown = await hub.token(who, scopes);
      const response = await hub.api('GET', `/authorizations/token/${shown}`, { token: asking });
      expect(response.status, `${who} ${scopes}`).toBe(status);
    }
    expect((await hub.api('GET', '/authorizations/token/nonsense', { token: asking })).status).toBe(404);
  });

  it('answers tokens only', async () => {
    const shown = await hub.token('anna');
    expect((await hub.api('GET', `/authorizations/token/${shown}`)).status).toBe(403);
    const browser = await hub.browser('anna');
    expect((await browser.get(`/hub/api/authorizations/token/${shown}`)).status).toBe(403);
  });

  it('what JupyterHub removed is gone here too', async () => {
    const token = await hub.token('anna');
    expect((await hub.api('POST', '/authorizations/token', { token, body: {} })).status).toBe(404);
    expect((await hub.api('GET', '/authorizations/cookie/name/value', { token })).status).toBe(404);
  });
});
