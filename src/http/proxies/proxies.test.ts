import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PROXY_TOKEN, startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startHub();
});
afterEach(() => hub[Symbol.asyncDispose]());

const post = (path: string, body: unknown, token: string = PROXY_TOKEN) =>
  hub.api('POST', `/proxies/${path}`, { token, body, headers: { 'content-type': 'application/json' } });

describe('/hub/api/proxies', () => {
  it.each(['feed', 'activity'])('…/%s refuses whoever has another token, an admin too', async (path) => {
    expect((await post(path, { idle: {} }, await hub.token('teacher'))).status).toBe(403);
    const anonymous = await hub.api('POST', `/proxies/${path}`, { body: {} });
    expect(anonymous.status).toBe(403);
    expect(await anonymous.json()).toMatchObject({ message: expect.stringContaining('token') });
  });
});

describe('POST /hub/api/proxies/feed', () => {
  it('refuses a position that is none', async () => {
    const answer = await fetch(`${hub.url}/hub/api/proxies/feed?feed=x&since=-1`, {
      method: 'POST',
      headers: { authorization: `token ${PROXY_TOKEN}`, 'content-type': 'application/x-ndjson' },
      body: '\n',
    });
    expect(answer.status).toBe(400);
  });

  it('ends when the proxy says what is no report', async () => {
    const proxy = request(`${hub.url}/hub/api/proxies/feed`, {
      method: 'POST',
      headers: { authorization: `token ${PROXY_TOKEN}`, 'content-type': 'application/x-ndjson' },
    });
    proxy.on('error', () => undefined);
    proxy.flushHeaders();
    const [answer] = (await once(proxy, 'response')) as [IncomingMessage];
    const [first] = await once(answer, 'data');
    expect(JSON.parse(String(first).split('\n')[0]!)).toMatchObject({ kind: 'snapshot', number: 0 });
    answer.on('error', () => undefined).resume();
    proxy.write('{"applied":"all"}\n');
    await once(answer, 'close');
  });
});

describe('POST /hub/api/proxies/activity', () => {
  it('counts for servers and their users, however many proxies tell it', async () => {
    const started = await hub.api('POST', '/users/anna/server', { token: await hub.token('anna') });
    expect(started.status).toBe(201);
    hub.clock.advance(3_600);
    expect(
      (await post('activity', { idle: { '/user/anna': 60_000, '/service/x': 5, '/user/ben': 1 } })).status,
    ).toBe(204);
    expect((await post('activity', { idle: { '/user/anna': 90_000 } })).status).toBe(204);
    const server = (await hub.store.servers.get('anna', ''))!;
    const ago = hub.clock.now().getTime() - server.lastActivityAt!.getTime();
    expect(ago).toBeGreaterThanOrEqual(60_000);
    expect(ago).toBeLessThan(80_000);
    expect((await hub.store.users.get('anna'))!.lastActivityAt).toEqual(server.lastActivityAt);
  });

  it('does not count what was before the server was ready', async () => {
    await hub.api('POST', '/users/anna/server', { token: await hub.token('anna') });
    const { lastActivityAt } = (await hub.store.servers.get('anna', ''))!;
    await post('activity', { idle: { '/user/anna': 3_600_000 } });
    expect((await hub.store.servers.get('anna', ''))!.lastActivityAt).toEqual(lastActivityAt);
  });

  it.each([{}, { idle: { '/user/anna': -1 } }, { idle: { '/user/anna': 'now' } }, { idle: many(5_001) }])(
    'refuses what is no report (case %#)',
    async (body) => {
      expect((await post('activity', body)).status).toBe(400);
    },
  );
});

function many(count: number): Record<string, number> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`/${index}`, 1]));
}
