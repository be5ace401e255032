import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';

let hub: TestHub;
let teacher: string;
beforeEach(async () => {
  hub = await startHub();
  teacher = await hub.token('teacher');
  await hub.user('anna');
  await hub.api('POST', '/users/anna/server', { token: teacher });
  await hub.server('anna', '', ({ state }) => state === 'ready');
});
afterEach(() => hub[Symbol.asyncDispose]());

describe('POST /hub/api/shutdown', () => {
  it('ends the hub, and leaves servers', async () => {
    const answer = await hub.api('POST', '/shutdown', { token: teacher });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ message: 'Shutting down Hub' });
    expect(await hub.shutdown).toEqual({ servers: false, proxy: true, by: 'teacher' });
    expect((await hub.store.servers.get('anna', ''))!.state).toBe('ready');
  });

  it('stops servers first where that is wanted', async () => {
    const body = { servers: true, proxy: false };
    expect((await hub.api('POST', '/shutdown', { token: teacher, body })).status).toBe(202);
    expect(await hub.shutdown).toMatchObject({ servers: true, proxy: false });
    expect(await hub.store.servers.get('anna', '')).toMatchObject({
      state: 'stopped',
      stopReason: 'shutdown',
    });
  });

  it.each([{ servers: 'yes' }, { proxy: 2 }, []])('refuses %j', async (body) => {
    expect((await hub.api('POST', '/shutdown', { token: teacher, body })).status).toBe(400);
  });

  it('is for administrators', async () => {
    expect((await hub.api('POST', '/shutdown', { token: await hub.token('anna') })).status).toBe(403);
  });
});
