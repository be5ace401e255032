import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Route } from '../domain/route.ts';
import { checksumOf, type FeedMessage, type FeedPosition } from '../domain/route-feed.ts';
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts';
import type { Store } from '../store/store.ts';
import { HubEvents } from './events.ts';
import { type Follower, RouteFeed } from './route-feed.ts';

const route = (prefix: string, port = 1): Route => ({
  prefix,
  target: `http://10.0.0.1:${port}`,
  data: { user: prefix },
});

let folder: string;
let store: Store;
let feed: RouteFeed;
let end: AbortController;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'route-feed-'));
  store = await openSqliteStore(join(folder, 'hub.sqlite'));
  feed = openFeed(store);
  end = new AbortController();
});
afterEach(async () => {
  end.abort();
  feed[Symbol.dispose]();
  await store[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

function openFeed(of: Store): RouteFeed {
  return new RouteFeed({ store: of, events: new HubEvents(pino({ level: 'silent' }), new Registry()) });
}

const follow = (position?: FeedPosition): Follower =>
  feed.follow(position, { address: 'test', signal: end.signal });
const next = async (follower: Follower): Promise<FeedMessage> => (await follower.messages.next()).value!;
const position = async (number: number): Promise<FeedPosition> => ({
  feed: (await store.routes.changes(0)).feed,
  number,
});
const put = (...routes: readonly Route[]) =>
  Promise.all(routes.map((route) => store.routes.put(route, null)));

test('who has nothing is sent everything, then a checkpoint of it', async () => {
  await put(route('/a'), route('/b'));
  await store.routes.remove('/a');
  const follower = follow();
  expect(await next(follower)).toEqual({
    kind: 'snapshot',
    ...(await position(3)),
    routes: [route('/b')],
  });
  expect(await next(follower)).toEqual({
    kind: 'checkpoint',
    number: 3,
    checksum: checksumOf([route('/b')]),
  });
});

test('who has been here is sent what it missed, removals among it', async () => {
  await put(route('/a'), route('/b'));
  await store.routes.put(route('/c'), null);
  await store.routes.remove('/a');
  const follower = follow(await position(2));
  expect(await next(follower)).toEqual({
    kind: 'changes',
    number: 4,
    changes: [
      { prefix: '/c', route: route('/c') },
      { prefix: '/a', route: null },
    ],
  });
});

test('who has all is sent a checkpoint at once', async () => {
  await put(route('/a'));
  expect(await next(follow(await position(1)))).toMatchObject({ kind: 'checkpoint', number: 1 });
});

test.each([
  ['followed another table', async () => ({ feed: 'feed-other', number: 1 })],
  ['has seen what is not there any more', async () => position(99)],
  ['has seen less than what was forgotten', async () => position(1)],
])('who %s is sent everything', async (_, from) => {
  await put(route('/a'), route('/b'));
  await store.routes.remove('/a');
  await store.routes.forgetRemoved(0);
  expect(await next(follow(await from()))).toMatchObject({ kind: 'snapshot', routes: [route('/b')] });
});

test('a change is told to all who follow when it has been read', async () => {
  const followers = [follow(), follow()];
  for (const follower of followers) {
    await next(follower);
    await next(follower);
  }
  const told = followers.map(next);
  await put(route('/a'));
  await feed.look();
  const changes = [{ prefix: '/a', route: route('/a') }];
  expect(await Promise.all(told)).toEqual([
    { kind: 'changes', number: 1, changes },
    { kind: 'changes', number: 1, changes },
  ]);
});

test('who takes its time is sent once what changed meanwhile', async () => {
  const follower = follow();
  await next(follower);
  await next(follower);
  for (const port of [1, 2, 3]) {
    await put(route('/a', port));
    await feed.look();
  }
  await store.routes.remove('/a');
  await put(route('/b'));
  await feed.look();
  expect(await next(follower)).toMatchObject({
    number: 5,
    changes: [
      { prefix: '/a', route: null },
      { prefix: '/b', route: route('/b') },
    ],
  });
});

test('many who follow cost no more reading than one', async () => {
  await put(route('/a'));
  const reading = vi.spyOn(store.routes, 'changes');
  const followers = Array.from({ length: 50 }, () => follow());
  await Promise.all(followers.map(next));
  expect(reading.mock.calls.length).toBeLessThanOrEqual(2);
  reading.mockClear();
  const told = followers.map(async (follower) => {
    await next(follower);
    return await next(follower);
  });
  await put(route('/b'));
  await feed.look();
  expect((await Promise.all(told)).every((message) => message.number === 2)).toBe(true);
  expect(reading).toHaveBeenCalledTimes(1);
});

test('a look that is asked for while one is under way sees what was there when it was asked for', async () => {
  const first = feed.look();
  await put(route('/a'));
  await feed.look();
  expect(feed.has(route('/a'))).toBe(true);
  await first;
});

test('a database that was put back is told anew', async () => {
  await put(route('/a'), route('/b'));
  const follower = follow();
  await next(follower);
  await next(follower);
  const before = store.routes.changes;
  vi.spyOn(store.routes, 'changes').mockImplementation(async (after) => ({
    ...(await before.call(store.routes, after)),
    number: 1,
    changes: after > 0 ? [] : [{ prefix: '/a', number: 1, route: route('/a'), serverId: null }],
  }));
  const told = next(follower);
  await feed.look();
  expect(await told).toMatchObject({ kind: 'snapshot', number: 1, routes: [route('/a')] });
});

test('whoever is to be sent to a route waits for all who follow, and for nobody where there is none', async () => {
  await put(route('/a'));
  await feed.look();
  await feed.applied(1);
  const followers = [follow(await position(0)), follow(await position(0))];
  for (const follower of followers) await next(follower);
  let isOver = false;
  const waiting = feed.applied(1).then(() => {
    isOver = true;
  });
  followers[0]!.report(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(isOver).toBe(false);
  followers[1]!.report(1);
  await waiting;
});

test('who keeps somebody waiting too long is not waited for until it has caught up', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await put(route('/a'));
    const slow = follow(await position(0));
    await next(slow);
    const waiting = feed.applied(1);
    await vi.advanceTimersByTimeAsync(600);
    await waiting;
    await feed.applied(1);
    slow.report(1);
    await put(route('/b'));
    await feed.look();
    let isOver = false;
    const again = feed.applied(2).then(() => {
      isOver = true;
    });
    await vi.advanceTimersByTimeAsync(100);
    expect(isOver).toBe(false);
    slow.report(2);
    await again;
  } finally {
    vi.useRealTimers();
  }
});

test('who has gone is not waited for', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  try {
    await put(route('/a'));
    const follower = follow(await position(0));
    await next(follower);
    await next(follower);
    const last = follower.messages.next();
    const waiting = feed.applied(1);
    end.abort();
    expect((await last).done).toBe(true);
    await waiting;
  } finally {
    vi.useRealTimers();
  }
});
