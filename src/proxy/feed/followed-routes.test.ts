import { pino } from 'pino';
import { beforeEach, expect, test } from 'vitest';
import type { Route } from '../../domain/route.ts';
import { checksumOf } from '../../domain/route-feed.ts';
import { RouteTable } from '../route-table.ts';
import { parseTarget } from '../target.ts';
import { FollowedRoutes } from './followed-routes.ts';

const route = (prefix: string, port = 1): Route => ({
  prefix,
  target: `http://10.0.0.1:${port}`,
  data: { user: prefix },
});

let now = 1_000;
let unused: string[];
let table: RouteTable;
let followed: FollowedRoutes;
beforeEach(() => {
  now = 1_000;
  unused = [];
  table = new RouteTable({ now: () => new Date(now), targetUnused: (target) => unused.push(target.key) });
  followed = new FollowedRoutes({ table, logger: pino({ level: 'silent' }) });
});

const snapshot = (number: number, ...routes: readonly Route[]) =>
  ({ kind: 'snapshot', feed: 'feed-1', number, routes }) as const;
const targets = () =>
  Object.fromEntries(Array.from(table.all(), ({ prefix, target }) => [prefix, target.url]));

test('a snapshot is the whole table of the hub, and what others added stays', () => {
  table.add('/', parseTarget('http://10.0.0.9:9'));
  table.add('/added', parseTarget('http://10.0.0.9:9'));
  followed.apply(snapshot(3, route('/a'), route('/b')));
  followed.apply(snapshot(5, route('/b'), route('/c')));
  expect(targets()).toEqual({
    '/': 'http://10.0.0.9:9',
    '/added': 'http://10.0.0.9:9',
    '/b': 'http://10.0.0.1:1',
    '/c': 'http://10.0.0.1:1',
  });
  expect(followed.position).toEqual({ feed: 'feed-1', number: 5 });
  expect(['/b', '/b/', '/a', '/added', '/'].map((path) => followed.keeps(path))).toEqual([
    ...[true, true, false, false, false],
  ]);
});

test('changes add, replace and remove', () => {
  followed.apply(snapshot(1, route('/a'), route('/b')));
  const changes = [
    { prefix: '/a', route: null },
    { prefix: '/b', route: route('/b', 2) },
    { prefix: '/c', route: route('/c') },
    { prefix: '/never', route: null },
  ];
  followed.apply({ kind: 'changes', number: 9, changes });
  expect(targets()).toEqual({ '/b': 'http://10.0.0.1:2', '/c': 'http://10.0.0.1:1' });
  expect(followed.position).toEqual({ feed: 'feed-1', number: 9 });
});

test('routes that stay are not touched', () => {
  followed.apply(snapshot(1, route('/a'), route('/b', 2)));
  const before = table.get('/a')!;
  before.lastActivity = 500;
  unused = [];
  now = 2_000;
  followed.apply(snapshot(2, route('/a')));
  expect(table.get('/a')).toBe(before);
  expect(before.lastActivity).toBe(500);
  expect(unused).toEqual(['http://10.0.0.1:2']);
});

test('a prefix is written as in a URL, and found by what it means', () => {
  followed.apply(snapshot(1, route('/user/zo%C3%AB')));
  expect(table.find('/user/zoë/lab')?.target.url).toBe('http://10.0.0.1:1');
  expect(followed.keeps('/user/zoë')).toBe(true);
  followed.apply({ kind: 'changes', number: 2, changes: [{ prefix: '/user/zo%C3%AB', route: null }] });
  expect(table.size).toBe(0);
});

test('a target that is none keeps nobody else from their server', () => {
  followed.apply(
    snapshot(1, { ...route('/bad'), target: 'nowhere' }, { ...route('/%'), data: {} }, route('/a')),
  );
  expect(Object.keys(targets())).toEqual(['/a']);
  followed.apply(snapshot(2));
  expect(table.size).toBe(0);
});

test('a checkpoint that is not what we have is noticed', () => {
  const routes = [route('/a'), route('/b')];
  followed.apply(snapshot(4, ...routes));
  const checkpoint = { kind: 'checkpoint', number: 4, checksum: checksumOf(routes.toReversed()) } as const;
  followed.apply(checkpoint);
  expect(() => followed.apply({ ...checkpoint, number: 5 })).toThrow('number 5');
  expect(() => followed.apply({ ...checkpoint, checksum: checksumOf([]) })).toThrow('number 4');
});

test('changes of a table that we never had are noticed', () => {
  expect(() => followed.apply({ kind: 'changes', number: 1, changes: [] })).toThrow('do not have');
});
