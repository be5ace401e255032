import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { RouteTable } from '../route-table.ts';
import { FollowedRoutes } from './followed-routes.ts';
import { RouteFollower } from './route-follower.ts';

test('of several hubs that are away for long each is one line of the log, whatever each answers', async () => {
  let asked = 0;
  const servers = [502, 503].map((status) =>
    createServer((_, response) => {
      asked++;
      response.writeHead(status).end();
    }).listen(0, '127.0.0.1'),
  );
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const hubs = servers.map((server) => ({
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    token: 'token',
  }));
  const warnings: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line: string) => void warnings.push(line) });
  {
    const nothing = () => {};
    await using _follower = new RouteFollower({
      hubs,
      routes: new FollowedRoutes({
        table: new RouteTable({ now: () => new Date(0), targetUnused: nothing }),
        logger,
      }),
      changed: nothing,
      follows: nothing,
      logger,
    });
    await vi.waitFor(() => expect(asked).toBeGreaterThan(6), { timeout: 20_000 });
  }
  for (const server of servers) server.close();
  expect(warnings).toHaveLength(2);
});
