import { expect, test } from 'vitest';
import { parseByteSize } from './bytes.ts';

test.each([
  [1024, 1024],
  [1.9, 1],
  [0, 0],
  ['1K', 1024],
  ['512M', 512 * 1024 ** 2],
  ['4G', 4 * 1024 ** 3],
  ['1.5G', 1.5 * 1024 ** 3],
  ['.5T', 0.5 * 1024 ** 4],
  [' 2G', 2 * 1024 ** 3],
])('%j is %d bytes, as JupyterHub counts', (written, bytes) => {
  expect(parseByteSize(written)).toEqual({ ok: true, bytes });
});

test.each([
  ['4Gi', 'Write 4G: here G already means Gi (steps of 1024).'],
  ['512MB', 'Write 512M: here M already means Mi (steps of 1024).'],
  ['4g', 'Write 4G: here G already means Gi (steps of 1024).'],
  ['1024', 'Write it without quotes, or with a unit: 4G.'],
  ['4 P', 'Write a number of bytes, or a number with K, M, G or T, such as 4G.'],
  ['', 'Write a number of bytes, or a number with K, M, G or T, such as 4G.'],
  [-1, 'Write a number of bytes, or a number with K, M, G or T, such as 4G.'],
  [Number.NaN, 'Write a number of bytes, or a number with K, M, G or T, such as 4G.'],
  [true, 'Write a number of bytes, or a number with K, M, G or T, such as 4G.'],
  [{}, 'Write a number of bytes, or a number with K, M, G or T, such as 4G.'],
])('%j is refused with what to write', (written, help) => {
  expect(parseByteSize(written)).toMatchObject({ ok: false, help });
});
