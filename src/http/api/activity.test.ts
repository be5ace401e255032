import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub();
});
afterAll(() => hub[Symbol.asyncDispose]());

const report = (user: string, token: string, body: unknown) =>
  hub.api('POST', `/users/${user}/activity`, { token, body });

describe('POST /hub/api/users/:user/activity', () => {
  it('takes what single-user servers send: UTC without a zone, with a zone, and with microseconds', async () => {
    const token = await hub.token('anna');
    await hub.api('PUT', '/users/anna/servers/lab', { token });
    const base = new Date(Math.floor(Date.now() / 1000) * 1000 + 600_000);
    const iso = (seconds: number) => new Date(base.getTime() + seconds * 1000).toISOString();
    for (const [seconds, text] of [
      [0, iso(0).replace('.000Z', '')],
      [1, iso(1).replace('.000Z', '.000000')],
      [2, iso(2).replace('.000Z', '.000000Z')],
      [3, iso(3).replace('.000Z', '+00:00')],
    ] as const) {
      const body = { last_activity: text, servers: { lab: { last_activity: text } } };
      expect((await report('anna', token, body)).status, text).toBe(200);
      const expected = new Date(base.getTime() + seconds * 1000);
      expect((await hub.store.servers.get('anna', 'lab'))?.lastActivityAt, text).toEqual(expected);
      expect((await hub.user('anna')).lastActivityAt, text).toEqual(expected);
    }
    await report('anna', token, { servers: { lab: { last_activity: iso(-3600) } } });
    expect((await hub.store.servers.get('anna', 'lab'))?.lastActivityAt, 'older').toEqual(new Date(iso(3)));
  });

  it('a server tells it with its own token', async () => {
    const token = await hub.token('ben', ['users:activity!user', 'access:servers!server']);
    expect((await report('ben', token, { last_activity: new Date().toISOString() })).status).toBe(200);
    expect((await report('anna', token, { last_activity: new Date().toISOString() })).status).toBe(404);
  });

  it.each([
    [{}, 'at least one'],
    [{ servers: {} }, 'at least one'],
    [{ last_activity: 'yesterday' }, 'last_activity'],
    [{ last_activity: 7 }, 'last_activity'],
    [{ servers: { '': 1 } }, 'servers'],
    [{ servers: { '': {} } }, 'last_activity'],
    [{ servers: { nope: { last_activity: '2020-01-01T00:00:00Z' } } }, 'nope'],
    [{ last_activity: '2999-01-01T00:00:00Z' }, 'future'],
    ['text', 'object'],
  ])('refuses %j and says why', async (body, word) => {
    const response = await report('cor', await hub.token('cor'), body);
    expect(response.status).toBe(400);
    expect(((await response.json()) as { message: string }).message).toContain(word);
  });
});
