import { expect, test } from 'vitest';
import { editDistance, nearest } from './nearest.ts';

test.each([
  ['storage', 'storage', 0],
  ['storrage', 'storage', 1],
  ['stroage', 'storage', 1],
  ['storag', 'storage', 1],
  ['', 'abc', 3],
  ['cpu', 'memory', 6],
])('from %j to %j it is %d letters', (from, to, distance) => {
  expect(editDistance(from, to)).toBe(distance);
});

test.each([
  ['memmory', 'memory'],
  ['allowedUsers', 'allowed_users'],
  ['stoarge', 'storage'],
  ['colour', undefined],
  ['x', undefined],
])('%j is taken for %j', (name, meant) => {
  expect(nearest(name, ['memory', 'cpu', 'storage', 'allowed_users'])).toBe(meant);
});
