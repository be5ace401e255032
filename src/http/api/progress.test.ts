import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startHub, type TestHub } from '../../../test/support/hub.ts';
import { itWithOneHub } from '../../../test/support/one-hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startHub({ queue: { concurrentStarts: 1 } });
});
afterAll(() => hub[Symbol.asyncDispose]());

interface Told {
  readonly progress: number;
  readonly message: string;
  readonly phase: string;
  readonly ready?: boolean;
  readonly failed?: boolean;
  readonly url?: string;
  readonly html_message?: string;
  readonly position?: number;
  readonly hint?: string | null;
}

/** Reads the stream to its end; calls `onEvent` with each event. */
async function read(
  path: string,
  token: string,
  onEvent: (event: Told) => void = () => undefined,
): Promise<Told[]> {
  const response = await hub.api('GET', path, { token });
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  expect(response.headers.get('cache-control')).toContain('no-cache');
  const events: Told[] = [];
  let rest = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + chunk).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      if (!part.startsWith('data: ')) continue;
      events.push(JSON.parse(part.slice('data: '.length)) as Told);
      onEvent(events.at(-1)!);
    }
  }
  return events;
}

const start = (user: string, token: string, simulate: Record<string, unknown>) =>
  hub.api('POST', `/users/${user}/server`, { token, body: { user_options: { simulate } } });

describe('GET /hub/api/users/:user/server/progress', () => {
  itWithOneHub('tells how a start goes until the server is ready and the proxy knows it', async () => {
    const token = await hub.token('anna');
    const table = await hub.followedTable();
    await start('anna', token, { startMs: 1_200 });
    let routed: boolean | undefined;
    const events = await read('/users/anna/server/progress', token, (event) => {
      if (event.ready) routed = table.get('/user/anna') !== undefined;
    });
    expect(routed).toBe(true);
    expect(events.length).toBeGreaterThan(2);
    const percents = events.map((event) => event.progress);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(events.filter((event) => event.ready)).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({
      progress: 100,
      ready: true,
      message: 'Server ready at /user/anna/',
      html_message: 'Server ready at <a href="/user/anna/">/user/anna/</a>',
      url: '/user/anna/',
      phase: 'ready',
    });
  });

  it('says at once that a server is ready', async () => {
    const token = await hub.token('ben');
    await start('ben', token, {});
    await hub.server('ben', '', (server) => server.state === 'ready');
    expect((await read('/users/ben/server/progress', token)).at(-1)).toMatchObject({
      ready: true,
      url: '/user/ben/',
    });
  });

  it('says why a start failed, during it and afterwards', async () => {
    const token = await hub.token('cor');
    await start('cor', token, { startMs: 1_200, startError: 'No room <here>.' });
    for (const when of ['during', 'afterwards']) {
      const last = (await read('/users/cor/server/progress', token)).at(-1);
      expect(last, when).toMatchObject({
        progress: 100,
        failed: true,
        message: 'Spawn failed: No room <here>.',
      });
      expect(last, when).not.toHaveProperty('html_message');
    }
  });

  it('says that a start was cancelled', async () => {
    const token = await hub.token('dirk');
    await start('dirk', token, { startMs: 60_000 });
    const events = read('/users/dirk/server/progress', token);
    await hub.api('DELETE', '/users/dirk/server', { token });
    expect((await events).at(-1)).toMatchObject({ failed: true, message: 'Spawn cancelled' });
  });

  it('tells the place in the queue, and tells nothing of an earlier start', async () => {
    const first = await hub.token('els');
    const second = await hub.token('fred');
    await start('fred', second, { startError: 'An earlier failure.' });
    await hub.server('fred', '', (server) => server.state === 'failed');
    await start('els', first, { startMs: 60_000 });
    await start('fred', second, {});
    const events = await read('/users/fred/server/progress', second, (event) => {
      if (event.position === 1) void hub.api('DELETE', '/users/els/server', { token: first });
    });
    expect(events[0]).toMatchObject({ phase: 'waiting', position: 1, progress: 0 });
    expect(events.some((event) => event.message.includes('earlier failure'))).toBe(false);
    expect(events.at(-1)).toMatchObject({ ready: true });
  });

  it('ends at a start that comes after the stop under way', async () => {
    const token = await hub.token('gijs');
    await start('gijs', token, { stopMs: 1_200 });
    await hub.server('gijs', '', (server) => server.state === 'ready');
    expect((await hub.api('DELETE', '/users/gijs/server', { token })).status).toBe(202);
    await hub.api('POST', '/users/gijs/server', { token, body: { user_options: {} } });
    expect((await read('/users/gijs/server/progress', token)).at(-1)).toMatchObject({ ready: true });
  });

  it('answers 400 where nothing starts, and 404 where there is no such server', async () => {
    const token = await hub.token('hugo');
    const idle = await hub.api('GET', '/users/hugo/server/progress', { token });
    expect(idle.status).toBe(400);
    expect(await idle.json()).toEqual({ status: 400, message: 'hugo is not starting...' });
    expect((await hub.api('GET', '/users/hugo/servers/lab/progress', { token })).status).toBe(404);
    expect((await hub.api('GET', '/users/anna/server/progress', { token })).status).toBe(404);
    expect((await hub.api('HEAD', '/users/hugo/server/progress', { token })).status).toBe(404);
  });

  it('a browser that goes away ends its stream, and the hub ends all at its own end', async () => {
    const own = await startHub();
    const token = await own.token('anna');
    await own.api('POST', '/users/anna/server', {
      token,
      body: { user_options: { simulate: { startMs: 60_000 } } },
    });
    const leave = new AbortController();
    await own.api('GET', '/users/anna/server/progress', { token, signal: leave.signal });
    leave.abort();
    const stays = await own.api('GET', '/users/anna/server/progress', { token });
    const text = stays.text();
    await own[Symbol.asyncDispose]();
    expect(await text).toContain('data: ');
  });
});
