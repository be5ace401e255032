import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import { AuthStates } from './auth-states.ts';

test('the first key seals, and all of them open', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'polder-auth-states-'));
  try {
    await using store = await openSqliteStore(join(folder, 'hub.sqlite'), { now: () => new Date() });
    const [anna] = await store.users.insert([{ name: 'anna', admin: false }]);
    const state = { way: 'university', state: { access_token: 'secret' }, at: 1 };
    await new AuthStates({ store, keys: ['old'] }).set(anna!, state);
    const renewed = new AuthStates({ store, keys: ['new', 'old'] });
    expect(await renewed.read(anna!)).toMatchObject(state);
    await renewed.set(anna!, state);
    expect(await new AuthStates({ store, keys: ['new'] }).read(anna!)).toMatchObject(state);
    expect(await new AuthStates({ store, keys: ['old'] }).read(anna!)).toBeNull();
  } finally {
    await rm(folder, { recursive: true });
  }
});
