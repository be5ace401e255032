import { expect, test } from 'vitest';
import { resolvePlainScalar } from './scalar.ts';

// What go-yaml 2 makes of a plain scalar, which is what Helm does.
test.each([
  ['yes', true],
  ['Off', false],
  ['y', true],
  ['yEs', 'yEs'],
  ['~', null],
  ['', null],
  ['null', null],
  ['012345', 5349],
  ['0o17', 15],
  ['08', 8],
  ['0x1F', 31],
  ['0b101', 5],
  ['1_000', 1000],
  ['-12', -12],
  ['+1.5', 1.5],
  ['1e3', 1000],
  ['.5', 0.5],
  ['5.', 5],
  ['12:30:45', '12:30:45'],
  ['1.2.3', '1.2.3'],
  ['4G', '4G'],
  ['0xZZ', '0xZZ'],
  ['-', '-'],
  ['.inf', Number.POSITIVE_INFINITY],
  ['text', 'text'],
])('%j is %j', (source, value) => {
  expect(resolvePlainScalar(source)).toBe(value);
});
