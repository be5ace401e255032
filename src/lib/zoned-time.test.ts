import { expect, test } from 'vitest';
import { instantOf, isTimeZone } from './zoned-time.ts';

const inAmsterdam = (wall: string) => instantOf(wall, 'Europe/Amsterdam')?.toISOString();

test('a time on the wall is the moment at which clocks there show it, in winter and in summer', () => {
  expect(inAmsterdam('2026-11-24T09:00')).toBe('2026-11-24T08:00:00.000Z');
  expect(inAmsterdam('2026-07-01T09:00')).toBe('2026-07-01T07:00:00.000Z');
  expect(instantOf('2026-01-01T00:30', 'Pacific/Auckland')?.toISOString()).toBe('2025-12-31T11:30:00.000Z');
});

test('around a change of clocks times are right; one that clocks pass over counts as later', () => {
  expect(inAmsterdam('2026-03-29T01:59')).toBe('2026-03-29T00:59:00.000Z');
  expect(inAmsterdam('2026-03-29T02:30')).toBe('2026-03-29T01:30:00.000Z');
  expect(inAmsterdam('2026-03-29T03:00')).toBe('2026-03-29T01:00:00.000Z');
  expect(inAmsterdam('2026-10-25T01:30')).toBe('2026-10-24T23:30:00.000Z');
  expect(inAmsterdam('2026-10-25T03:30')).toBe('2026-10-25T02:30:00.000Z');
});

test('a day or a time that there is not is none', () => {
  for (const wall of ['2026-02-30T09:00', '2026-13-01T09:00', '2026-11-24T25:00', 'soon']) {
    expect(inAmsterdam(wall), wall).toBeUndefined();
  }
});

test('zones are known by their names', () => {
  expect(isTimeZone('Europe/Amsterdam')).toBe(true);
  expect(isTimeZone('UTC')).toBe(true);
  for (const name of ['Amsterdam', 'Europe/Amsterdm', '', '../etc/passwd'])
    expect(isTimeZone(name), name).toBe(false);
});
