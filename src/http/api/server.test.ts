import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import { itWithOneHub } from '../../../test/support/one-hub.ts';

let hub: TestHub;
let teacher: string;
beforeAll(async () => {
  hub = await startHub({ limits: { namedPerUser: 3 } });
  teacher = await hub.token('teacher');
});
afterAll(() => hub[Symbol.asyncDispose]());

async function message(response: Response): Promise<string> {
  return ((await response.json()) as { message: string }).message;
}

const slow = (simulate: Record<string, unknown>) => ({ user_options: { simulate } });

describe('POST /hub/api/users/:user/server', () => {
  itWithOneHub('answers 201 when the server is ready at once, and the proxy has its route', async () => {
    const token = await hub.token('anna');
    const table = await hub.followedTable();
    const started = await hub.api('POST', '/users/anna/server', { token });
    expect(started.status).toBe(201);
    expect(await started.text()).toBe('');
    expect(table.get('/user/anna')).toBeDefined();
    const model = await (await hub.api('GET', '/users/anna', { token })).json();
    expect(model).toMatchObject({
      server: '/user/anna/',
      pending: null,
      servers: {
        '': {
          ready: true,
          stopped: false,
          url: '/user/anna/',
          progress_url: '/hub/api/users/anna/server/progress',
        },
      },
    });
    const again = await hub.api('POST', '/users/anna/server', { token });
    expect(again.status).toBe(400);
    expect(await message(again)).toBe('anna is already running');
  });

  it('answers 202 while it starts, however often it is asked', async () => {
    const token = await hub.token('bas');
    const body = slow({ answerMs: 60_000 });
    expect((await hub.api('POST', '/users/bas/server', { token, body })).status).toBe(202);
    expect((await hub.api('POST', '/users/bas/server', { token })).status).toBe(202);
    const model = await (await hub.api('GET', '/users/bas', { token })).json();
    expect(model).toMatchObject({
      server: null,
      pending: 'spawn',
      servers: { '': { pending: 'spawn', ready: false } },
    });
    expect((await hub.server('bas', '', () => true)).attempt).toBe(1);
  });

  it('a stop interrupts a start', async () => {
    const token = await hub.token('cor');
    await hub.api('POST', '/users/cor/server', { token, body: slow({ startMs: 60_000 }) });
    const stopped = await hub.api('DELETE', '/users/cor/server', { token });
    expect([202, 204]).toContain(stopped.status);
    await hub.server('cor', '', (server) => server.state === 'stopped');
  });

  it('a start while it stops waits its turn', async () => {
    const token = await hub.token('dirk');
    await hub.api('POST', '/users/dirk/server', { token, body: slow({ stopMs: 1_500 }) });
    expect((await hub.api('DELETE', '/users/dirk/server', { token })).status).toBe(202);
    expect((await hub.api('DELETE', '/users/dirk/server', { token })).status).toBe(202);
    expect((await hub.api('POST', '/users/dirk/server', { token, body: slow({}) })).status).toBeOneOf([
      201, 202,
    ]);
    expect((await hub.server('dirk', '', (server) => server.state === 'ready')).attempt).toBe(2);
  });

  it('says why a start failed', async () => {
    const token = await hub.token('els');
    const body = slow({ startError: 'There is no room on this machine.' });
    const failed = await hub.api('POST', '/users/els/server', { token, body });
    expect(failed.status).toBe(503);
    expect(await message(failed)).toContain('There is no room on this machine.');
  });

  it('takes a body without known fields as options, as programs from before JupyterHub 6 send it', async () => {
    const token = await hub.token('frits');
    await hub.api('POST', '/users/frits/server', { token, body: { profile: 'large' } });
    expect((await hub.server('frits', '', () => true)).userOptions).toEqual({ profile: 'large' });
    await hub.api('DELETE', '/users/frits/server', { token });
    await hub.api('POST', '/users/frits/server', { token });
    expect((await hub.server('frits', '', (server) => server.state === 'ready')).userOptions).toEqual({
      profile: 'large',
    });
  });

  it.each([
    [[1]],
    ['text'],
    [{ user_options: [1] }],
    [{ display_name: 7 }],
    [{ display_name: 'a', shoes: 1 }],
  ])('refuses the body %j', async (body) => {
    const response = await hub.api('POST', '/users/gijs/server', { token: await hub.token('gijs'), body });
    expect(response.status).toBe(400);
    expect(await hub.store.servers.get('gijs', '')).toBeUndefined();
  });

  it('is for those who may start this server', async () => {
    const other = await hub.token('hugo');
    expect((await hub.api('POST', '/users/anna/server', { token: other })).status).toBe(404);
    expect((await hub.api('POST', '/users/nobody/server', { token: other })).status).toBe(404);
    expect((await hub.api('POST', '/users/nobody/server', { token: teacher })).status).toBe(404);
    expect(
      (await hub.api('POST', '/users/hugo/server', { token: await hub.token('hugo', ['read:servers!user']) }))
        .status,
    ).toBe(403);
    const narrow = await hub.token('hugo', ['start:servers!server=hugo/lab']);
    expect((await hub.api('POST', '/users/hugo/server', { token: narrow })).status).toBe(404);
    expect((await hub.api('POST', '/users/hugo/servers/lab', { token: narrow })).status).toBe(201);
  });
});

describe('DELETE /hub/api/users/:user/server', () => {
  it('answers 204 when it has stopped, and when nothing ran', async () => {
    const token = await hub.token('ina');
    await hub.api('POST', '/users/ina/server', { token });
    expect((await hub.api('DELETE', '/users/ina/server', { token })).status).toBe(204);
    expect((await hub.api('DELETE', '/users/ina/server', { token })).status).toBe(204);
    expect(
      (
        await hub.api('DELETE', '/users/ina/server', {
          token,
          headers: { 'content-type': 'application/json' },
        })
      ).status,
    ).toBe(204);
    expect(await (await hub.api('GET', '/users/ina', { token })).json()).toMatchObject({
      server: null,
      servers: {},
    });
  });

  it('remembers whether the user or somebody else stopped it', async () => {
    const token = await hub.token('jan');
    for (const [by, reason] of [
      [token, 'user'],
      [teacher, 'admin'],
    ] as const) {
      await hub.api('POST', '/users/jan/server', { token });
      await hub.api('DELETE', '/users/jan/server', { token: by });
      expect((await hub.server('jan', '', (server) => server.state === 'stopped')).stopReason).toBe(reason);
    }
  });

  it('removes named servers when asked to, and never the default one', async () => {
    const token = await hub.token('kees');
    await hub.api('POST', '/users/kees/servers/lab', { token });
    expect(
      (await hub.api('DELETE', '/users/kees/servers/lab', { token, body: { remove: true } })).status,
    ).toBe(204);
    expect(await hub.store.servers.get('kees', 'lab')).toBeUndefined();
    expect((await hub.api('DELETE', '/users/kees/servers/lab', { token })).status).toBe(404);
    expect((await hub.api('DELETE', '/users/kees/server', { token, body: { remove: true } })).status).toBe(
      400,
    );
    expect((await hub.api('DELETE', '/users/kees/server', { token, body: { remove: 'yes' } })).status).toBe(
      400,
    );
  });

  it('removes a server that is slow to stop once it has stopped', async () => {
    const token = await hub.token('lien');
    await hub.api('POST', '/users/lien/servers/lab', { token, body: slow({ stopMs: 1_200 }) });
    const { id } = await hub.server('lien', 'lab', (server) => server.state === 'ready');
    expect(
      (await hub.api('DELETE', '/users/lien/servers/lab', { token, body: { remove: true } })).status,
    ).toBe(202);
    await expect.poll(() => hub.store.servers.byId(id)).toBeUndefined();
  });
});

describe('/hub/api/users/:user/servers/:server', () => {
  it('PUT makes one without starting it', async () => {
    const token = await hub.token('mia');
    const body = { display_name: 'Mia’s lab', user_options: { size: 'small' } };
    const made = await hub.api('PUT', '/users/mia/servers/lab', { token, body });
    expect(made.status).toBe(201);
    expect(await made.json()).toMatchObject({
      name: 'lab',
      display_name: 'Mia’s lab',
      full_name: 'mia/lab',
      stopped: true,
      pending: null,
      started: null,
      url: '/user/mia/lab/',
      progress_url: '/hub/api/users/mia/servers/lab/progress',
      user_options: { size: 'small' },
    });
    expect((await hub.api('PUT', '/users/mia/servers/lab', { token })).status).toBe(409);
    expect((await hub.api('PUT', '/users/mia/server', { token })).status).toBe(409);
  });

  it.each(['-lab', 'Lab', 'a b', 'a.b', 'x'.repeat(31)])('refuses the name “%s”', async (name) => {
    const response = await hub.api('PUT', `/users/nel/servers/${encodeURIComponent(name)}`, {
      token: await hub.token('nel'),
    });
    expect(response.status).toBe(400);
    expect(await message(response)).toContain(name);
  });

  it('keeps to the number of named servers that a user may have', async () => {
    const token = await hub.token('otto');
    for (const name of ['a', 'b', 'c']) {
      expect((await hub.api('PUT', `/users/otto/servers/${name}`, { token })).status).toBe(201);
    }
    const response = await hub.api('POST', '/users/otto/servers/d', { token });
    expect(response.status).toBe(400);
    expect(await message(response)).toContain('maximum of 3');
  });

  it('PATCH changes what a server at rest is called and started with', async () => {
    const token = await hub.token('piet');
    await hub.api('PUT', '/users/piet/servers/lab', { token });
    const patched = await hub.api('PATCH', '/users/piet/servers/lab', {
      token,
      body: { display_name: 'Lab', user_options: { a: [1] } },
    });
    expect(await patched.json()).toMatchObject({ display_name: 'Lab', user_options: { a: [1] } });
    expect((await hub.api('PATCH', '/users/piet/servers/lab', { token, body: {} })).status).toBe(400);
    expect((await hub.api('PATCH', '/users/piet/servers/lab', { token, body: { shoes: 1 } })).status).toBe(
      400,
    );
    expect(
      (await hub.api('PATCH', '/users/piet/servers/none', { token, body: { display_name: 'x' } })).status,
    ).toBe(404);
    await hub.api('POST', '/users/piet/servers/lab', { token });
    const active = await hub.api('PATCH', '/users/piet/servers/lab', { token, body: { display_name: 'x' } });
    expect(active.status).toBe(400);
    expect(await message(active)).toContain('Stop the server');
  });

  it('GET tells of the default server before it was ever started, and of no other that is not there', async () => {
    const token = await hub.token('quinta');
    expect(await (await hub.api('GET', '/users/quinta/server', { token })).json()).toMatchObject({
      name: '',
      stopped: true,
    });
    expect(await (await hub.api('GET', '/users/quinta/servers/', { token })).json()).toMatchObject({
      name: '',
      stopped: true,
    });
    expect((await hub.api('GET', '/users/quinta/servers/lab', { token })).status).toBe(404);
  });

  it('shows the state that the spawner keeps to those who may see it', async () => {
    const token = await hub.token('rob');
    await hub.api('POST', '/users/rob/server', { token });
    expect(await (await hub.api('GET', '/users/rob/server', { token })).json()).not.toHaveProperty('state');
    expect(await (await hub.api('GET', '/users/rob/server', { token: teacher })).json()).toHaveProperty(
      'state.attempt',
      1,
    );
  });

  it('is off where the course has no named servers', async () => {
    await using plain = await startHub({ site: { allowNamedServers: false } });
    const token = await plain.token('anna');
    expect((await plain.api('POST', '/users/anna/servers/lab', { token })).status).toBe(400);
    expect((await plain.api('DELETE', '/users/anna/servers/lab', { token })).status).toBe(400);
    expect((await plain.api('POST', '/users/anna/server', { token })).status).toBe(201);
  });

  it('answers 429 with Retry-After where all places are taken', async () => {
    await using full = await startHub({ queue: { activeServers: 1 } });
    expect((await full.api('POST', '/users/anna/server', { token: await full.token('anna') })).status).toBe(
      201,
    );
    const refused = await full.api('POST', '/users/ben/server', { token: await full.token('ben') });
    expect(refused.status).toBe(429);
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(30);
    expect(seconds).toBeLessThanOrEqual(60);
    expect((await full.store.servers.get('ben', ''))?.state).toBe('stopped');
  });

  it('gives out no more places than there are, however many ask at once', async () => {
    await using full = await startHub({ queue: { activeServers: 5 } });
    const names = Array.from({ length: 20 }, (_, index) => `u${index}`);
    const tokens = await Promise.all(names.map((name) => full.token(name)));
    const answers = await Promise.all(
      names.map((name, index) => full.api('POST', `/users/${name}/server`, { token: tokens[index]! })),
    );
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(15);
    expect((await full.store.servers.inStates(['ready', 'starting', 'queued'])).length).toBe(5);
  });

  it('tells a start that waits its place in the queue, and an estimate once starts were measured', async () => {
    await using busy = await startHub({ queue: { concurrentStarts: 1 } });
    for (const name of ['a', 'b', 'c']) {
      await busy.api('POST', `/users/${name}/server`, { token: await busy.token(name) });
      await busy.server(name, '', (server) => server.state === 'ready');
    }
    const body = slow({ startMs: 60_000 });
    await busy.api('POST', '/users/anna/server', { token: await busy.token('anna'), body });
    const waiting = await busy.api('POST', '/users/ben/server', { token: await busy.token('ben') });
    expect(waiting.status).toBe(202);
    expect(waiting.headers.get('polder-queue-position')).toBe('1');
    expect(Number(waiting.headers.get('polder-queue-estimate'))).toBeGreaterThan(0);
    expect(await waiting.text()).toBe('');
  });
});
