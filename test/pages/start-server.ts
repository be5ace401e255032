import type { TestHub } from '../support/hub.ts';

/** Asks for the default server of `name`, which does as `simulate` says, and does not wait for what becomes of it. */
export async function startServer(hub: TestHub, simulate: object = {}, name = 'anna'): Promise<void> {
  const token = await hub.token(name);
  const before = (await hub.store.servers.get(name, ''))?.attempt ?? 0;
  const body = { user_options: { simulate } };
  // The API answers when the start has ended, or after a second.
  hub.api('POST', `/users/${name}/server`, { token, body }).catch(() => undefined);
  await hub.server(name, '', (server) => server.queuedAt !== null || server.attempt > before);
}
