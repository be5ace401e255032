import { describe, expect, test } from 'vitest';
import { freeTurns, inTurn, placesOf, type QueueEntry } from './start-queue.ts';

const NOW = new Date('2026-11-23T09:00:00Z');
const ago = (seconds: number) => new Date(NOW.getTime() - seconds * 1000);

function queued(name: string, userId: number, askedSecondsAgo: number): QueueEntry {
  return { id: `srv-${name}`, userId, state: 'queued', queuedAt: ago(askedSecondsAgo), startedAt: null };
}

function starting(name: string, userId: number, startedSecondsAgo: number): QueueEntry {
  const at = ago(startedSecondsAgo);
  return { id: `srv-${name}`, userId, state: 'starting', queuedAt: at, startedAt: at };
}

const names = (entries: readonly QueueEntry[]) => entries.map(({ id }) => id.slice('srv-'.length));

describe('whose turn it is', () => {
  test('whoever asked first is first, whatever the order of the rows', () => {
    expect(names(inTurn([queued('b', 2, 5), queued('c', 3, 1), queued('a', 1, 9)]))).toEqual(['a', 'b', 'c']);
  });

  test('one person’s many servers let everybody else pass', () => {
    const many = [1, 2, 3].map((index) => queued(`many${index}`, 1, 10 - index));
    const others = [queued('b', 2, 2), queued('c', 3, 1)];
    expect(names(inTurn([...many, ...others]))).toEqual(['many1', 'b', 'c', 'many2', 'many3']);
  });

  test('a server of theirs that is starting counts as their turn', () => {
    const entries = [starting('first', 1, 3), queued('second', 1, 3), queued('b', 2, 1)];
    expect(names(inTurn(entries))).toEqual(['b', 'second']);
  });
});

test('as many leave the queue as both limits allow', () => {
  const now = { starting: 3, active: 8 };
  expect(freeTurns({ concurrentStarts: 5, activeServers: null }, now)).toBe(2);
  expect(freeTurns({ concurrentStarts: 5, activeServers: 9 }, now)).toBe(1);
  expect(freeTurns({ concurrentStarts: 2, activeServers: null }, now)).toBe(0);
  expect(freeTurns({ concurrentStarts: null, activeServers: null }, now)).toBe(Number.POSITIVE_INFINITY);
});

describe('the estimate', () => {
  const facts = {
    limits: { concurrentStarts: 2, activeServers: null },
    active: 2,
    startSeconds: [10, 10, 10],
    now: NOW,
  };
  const waiting = ['a', 'b', 'c'].map((name, index) => queued(name, index + 10, 3 - index));
  const estimates = (entries: readonly QueueEntry[], other: Partial<typeof facts> = {}) =>
    [...placesOf(entries, { ...facts, ...other }).values()].map((place) => place.estimateSeconds);

  test('is the time until a place is free, and a start', () => {
    // Places are free in 4 and in 7 seconds; the third waits for the first of these two.
    expect(estimates([starting('x', 1, 6), starting('y', 2, 3), ...waiting])).toEqual([14, 17, 24]);
  });

  test('counts places that are free now', () => {
    expect(estimates(waiting)).toEqual([10, 10, 20]);
  });

  test('takes a start that lasts longer than the others for one that ends soon', () => {
    expect(estimates([starting('x', 1, 60), starting('y', 2, 60), ...waiting])).toEqual([10, 10, 20]);
  });

  test('is that of a usual start, not of the slowest', () => {
    expect(estimates(waiting, { startSeconds: [4, 300, 5] })).toEqual([5, 5, 10]);
  });

  test('is not made up where too few starts were measured', () => {
    expect(estimates(waiting, { startSeconds: [10, 10] })).toEqual([null, null, null]);
  });

  test('is not given to those who wait until somebody stops', () => {
    const places = placesOf(waiting, { ...facts, limits: { concurrentStarts: 2, activeServers: 3 } });
    expect([...places.values()]).toEqual([
      { position: 1, estimateSeconds: 10, full: false },
      { position: 2, estimateSeconds: null, full: true },
      { position: 3, estimateSeconds: null, full: true },
    ]);
  });
});
