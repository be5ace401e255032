import { describe, expect, it } from 'vitest';
import { bytes, duration, relativeTime } from './words.ts';

const now = new Date('2026-03-02T09:05:00Z');

describe('relative times', () => {
  it.each([
    [0, 'now'],
    [-1, '1 second ago'],
    [-59, '59 seconds ago'],
    [-60, '1 minute ago'],
    [-3_599, '59 minutes ago'],
    [-7_200, '2 hours ago'],
    [-86_400, 'yesterday'],
    [300, 'in 5 minutes'],
    [86_400 * 27, 'in 27 days'],
  ])('%i seconds from now is “%s”', (seconds, words) => {
    const at = new Date(now.getTime() + seconds * 1000);
    expect(relativeTime(at, { now, locale: 'en-GB' })).toBe(words);
  });
});

describe('durations', () => {
  it.each([
    [-5, '0.0 s'],
    [840, '0.8 s'],
    [9_960, '10.0 s'],
    [12_400, '12 s'],
    [125_000, '2 min 5 s'],
  ])('%i ms is “%s”', (milliseconds, words) => {
    expect(duration(milliseconds, 'en-GB')).toBe(words);
  });
});

describe('sizes', () => {
  it.each([
    [0, '0 bytes'],
    [1023, '1023 bytes'],
    [1024, '1 kB'],
    [104_857_600, '100 MB'],
    [1.5 * 1024 ** 3, '1.5 GB'],
    [4 * 1024 ** 3, '4 GB'],
  ])('%i is “%s”', (count, words) => {
    expect(bytes(count, 'en-GB')).toBe(words);
  });
});
