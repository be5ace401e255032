import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import type { Server } from '../../domain/server.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub({
    site: { cull: { timeoutSeconds: 3_600, maxAgeSeconds: 0, adminUsers: false } },
  });
});
afterAll(() => hub[Symbol.asyncDispose]());

async function started(name: string): Promise<Server> {
  await hub.api('POST', `/users/${name}/server`, { token: await hub.token(name) });
  return await hub.server(name, '', ({ state }) => state === 'ready');
}

describe('GET /hub/api/users/:user/server/notices', () => {
  it('says when an unused server is stopped, and what it uses', async () => {
    const server = await started('anna');
    const token = await hub.token('anna', ['access:servers!server=anna/']);
    const answer = await hub.api('GET', '/users/anna/server/notices', { token });
    expect(answer.status).toBe(200);
    const notices = (await answer.json()) as { stop: { at: string; why: string } };
    expect(notices).toMatchObject({ home: '/hub/home', language: 'en', stop: { why: 'idle' } });
    const used = Math.max(server.readyAt!.getTime(), server.lastActivityAt?.getTime() ?? 0);
    expect(new Date(notices.stop.at).getTime() - used).toBeGreaterThanOrEqual(3_600_000);
  });

  it('tells what those who teach tell its owner', async () => {
    await started('cor');
    const teacher = await hub.token('teacher');
    await hub.store.groups.insert(['monday']);
    for (const body of [{ text: 'Break until three' }, { text: 'Room 5', group: 'monday' }])
      expect((await hub.api('POST', '/announcements', { token: teacher, body })).status).toBe(201);
    const answer = await hub.api('GET', '/users/cor/server/notices', { token: await hub.token('cor') });
    const { messages } = (await answer.json()) as { messages: unknown };
    expect(messages).toEqual([{ id: expect.any(String), text: 'Break until three', by: 'teacher' }]);
  });

  it('tells nobody who may not use the server, and says nothing of ends that do not come', async () => {
    const other = await hub.token('ben');
    expect((await hub.api('GET', '/users/anna/server/notices', { token: other })).status).toBe(404);
    expect((await hub.api('GET', '/users/anna/servers/lab/notices', { token: other })).status).toBe(404);
    await started('teacher');
    const token = await hub.token('teacher');
    const answer = await hub.api('GET', '/users/teacher/server/notices', { token });
    expect(await answer.json()).toMatchObject({ stop: null });
  });
});
