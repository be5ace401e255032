import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { RouteTable } from '../route-table.ts';
import { ActivityReporter } from './activity-reporter.ts';
import { FollowedRoutes } from './followed-routes.ts';

/** The machine may be busy. */
const PATIENCE = { timeout: 20_000, interval: 10 };

const logger = pino({ level: 'silent' });
const now = () => new Date(100_000);

let refuse: boolean;
let asked: number;
let told: Record<string, number>[];
let table: RouteTable;
let routes: FollowedRoutes;
const hub = createServer(async (request, response) => {
  const { idle } = JSON.parse(await text(request));
  asked += 1;
  if (!refuse) told.push(idle);
  response.writeHead(refuse ? 503 : 204).end();
});
beforeEach(async () => {
  refuse = false;
  asked = 0;
  told = [];
  table = new RouteTable({ now });
  routes = new FollowedRoutes({ table, logger });
  hub.listen(0, '127.0.0.1');
  await once(hub, 'listening');
});
afterEach(async () => {
  hub.close();
  await once(hub, 'close');
});

function open(): ActivityReporter {
  const url = `http://127.0.0.1:${(hub.address() as AddressInfo).port}/`;
  return new ActivityReporter({ hubs: [{ url, token: 't' }], routes, logger, now, periodMs: 20 });
}

function addRoutes(count: number): void {
  const all = Array.from({ length: count }, (_, index) => ({
    prefix: `/${index}`,
    target: 'http://10.0.0.1:1',
    data: {},
  }));
  routes.apply({ kind: 'snapshot', feed: 'feed-1', number: 1, routes: all });
}

test('the last use of each route is told once', async () => {
  addRoutes(3);
  table.get('/1')!.lastActivity = 100_000 - 40;
  await open()[Symbol.asyncDispose]();
  expect(told).toEqual([]);
  table.get('/1')!.lastActivity = 100_001;
  table.get('/2')!.lastActivity = 100_002;
  await using reporter = open();
  await vi.waitUntil(() => told.length === 1, PATIENCE);
  table.get('/2')!.lastActivity = 100_003;
  await vi.waitUntil(() => told.length === 2, PATIENCE);
  await reporter[Symbol.asyncDispose]();
  expect(told.map((idle) => Object.keys(idle))).toEqual([['/1', '/2'], ['/2']]);
});

test('what a hub did not take is told later, together with what came meanwhile', async () => {
  addRoutes(3);
  refuse = true;
  table.get('/0')!.lastActivity = 100_001;
  await using _reporter = open();
  await vi.waitUntil(() => asked > 0, PATIENCE);
  table.get('/2')!.lastActivity = 100_001;
  refuse = false;
  await vi.waitUntil(() => told.length > 0, PATIENCE);
  expect(new Set(told.flatMap((idle) => Object.keys(idle)))).toEqual(new Set(['/0', '/2']));
});

test('of many, one report has as many as it may', async () => {
  addRoutes(5_001);
  for (const route of table.all()) route.lastActivity = 100_001;
  await using _reporter = open();
  await vi.waitUntil(() => told.length === 2, PATIENCE);
  expect(told.map((idle) => Object.keys(idle).length)).toEqual([5_000, 1]);
});
