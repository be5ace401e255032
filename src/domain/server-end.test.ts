import { expect, test } from 'vitest';
import { afterClass, endsOf } from './server-end.ts';

const at = (time: string) => new Date(`2026-03-02T${time}:00Z`);

test('a server ends when it was unused for too long, and when it has run for too long', () => {
  const server = { startedAt: at('09:00'), readyAt: at('09:01'), lastActivityAt: at('10:00') };
  expect(endsOf(server, { timeoutSeconds: 3_600, maxAgeSeconds: 7_200 })).toEqual({
    idle: at('11:00'),
    age: at('11:00'),
  });
  expect(endsOf({ ...server, lastActivityAt: null }, { timeoutSeconds: 60, maxAgeSeconds: 0 })).toEqual({
    idle: at('09:02'),
    age: null,
  });
  expect(endsOf(server, { timeoutSeconds: 0, maxAgeSeconds: 60 }).idle).toBeNull();
});

test('what is due in a class waits for its end, and for the end of the next that begins before it', () => {
  const times = [
    { start: at('09:00'), end: at('12:00'), title: null },
    { start: at('12:00'), end: at('13:00'), title: null },
    { start: at('14:00'), end: at('15:00'), title: null },
  ];
  expect(afterClass(times, at('08:59'))).toEqual(at('08:59'));
  expect(afterClass(times, at('10:00'))).toEqual(at('13:00'));
  expect(afterClass(times, at('13:30'))).toEqual(at('13:30'));
});
