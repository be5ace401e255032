/** The clock of the hub's machine is set, by hours, in either direction. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { PASSWORD, startHub, type TestHub } from './support/hub.ts';

const HOUR = 3_600;
let hub: TestHub;
beforeEach(async () => {
  hub = await startHub();
});
afterEach(() => hub[Symbol.asyncDispose]());

test('a start that is under way when the clock goes ahead does not time out', async () => {
  const token = await hub.token('anna');
  await hub.api('POST', '/users/anna/server', {
    token,
    body: { user_options: { simulate: { startMs: 1_000, answerMs: 300 } } },
  });
  await hub.server('anna', '', (server) => server.state === 'starting');
  hub.clock.advance(5 * HOUR);
  const server = await hub.server('anna', '', ({ state }) => state === 'ready' || state === 'failed');
  expect(server).toMatchObject({ state: 'ready', attempt: 1 });
});

test.each([5 * HOUR, -5 * HOUR])(
  'after it was set by %i s people, tokens and servers go on',
  async (seconds) => {
    const token = await hub.token('anna');
    const browser = await hub.browser('anna');
    await hub.api('POST', '/users/anna/server', { token });
    await hub.server('anna', '', (server) => server.state === 'ready');
    hub.clock.advance(seconds);
    expect((await hub.api('GET', '/user', { token })).status).toBe(200);
    expect((await browser.get('/hub/home')).status).toBe(200);
    expect((await hub.api('DELETE', '/users/anna/server', { token })).status).toBe(204);
    expect((await hub.api('POST', '/users/anna/server', { token })).status).toBe(201);
  },
);

test('who was told to wait before the clock went back need not wait for hours', async () => {
  const logIn = async (password: string) => {
    const browser = await hub.browser();
    const form = await (await browser.get('/hub/login')).text();
    const xsrf = /name="_xsrf" value="([^"]*)"/.exec(form)?.[1] ?? '';
    return (await browser.post('/hub/login', { username: 'anna', password, _xsrf: xsrf })).status;
  };
  await expect.poll(() => logIn('wrong'), { timeout: 20_000, interval: 1 }).toBe(429);
  hub.clock.advance(-5 * HOUR);
  expect(await logIn(PASSWORD)).toBe(303);
});
